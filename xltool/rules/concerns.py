"""What opinions make of each cell: to be changed, in the relation that does not hold, to be explained, or following.

The same for every picture of a table, so that a cell is marked alike wherever it is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Final, Literal, TypeAlias

from xltool.forms.list_rows import list_missing, list_repeated, list_unfit, name_content
from xltool.forms.list_terms import list_terms
from xltool.forms.operators import EQUAL
from xltool.forms.totals import compute_totals
from xltool.messages import choose_terms
from xltool.model import (
    CellKey,
    Finding,
    FormSpec,
    ListRow,
    RowList,
    Rule,
    Submission,
    Suspect,
    Terms,
    Value,
    is_earlier,
)
from xltool.rules.opinions import Opinion, find_named, find_pointed

CellRole: TypeAlias = Literal["change", "may", "relation", "ask", "follow"]
ROLES: Final[tuple[CellRole, ...]] = ("change", "may", "relation", "ask", "follow")
"""To be changed; one of some of which one is to be changed; in the relation that does not hold; to be explained or
changed; a total that is right again once the others are. The gravest first."""


@dataclass(frozen=True, slots=True)
class Concern:
    """What one opinion makes of a cell; `opinion` is its place among the opinions.

    `sign` is what stands before the figure when the relation is read downward (or to the right), and `is_lead` whether
    the opinion is to be told in this cell.
    """

    opinion: int
    role: CellRole
    sign: str = ""
    is_lead: bool = False


def find_concerns(
    spec: FormSpec, values: Sequence[Value], opinions: Sequence[Opinion], findings: Sequence[Finding]
) -> Mapping[CellKey, tuple[Concern, ...]]:
    """What the opinions make of the cells that they concern, the gravest first; what is only told concerns none.

    `opinions` are on `findings`, of a submission with `values`.
    """
    found: dict[CellKey, list[Concern]] = {}
    for at, opinion in enumerate(opinions):
        if opinion.severity != "info":
            mine = [findings[place] for place in opinion.findings]
            concerns = _concern_leading(spec, at, opinion, mine)
            for key in _find_followers(spec, values, find_pointed(opinion), mine):
                concerns.setdefault(key, Concern(at, "follow"))
            for key, concern in concerns.items():
                found.setdefault(key, []).append(concern)
    return {key: tuple(sorted(each, key=lambda concern: ROLES.index(concern.role))) for key, each in found.items()}


def find_line_concerns(
    spec: FormSpec, submission: Submission, opinions: Sequence[Opinion], findings: Sequence[Finding]
) -> Mapping[CellKey, tuple[Concern, ...]]:
    """What the opinions make of the places of lists, by `name_content`; what is told of no line concerns none."""
    found: dict[CellKey, list[Concern]] = {}
    for at, opinion in enumerate(opinions):
        mine = [findings[place] for place in opinion.findings]
        for row_list in spec.lists:
            for key in _list_faulty(row_list, submission.lists.get(row_list.id, ()), mine):
                role: CellRole = "ask" if opinion.severity == "warning" else "change"
                found.setdefault(key, []).append(Concern(at, role, is_lead=True))
    return {key: tuple(each) for key, each in found.items()}


def _list_faulty(row_list: RowList, lines: Sequence[ListRow], mine: Sequence[Finding]) -> Iterator[CellKey]:
    """The places in which the lines of a list are as findings on them say."""
    told = {(found.code, found.data.get("column")) for found in mine if found.data.get("list") == row_list.name}
    places = {
        "list.missing": list_missing(row_list, lines),
        "list.invalid": list_unfit(row_list, lines),
        "list.repeated": {at: [*chain.from_iterable(groups)] for at, groups in list_repeated(row_list, lines).items()},
    }
    for code, by_column in places.items() if told else ():
        for at, serials in by_column.items():
            column = row_list.columns[at]
            if (code, column.label) in told:
                yield from (name_content(row_list, serial, column) for serial in serials)
    checks = {found.data.get("check"): found.data.get("serials", ()) for found in mine}
    for rule in row_list.rules:
        named = {name for name, _ in (*rule.left, *rule.right)}
        for serial in checks.get(row_list.name_check(rule), ()):
            yield from (name_content(row_list, serial, each) for each in row_list.columns if each.id in named)


def _concern_leading(spec: FormSpec, at: int, opinion: Opinion, mine: Sequence[Finding]) -> dict[CellKey, Concern]:
    """The cells of one opinion, but for what only follows; what was said of a cell first is what it is."""
    rules = {rule.name: rule for rule in spec.rules}
    grave, pointed = opinion.severity == "error", find_pointed(opinion)
    wrong: CellRole = "ask" if not grave else "change" if pointed else "may"
    suspects = pointed or find_named(opinion)
    concerns = {each.key: Concern(at, wrong, is_lead=bool(pointed) or each is suspects[0]) for each in suspects}
    leading = [found for found in mine if not found.follows] or list(mine)
    for found in leading:
        rule = rules.get(found.rule or "")
        if rule is None or "values" not in found.data:
            beside: CellRole = "ask" if found.severity != "error" else "may" if leading[0].rule else "change"
            for key in found.keys:
                concerns.setdefault(key, Concern(at, beside, is_lead=True))
            continue
        for key, sign in _sign_cells(spec, rule, found.data):
            alone = not any(concern.is_lead for concern in concerns.values())
            known = concerns.get(key, Concern(at, "relation" if grave else "ask", is_lead=alone))
            concerns[key] = replace(known, sign=known.sign or sign)
    return concerns


def _sign_cells(spec: FormSpec, rule: Rule, data: Mapping[str, Any]) -> Iterator[tuple[CellKey, str]]:
    """The cells of a broken rule in the order of the form, side by side, each with the sign before it."""
    values: Mapping[CellKey, Value] = data["values"]
    left, right = (_own_terms(terms, values) for terms in (rule.linear.left, rule.linear.right))
    turned = bool(left and right) and min(spec.index[key] for key, _ in right) < min(spec.index[key] for key, _ in left)
    between = _word_break(rule, -1 if turned else 1, data)
    for number, terms in enumerate((right, left) if turned else (left, right)):
        for place, (key, times) in enumerate(terms):
            sign = "－" if times < 0 else "＋"
            if place == 0:
                sign = between if number else sign if len(terms) > 1 else ""
            yield key, sign


def _own_terms(terms: Terms, values: Mapping[CellKey, Value]) -> Terms:
    """What is shown of the cells of this year on one side."""
    return tuple((key, times) for key, times in choose_terms(terms, values) if not is_earlier(key))


def _word_break(rule: Rule, way: int, data: Mapping[str, Any]) -> str:
    """The sign between two sides that do not stand as they should; `way` is -1 where they are read the other way."""
    operator = rule.linear.operator
    if operator.sign == EQUAL.sign:
        return "≠"
    gap = (data["left"] - data["right"]) * way
    return "" if not operator.compares else "＝" if not gap else "＞" if gap > 0 else "＜"


def _find_followers(
    spec: FormSpec, values: Sequence[Value], pointed: Sequence[Suspect], mine: Sequence[Finding]
) -> Iterator[CellKey]:
    """The cells that are right again once an opinion is settled: totals that move, and what is odd because of it."""
    later = [found for found in mine if found.follows]
    for found in later:
        if found.rule is None or not pointed:
            yield from (key for key in found.keys if found.rule is None or spec.cell(key).total)
    if pointed:
        mended = list(values)
        for suspect in pointed:
            mended[spec.index[suspect.key]] = suspect.proposed
        lists = dict.fromkeys(list_terms(spec), 0)  # whatever they come to: they move nothing
        before, after = (compute_totals(spec, figures, lists) for figures in (values, mended))
        moved = zip(spec.cells, before, after, strict=True)
        yield from (cell.key for cell, old, new in moved if old != new)
