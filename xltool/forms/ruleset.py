"""Reads the rules of a definition: each `[[rule]]` becomes one `Rule` for every place where it holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from xltool.forms import grammar, linear
from xltool.forms.fields import Fields
from xltool.forms.instead import advise_label, take_label
from xltool.forms.operators import EQUAL
from xltool.forms.source import LocatedText, Source, suggest_nearest
from xltool.forms.written import SyntaxFault, read_number
from xltool.model import SEVERITIES, Column, Linear, Row, Rule, Severity, Table


def read_rules(
    source: Source, items: Sequence[dict[str, Any]], names: linear.Names, table: Table | None
) -> Iterator[Rule]:
    """The rules of one table, or of the whole form; faults are noted in the source."""
    seen: set[str] = set()
    for item in items:
        fields = Fields(source, item, "a rule")
        short = fields.identifier("id")
        if short in seen:
            fields.fault("id", f"a rule '{short}' stands here already")
        seen.add(short)
        name = LocatedText.at(
            f"{table.id}.{short}" if table else short, short.offset if isinstance(short, LocatedText) else 0
        )
        yield from _read_rule(fields, name, names, table)
        fields.close()


def _read_rule(fields: Fields, name: str, names: linear.Names, table: Table | None) -> Iterator[Rule]:
    """One rule at all of its places; none when it has a fault."""
    source, expr = fields.source, fields.text("expr")
    text, basis, remedy, defines = (
        fields.text("text"),
        fields.text("basis"),
        fields.text("remedy", ""),
        fields.flag("defines"),
    )
    severity, per = read_severity(fields), read_per(fields, in_table=table is not None)
    over = fields.text("over", "")
    if over and per is None:
        fields.fault("over", "'over' says which of them in a rule with 'per'")
        over = ""
    start = expr.offset if isinstance(expr, LocatedText) else 0
    if not expr or severity is None:
        return
    try:
        relations = grammar.parse_rule(expr)
    except SyntaxFault as error:
        label = take_label(expr, error.offset)
        tables = names.tables.values() if table is None else [table]
        blocks = [block for each in tables for block in each.blocks]
        items: list[Row | Column] = [item for block in blocks for item in block.rows]
        items += [item for block in blocks for item in block.columns]
        source.fault(start + error.offset, str(error), (advise_label(label, items) if label else "") or error.hint)
        return

    tolerance = _read_tolerance(
        fields, relations[0].expression, defines, names.tables.values() if table is None else [table]
    )
    for part, expression, covers in relations:
        said = f"{text}；各项可以重叠，合起来不应少于总数" if covers else text
        head = _Head(fields, name, per, over, severity, defines, tolerance)
        for found in _place_rule(head, names, table, names.settle_words(expression, table)):
            defined = found.linear.left[0][0] if defines else None
            where = _describe_place(found.place)
            yield Rule(name, found.place.at, said, found.linear, severity, basis, remedy, defined, where, part)


@dataclass(frozen=True, slots=True)
class _Head:
    """What a rule says beside its expression."""

    fields: Fields
    name: str
    per: linear.Per
    over: str
    severity: Severity
    defines: bool
    tolerance: Fraction


class _PlacedRule(NamedTuple):
    """An expression at one of its places."""

    place: linear.RulePlace
    linear: Linear


def _place_rule(
    head: _Head, names: linear.Names, table: Table | None, expression: grammar.Expression
) -> Iterator[_PlacedRule]:
    """One expression at all of its places, until the first fault."""
    fields, per, over, expr = head.fields, head.per, head.over, head.fields.data["expr"]
    start = expr.offset if isinstance(expr, LocatedText) else 0

    def complain(term: grammar.Term, message: str, hint: str) -> None:
        fields.source.fault(start + term.offset, message, hint)

    operator = expression.operator
    if not operator.compares and head.severity == "error":
        fields.fault("expr", f"'{operator.sign}' does not add up over agencies: it takes severity = \"warning\"")
        return
    if expression.lists and per is not None:
        fields.fault("per", "what a list comes to is one number: 'per' would ask it of every row or column")
        return
    named = list(linear.find_rule_places(table, per, expression))
    everywhere = [place for place in named if linear.has_cells(place, expression)]
    places = list(linear.select_places(everywhere, over)) if over else everywhere
    if over and everywhere and not places:
        fields.fault(
            "over",
            f"no {per} here is, or stands below, '{over}'",
            suggest_nearest(over, linear.list_place_names(everywhere)),
        )
    if not named and table is not None:
        first = expression.left[0]
        kind = "row" if per == "column" else "column"
        known = [item.id for block in table.blocks for item in (block.rows if per == "column" else block.columns)]
        complain(first, f"table '{table.id}' has no {kind} '{first.parts[0]}'", suggest_nearest(first.parts[0], known))
    if named and not everywhere:
        fields.fault("expr", f"no {per} has cells for all of these names: they are 'absent'")
    for place in places:
        sums = linear.resolve_expression(names, place, expression, complain)
        if sums is None:
            return
        if head.defines and len(sums.left) == 1 and names.is_typed(sums.left[0][0]):
            continue
        if not sums.own:
            fields.fault("expr", "a rule needs a cell of this year: last year's cannot be mended")
            return
        if head.defines and not _can_define(sums):
            fields.fault(
                "expr",
                "a rule that defines a total reads 'TOTAL = …', with one cell on the left, as fine as what it adds, "
                "and no prior. or condition",
            )
            return
        yield _PlacedRule(place, linear.tolerate(sums, head.tolerance) if head.tolerance else sums)


def _read_tolerance(fields: Fields, expression: grammar.Expression, defines: bool, tables: Iterable[Table]) -> Fraction:
    """By how much the sides of an equality may differ because the form prints that sums are rounded; mostly nothing."""
    written, quoted = fields.text("tolerance", ""), fields.text("rounded", "")
    if not written and not quoted:
        return Fraction(0)
    if not written or not quoted.strip():
        fields.fault(
            "tolerance" if written else "rounded",
            "'tolerance' and 'rounded', the words of the form that sums are rounded, stand together",
        )
    elif expression.operator is not EQUAL or defines:
        fields.fault("tolerance", "a tolerance is for a rule with '=' that computes no total")
    elif not any(quoted in each.note for each in tables):
        fields.fault("rounded", "a tolerance is only what the form prints: these words stand in no 'note' of the table")
    elif (number := read_number(written)) is None or not number:
        fields.fault("tolerance", f"'{written}' is no tolerance: a number above 0, such as \"0.01\"")
    else:
        return number
    return Fraction(0)


def read_severity(fields: Fields) -> Severity | None:
    """How grave a rule is, an error where it does not say; None, with the fault told, for another word."""
    given = fields.text("severity", "error")
    for severity in SEVERITIES:
        if severity == given:
            return severity
    fields.fault("severity", f"'{given}' is not a severity", suggest_nearest(given, SEVERITIES))
    return None


def read_per(fields: Fields, *, in_table: bool) -> linear.Per:
    """Whether a rule is written once for each row or for each column; None where it holds once."""
    given = fields.text("per", "")
    if given and (not in_table or given not in {"row", "column"}):
        fields.fault(
            "per", "'per' must be row or column, in a rule of a table", suggest_nearest(given, ["row", "column"])
        )
    return "row" if given == "row" else "column" if given == "column" else None


def _can_define(sums: Linear) -> bool:
    total = len(sums.left) == 1 and sums.left[0][1] == 1 and sums.operator is EQUAL
    return total and bool(sums.right or sums.lists) and not (sums.prior or sums.is_conditional)


def _describe_place(place: linear.RulePlace) -> str:
    """The place as a clerk says it: 「“自然人”栏」."""
    if place.block is None:
        return ""
    items: Sequence[Row | Column] = place.block.rows if place.per == "row" else place.block.columns
    kind = "栏" if place.per == "column" else "" if place.block.across else "行"
    return f"“{next(item.short for item in items if item.id == place.at)}”{kind}"
