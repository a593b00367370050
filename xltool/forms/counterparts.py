"""Which place of a form is the same one in another edition of it, and what it means otherwise there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Final, Literal, TypeAlias

from xltool.days import parse_day
from xltool.forms.checks import list_checks
from xltool.forms.controls import list_control_totals
from xltool.forms.differences import (
    CellChange,
    FormComparison,
    list_cell_changes,
    pair_list_columns,
    say_terms,
    word_path,
)
from xltool.forms.parts import plain_path
from xltool.model import AnyCell, CellKey, FormSpec, ListColumn, RowList, Rule, Text, bare_key

FilledKind: TypeAlias = Literal["cell", "text", "explanation", "control", "line"]
"""What can be filled in: a cell of a table, a text, the 说明 of a check, a total typed a second time (核对数), a place
in a line of a list: `list.line.column`, or `list.column` for the whole column."""
CarryChange: TypeAlias = CellChange | Literal["label", "rule", "reference"]
"""What is otherwise of a place: also its words, a rule about it, or that a text names figures by their places."""
_NO_PLACE: Final[Mapping[FilledKind, str]] = {
    "cell": "新版没有这一格",
    "text": "新版没有这一段",
    "explanation": "新版没有这项检查，或它的内容变了",
    "control": "新版没有这一格核对数",
    "line": "新版没有这一栏",
}


class UnplacedError(Exception):
    """What is filled in has no place in another form: why, in Chinese, and where it may belong."""

    def __init__(self, why: str, near: str = "") -> None:
        super().__init__(why)
        self.why, self.near = why, near


class Counterparts:
    """The places of one form that are in another too, by their words or their ids; nothing that is only much alike."""

    def __init__(self, comparison: FormComparison) -> None:
        self.comparison = comparison
        self.old, self.new = comparison.before, comparison.after
        self._cells: dict[CellKey, CellKey] = {}
        for key in comparison.cells:
            with suppress(UnplacedError):
                self._cells[key] = self.find_cell(self.old.any_cell(key)).key
        self._columns = pair_list_columns(self.old, self.new)
        self._rules = _list_rules(self.old, self._cells), _list_rules(self.new, {})
        self._about = [_group_by_cell(rules) for rules in self._rules]
        self._controls = {key for table in self.new.tables for key in list_control_totals(self.new, table).keys}

    def find_cell(self, cell: AnyCell) -> AnyCell:
        """The same cell in the other form: its table, row and column have the same words or id; `UnplacedError`."""
        key = self.comparison.cells.get(cell.key)
        if key is None:
            raise UnplacedError(_NO_PLACE["cell"])
        other = self.new.any_cell(key)
        for name, (mine, theirs) in _pair_names(cell, other).items():
            if mine[0] != theirs[0] and plain_path(mine[1]) != plain_path(theirs[1]):
                raise UnplacedError(f"新版只有相近的{name}“{theirs[1]}”，不能断定是同一项", key)
        if cell.table.this_edition_only or other.table.this_edition_only:
            raise UnplacedError("报表定义写明这张表的数在另一版里意思不同", key)
        return other

    def find_control(self, cell: AnyCell) -> AnyCell:
        """The total of the other form that is typed a second time there too; `UnplacedError`."""
        other = self.find_cell(cell)
        if other.key not in self._controls:
            raise UnplacedError(_NO_PLACE["control"])
        return other

    def find_text(self, key: str, written: str) -> Text:
        """The text of the other form that is the same one, and can hold what is written; `UnplacedError`."""
        if key not in self.comparison.texts:
            raise UnplacedError(_NO_PLACE["text"])
        text, other = self.old.text(key), self.new.text(self.comparison.texts[key])
        if (text.date, text.boxes) != (other.date, other.boxes):
            if other.date and parse_day(written) is None:
                raise UnplacedError("新版这里填日期", other.key)
            if other.boxes and len(written) != other.boxes:
                raise UnplacedError(f"新版这里填 {other.boxes} 位", other.key)
        return other

    def find_column(self, row_list: RowList, column: ListColumn) -> tuple[RowList, ListColumn]:
        """The same column of the same list in the other form; `UnplacedError`."""
        if (row_list.id, column.id) not in self._columns:
            raise UnplacedError(_NO_PLACE["line"])
        name, other = self._columns[row_list.id, column.id]
        [found] = (each for each in self.new.lists if each.id == name)
        return found, next(each for each in found.columns if each.id == other)

    def find_check(self, name: str) -> str:
        """The check of the other form that asks for the same 说明; `UnplacedError`.

        A rule that says the same of the same cells, or the same kind of check of the same table.
        """
        terms = {terms: rule.name for rule, terms in self._rules[1]}
        rules = {rule.name: terms.get(said) for rule, said in self._rules[0]}
        tables = {key.partition(".")[0]: other.partition(".")[0] for key, other in self._cells.items()}
        code, at, table = name.partition("@")
        other = rules[name] if name in rules else f"{code}{at}{tables.get(table, table)}"
        asked = {each.name for each in list_checks(self.new, True, True) if each.severity == "warning"}
        if other is None or other not in asked:
            raise UnplacedError(_NO_PLACE["explanation"])
        return other

    def list_changes(self, cell: AnyCell, other: AnyCell) -> Iterator[tuple[CarryChange, str]]:
        """What the same cell means otherwise in the other form."""
        for name, (mine, theirs) in _pair_names(cell, other).items():
            if plain_path(mine[1]) != plain_path(theirs[1]):
                yield "label", f"{name}名 {mine[1]} → {theirs[1]}"
        yield from list_cell_changes(cell, other)
        before, after = (about.get(each.key, {}) for about, each in zip(self._about, (cell, other), strict=True))
        gone = {rule.id: rule for terms, rule in before.items() if terms not in after}
        new = {rule.id: rule for terms, rule in after.items() if terms not in before}
        yield from (("rule", f"取消勾稽关系：{rule.text}") for name, rule in gone.items() if name not in new)
        for name, rule in new.items():
            yield "rule", f"{'勾稽关系变了' if name in gone else '新增勾稽关系'}：{rule.text}"

    def list_new(self) -> Iterator[tuple[FilledKind, str]]:
        """What is filled in in the other form alone."""
        met, known = set(self._cells.values()), set(self.comparison.texts.values())
        yield from (("cell", cell.key) for cell in self.new.inputs if cell.key not in met)
        yield from (("text", text.key) for text in self.new.texts if text.key not in known)
        columns = {*self._columns.values()}
        names = ((each.id, column.id) for each in self.new.lists for column in each.columns)
        yield from (("line", ".".join(name)) for name in names if name not in columns)


def _list_rules(spec: FormSpec, keys: Mapping[CellKey, CellKey]) -> list[tuple[Rule, object]]:
    """The rules of a form at their places, each with what it says of the cells of another form, and how gravely."""
    return [(rule, (rule.severity, say_terms(rule, keys))) for rule in spec.rules]


def _group_by_cell(rules: list[tuple[Rule, object]]) -> dict[CellKey, dict[object, Rule]]:
    """What is said of each cell, with the rule that says it."""
    found: dict[CellKey, dict[object, Rule]] = {}
    for rule, terms in rules:
        for key in rule.linear.keys:
            found.setdefault(bare_key(key), {})[terms] = rule
    return found


def _pair_names(cell: AnyCell, other: AnyCell) -> dict[str, tuple[tuple[str, str], tuple[str, str]]]:
    """What table, row and column of a cell are called in two forms: for each of them id and words in either."""
    mine, theirs = (
        {
            "表": (each.table.id, each.table.title),
            "行": (each.row.id, word_path(each.row)),
            "栏": (each.column.id, word_path(each.column)),
        }
        for each in (cell, other)
    )
    return {name: (mine[name], theirs[name]) for name in mine}
