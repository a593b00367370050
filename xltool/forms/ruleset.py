"""Reads the rules of a definition: each `[[rule]]` becomes one `Rule` for every place where it holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from xltool.forms import grammar, linear
from xltool.forms.fields import Fields
from xltool.forms.instead import advise_label, take_label
from xltool.forms.operators import EQUAL
from xltool.forms.source import LocatedText, Source, suggest_nearest
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
    severity, per = _read_severity(fields), _read_per(fields, table)
    over = fields.text("over", "")
    if over and per is None:
        fields.fault("over", "'over' says which of them in a rule with 'per'")
        over = ""
    start = expr.offset if isinstance(expr, LocatedText) else 0
    if not expr or severity is None:
        return
    try:
        expression = names.settle_words(grammar.parse(expr), table)
    except grammar.SyntaxFault as error:
        label = take_label(expr, error.offset)
        tables = names.tables.values() if table is None else [table]
        blocks = [block for each in tables for block in each.blocks]
        items: list[Row | Column] = [item for block in blocks for item in block.rows]
        items += [item for block in blocks for item in block.columns]
        source.fault(start + error.offset, str(error), (advise_label(label, items) if label else "") or error.hint)
        return

    def complain(term: grammar.Term, message: str, hint: str) -> None:
        source.fault(start + term.offset, message, hint)

    operator = expression.operator
    if not operator.compares and severity == "error":
        fields.fault("expr", f"'{operator.sign}' does not add up over agencies: it takes severity = \"warning\"")
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
        if defines and len(sums.left) == 1 and names.is_typed(sums.left[0][0]):
            continue
        if not sums.own:
            fields.fault("expr", "a rule needs a cell of this year: last year's cannot be mended")
            return
        if defines and not _can_define(sums):
            fields.fault(
                "expr",
                "a rule that defines a total reads 'TOTAL = …', with one cell on the left, as fine as what it adds, "
                "and no prior. or number alone",
            )
            return
        defined = sums.left[0][0] if defines else None
        yield Rule(name, place.at, text, sums, severity, basis, remedy, defined, _describe_place(place))


def _read_severity(fields: Fields) -> Severity | None:
    given = fields.text("severity", "error")
    for severity in SEVERITIES:
        if severity == given:
            return severity
    fields.fault("severity", f"'{given}' is not a severity", suggest_nearest(given, SEVERITIES))
    return None


def _read_per(fields: Fields, table: Table | None) -> linear.Per:
    given = fields.text("per", "")
    if given and (table is None or given not in {"row", "column"}):
        fields.fault(
            "per", "'per' must be row or column, in a rule of a table", suggest_nearest(given, ["row", "column"])
        )
    return "row" if given == "row" else "column" if given == "column" else None


def _can_define(sums: Linear) -> bool:
    total = len(sums.left) == 1 and sums.left[0][1] == 1 and sums.operator is EQUAL
    return total and not (sums.prior or sums.constant)


def _describe_place(place: linear.RulePlace) -> str:
    """The place as a clerk says it: 「“自然人”栏」."""
    if place.block is None:
        return ""
    items: Sequence[Row | Column] = place.block.rows if place.per == "row" else place.block.columns
    kind = "栏" if place.per == "column" else "" if place.block.across else "行"
    return f"“{next(item.short for item in items if item.id == place.at)}”{kind}"
