"""The county's own report.

Whose figures go in, its sum, its texts, its findings, and every file of county/ as bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from xltool import api, files
from xltool.campaign import contributions, corrections, discrepancies, reports, texts
from xltool.campaign.consolidate import consolidate_submissions, name_agencies
from xltool.campaign.discrepancies import Discrepancy, holds_without
from xltool.campaign.folder import COUNTY, COUNTY_SUBMISSION, Campaign
from xltool.campaign.names import pictures_name, report_name, workbook_name
from xltool.campaign.priors import TOTAL_FILE, complete_figures, explain_two
from xltool.campaign.roster import Roster
from xltool.campaign.standing import AGENCY_STATES, Standing, read_submission
from xltool.campaign.store import AbsenceRecord, Store, Waiver
from xltool.forms import catalog, references
from xltool.forms.checks import name_subject
from xltool.messages import XltoolError, finding
from xltool.model import (
    LEVELS,
    SEVERITIES,
    Absence,
    Agency,
    Consolidation,
    Correction,
    Finding,
    FormSpec,
    Level,
    Reading,
    Submission,
)
from xltool.workbook.listing import stream_listing

NAMELESS: Final = "county"
"""The code of the sum where no one agency stands at the top of the roster."""


@dataclass(frozen=True)
class Gathered:
    """Whose figures go in, who is not there, who need not be, and whom a superior's sum holds already."""

    taken: tuple[Standing, ...]
    absent: tuple[Absence, ...]
    covered: tuple[Absence, ...]
    excused: tuple[Absence, ...] = ()
    waived: Mapping[str, Mapping[str, Waiver]] = field(
        default_factory=dict
    )  # rule at its place -> agency code -> whose word


@dataclass(frozen=True)
class County:
    """The sum, the reading of it with all findings, and the files by name; long ones in pieces, which come once."""

    consolidation: Consolidation
    reading: Reading
    draft: bool
    files: Mapping[str, bytes | Iterable[bytes]]


def gather_standings(standings: Iterable[Standing], roster: Roster) -> Gathered:
    """The newest accepted version of each agency; one below an agency that returned a sum is in that sum already."""
    waived: dict[str, dict[str, Waiver]] = {}
    kept = []
    for standing in standings:
        for verdict in standing.findings if standing.state == "accepted" else ():
            if verdict.waiver is not None:
                waived.setdefault(verdict.name, {})[standing.entry.agency.code] = verdict.waiver
        kept.append(replace(standing, findings=()))
    accepted = [s for s in kept if s.state == "accepted"]
    sums = {s.entry.agency.code: s.entry.agency for s in accepted if s.scope == "consolidated"}
    if roster.root is not None:
        sums.pop(roster.root.agency.code, None)
    above = {s.entry.agency.code: _find_covering_agency(s.entry.agency.code, sums, roster) for s in kept}
    covered = tuple(
        Absence(s.entry.agency, f"已含在{holder.name}的汇总数里")
        for s in kept
        if (holder := above[s.entry.agency.code]) is not None
    )
    own = tuple(s for s in accepted if above[s.entry.agency.code] is None)
    absent = tuple(
        Absence(s.entry.agency, _absence_reason(s))
        for s in kept
        if s.state not in {"accepted", "absent"} and above[s.entry.agency.code] is None
    )
    excused = tuple(Absence(s.entry.agency, _excuse_words(s.absence), excused=True) for s in kept if s.absence)
    apart = {code for code, holder in above.items() if holder is not None}
    passed = {
        name: {code: waiver for code, waiver in words.items() if code not in apart} for name, words in waived.items()
    }
    return Gathered(own, absent, covered, excused, passed)


def build_county(
    campaign: Campaign, roster: Roster, store: Store, given: Gathered, last_year: Mapping[str, Submission]
) -> County:
    """The sum with the texts of county/ and all files that are made of it; `last_year` are submissions by agency code.

    Raises `XltoolError` with every fault of county/corrections.toml or county/texts.toml. Same inputs, same bytes.
    """
    spec, own = campaign.spec, find_own_agency(campaign, roster)
    root = "" if roster.root is None else roster.root.agency.code
    held = consolidate_submissions(
        spec,
        (read_submission(store, standing) for standing in given.taken),
        own,
        campaign.year,
        root_code=root,
        corrections=_read_corrections(campaign, roster),
        absent=(*given.absent, *given.excused),
    )
    official = find_last_total(own, last_year)
    comparable = sum_last_year(campaign, own, root, held.agencies, last_year)
    written = _read_optional_file(campaign, texts.TEXTS_FILE)
    if written is not None:
        beside = official or comparable
        own_words = texts.parse_texts(written, f"{COUNTY}/{texts.TEXTS_FILE}", spec, held.total, beside)
        # Settled here and not in the report alone: the sum goes up to an office that has neither this file nor last
        # year's figures.
        held = replace(held, total=references.resolve_references(spec, replace(held.total, texts=own_words), beside))
    prior = (
        comparable if given.absent or official is None else official
    )  # figures of some beside those of all would break every rule
    [judged] = api.check([Reading(held.total)], [prior])

    def find_differing() -> Iterator[Discrepancy]:
        return discrepancies.find_discrepancies(spec, held, last_year, prior)

    broken = {each.rule for each in judged.findings if each.severity == "error"} & given.waived.keys()
    waived = [each for each in find_differing() if each.rule.name in broken] if broken else []
    found = [*held.findings, *_excuse_waived(spec, judged.findings, waived, given.waived)]
    reading = Reading(held.total, tuple(sorted(found, key=lambda each: SEVERITIES.index(each.severity))))
    draft = api.status(reading) == "returned"
    pictures = (*api.pictures(held.total, prior), *contributions.draw_contributions(spec, held))
    made: dict[str, bytes | Iterable[bytes]] = {
        COUNTY_SUBMISSION: api.dump(held.total),
        workbook_name(campaign, own): api.fill(held.total),
        **{report_name(campaign, own, kind): api.report(held.total, kind, draft=draft) for kind in reports.USUAL},
        "contributions.xlsx": stream_listing(contributions.build_sheets(spec, held), pictures),
        "contributions.csv": contributions.to_csv(spec, held),
        "discrepancies.xlsx": stream_listing({"不平的来源": discrepancies.build_sheet(spec, find_differing())}),
    }
    if pictures:
        # A page of its own: the report is what is published as it is, and whoever shows pictures in the office takes
        # this one.
        made[pictures_name(campaign, own)] = api.picture_page(held.total, pictures, draft=draft)
    return County(held, reading, draft, made)


def find_own_agency(campaign: Campaign, roster: Roster) -> Agency:
    """Whose the sum is: the campaign's name, the code and level of the roster's top.

    Without one top the highest level of the roster.
    """
    if roster.root is not None:
        return Agency(roster.root.agency.code, campaign.name, roster.root.agency.level)
    levels: list[Level] = [entry.agency.level for entry in roster.entries]
    return Agency(NAMELESS, campaign.name, min((*levels, "county"), key=LEVELS.index))


def find_last_total(own: Agency, last_year: Mapping[str, Submission]) -> Submission | None:
    """Last year's sum as that campaign left it, or as a document or the published report among last year's.

    None when there is none; `XltoolError` when there are two that differ.
    """
    names = {
        own.name,
        f"{own.name}人民政府",
    }  # as it is published; what the agency at the top published under its own name is its own

    def is_sum(code: str, submission: Submission) -> bool:
        if code == TOTAL_FILE:
            return True
        if submission.agency.code == own.code:
            return submission.scope == "consolidated"
        return submission.agency.name in names

    sums = [last_year[code] for code in sorted(last_year) if is_sum(code, last_year[code])]  # "*" comes first
    for other in sums[1:]:
        if complete_figures(other) != complete_figures(sums[0]):
            named = " 和 ".join(each.source or each.agency.name for each in (sums[0], other))
            raise XltoolError(explain_two([f"汇总数：{named}"]))
    return sums[0] if sums else None


def sum_last_year(
    campaign: Campaign, own: Agency, root: str, agencies: Sequence[Agency], last_year: Mapping[str, Submission]
) -> Submission | None:
    """Last year's figures of these agencies as one; None unless they are all there, in one form."""
    chosen = [last_year[agency.code] for agency in agencies if agency.code in last_year]
    if not chosen or len(chosen) < len(agencies) or len({submission.form for submission in chosen}) > 1:
        return None
    return consolidate_submissions(
        catalog.load_form(chosen[0].form), chosen, own, campaign.year - 1, root_code=root
    ).total


def _excuse_waived(
    spec: FormSpec,
    found: Sequence[Finding],
    differing: Sequence[Discrepancy],
    waived: Mapping[str, Mapping[str, Waiver]],
) -> Iterator[Finding]:
    """The findings, with rules that the sum breaks only by agencies that were let pass.

    Such a rule blocks no more than it does there.
    """
    for each in found:
        passed = waived.get(each.rule or "", {})
        parts = [part for part in differing if part.rule.name == each.rule and part.failing] if passed else []
        if each.severity != "error" or not parts or not holds_without(parts, passed):
            yield each
            continue
        names = {s.agency.code: s.agency.name for s in parts if s.agency is not None}
        words = [
            f"{names[code]}（{waiver.reason}，{waiver.person}）" for code, waiver in passed.items() if code in names
        ]
        yield replace(each, severity="warning")
        yield finding(
            "county.waived", *each.keys, what=name_subject(parts[0].rule, spec), agencies=name_agencies(words)
        )


def _find_covering_agency(code: str, sums: Mapping[str, Agency], roster: Roster) -> Agency | None:
    """The agency above that returned a sum, or None."""
    seen = {code}
    entry = roster.agencies.get(code)
    while entry is not None and entry.parent and entry.parent not in seen:
        if entry.parent in sums:
            return sums[entry.parent]
        seen.add(entry.parent)
        entry = roster.agencies.get(entry.parent)
    return None


def _excuse_words(record: AbsenceRecord) -> str:
    into = f"，并入 {record.into}" if record.into else ""
    return f"{AGENCY_STATES['absent']}{into}：{record.reason}（{record.person}）"


def _absence_reason(standing: Standing) -> str:
    if standing.state == "missing":
        return AGENCY_STATES["missing"]
    asked = [f"{what} {count} 处" for count, what in ((standing.errors, "强制"), (standing.warnings, "核实")) if count]
    return f"{AGENCY_STATES[standing.state]}，第 {standing.number} 版有{'、'.join(asked)}待处理"


def _read_corrections(campaign: Campaign, roster: Roster) -> tuple[Correction, ...]:
    data = _read_optional_file(campaign, corrections.CORRECTIONS_FILE)
    return (
        ()
        if data is None
        else corrections.parse_corrections(
            data, f"{COUNTY}/{corrections.CORRECTIONS_FILE}", campaign.spec, roster.agencies
        )
    )


def _read_optional_file(campaign: Campaign, name: str) -> bytes | None:
    """A file of county/ that the office may have written; raises `XltoolError` when it is there and cannot be read."""
    path = campaign.root / COUNTY / name
    if not path.exists():
        return None
    data = files.read_file(path)
    if isinstance(data, Finding):
        raise XltoolError(f"{COUNTY}/{name} 读不出来：{data.data.get('why', '文件过大')}。")
    return data
