"""Findings of one cause made one opinion, in the words of a clerk.

What is wrong and where it most likely lies, the figures, what follows by itself, how to mend it, and the basis last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from xltool import messages
from xltool.codes import ACROSS_BROKEN, CATALOGUE, CONTROL_DIFFERS, NOTHING_TO_DO
from xltool.forms.number import format_value
from xltool.forms.operators import EQUAL
from xltool.messages import Locator, join_first
from xltool.model import SEVERITIES, CellKey, Finding, FormSpec, ProposedFigure, Rule, Severity, Suspect
from xltool.periods import word_before
from xltool.rules.cause import ALONE, MAX_SUSPECTS, points_at_one

MOST_APART: Final = 3
"""So many errors of one code in one table stand alone; more are one remark with all its places."""
MOST_QUOTED: Final = 6
"""How many places of one remark are quoted in full."""
_OPENING, _CLOSING = "“（《", "”）》"
_CONTROLLED: Final = "（合计是核对数，不是表中算出的）"


@dataclass(frozen=True, slots=True)
class Opinion:
    """Findings of one cause, by their places among a reading's findings; the one that leads comes first."""

    severity: Severity
    findings: tuple[int, ...]
    suspects: tuple[Suspect, ...] = ()
    together: bool = False  # whether all suspects are to be corrected, and not one of them


def group_findings(findings: Sequence[Finding]) -> tuple[Opinion, ...]:
    """The opinions on a reading, gravest first, then those on the tables in their order; each finding is in one.

    What has a cause in common is one; so is the same remark on several places of a table, as long as no error of three
    places or fewer is lost in it.
    """
    groups: dict[tuple[str, ...], list[int]] = {}
    for at, found in enumerate(findings):
        groups.setdefault(_name_group(found), []).append(at)
    opinions = [opinion for name, places in groups.items() for opinion in _make_opinions(name, places, findings)]
    return tuple(sorted(opinions, key=lambda opinion: (SEVERITIES.index(opinion.severity), min(opinion.findings))))


def word_opinion(opinion: Opinion, findings: Sequence[Finding], spec: FormSpec | None, place: Locator | None) -> str:
    """An opinion as a clerk reads it, in one paragraph."""
    said, remedy, basis = tell_opinion(opinion, findings, spec, place)
    remedy = f"改法：{remedy}" if remedy and remedy != NOTHING_TO_DO else ""
    return f"{said}{remedy}{f'依据：{basis}。' if basis else ''}"


@dataclass(frozen=True, slots=True)
class OpinionParts:
    """What an opinion says, in the parts that a page sets apart; all but `said` may be empty.

    The sentence that names the cell to be corrected; of a relation where it stands, both sides with their figures, by
    how much they differ, which cells it adds up; what is wrong; what else belongs to it; what to do first; how to
    mend it; the basis.
    """

    said: str
    point: str = ""
    where: str = ""
    sides: tuple[str, ...] = ()
    gap: str = ""
    cells: str = ""
    others: tuple[str, ...] = ()
    first: str = ""
    remedy: str = ""
    basis: str = ""


def tell_opinion(
    opinion: Opinion, findings: Sequence[Finding], spec: FormSpec | None, place: Locator | None
) -> tuple[str, str, str]:
    """What an opinion says, how to mend it, and the basis in short, which is empty where none is needed.

    Figures come before what they break. What a basis says itself is left to `xltool explain`.
    """
    parts = split_opinion(opinion, findings, spec, place)
    said = parts.said
    if parts.sides:
        gap = f"，相差 {parts.gap}" if parts.gap else ""
        said = f"{parts.where}：{'，'.join(parts.sides)}{gap}（{parts.cells}）；{said}"
    return "".join([parts.point, said, *parts.others]), parts.first + parts.remedy, parts.basis


_SAYING: Final = re.compile(r"((?>[^：“（《]+|“[^”]*”|（[^）]*）|《[^》]*》|[“（《])*+)：")


def cite_basis(basis: str) -> str:
    """A basis up to the colon behind which it says what it says; one in quotation marks or brackets is of a name."""
    told = _SAYING.match(basis)
    return basis if told is None else told[1]


def split_opinion(
    opinion: Opinion, findings: Sequence[Finding], spec: FormSpec | None, place: Locator | None
) -> OpinionParts:
    """What an opinion says, in its parts."""
    mine = [findings[at] for at in opinion.findings]
    said, remedy, basis = messages.tell_finding(mine[0], spec, place)
    basis = cite_basis(basis)
    if mine[0].code == ACROSS_BROKEN:
        return OpinionParts(said, remedy=remedy, basis=basis)
    if mine[0].rule is None or spec is None or place is None:
        alike = [found for found in mine if found.rule is None and not found.follows and found.code == mine[0].code]
        if len(mine) > 1 and mine[0].cause is None:
            alike = mine
        if len(alike) > 1:
            said, remedy, basis = _tell_alike(alike, spec, place)
            basis = cite_basis(basis)
        others = [found for found in mine if found not in alike]
        whole = mine[0].cause == mine[0].code  # it says all that the others would
        told = () if whole or not spec or not place else tuple(_tell_others(others, None, spec, place))
        return OpinionParts(said, others=told, remedy=remedy, basis=basis)
    rules = {rule.name: rule for rule in spec.rules}
    lead = rules[mine[0].rule]
    return OpinionParts(
        f"{lead.text}{_CONTROLLED if mine[0].code == CONTROL_DIFFERS else ''}。",
        _point_at(opinion, mine, spec, place),
        messages.name_place(lead, spec),
        messages.word_sides(lead, spec, mine[0].data),
        messages.word_gap(lead, mine[0].data) if lead.linear.operator.compares else "",
        messages.list_addresses([spec.cell(key) for key in mine[0].keys], place).strip(),
        tuple(_tell_others(mine[1:], lead, spec, place)),
        _point_out(opinion, spec, place),
        remedy,
        basis,
    )


def find_first_sentence(said: str) -> str:
    """The first sentence of what an opinion says, without its stop: what is quoted in it, or bracketed, is whole."""
    depth = 0
    for at, sign in enumerate(said):
        depth += (sign in _OPENING) - (sign in _CLOSING)
        if sign == "。" and depth <= 0:
            return said[:at]
    return said.rstrip("。")


def list_cells(opinion: Opinion, findings: Sequence[Finding]) -> tuple[CellKey, ...]:
    """The cells of an opinion: those that are most likely wrong first, then all that its findings are about.

    Without those of what only follows, which are right once the others are.
    """
    first = [suspect.key for suspect in opinion.suspects] if find_pointed(opinion) else []
    mine = [findings[at] for at in opinion.findings]
    leading = [found for found in mine if not found.follows] or mine
    return tuple(dict.fromkeys([*first, *(key for found in leading for key in found.keys)]))


def word_suspect(suspect: Suspect, spec: FormSpec, place: Locator) -> str:
    """A cell that may be wrong: where it is, what it holds and should hold, and why it is thought so."""
    return f"{_word_change(suspect, spec, place)}，{suspect.why}"


def _name_group(found: Finding) -> tuple[str, ...]:
    if found.cause is not None:
        return ("cause", found.cause)
    if found.rule is not None:
        return ("rule", found.rule)
    if "check" in found.data:
        return ("check", str(found.data["check"]))
    return ("code", found.code, found.keys[0].partition(".")[0] if found.keys else "")


def _make_opinions(name: tuple[str, ...], places: Sequence[int], findings: Sequence[Finding]) -> Iterator[Opinion]:
    mine = [findings[at] for at in places]
    if name[0] == "code" and mine[0].severity == "error" and len(mine) <= MOST_APART:
        yield from (Opinion(found.severity, (at,)) for at, found in zip(places, mine, strict=True))
        return
    ordered = sorted(places, key=lambda at: (findings[at].follows, findings[at].rule != findings[at].cause))
    severity = min((found.severity for found in mine), key=SEVERITIES.index)
    lead = findings[ordered[0]]
    yield Opinion(severity, tuple(ordered), lead.suspects, lead.together)


def find_pointed(opinion: Opinion) -> tuple[Suspect, ...]:
    """The cells that the opinion names as those to be corrected; none where it only says which it may be."""
    if opinion.together:
        return opinion.suspects
    return opinion.suspects[:1] if points_at_one(opinion.suspects) else ()


def find_proposed(opinion: Opinion) -> tuple[ProposedFigure, ...]:
    """What an opinion proposes where it names the cells to be corrected; nothing where it names none for sure."""
    return tuple(ProposedFigure(each.key, each.value, each.proposed) for each in find_pointed(opinion))


def find_named(opinion: Opinion) -> tuple[Suspect, ...]:
    """The cells that the opinion shows with what they should hold: those it points at, else those it may be."""
    return find_pointed(opinion) or _list_candidates(opinion)


def _list_candidates(opinion: Opinion) -> tuple[Suspect, ...]:
    """The cells that it may be; of more than `MAX_SUSPECTS` those for which something besides arithmetic speaks."""
    if len(opinion.suspects) <= MAX_SUSPECTS:
        return opinion.suspects
    return tuple(suspect for suspect in opinion.suspects if "；" in suspect.why)[:MAX_SUSPECTS]


def _point_at(opinion: Opinion, mine: Sequence[Finding], spec: FormSpec, place: Locator) -> str:
    """The first sentence: the cell that all of it points at."""
    if not find_pointed(opinion):
        return ""
    broken = sum(found.code == "rule.broken" for found in mine)
    years = {rule.name for rule in spec.rules if rule.linear.prior and rule.linear.operator is EQUAL}
    mended = f"{broken} 条勾稽关系都平" if broken > 1 else "就平"
    if any(found.rule in years for found in mine):
        mended += word_before("，与上年的数一致", spec.every)
    if opinion.together:
        cells = [_word_change(suspect, spec, place) for suspect in opinion.suspects]
        return f"{opinion.suspects[0].why}：{join_first(cells, MAX_SUSPECTS, '格', between='；')}。"
    first = opinion.suspects[0]
    cell = spec.cell(first.key)
    value, proposed = format_value(first.value, cell.measure), format_value(first.proposed, cell.measure)
    if len(opinion.suspects) == 1 and not first.likely:
        return f"{messages.say_cell(cell, place)}应为 {proposed}（填的是 {value}）：只改这一格，{mended}。"
    reason = "" if first.why == ALONE else f"，{first.why.partition('；')[0]}"
    return f"{messages.say_cell(cell, place)}可能应为 {proposed}（填的是 {value}{reason}）：改这一格，{mended}。"


def _word_change(suspect: Suspect, spec: FormSpec, place: Locator) -> str:
    """What a suspect holds and should hold: `表三 D7 4 → 1`."""
    cell = spec.cell(suspect.key)
    value, proposed = format_value(suspect.value, cell.measure), format_value(suspect.proposed, cell.measure)
    return f"{cell.table.name} {place(suspect.key)[1]} {value} → {proposed}"


def _tell_others(others: Sequence[Finding], lead: Rule | None, spec: FormSpec, place: Locator) -> Iterator[str]:
    """What else belongs to the leading finding: what is missed beside it, and what follows by itself."""
    rules = {rule.name: rule for rule in spec.rules}
    beside = [found for found in others if not found.follows]
    for found in (found for found in beside if found.rule is not None):
        rule = rules[found.rule or ""]
        figures = messages.word_figures(rule, spec, found.data)
        missed = f"也不平{_CONTROLLED}" if found.code == CONTROL_DIFFERS else "也不平"
        yield f"{_name_rule(rule, lead, spec)}{missed}：{figures}。"
    for found in (found for found in beside if found.rule is None and "text" in found.data):
        yield messages.tell_finding(found, spec, place)[0]
    for code, keys in _list_keys(found for found in beside if found.rule is None and "text" not in found.data):
        addresses = messages.list_addresses([spec.any_cell(key) for key in keys], place)
        yield f"其中{messages.name_rule(code, spec)}的是{addresses}，先看这里。"
    later = [found for found in others if found.follows]
    broken = [_name_rule(rules[found.rule], lead, spec) for found in later if found.rule is not None]
    if broken:
        yield f"{join_first(broken, MOST_QUOTED, '处')}随之不平，改好自动平。"
    gone = [
        f"“{messages.name_rule(code, spec)}”"
        f"（{messages.list_addresses([spec.any_cell(key) for key in keys], place).strip()}）"
        for code, keys in _list_keys(found for found in later if found.rule is None)
    ]
    if gone:
        yield f"{join_first(gone, MOST_QUOTED, '处')}随之而来，改好自动消除。"


def _list_keys(findings: Iterable[Finding]) -> list[tuple[str, tuple[CellKey, ...]]]:
    """The cells that findings of each code are about."""
    keys: dict[str, dict[CellKey, None]] = {}
    for found in findings:
        keys.setdefault(found.code, {}).update(dict.fromkeys(found.keys))
    return [(code, tuple(mine)) for code, mine in keys.items()]


def _name_rule(rule: Rule, lead: Rule | None, spec: FormSpec) -> str:
    """A rule beside another: its place, and its text where that is another one's."""
    where = messages.name_place(rule, spec)
    return where if lead is not None and rule.id == lead.id and rule.where else f"{where}“{rule.text}”"


def _point_out(opinion: Opinion, spec: FormSpec, place: Locator) -> str:
    """What to do first: correct the cell that is named, or look at those that it may be."""
    if opinion.together or len(opinion.suspects) == 1:
        return "对照原始记录核对后改正；"
    if not opinion.suspects:
        return ""
    listed = "；".join(_word_change(suspect, spec, place) for suspect in _list_candidates(opinion))
    count = f"共 {len(opinion.suspects)} 格都可以，" if len(opinion.suspects) > MAX_SUSPECTS else ""
    said = f"对照原始记录核对，改其中一格（{count}仅凭算术不能确定是哪一格）"
    between = "，先看：" if len(opinion.suspects) > MAX_SUSPECTS else "："
    return f"{said}{between}{listed}。" if listed else f"{said}。"


def _tell_alike(mine: Sequence[Finding], spec: FormSpec | None, place: Locator | None) -> tuple[str, str, str]:
    """The same remark on several places, with what to do about each where that is not the same."""
    told = [messages.tell_finding(found, spec, place) for found in mine]
    said = join_first([each.rstrip("。") for each, _, _ in told], MOST_QUOTED, "处", between="；")
    remedy = "".join(list(dict.fromkeys(remedy for _, remedy, _ in told))[:MOST_QUOTED])
    code = mine[0].code
    title = CATALOGUE[code].title if spec is None else messages.name_rule(code, spec)
    return f"{title}，共 {len(mine)} 处：{said}。", remedy, told[0][2]
