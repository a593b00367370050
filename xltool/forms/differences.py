"""What differs between two definitions, such as two editions of a form: by labels first, then by ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, assert_never

from xltool.codes import GRADES
from xltool.forms.entries import describe_briefly
from xltool.forms.line_rules import word_line_rule
from xltool.forms.list_joins import word_column_joining, word_joining
from xltool.forms.parts import FormDifference, FormPart, PartKind, PartMatching
from xltool.messages import word_list_conditions
from xltool.model import (
    AnyCell,
    Cell,
    CellKey,
    Column,
    EntryCell,
    FormSpec,
    Linear,
    Rate,
    Row,
    RowList,
    Rule,
    Table,
    bare_key,
)


@dataclass(frozen=True, slots=True)
class FormComparison:
    """All differences in the order of the second form, what is gone last; how many cells keep their keys, of how many.

    Those are the figures of the first form that are at hand beside the second, as figures of the period before. `cells`
    and `texts` have the places of the first form that were paired with one of the second, by their keys.
    """

    before: FormSpec
    after: FormSpec
    differences: tuple[FormDifference, ...]
    kept: int
    cells: Mapping[CellKey, CellKey]
    texts: Mapping[str, str]


def compare_forms(before: FormSpec, after: FormSpec) -> FormComparison:
    """What differs between two forms."""
    tables = PartMatching(list(_list_tables(before)), list(_list_tables(after)))
    found = list(tables.tell())
    keys: dict[CellKey, CellKey] = {}
    old, new = ({table.id: table for table in spec.tables} for spec in (before, after))
    for pair in tables.pairs:
        mine = old[pair.before.key], new[pair.after.key]
        if mine[0].unprinted != mine[1].unprinted:
            change = " → ".join("报告不印" if table.unprinted else "报告印" for table in mine)
            found.append(FormDifference("changed", "table", pair.before, pair.after, change))
        rows = PartMatching(list(_list_rows(mine[0])), list(_list_rows(mine[1])))
        columns = _match_columns(*mine, rows)
        found += [*rows.tell(), *columns.tell()]
        ids = ({each.before.key: each.after.key for each in matching.pairs} for matching in (rows, columns))
        mapped = _map_cells(before, mine[0], mine[1], *ids)
        found += _compare_cells(before, after, mapped, mine[1].title)
        keys |= mapped
    found += _compare_lists(before, after)
    found += _compare_rules(before, after, keys)
    texts = PartMatching(list(_list_texts(before)), list(_list_texts(after)))
    found += texts.tell()
    kept = sum(is_comparable(before, after, cell.key) for cell in before.cells)
    paired = {pair.before.key: pair.after.key for pair in texts.pairs if not pair.likely}
    there = {cell.key for cell in after.every_cell}
    met = {key: other for key, other in keys.items() if other in there}
    return FormComparison(before, after, tuple(found), kept, met, paired)


def is_comparable(before: FormSpec, after: FormSpec, key: CellKey) -> bool:
    """Whether the figures of a cell can be held against those of the same cell in another edition.

    It has the same unit there, and neither form says of its table that its figures are of that edition only.
    """
    if key not in before.index or key not in after.index:
        return False
    old, new = before.cell(key), after.cell(key)
    return old.measure.unit == new.measure.unit and not (old.table.this_edition_only or new.table.this_edition_only)


def _list_tables(spec: FormSpec) -> Iterator[FormPart]:
    yield from (FormPart("table", table.id, table.id, table.title, table.title) for table in spec.tables)


def _list_rows(table: Table) -> Iterator[FormPart]:
    for block in table.blocks:
        for row in block.rows:
            if any(column.id not in row.absent for column in block.columns):
                yield _make_line("row", table, row, row.label or row.short)


def _make_line(kind: PartKind, table: Table, item: Row | Column, label: str) -> FormPart:
    return FormPart(kind, item.id, table.id, label, word_path(item))


def word_path(item: Row | Column) -> str:
    """The label of a row or column below its heads; where it is empty, its short name."""
    return " / ".join([*(head.label for head in item.heads), item.label or item.short])


def _list_texts(spec: FormSpec) -> Iterator[FormPart]:
    yield from (FormPart("text", text.key, "", text.label, text.label) for text in spec.texts)


def _map_cells(
    spec: FormSpec, old: Table, new: Table, rows: Mapping[str, str], columns: Mapping[str, str]
) -> dict[CellKey, CellKey]:
    """The cells of a table whose row and column are in the other form, by what their keys would be there."""
    return {
        cell.key: f"{new.id}.{rows[cell.row.id]}.{columns[cell.column.id]}"
        for cell in spec.every_cell
        if cell.table is old and cell.row.id in rows and cell.column.id in columns
    }


def _match_columns(old: Table, new: Table, rows: PartMatching) -> PartMatching:
    """The columns of a table, paired only where both cross some row that both forms have, or neither crosses any.

    金额 of a row that is gone is no other row's.
    """
    into = {pair.before.key: pair.after.key for pair in rows.pairs}
    before, after = _cross_columns(old, into), _cross_columns(new, {name: name for name in into.values()})
    return PartMatching(
        list(before), list(after), lambda one, two: before[one] == after[two] or bool(before[one] & after[two])
    )


def _cross_columns(table: Table, rows: Mapping[str, str]) -> dict[FormPart, set[str]]:
    """The columns of a table, each with the rows that it crosses, as `rows` names them."""
    found: dict[FormPart, set[str]] = {}
    for block in table.blocks:
        for column in block.columns:
            crossed = found.setdefault(_make_line("column", table, column, column.label or column.short), set())
            crossed |= {rows[row.id] for row in block.rows if row.id in rows and column.id not in row.absent}
    return found


def _compare_cells(
    before: FormSpec, after: FormSpec, keys: Mapping[CellKey, CellKey], title: str
) -> Iterator[FormDifference]:
    """Where rows and columns of both forms meet: cells that are new, gone, or of another unit or kind."""
    old, new = ({cell.key: cell for cell in spec.every_cell} for spec in (before, after))
    rows = {key.rsplit(".", 1)[0] for key in keys.values()}
    columns = {(key.split(".")[0], key.rsplit(".", 1)[1]) for key in keys.values()}
    there = set(keys.values())
    for key, cell in new.items():
        met = key.rsplit(".", 1)[0] in rows and (key.split(".")[0], key.rsplit(".", 1)[1]) in columns
        if met and key not in there:
            yield FormDifference("new", "cell", None, _make_cell(cell, title))
    for key, other in keys.items():
        mine, theirs = old[key], new.get(other)
        if theirs is None:
            yield FormDifference("gone", "cell", _make_cell(mine, title), None)
        elif detail := "；".join(told for _, told in list_cell_changes(mine, theirs)):
            yield FormDifference("changed", "cell", _make_cell(mine, title), _make_cell(theirs, title), detail)


def _compare_lists(before: FormSpec, after: FormSpec) -> Iterator[FormDifference]:
    """What differs between lists: those that are new, gone or otherwise named, and their columns."""
    old, new = ({each.id: each for each in spec.lists} for spec in (before, after))
    lists = PartMatching(_list_row_lists(before), _list_row_lists(after))
    yield from lists.tell()
    for pair in lists.pairs:
        mine, theirs = old[pair.before.key], new[pair.after.key]
        if mine.limit != theirs.limit:
            yield FormDifference("changed", "table", pair.before, pair.after, f"行数 {mine.limit} → {theirs.limit}")
        if (rules := _word_line_rules(mine)) != (others := _word_line_rules(theirs)):
            change = f"本行关系 {'；'.join(rules) or '无'} → {'；'.join(others) or '无'}"
            yield FormDifference("changed", "table", pair.before, pair.after, change)
        if (join := word_joining(mine)) != (other := word_joining(theirs)):
            yield FormDifference("changed", "table", pair.before, pair.after, f"汇总 {join} → {other}")
        columns = PartMatching(_list_list_columns(mine), _list_list_columns(theirs))
        yield from columns.tell()
        for each in columns.pairs:
            told = [_word_column(row_list, part.key) for row_list, part in ((mine, each.before), (theirs, each.after))]
            if told[0] != told[1]:
                yield FormDifference("changed", "column", each.before, each.after, " → ".join(told))


def _word_line_rules(row_list: RowList) -> list[str]:
    """What a list asks of the figures of each line, in words."""
    given = [word_list_conditions(rule.conditions, row_list) for rule in row_list.rules]
    told = zip(given, row_list.rules, strict=True)
    said = [(f"{where}时，" if where else "", word_line_rule(rule, row_list), rule.severity) for where, rule in told]
    return [f"{where}{relation}{'' if grade == 'error' else f'（{GRADES[grade]}）'}" for where, relation, grade in said]


def pair_list_columns(before: FormSpec, after: FormSpec) -> dict[tuple[str, str], tuple[str, str]]:
    """The columns of lists that are in both forms by their words or ids, each with the id of its list in either."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    old, new = ({each.id: each for each in spec.lists} for spec in (before, after))
    for pair in PartMatching(_list_row_lists(before), _list_row_lists(after)).pairs:
        mine, theirs = old[pair.before.key], new[pair.after.key]
        columns = () if pair.likely else PartMatching(_list_list_columns(mine), _list_list_columns(theirs)).pairs
        found |= {(mine.id, each.before.key): (theirs.id, each.after.key) for each in columns if not each.likely}
    return found


def _list_row_lists(spec: FormSpec) -> list[FormPart]:
    return [FormPart("table", each.id, each.id, each.title, each.title) for each in spec.lists]


def _list_list_columns(row_list: RowList) -> list[FormPart]:
    return [FormPart("column", each.id, row_list.id, each.label, each.label) for each in row_list.columns]


def _word_column(row_list: RowList, name: str) -> str:
    """What a column of a list holds, in few words."""
    column = next(each for each in row_list.columns if each.id == name)
    way = f"，汇总{word_column_joining(column)}" if row_list.join and column.policy != "sum" else ""
    what = f"{column.measure.decimals} 位小数，{column.measure.unit}{way}" if column.entry is None else ""
    marks = (("必填", column.required), ("各行不同", column.unique), ("合计", column.total))
    said = describe_briefly(column.entry) if column.entry else what
    return "，".join([said, *(word for word, is_so in marks if is_so)])


def _make_cell(cell: AnyCell, title: str) -> FormPart:
    return FormPart("cell", cell.key, cell.table.id, cell.label, f"{title} / {cell.label}")


CellChange: TypeAlias = Literal["kind", "unit", "decimals"]


def list_cell_changes(mine: AnyCell, theirs: AnyCell) -> Iterator[tuple[CellChange, str]]:
    """What a cell means otherwise in another form, each with its words."""
    kinds = [word_kind(cell) for cell in (mine, theirs)]
    if kinds[0] != kinds[1]:
        yield "kind", f"{kinds[0]} → {kinds[1]}"
    if mine.measure.unit != theirs.measure.unit:
        yield "unit", f"单位 {mine.measure.unit} → {theirs.measure.unit}"
    if mine.measure.decimals != theirs.measure.decimals:
        yield "decimals", f"小数 {mine.measure.decimals} 位 → {theirs.measure.decimals} 位"


def word_kind(cell: AnyCell) -> str:
    """What a cell is in few words: filled in, added up, divided, or what may stand there."""
    match cell:
        case Cell():
            return "合计" if cell.total else "填报"
        case Rate():
            return "比率"
        case EntryCell():
            return describe_briefly(cell.kind)
        case _:
            assert_never(cell)


def _compare_rules(before: FormSpec, after: FormSpec, keys: Mapping[CellKey, CellKey]) -> Iterator[FormDifference]:
    old, new = (_group_rules(spec) for spec in (before, after))
    matching = PartMatching(list(_list_rules(before)), list(_list_rules(after)))
    yield from (each for each in matching.tell() if each.change != "moved")
    for pair in matching.pairs:
        mine, theirs = old[pair.before.key], new[pair.after.key]
        if detail := "；".join(_word_rule_changes(mine, theirs, keys)):
            yield FormDifference("changed", "rule", pair.before, pair.after, detail, likely=pair.likely)


def _list_rules(spec: FormSpec) -> Iterator[FormPart]:
    for name, rules in _group_rules(spec).items():
        table = spec.cell(rules[0].linear.own[0]).table.id
        yield FormPart("rule", name, table, rules[0].text, rules[0].text)


def _group_rules(spec: FormSpec) -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = {}
    for rule in spec.rules:
        found.setdefault(rule.id, []).append(rule)
    return found


def _word_rule_changes(mine: Sequence[Rule], theirs: Sequence[Rule], keys: Mapping[CellKey, CellKey]) -> Iterator[str]:
    grades = [("强制" if rules[0].severity == "error" else "核实") for rules in (mine, theirs)]
    if grades[0] != grades[1]:
        yield f"{grades[0]} → {grades[1]}"
    if {say_terms(rule, keys) for rule in mine} == {say_terms(rule, {}) for rule in theirs}:
        return
    old = {keys.get(bare_key(key), f"-{key}") for rule in mine for key in rule.linear.keys}
    new = {bare_key(key) for rule in theirs for key in rule.linear.keys}
    counts = [f"多 {len(new - old)} 格"] * bool(new - old) + [f"少 {len(old - new)} 格"] * bool(old - new)
    yield f"所列的格：{'，'.join(counts)}" if counts else "算式不同"


def say_terms(rule: Rule, keys: Mapping[CellKey, CellKey]) -> object:
    """A rule by the keys of another form, whatever the order in which it is written: equal where it says the same."""
    return _say_linear(rule.linear, keys)


def _say_linear(linear: Linear, keys: Mapping[CellKey, CellKey]) -> object:
    left, right = (
        frozenset(
            (key.removesuffix(bare_key(key)) + keys.get(bare_key(key), bare_key(key)), times) for key, times in side
        )
        for side in (linear.left, linear.right)
    )
    condition = None if linear.condition is None else _say_linear(linear.condition, keys)
    operator = linear.operator
    chosen = (
        None
        if linear.chosen is None
        else (keys.get(linear.chosen.key, linear.chosen.key), linear.chosen.choices, linear.chosen.barred)
    )
    lists = frozenset(linear.lists)
    return left, operator.sign, operator.slack, right, linear.constant, linear.decimals, condition, chosen, lists
