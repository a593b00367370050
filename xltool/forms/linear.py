"""Looks up the names of an expression and expands it over rows or columns into sums of cells."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from xltool.forms.grammar import (
    CUMULATIVE,
    EARLIER_WORDS,
    NO_LIST_HERE,
    ChosenTerm,
    Expression,
    ListSummand,
    Number,
    PrintedSummand,
    Term,
)
from xltool.forms.list_grammar import WrittenListTerm
from xltool.forms.list_terms import find_term_measure, resolve_list_term, trim_compared
from xltool.forms.operators import EQUAL, approximate
from xltool.forms.printed_numbers import find_printed, is_nothing
from xltool.forms.source import suggest_nearest
from xltool.forms.written import read_number
from xltool.model import (
    CARRIED,
    EARLIER,
    PRIOR,
    YEAR_AGO,
    Block,
    Cell,
    CellKey,
    Chosen,
    Column,
    EntryKind,
    Linear,
    ListTerm,
    ListTerms,
    Measure,
    PeriodKind,
    Row,
    RowList,
    Table,
    Terms,
    Text,
    bare_key,
    find_cell_kind,
)

Per: TypeAlias = Literal["row", "column"] | None
Complain: TypeAlias = Callable[[Term, str, str], None]
"""Takes a term, what is wrong with it, and a hint."""

HEAVIEST: Final = 9000
"""Sum of the coefficients of one side: so many figures of 15 digits still add up within 64 bits."""
MOST_RECKONED: Final = 10**15
"""What a side with factors may come to, scaled: up to here a spreadsheet holds each such number apart from the next."""


class Names:
    """What the rules of a form can name: its tables by id, the order of its cells, its lists, fields of the cover."""

    def __init__(
        self,
        tables: Sequence[Table],
        cells: Sequence[Cell],
        every: PeriodKind = "year",
        lists: Sequence[RowList] = (),
        texts: Sequence[Text] = (),
    ) -> None:
        self.fields = frozenset(text.key for text in texts if text.on_cover and not text.date)
        self.every: PeriodKind = every
        self.lists: Mapping[str, RowList] = {each.id: each for each in lists}
        self.tables: Mapping[str, Table] = {table.id: table for table in tables}
        self.order: Mapping[CellKey, int] = {cell.key: at for at, cell in enumerate(cells)}
        self._cells: Mapping[CellKey, Cell] = {cell.key: cell for cell in cells}
        self._typed = frozenset(cell.key for cell in cells if cell.column.id in cell.row.typed)

    def is_typed(self, key: CellKey) -> bool:
        """Whether the form says of a cell that it is no total, though its row or column is one."""
        return key in self._typed

    def find_measure(self, key: CellKey) -> Measure:
        """The measure of a cell, whichever submission it is of."""
        return self._cells[bare_key(key)].measure

    def place(self, key: CellKey) -> tuple[int, int]:
        """Where a cell stands in a sum: in form order, earlier ones behind."""
        block = next((at for at, mark in enumerate(EARLIER, 1) if key.startswith(mark)), 0)
        return block, self.order[bare_key(key)]

    def settle_words(self, expression: Expression, table: Table | None) -> Expression:
        """The expression, where a row or table bears a word of `EARLIER_WORDS` as its id, as naming that.

        Where none bears the id of a list, `sum(list.column)` is of the list.
        """
        rows = {row.id for block in table.blocks for row in block.rows} if table is not None else set()
        taken = (rows | set(self.tables)) & set(EARLIER_WORDS)
        if taken:
            left, right = (
                tuple(_take_word(term, taken) for term in side) for side in (expression.left, expression.right)
            )
            expression = replace(expression, left=left, right=right)
        named = self.find_list_ids(table)
        meant = [term for term in expression.right if _is_of_list(term, named)]
        if not meant:
            return expression
        lists = (*expression.lists, *map(_take_as_list, meant))
        return replace(expression, right=tuple(term for term in expression.right if term not in meant), lists=lists)

    def find_list_ids(self, table: Table | None) -> frozenset[str]:
        """The lists that `sum(list.column)` in a rule of a table can be of: no row or head of it has their id."""
        rows = [row for block in table.blocks for row in block.rows] if table is not None else []
        heads = (head.id for row in rows for head in row.heads)
        return frozenset(self.lists).difference((row.id for row in rows), heads)

    def measure_list(self, term: ListTerm) -> Measure:
        """The measure of what a list comes to; lines are counted in no unit."""
        return find_term_measure(self.lists[term.row_list], term)


def _is_of_list(term: Term, named: Container[str]) -> bool:
    return term.sum and not term.earlier and len(term.parts) == 2 and term.parts[0] in named


def _take_as_list(term: Term) -> ListSummand:
    name, column = term.parts
    written = WrittenListTerm(name, column, (), term.offset, term.offset + len(name) + 1)
    return ListSummand(term.coefficient, written, term.places)


def _take_word(term: Term, taken: Container[str]) -> Term:
    if term.earlier not in taken:
        return term
    return replace(term, parts=(term.earlier, *term.parts), earlier="", offset=term.offset - len(term.earlier) - 1)


@dataclass(frozen=True, slots=True)
class RulePlace:
    """One place where a rule holds.

    A table, or none for a rule of the whole form, and its row or column with the block of that.
    """

    table: Table | None = None
    block: Block | None = None
    per: Per = None
    at: str = ""


def find_rule_places(table: Table | None, per: Per, expression: Expression) -> Iterator[RulePlace]:
    """Where a rule holds: once for each column or row of the block that knows its first name."""
    if per is None or table is None:
        yield RulePlace(table)
        return
    first = expression.left[0].parts[0]
    for block in table.blocks:
        across, along = (block.rows, block.columns) if per == "column" else (block.columns, block.rows)
        if _find_members(across, first):
            for item in along:
                yield RulePlace(table, block, per, item.id)


def has_cells(place: RulePlace, expression: Expression) -> bool:
    """Whether each name of a rule has a cell at a place: where the form has none, the rule is not written."""
    block = place.block
    if block is None:
        return True
    if any(_is_unprinted(place, block, summand) for summand in _list_printed(expression)):
        return False
    chosen = expression.chosen
    if chosen is not None and len(chosen.cell.parts) == 1 and _is_blocked(place, block, chosen.cell.parts[0]):
        return False
    for term in expression.terms:
        if len(term.parts) == 1:
            pair = (term.parts[0], place.at) if place.per == "column" else (place.at, term.parts[0])
            rows = _find_members(block.rows, pair[0], grouped=term.sum and place.per != "row")
            columns = _find_members(block.columns, pair[1], grouped=term.sum and place.per != "column")
            if rows and columns and not any(_has_figure(row, column) for row in rows for column in columns):
                return False
    return True


def _list_printed(expression: Expression) -> Iterator[PrintedSummand]:
    """The numbers printed in rows that a rule or its condition rests on."""
    yield from expression.printed
    yield from _list_printed(expression.condition) if expression.condition is not None else ()


def _is_unprinted(place: RulePlace, block: Block, summand: PrintedSummand) -> bool:
    """Whether a row prints nothing below a head that is there."""
    text = find_printed(block, place.at, summand.head) if place.per == "row" else None
    return text is not None and is_nothing(text)


def _add_printed(place: RulePlace, expression: Expression, complain: Complain) -> Fraction | None:
    """What the numbers come to that a row prints; None, with what is wrong told, where there is none."""
    found = Fraction(0)
    for summand in expression.printed:
        at = replace(expression.left[0], offset=summand.offset)
        if place.block is None or place.per != "row":
            complain(at, f"'{summand.head}' is printed in rows: such a rule has per = \"row\"", "")
            return None
        text = find_printed(place.block, place.at, summand.head)
        if text is None:
            known = (*place.block.printed_before, *place.block.printed)
            complain(at, f"no printed column has the head '{summand.head}'", suggest_nearest(summand.head, known))
            return None
        number = read_number(text)
        if number is None:
            complain(at, f"row '{place.at}' prints no number below '{summand.head}', but '{text}'", "")
            return None
        found += summand.factor * number
    return found


def _is_blocked(place: RulePlace, block: Block, name: str) -> bool:
    """Whether a block's line of that name has no cell at a place."""
    pair = (name, place.at) if place.per == "column" else (place.at, name)
    met = [(row, column) for row in block.rows for column in block.columns if (row.id, column.id) == pair]
    return bool(met) and all(find_cell_kind(row, column) is None for row, column in met)


def select_places(found: Sequence[RulePlace], name: str) -> Iterator[RulePlace]:
    """Those places whose row or column has that id, or is an input below the head of that id."""
    for place in found:
        if any(item.id == place.at for item in _find_members(_items_along(place), name)):
            yield place


def list_place_names(found: Sequence[RulePlace]) -> list[str]:
    """The names that `select_places` knows at these places."""
    return list(dict.fromkeys(name for place in found for name in _list_known(_items_along(place))))


def _items_along(place: RulePlace) -> Sequence[Row] | Sequence[Column]:
    """The rows or columns that a rule is written once for."""
    if place.block is None:
        return ()
    return place.block.rows if place.per == "row" else place.block.columns


def resolve_expression(names: Names, place: RulePlace, expression: Expression, complain: Complain) -> Linear | None:
    """The expression at one place as sums of cells; None, with every fault told, when a name is not known."""
    printed = _add_printed(place, expression, complain) if _check_earlier(names, expression, complain) else None
    if printed is None:
        return None
    expression = replace(expression, constant=expression.constant + printed)
    lists = _add_lists(names, place, expression, complain)
    own = tuple(term for term in expression.left if not _is_of_list(term, names.find_list_ids(place.table)))
    left, right = (_add_factors(names, place, side, complain) for side in (own, expression.right))
    if left is None or right is None or lists is None:
        return None
    units = {names.find_measure(key).unit for side in (left, right) for key in side}
    units |= {names.measure_list(term).unit for term in lists if term.column}
    if (len(units) > 1 or lists) and not _check_units(names, place, expression, complain):
        return None
    if expression.right and expression.right[0].earlier == CUMULATIVE:
        right[CARRIED + next(iter(left))] = 1
    places = [
        names.find_measure(key).decimals + _count_places(factor)
        for side in (left, right)
        for key, factor in side.items()
    ]
    places += [names.measure_list(term).decimals + _count_places(factor) for term, factor in lists.items()]
    decimals = max(0, _count_places(expression.constant), *places)
    found = [_scale_terms(names, side, decimals) for side in (left, right)]
    counted = _scale_lists(names, lists, decimals)
    constant = int(expression.constant * 10**decimals)
    heavy = _find_heavy_list(names, counted)
    for side, terms, factors, more in zip(
        (expression.left, expression.right), found, (left, right), (0, abs(constant)), strict=True
    ):
        if fault := _find_heavy_measure(names, terms, factors, more) or heavy:
            complain(
                (*side, *expression.left)[0],
                "this side may come to more than 15 digits, which no formula reckons exactly: "
                f"lower 'maximum' of measure '{fault}'",
                "",
            )
            return None
    condition = chosen = None
    if expression.condition is not None:
        condition = resolve_expression(names, place, expression.condition, complain)
    if expression.chosen is not None:
        chosen = _resolve_chosen(names, place, expression.chosen, complain)
    if (condition is None, chosen is None) != (expression.condition is None, expression.chosen is None):
        return None
    return Linear(found[0], expression.operator, found[1], constant, decimals, condition, chosen, counted)


def resolve_condition(
    names: Names, place: RulePlace, given: Expression | ChosenTerm, complain: Complain
) -> Chosen | Linear | None:
    """A condition that stands alone, at one place; None, with every fault told, as above."""
    if isinstance(given, ChosenTerm):
        return _resolve_chosen(names, place, given, complain)
    return resolve_expression(names, place, names.settle_words(given, place.table), complain)


def _add_lists(
    names: Names, place: RulePlace, expression: Expression, complain: Complain
) -> dict[ListTerm, Number] | None:
    """What lists come to, with its factors; None, with every fault told, as of cells."""
    found: dict[ListTerm, Number] = {}
    failed = False
    for term in expression.left:
        if _is_of_list(term, names.find_list_ids(place.table)):
            complain(term, NO_LIST_HERE, "")
            failed = True

    def complain_at(offset: int, message: str, hint: str) -> None:
        complain(replace(expression.left[0], offset=offset), message, hint)

    for summand in expression.lists:
        resolved = resolve_list_term(names.lists, summand.written, complain_at)
        if resolved is None:
            failed = True
        else:
            found[resolved] = found.get(resolved, 0) + summand.factor
    return None if failed else {term: factor for term, factor in found.items() if factor}


def _resolve_chosen(names: Names, place: RulePlace, told: ChosenTerm, complain: Complain) -> Chosen | None:
    """The condition on what is chosen, or filled in on the cover, at one place; None, with what is wrong told."""
    named = ".".join(told.cell.parts)
    entry = _find_entry(names, place, told.cell)
    if entry is None and named in names.fields:
        compared = [(trim_compared(choice), offset) for choice, offset in told.choices]
        empty = next((offset for choice, offset in compared if not choice), None)
        if empty is not None:
            complain(replace(told.cell, offset=empty), "a condition asks for words, and here are none", "")
            return None
        return Chosen(named, tuple(choice for choice, _ in compared), told.barred, on_cover=True)
    if entry is None or not entry[1].choices:
        fault = f"'{named}' is no cell in which something is chosen of a list, and no field of words on the cover"
        complain(told.cell, fault, "")
        return None
    key, kind = entry
    for choice, offset in told.choices:
        if choice not in kind.choices:
            at = replace(told.cell, offset=offset)
            complain(at, f"'{choice}' is none of the choices of '{named}'", suggest_nearest(choice, kind.choices))
            return None
    return Chosen(key, tuple(choice for choice, _ in told.choices), told.barred)


def _find_entry(names: Names, place: RulePlace, term: Term) -> tuple[CellKey, EntryKind] | None:
    """The cell that is no figure which a term names at a place, and what it may hold; None where there is none."""
    parts, table = term.parts, place.table
    if len(parts) == 3:
        table = names.tables.get(parts[0])
    if table is None or (len(parts) == 1 and place.per is None):
        return None
    pair = parts[-2:] if len(parts) > 1 else (parts[0], place.at) if place.per == "column" else (place.at, parts[0])
    for block in table.blocks:
        for row in (each for each in block.rows if each.id == pair[0]):
            for column in (each for each in block.columns if each.id == pair[1]):
                kind = row.entry or column.entry
                if kind is not None and find_cell_kind(row, column) == "entry":
                    return f"{table.id}.{row.id}.{column.id}", kind
    return None


def tolerate(sums: Linear, tolerance: Fraction) -> Linear:
    """An equality whose sides may differ by so much, at a scale that can say it."""
    finer = max(0, _count_places(tolerance) - sums.decimals)
    left, right = (
        tuple((key, coefficient * 10**finer) for key, coefficient in side) for side in (sums.left, sums.right)
    )
    decimals = sums.decimals + finer
    operator = approximate(int(tolerance * 10**decimals), decimals)
    lists = tuple((term, coefficient * 10**finer) for term, coefficient in sums.lists)
    return replace(
        sums,
        left=left,
        operator=operator,
        right=right,
        constant=sums.constant * 10**finer,
        decimals=decimals,
        lists=lists,
    )


def resolve_sum(names: Names, place: RulePlace, side: Sequence[Term], complain: Complain) -> Terms | None:
    """A sum with whole factors at one place as cells with coefficients; None, with every fault told, as above."""
    found = _add_factors(names, place, side, complain)
    return None if found is None else tuple((key, int(factor)) for key, factor in found.items())


def _add_factors(
    names: Names, place: RulePlace, side: Sequence[Term], complain: Complain
) -> dict[CellKey, Number] | None:
    """The cells of a sum at one place with their factors, in the order of the form; None, with every fault told."""
    sums: dict[CellKey, Number] = {}
    failed = False
    for term in side:
        keys = _resolve_term(names, place, term, complain)
        failed |= not keys
        for key in keys:
            name = _MARKS.get(term.earlier, "") + key
            sums[name] = sums.get(name, 0) + term.factor
    found = {key: sums[key] for key in sorted(sums, key=names.place) if sums[key]}
    if sums and not found:
        complain(side[0], "this side adds up to nothing", "")
        failed = True
    return None if failed else found


def _check_units(names: Names, place: RulePlace, expression: Expression, complain: Complain) -> bool:
    """Whether cells of different units are joined by factors that are written; tells where they are not."""
    if not expression.operator.compares:
        return True
    first = ""
    for term in (*expression.left, *expression.right):
        if term.places is not None:
            continue
        for key in _resolve_term(names, place, term, lambda *_: None):
            unit = names.find_measure(key).unit
            first = first or unit
            if unit != first:
                complain(term, _word_units(first, unit), "")
                return False
    fits = [_check_list_unit(names, place, expression, each, first, complain) for each in expression.lists]
    return all(fits)


def _word_units(first: str, other: str) -> str:
    return (
        f"this side joins '{first}' and '{other}': say by which factor, "
        "as in '10000 * cell', or '1 * cell' where they are alike"
    )


def _check_list_unit(  # noqa: PLR0917 -- what is at hand of a rule
    names: Names, place: RulePlace, expression: Expression, summand: ListSummand, unit: str, complain: Complain
) -> bool:
    """Whether what a list comes to may stand beside cells of a unit; tells where a factor must say so."""
    resolved = resolve_list_term(names.lists, summand.written, lambda *_: None)
    if summand.places is not None or resolved is None:
        return True
    at = replace(expression.left[0], offset=summand.written.offset)
    measure = names.measure_list(resolved)
    if resolved.column is not None and unit and measure.unit != unit:
        complain(at, _word_units(unit, measure.unit), "")
        return False
    plain = (term for term in (*expression.left, *expression.right) if term.places is None)
    keys = (key for term in plain for key in _resolve_term(names, place, term, lambda *_: None))
    finer = next((measure for key in keys if (measure := names.find_measure(key)).decimals), None)
    if resolved.column is None and finer is not None:
        complain(
            at,
            f"lines are counted in whole numbers, and figures in '{finer.unit}' have decimals: say by which factor, "
            "as in '1 * count(LIST)'",
            "",
        )
        return False
    return True


def _count_places(number: Number) -> int:
    """How many decimals a number has; less than none where it ends in noughts, since it needs none of its figures'."""
    places = 0
    while number.denominator > 1:
        number, places = number * 10, places + 1
    while number and number.numerator % 10 == 0:
        number, places = Fraction(number, 10), places - 1
    return places


def _scale_terms(names: Names, factors: Mapping[CellKey, Number], decimals: int) -> Terms:
    """The coefficients that take scaled figures to a sum of so many decimals."""
    shifts = {key: decimals - names.find_measure(key).decimals for key in factors}
    return tuple(
        (key, int(factor * (10 ** shifts[key] if shifts[key] >= 0 else Fraction(1, 10 ** -shifts[key]))))
        for key, factor in factors.items()
    )


def _scale_lists(names: Names, factors: Mapping[ListTerm, Number], decimals: int) -> ListTerms:
    """The same for what lists come to."""
    return tuple(
        (term, int(factor * Fraction(10**decimals, names.measure_list(term).scale))) for term, factor in factors.items()
    )


def _find_heavy_list(names: Names, terms: ListTerms) -> str:
    """The measure of a list's figures that may come to more than can be reckoned with; '' where none is."""
    for term, coefficient in terms:
        measure, lines = names.measure_list(term), names.lists[term.row_list].limit
        if abs(coefficient) * measure.maximum * measure.scale * lines > MOST_RECKONED:
            return measure.id
    return ""


def _find_heavy_measure(names: Names, terms: Terms, factors: Mapping[CellKey, Number], more: int) -> str:
    """The measure of a side whose factors may take it to more than can be reckoned with; '' where none is."""
    plain = all(coefficient == factors[key] for key, coefficient in terms)
    if plain and not more and sum(abs(coefficient) for _, coefficient in terms) <= HEAVIEST:
        return ""
    sizes = {
        key: abs(coefficient) * names.find_measure(key).maximum * names.find_measure(key).scale
        for key, coefficient in terms
    }
    if sum(sizes.values()) + more <= MOST_RECKONED:
        return ""
    return names.find_measure(max(sizes, key=lambda key: sizes[key])).id if sizes else ""


_MARKS: Final = {"prior": PRIOR, "same_last_year": YEAR_AGO}


def _check_earlier(names: Names, expression: Expression, complain: Complain) -> bool:
    """Whether a form that is reported so often has the submissions that an expression looks at; tells what it lacks."""
    for term in (*expression.left, *expression.right):
        fault = _find_earlier_fault(names.every, expression, term)
        if fault:
            complain(term, *fault)
            return False
    return True


def _find_earlier_fault(every: PeriodKind, expression: Expression, term: Term) -> tuple[str, str] | None:
    if not term.earlier:
        return None
    if every == "once":
        return "a form that is reported once has nothing to compare with", ""
    if term.earlier != "prior" and every in {"year", "school_year"}:
        hint = "write 'prior.'" if term.earlier == "same_last_year" else ""
        return f"'{term.earlier}.' is for forms that are reported several times a year", hint
    if term.earlier == CUMULATIVE:
        [left, *more], right = expression.left, expression.right
        single = not (more or left.sum or left.earlier or len(right) > 1) and left.coefficient == term.coefficient == 1
        if (
            not single
            or expression.operator is not EQUAL
            or term is not right[0]
            or expression.constant
            or expression.lists
            or expression.printed
        ):
            return f"'{CUMULATIVE}.' stands alone: CELL = {CUMULATIVE}.CELL", ""
    return None


def _resolve_term(names: Names, place: RulePlace, term: Term, complain: Complain) -> list[CellKey]:
    """The cells that a term names at a place."""
    parts, table = term.parts, place.table
    if len(parts) == 3:
        if parts[0] not in names.tables:
            complain(term, f"no table is named '{parts[0]}'", suggest_nearest(parts[0], names.tables))
            return []
        table = names.tables[parts[0]]
    if len(parts) > 3 or table is None:
        complain(
            term, f"'{'.'.join(parts)}' names no cell: a rule of the whole form names cells as table.row.column", ""
        )
        return []
    if len(parts) > 1:
        return _cross_names(table, table.blocks, parts[-2:], term, complain)
    if place.block is None or place.per is None:
        complain(term, f"'{parts[0]}' names no cell here: write row.column, or give the rule a 'per'", "")
        return []
    pair = (parts[0], place.at) if place.per == "column" else (place.at, parts[0])
    return _cross_names(table, (place.block,), pair, term, complain, fixed=place.per)


def _cross_names(
    table: Table, blocks: Sequence[Block], pair: Sequence[str], term: Term, complain: Complain, *, fixed: Per = None
) -> list[CellKey]:
    """The cells where the named row (or group of rows) meets the named column (or group of columns)."""
    row, column = pair
    for block in blocks:
        rows = _find_members(block.rows, row, grouped=term.sum and fixed != "row")
        columns = _find_members(block.columns, column, grouped=term.sum and fixed != "column")
        if rows and columns:
            if term.sum and rows[0].id == row and columns[0].id == column:
                complain(term, f"'{'.'.join(term.parts)}' is a single cell, not a group: leave out sum()", "")
                return []
            found = [f"{table.id}.{r.id}.{c.id}" for r in rows for c in columns if _has_figure(r, c)]
            if not found and any(item.entry for item in (*rows, *columns)):
                complain(term, f"'{'.'.join(term.parts)}' is no figure: rules and rates reckon with figures", "")
            elif not found and any(isinstance(r, Row) and c.id not in r.absent for r in rows for c in columns):
                complain(term, f"'{'.'.join(term.parts)}' is a 'rate': rules and rates reckon with figures", "")
            elif not found:
                complain(term, f"row '{row}' has no cell in column '{column}': it is 'absent'", "")
            return found
    complain(term, *_explain_unknown(table, blocks, pair, term))
    return []


def _explain_unknown(table: Table, blocks: Sequence[Block], names: Sequence[str], term: Term) -> tuple[str, str]:
    """What is wrong with a name that no cell of these blocks has, and a hint."""
    known_rows = _list_known(row for block in blocks for row in block.rows)
    known_columns = _list_known(column for block in blocks for column in block.columns)
    for kind, name, known in zip(("row", "column"), names, (known_rows, known_columns), strict=True):
        if name not in known:
            where = f"table '{table.id}'" if len(blocks) == len(table.blocks) else f"this block of table '{table.id}'"
            return f"{where} has no {kind} '{name}'", suggest_nearest(name, known)
        if not term.sum and known[name]:
            return f"'{name}' is a group of {kind}s: write sum({'.'.join(term.parts)})", ""
    return f"row '{names[0]}' has no column '{names[1]}'", ""


def _find_members(items: Sequence[Row] | Sequence[Column], name: str, grouped: bool = True) -> list[Row | Column]:
    """The item of that id, or the inputs below the head of that id."""
    single: list[Row | Column] = [item for item in items if item.id == name]
    if single or not grouped:
        return single
    return [item for item in items if not item.total and any(head.id == name for head in item.heads)]


def _has_figure(row: Row | Column, column: Row | Column) -> bool:
    """Whether a figure stands where a row and a column meet."""
    return isinstance(row, Row) and isinstance(column, Column) and find_cell_kind(row, column) == "figure"


def _list_known(items: Iterable[Row | Column]) -> dict[str, bool]:
    """Known names; True for a group."""
    names: dict[str, bool] = {}
    for item in items:
        names[item.id] = False
        for head in item.heads:
            names.setdefault(head.id, True)
    return names
