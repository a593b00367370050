"""What the office decides about an agency on its page: what may pass, absence, deadline, publication, each taken back.

Each is carried out by the command that the console has for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from xltool.campaign.decisions import SHARED_CODE, find_absentee
from xltool.campaign.standing import Standing, group_verdicts
from xltool.campaign.waivers import WaiverRecord
from xltool.messages import XltoolError, name_rule
from xltool.model import Agency
from xltool.web.addresses import locate_agency
from xltool.web.calling import run_command
from xltool.web.changes import read_day, take_change
from xltool.web.opinion_words import ShownOpinion, word_opinion
from xltool.web.site import OpenFolder, look_at, served_of

DECISIONS: Final = "decided"
"""The part of the agency's page on which they stand."""


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
class DecisionsPart:
    """What that part of the page shows: what may be decided, and what was.

    `heirs` are those into which the agency may be merged, `earliest` the first day to which it may be put off, as an
    ISO day.
    """

    passable: Sequence[Passable]
    passed: Sequence[Passed]
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
    deadline = look.campaign.deadline
    return DecisionsPart(
        passable=[
            Passable(word_opinion(spec, opinion), " ".join(rules))
            for opinion in group_verdicts(spec, standing.unsettled)
            if (rules := [name for name in opinion.names if name != SHARED_CODE])
        ],
        passed=passed,
        heirs=others,
        heir=next((a for a in listed if standing.absence is not None and a.code == standing.absence.into), None),
        earliest="" if deadline is None else (deadline + timedelta(days=1)).isoformat(),
        count=len(passed)
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


def waive(request: Request, fields: Mapping[str, str]) -> Response:
    """Lets an opinion pass."""
    return _waive(request, fields, {})


def withdraw_waiver(request: Request, fields: Mapping[str, str]) -> Response:
    """Lets it pass no more."""
    return _waive(request, fields, {"withdraw": ""})


def _waive(request: Request, fields: Mapping[str, str], options: Mapping[str, str]) -> Response:
    rules = fields.get("rules", "").split()
    if not rules:
        raise HTTPException(422, "没有写是哪一条审核结果，没有办理。")
    return _carry_out(request, fields, "waive", rules, options)


def excuse(request: Request, fields: Mapping[str, str]) -> Response:
    """Notes that the agency need not report."""
    into = fields.get("into", "")
    return _carry_out(request, fields, "absent", [], {"into": into} if into else {})


def withdraw_absence(request: Request, fields: Mapping[str, str]) -> Response:
    """Notes that it has to, after all."""
    return _carry_out(request, fields, "absent", [], {"withdraw": ""})


def extend(request: Request, fields: Mapping[str, str]) -> Response:
    """Puts off its deadline."""
    day = read_day(fields.get("day", ""))
    if day is None:
        raise HTTPException(422, "要写延到哪一天。")
    return _carry_out(request, fields, "extend", [day.isoformat()], {})


def withdraw_extension(request: Request, fields: Mapping[str, str]) -> Response:
    """Takes back that it was put off."""
    return _carry_out(request, fields, "extend", [], {"withdraw": ""})


def publish(request: Request, fields: Mapping[str, str]) -> Response:
    """Notes that its report was published."""
    day = read_day(fields.get("day", ""))
    given = {"on": "" if day is None else day.isoformat(), "url": fields.get("url", "")}
    told = {option: value for option, value in given.items() if value}
    return _carry_out(request, fields, "publish", [], told, needs_reason=False)


def withdraw_publication(request: Request, fields: Mapping[str, str]) -> Response:
    """Takes back that it was."""
    return _carry_out(request, fields, "publish", [], {"withdraw": ""}, needs_reason=False)


def _carry_out(
    request: Request,
    fields: Mapping[str, str],
    command: str,
    operands: Sequence[str],
    options: Mapping[str, str],
    *,
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
    why = {"reason": reason} if reason else {}
    run_command(served.caller, command, [code, *operands], {**options, **why, "by": person})
    served.site.person = person
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
