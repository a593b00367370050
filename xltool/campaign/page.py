"""The page for the office wall: how far the campaign is, who is late, what is wrong.

One file, no script, no network.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from xltool.campaign.folder import Campaign
from xltool.campaign.kept_files import Unmatched
from xltool.campaign.signing import SignOff
from xltool.campaign.standing import AGENCY_STATES, AgencyState, Standing, count_states
from xltool.campaign.weighed import WeighedFinding, WeighedOpinion, group_verdicts
from xltool.codes import NOTHING_TO_DO
from xltool.days import format_day
from xltool.messages import name_rule
from xltool.model import SEVERITIES, FormSpec, Severity
from xltool.report.template import load_template

GRADE_WORDS: Final = {"error": "强制性", "warning": "核实性", "info": "提示"}
_BAR: Final[tuple[AgencyState, ...]] = ("accepted", "absent", "open", "returned", "missing")
_TOLD: Final[tuple[AgencyState, ...]] = ("returned", "open", "accepted", "absent", "missing")
"""In what order findings of agencies are shown."""
_ROOM_FOR_WORDS: Final = 12  # per cent of the bar below which a part has no words in it


@dataclass(frozen=True, slots=True)
class _Part:
    """One colour of the bar of progress, in per cent of its width."""

    state: AgencyState
    word: str
    count: int
    start: float
    width: float
    worded: bool


@dataclass(frozen=True, slots=True)
class _Trouble:
    """One rule or code and whom it troubles."""

    name: str
    text: str
    severity: Severity
    count: int
    agencies: tuple[str, ...]
    width: float


@dataclass(frozen=True, slots=True)
class _AgencyLine:
    """One agency as the page shows it; `id` is where its findings stand."""

    id: str
    standing: Standing
    opinions: Sequence[WeighedOpinion]
    """What is not settled, by cause."""
    settled: Sequence[WeighedOpinion]
    """What was let pass, then what was explained, by cause."""
    width: float = 0

    @property
    def name(self) -> str:
        return self.standing.entry.agency.name

    @property
    def infos(self) -> int:
        """How many opinions only tell something."""
        return sum(opinion.severity == "info" for opinion in self.opinions)


def render_page(
    campaign: Campaign,
    standings: Sequence[Standing],
    unmatched: Sequence[Unmatched],
    today: date,
    sign_off: SignOff | None = None,
) -> bytes:
    """The page as UTF-8; the same standings on the same day give the same bytes."""
    most = max((s.errors for s in standings), default=0)
    spec = campaign.spec
    lines = [
        _AgencyLine(
            f"u{at}",
            s,
            group_verdicts(spec, s.left),
            _group_settled(spec, s.findings),
            _per_cent(s.errors, most),
        )
        for at, s in enumerate(standings, 1)
    ]
    tally = count_states(standings, unmatched)
    return (
        load_template(__package__, "status")
        .render(
            campaign=campaign,
            heading=(f"{campaign.name}{campaign.period.title}", spec.title, "报送情况"),
            today=today,
            left=None if campaign.deadline is None else (campaign.deadline - today).days,
            counts=tally,
            total=len(standings),
            parts=_bar_parts(tally, len(standings)),
            states=AGENCY_STATES,
            grades=GRADE_WORDS,
            lines=lines,
            overdue=[line for line in lines if line.standing.overdue],
            tardy=[line for line in lines if line.standing.late],
            troubles=_rank_troubles(spec, lines),
            troubled=sorted((line for line in lines if line.standing.errors), key=lambda line: -line.standing.errors),
            asked=sum(s.warnings > 0 and not s.errors for s in standings),
            told=sorted(
                (line for line in lines if line.standing.findings), key=lambda line: _TOLD.index(line.standing.state)
            ),
            unmatched=unmatched,
            sign_off=sign_off,
            senders={each.sha256: s.entry.agency.name for s in standings for each in s.refused},
            tell=lambda opinion: opinion.tell(spec),
            nothing=NOTHING_TO_DO,
            day=format_day,
            minute=_format_minute,
        )
        .encode()
    )


def _group_settled(spec: FormSpec, findings: Sequence[WeighedFinding]) -> list[WeighedOpinion]:
    passed = [verdict for verdict in findings if verdict.waiver is not None]
    explained = [verdict for verdict in findings if verdict.settled and verdict.waiver is None]
    return [*group_verdicts(spec, passed), *group_verdicts(spec, explained)]


def _bar_parts(tally: dict[str, int], total: int) -> list[_Part]:
    parts: list[_Part] = []
    start = 0.0
    for state in (state for state in _BAR if tally[state] or state not in {"absent", "open"}):
        width = _per_cent(tally[state], total)
        parts.append(_Part(state, AGENCY_STATES[state], tally[state], round(start, 3), width, width >= _ROOM_FOR_WORDS))
        start += width
    return parts


def _rank_troubles(spec: FormSpec, told: Iterable[_AgencyLine]) -> list[_Trouble]:
    """What is still asked, by the rule that leads each opinion, wherever it stands: errors and the frequent first."""
    found: dict[tuple[Severity, str], list[str]] = {}
    for line in told:
        for opinion in line.opinions:
            if opinion.severity != "info":
                found.setdefault((opinion.severity, opinion.verdicts[0].rule), []).append(line.name)
    most = max(map(len, found.values()), default=0)
    troubles = [
        _Trouble(
            rule,
            name_rule(rule, spec),
            severity,
            len(names),
            tuple(dict.fromkeys(names)),
            _per_cent(len(names), most),
        )
        for (severity, rule), names in found.items()
    ]
    return sorted(troubles, key=lambda trouble: (SEVERITIES.index(trouble.severity), -trouble.count, trouble.name))


def _per_cent(count: int, of: int) -> float:
    return round(100 * count / of, 3) if of else 0.0


def _format_minute(at: str) -> str:
    """2025-01-12T09:30:00 as people write it."""
    return at[:16].replace("T", " ")
