"""What the office decides about an agency on its page: what may pass, absence, deadline, publication, each taken back.

Each is carried out by the command that the console has for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from xltool.campaign.acceptances import AcceptanceRecord, word_proposal
from xltool.campaign.accepting import find_proposals
from xltool.campaign.decisions import SHARED_CODES, find_absentee
from xltool.campaign.standing import Standing
from xltool.campaign.waivers import WaiverRecord
from xltool.campaign.weighed import group_verdicts
from xltool.messages import XltoolError, name_rule, say_cell
from xltool.model import Agency, CellKey, FormSpec, ProposedFigure
from xltool.web.addresses import locate_agency
from xltool.web.changes import read_day, take_change
from xltool.web.deciding import carry_out
from xltool.web.opinion_words import ShownOpinion, word_opinion
from xltool.web.site import OpenFolder, look_at, served_of
from xltool.workbook.layout_plan import make_plan

DECISIONS: Final = "decided"
"""The part of the agency's page on which they stand."""
_WITHDRAW: Final = ("withdraw",)


@dataclass(frozen=True, slots=True)
class Passable:
    """An opinion that may be let pass, by the names of which rules."""

    opinion: ShownOpinion
    rules: str


@dataclass(frozen=True, slots=True)
class Passed:
    """Words that were given together: of which rules, what they are about, whether they still hold."""

    first: WaiverRecord
    rules: str
    about: Sequence[str]
    state: str


@dataclass(frozen=True, slots=True)
class Acceptable:
    """What an opinion proposes and may be accepted: the changes in words, and a cell of it by its key."""

    said: str
    cell: CellKey


@dataclass(frozen=True, slots=True)
class AcceptedFigure:
    """A figure on the record that counts in place of a typed one: its cell in words, whether it still does."""

    record: AcceptanceRecord
    where: str
    state: str


@dataclass(frozen=True, slots=True)
class DecisionsPart:
    """What that part of the page shows: what may be decided, and what was.

    `heirs` are those into which the agency may be merged, `earliest` the first day to which it may be put off, as an
    ISO day.
    """

    passable: Sequence[Passable]
    passed: Sequence[Passed]
    acceptable: Sequence[Acceptable]
    accepted: Sequence[AcceptedFigure]
    heirs: Sequence[Agency]
    heir: Agency | None
    earliest: str
    count: int


def make_decisions(look: OpenFolder, standing: Standing) -> DecisionsPart:
    """What there is to decide about an agency, and what was decided."""
    code, spec = standing.entry.agency.code, look.campaign.spec
    absences = look.store.absences()
    listed = [entry.agency for entry in look.roster.entries]
    others = [agency for agency in listed if agency.code != code and agency.code not in absences]
    passed = _list_passed(look, standing)
    accepted = _list_accepted(look, standing)
    deadline = look.campaign.deadline
    return DecisionsPart(
        passable=[
            Passable(word_opinion(spec, opinion), " ".join(rules))
            for opinion in group_verdicts(spec, standing.unsettled)
            if (rules := [name for name in opinion.names if name not in SHARED_CODES])
        ],
        passed=passed,
        acceptable=[_show_proposal(spec, changes) for changes in find_proposals(spec, standing)],
        accepted=accepted,
        heirs=others,
        heir=next((a for a in listed if standing.absence is not None and a.code == standing.absence.into), None),
        earliest="" if deadline is None else (deadline + timedelta(days=1)).isoformat(),
        count=len(passed)
        + len(accepted)
        + sum(each is not None for each in (standing.absence, standing.extension, standing.published)),
    )


def _list_passed(look: OpenFolder, standing: Standing) -> list[Passed]:
    """The words on the record by which findings pass, those given together as one."""
    held = {verdict.waiver for verdict in standing.findings if verdict.waiver is not None}
    lapsed = {lapse.waiver: lapse.change for lapse in standing.lapsed}
    together: dict[tuple[str, str, str], list[WaiverRecord]] = {}
    for waiver in look.store.waivers().get(standing.entry.agency.code, ()):
        together.setdefault((waiver.at, waiver.person, waiver.reason), []).append(waiver)
    return [
        Passed(
            given[0],
            " ".join(waiver.rule for waiver in given),
            list(dict.fromkeys(name_rule(waiver.rule, look.campaign.spec) for waiver in given)),
            next(
                (f"已失效：{lapsed[waiver]}" for waiver in given if waiver in lapsed),
                "" if held.intersection(given) else "现在这一版没有这一条",
            ),
        )
        for _, given in sorted(together.items())
    ]


def _show_proposal(spec: FormSpec, changes: Sequence[ProposedFigure]) -> Acceptable:
    place = make_plan(spec).place
    told = (f"{say_cell(spec.cell(each.key), place)} {word_proposal(spec, each)}" for each in changes)
    return Acceptable("；".join(told), changes[0].key)


def _list_accepted(look: OpenFolder, standing: Standing) -> list[AcceptedFigure]:
    """The figures on the record that count in place of typed ones, as far as the form has their cells."""
    spec, counting = look.campaign.spec, {each["cell"] for each in standing.accepted}
    place = make_plan(spec).place
    return [
        AcceptedFigure(
            record,
            say_cell(spec.cell(record.key), place),
            "" if record.key in counting else "现在这一版填的不是那个数，按填的算",
        )
        for record in look.store.acceptances().get(standing.entry.agency.code, ())
        if record.key in spec.index
    ]


def accept(request: Request, fields: Mapping[str, str]) -> Response:
    """Lets the figures count that an opinion proposes."""
    return _accept(request, fields)


def withdraw_acceptance(request: Request, fields: Mapping[str, str]) -> Response:
    """Lets what was typed count again."""
    return _accept(request, fields, *_WITHDRAW)


def _accept(request: Request, fields: Mapping[str, str], *flags: str) -> Response:
    if not fields.get("cell"):
        raise HTTPException(422, "没有写是哪一格，没有办理。")
    return _decide(request, fields, "accept", [fields["cell"]], flags=flags)


def waive(request: Request, fields: Mapping[str, str]) -> Response:
    """Lets an opinion pass."""
    return _waive(request, fields)


def withdraw_waiver(request: Request, fields: Mapping[str, str]) -> Response:
    """Lets it pass no more."""
    return _waive(request, fields, *_WITHDRAW)


def _waive(request: Request, fields: Mapping[str, str], *flags: str) -> Response:
    rules = fields.get("rules", "").split()
    if not rules:
        raise HTTPException(422, "没有写是哪一条审核结果，没有办理。")
    return _decide(request, fields, "waive", rules, flags=flags)


def excuse(request: Request, fields: Mapping[str, str]) -> Response:
    """Notes that the agency need not report."""
    return _decide(request, fields, "absent", told={"into": fields.get("into", "")})


def withdraw_absence(request: Request, fields: Mapping[str, str]) -> Response:
    """Notes that it has to, after all."""
    return _decide(request, fields, "absent", flags=_WITHDRAW)


def extend(request: Request, fields: Mapping[str, str]) -> Response:
    """Puts off its deadline."""
    day = read_day(fields.get("day", ""))
    if day is None:
        raise HTTPException(422, "要写延到哪一天。")
    return _decide(request, fields, "extend", [day.isoformat()])


def withdraw_extension(request: Request, fields: Mapping[str, str]) -> Response:
    """Takes back that it was put off."""
    return _decide(request, fields, "extend", flags=_WITHDRAW)


def publish(request: Request, fields: Mapping[str, str]) -> Response:
    """Notes that its report was published."""
    day = read_day(fields.get("day", ""))
    told = {"on": "" if day is None else day.isoformat(), "url": fields.get("url", "")}
    return _decide(request, fields, "publish", told=told, needs_reason=False)


def withdraw_publication(request: Request, fields: Mapping[str, str]) -> Response:
    """Takes back that it was."""
    return _decide(request, fields, "publish", flags=_WITHDRAW, needs_reason=False)


def _decide(
    request: Request,
    fields: Mapping[str, str],
    command: str,
    operands: Sequence[str] = (),
    *,
    told: Mapping[str, str] = MappingProxyType({}),
    flags: Sequence[str] = (),
    needs_reason: bool = True,
) -> Response:
    """Runs the command of a decision with its reason and the name of who decides, and leads back to the agency.

    Raises `HTTPException` where the agency is not known or a word is missing, `XltoolError` with what the command says.
    """
    served, code = served_of(request), request.path_params["code"]
    reason, person = fields.get("reason", ""), fields.get("person", "")
    with look_at(served) as look:
        check_known(look, code)
    if not person or (needs_reason and not reason):
        raise HTTPException(422, "要写明理由和姓名。" if needs_reason else "要写明姓名。")
    carry_out(served, command, [code, *operands], {**told, "reason": reason, "by": person}, flags=flags)
    with look_at(served) as look:
        listed = code in look.roster.agencies
    return RedirectResponse(served.base + (f"{locate_agency(code)}#{DECISIONS}" if listed else "/"), 303)


def check_known(look: OpenFolder, code: str) -> None:
    """Raises `HTTPException` for a code of no agency, be it of the roster or of those that left it."""
    try:
        found, _ = find_absentee(look.roster, look.store, code)
    except XltoolError:
        found = ""
    if found != code:
        raise HTTPException(404, "单位名录里没有这个单位。")


_CHANGES: Final[Mapping[str, Callable[[Request, Mapping[str, str]], Response]]] = {
    "waive": waive,
    "waive/withdraw": withdraw_waiver,
    "accept": accept,
    "accept/withdraw": withdraw_acceptance,
    "absent": excuse,
    "absent/withdraw": withdraw_absence,
    "extend": extend,
    "extend/withdraw": withdraw_extension,
    "publish": publish,
    "publish/withdraw": withdraw_publication,
}
DECISION_ROUTES: Final = tuple(
    Route(f"/agency/{{code}}/{path}", take_change(change), methods=["POST"]) for path, change in _CHANGES.items()
)
