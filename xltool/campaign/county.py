"""The county's own report.

Whose figures go in, its sum, its texts, its findings, and every file of county/ as bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from xltool import api
from xltool.campaign import contributions, discrepancies, reports
from xltool.campaign.alike import TextShelf, tell_group
from xltool.campaign.consolidate import consolidate_submissions, list_contributed
from xltool.campaign.county_written import read_corrections, read_texts
from xltool.campaign.discrepancies import Discrepancy
from xltool.campaign.doubles import CitedNumbers, find_double_counts
from xltool.campaign.folder import Campaign
from xltool.campaign.gathering import Gathered
from xltool.campaign.layout import SUBMISSION_FILE
from xltool.campaign.names import pictures_name, report_name, workbook_name
from xltool.campaign.priors import TOTAL_FILE, complete_figures, explain_two
from xltool.campaign.roster import Roster
from xltool.campaign.standing import read_submission
from xltool.campaign.store import Store
from xltool.forms import catalog, references
from xltool.messages import XltoolError
from xltool.model import (
    LEVELS,
    NOT_APPLICABLE,
    SEVERITIES,
    Acceptance,
    Agency,
    CellKey,
    Consolidation,
    Correction,
    FormSpec,
    Level,
    Reading,
    Submission,
    Value,
    Waiver,
    is_earlier,
)
from xltool.periods import period_of
from xltool.report.gaps import Gaps, find_gaps, list_waived_blanks, put_slashes
from xltool.rules.matrix import stack_column
from xltool.rules.opinions import Opinion, group_findings, tell_opinion
from xltool.rules.prior_year import align_earlier
from xltool.workbook.layout_plan import make_plan
from xltool.workbook.listing import stream_listing

CONTRIBUTION_FILE, DISCREPANCY_FILE = "contributions.xlsx", "discrepancies.xlsx"
"""Who contributed what to the sum, and where it does not balance, in the county's folder."""
NAMELESS: Final = "county"
"""The code of the sum where no one agency stands at the top of the roster."""


@dataclass(frozen=True)
class CountySum:
    """The figures of the agencies as one, before its texts are read: what its texts may name stands in it.

    `official` is last year's sum as it was left or published, `comparable` that of the same agencies' own figures;
    `carried` are the words in the submissions themselves, by agency.
    """

    consolidation: Consolidation
    official: Submission | None
    comparable: Submission | None
    carried: Mapping[str, tuple[Waiver, ...]]
    accepted: tuple[Acceptance, ...] = ()

    @property
    def beside(self) -> Submission | None:
        """Last year's figures that the county's texts may name."""
        return self.official or self.comparable


@dataclass(frozen=True)
class JudgedSum:
    """The sum with its texts and what was let pass, the reading of it with all findings, and what its report lacks.

    `prior` are last year's figures that it was held against.
    """

    consolidation: Consolidation
    reading: Reading
    prior: Submission | None
    draft: bool
    gaps: Gaps


@dataclass(frozen=True)
class County:
    """The sum, the reading of it with all findings, and the files by name; long ones in pieces, which come once."""

    consolidation: Consolidation
    reading: Reading
    draft: bool
    gaps: Gaps  # what its report lacks to be published
    files: Mapping[str, bytes | Iterable[bytes]]
    waiting: tuple[Correction, ...] = ()
    """Corrections that change nothing until somebody says why, and by whom."""


def build_county(
    campaign: Campaign, roster: Roster, store: Store, given: Gathered, last_year: Mapping[str, Submission]
) -> County:
    """The sum with the texts of county/ and all files that are made of it; `last_year` are submissions by agency code.

    Raises `XltoolError` with every fault of county/corrections.toml or county/texts.toml. Same inputs, same bytes.
    """
    spec, own = campaign.spec, find_own_agency(campaign, roster)
    noted = read_corrections(campaign, roster)
    summed = sum_county(campaign, roster, store, given, noted=noted, last_year=last_year)
    own_words = read_texts(campaign, summed.consolidation.total, summed.beside)
    judged = judge_county(spec, summed, given, own_words, last_year)
    held = judged.consolidation

    def find_differing() -> Iterator[Discrepancy]:
        return discrepancies.find_discrepancies(spec, held, last_year, judged.prior)

    pictures = (*api.pictures(held.total, judged.prior), *contributions.draw_contributions(spec, held))
    made: dict[str, bytes | Iterable[bytes]] = {
        SUBMISSION_FILE: api.dump(held.total),
        workbook_name(campaign, own): api.fill(held.total),
        **{report_name(campaign, own, kind): print_county(spec, judged, kind) for kind in reports.USUAL},
        CONTRIBUTION_FILE: stream_listing(contributions.build_sheets(spec, held), pictures, contributions.PAPERS),
        "contributions.csv": contributions.to_csv(spec, held),
        DISCREPANCY_FILE: stream_listing(
            {discrepancies.SHEET: discrepancies.build_sheet(spec, find_differing())},
            papers={discrepancies.SHEET: discrepancies.make_paper(spec)},
        ),
    }
    if pictures:
        # A page of its own: the report is what is published as it is, and whoever shows pictures in the office takes
        # this one.
        made[pictures_name(campaign, own)] = api.picture_page(held.total, pictures, draft=judged.draft)
    waiting = tuple(each for each in noted if each.is_waiting)
    return County(held, judged.reading, judged.draft, judged.gaps, made, waiting)


def sum_county(
    campaign: Campaign,
    roster: Roster,
    store: Store,
    given: Gathered,
    *,
    noted: Sequence[Correction],
    last_year: Mapping[str, Submission],
) -> CountySum:
    """The figures of those that go in as one, with the corrections of `noted` that do not wait.

    Raises `XltoolError` for a submission that cannot be read, and where last year's sum is told twice.
    """
    own = find_own_agency(campaign, roster)
    root = "" if roster.root is None else roster.root.agency.code
    carried: dict[str, tuple[Waiver, ...]] = {}
    accepted: list[Acceptance] = []
    shelf, cited = TextShelf(campaign.spec), CitedNumbers(campaign.spec)

    def read_taken() -> Iterator[Submission]:
        for standing in given.taken:
            submission = read_submission(store, standing)
            if submission.waivers:
                carried[submission.agency.code] = submission.waivers
            accepted.extend(replace(each, totals={}) for each in submission.acceptances)
            shelf.add_submission(submission)
            cited.add_submission(submission)
            yield submission

    held = consolidate_submissions(
        campaign.spec,
        read_taken(),
        own,
        campaign.period,
        root_code=root,
        corrections=[each for each in noted if not each.is_waiting],
        absent=(*given.absent, *given.excused),
    )
    doubles = find_double_counts(campaign.spec, held, cited)
    alike = map(tell_group, shelf.find_groups(lambda at: read_submission(store, given.taken[at])))
    held = replace(held, findings=(*held.findings, *doubles, *alike))
    official = find_last_total(own, last_year)
    return CountySum(
        held, official, sum_last_year(campaign, own, root, held.agencies, last_year), carried, tuple(accepted)
    )


def judge_county(
    spec: FormSpec,
    summed: CountySum,
    given: Gathered,
    texts: Mapping[str, str] | None,
    last_year: Mapping[str, Submission],
) -> JudgedSum:
    """The sum with the county's texts, which say the figures that they name, and all that is found in it."""
    held = summed.consolidation
    if texts is not None:
        # Settled here and not in the report alone: the sum goes up to an office that has neither this file nor last
        # year's figures.
        total = references.resolve_references(spec, replace(held.total, texts=texts), summed.beside)
        held = replace(held, total=total)
    waivers = tuple(_list_waivers(spec, held, given, summed.carried, last_year))
    held = replace(held, total=replace(held.total, waivers=waivers, acceptances=summed.accepted))
    # Figures of some beside those of all would break every rule.
    prior = summed.comparable if given.absent or summed.official is None else summed.official
    return judge_total(spec, held, prior)


def judge_total(spec: FormSpec, held: Consolidation, prior: Submission | None) -> JudgedSum:
    """A sum, its total whole, held against last year's figures: with what was found while it was summed."""
    [judged] = api.check([Reading(held.total)], [prior])
    found = [*held.findings, *judged.findings]
    reading = Reading(held.total, tuple(sorted(found, key=lambda each: SEVERITIES.index(each.severity))))
    gaps = find_gaps(spec, put_slashes(spec, held.total, list_waived_blanks(held.total))[0])
    return JudgedSum(held, reading, prior, api.status(reading) == "returned" or bool(gaps), gaps)


def tell_opinions(spec: FormSpec, judged: JudgedSum) -> Iterator[tuple[Opinion, tuple[str, str, str]]]:
    """The opinions on the sum, gravest first: what each says, how to mend it, and the basis."""
    place = make_plan(spec).place
    for opinion in group_findings(judged.reading.findings):
        yield opinion, tell_opinion(opinion, judged.reading.findings, spec, place)


def print_county(spec: FormSpec, judged: JudgedSum, kind: str) -> bytes:
    """The county's report as a kind of file, marked as a draft where it is one."""
    total = judged.consolidation.total
    printed, slashed = put_slashes(spec, total, list_waived_blanks(total))
    return api.report(printed, kind, draft=judged.draft, slashed=slashed)


def find_own_agency(campaign: Campaign, roster: Roster) -> Agency:
    """Whose the sum is: the campaign's name, the code and level of the roster's top.

    Without one top the highest level of the roster.
    """
    if roster.root is not None:
        return Agency(roster.root.agency.code, campaign.name, roster.root.agency.level)
    levels: list[Level] = [entry.agency.level for entry in roster.entries if entry.agency.level]
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
            raise XltoolError(explain_two([f"汇总数：{named}"], period_of(sums[0]).words.before))
    return sums[0] if sums else None


def sum_last_year(
    campaign: Campaign, own: Agency, root: str, agencies: Sequence[Agency], last_year: Mapping[str, Submission]
) -> Submission | None:
    """Last year's figures of these agencies as one; None unless they are all there, in one form."""
    chosen = [last_year[agency.code] for agency in agencies if agency.code in last_year]
    if not chosen or len(chosen) < len(agencies) or len({submission.form for submission in chosen}) > 1:
        return None
    spec = catalog.load_form(chosen[0].form)
    total = consolidate_submissions(spec, chosen, own, campaign.period.before, root_code=root).total
    ago = [prior.year_ago for prior in chosen if prior.year_ago is not None]
    if len(ago) < len(chosen) or {submission.form for submission in ago} != {spec.id}:
        return total
    same = consolidate_submissions(spec, ago, own, campaign.period.last_year, root_code=root).total
    return replace(total, year_ago=same)


def _list_waivers(
    spec: FormSpec,
    held: Consolidation,
    given: Gathered,
    carried: Mapping[str, tuple[Waiver, ...]],
    last_year: Mapping[str, Submission],
) -> Iterator[Waiver]:
    """What was let pass of the agencies in the sum, with what each adds to the cells in question; then what came up.

    `carried` are the words in the submissions themselves, by agency; a word of this office on the same cells of the
    same agency is about the whole of its figures.
    """
    for at, agency in enumerate(held.agencies):
        own = []
        for word in given.waived.get(agency.code, ()):
            keys = dict.fromkeys(key for _, key, _ in sorted(word.marks, key=repr) if key in spec.index)
            values = {key: _find_contributed(spec, held, at, key) for key in sorted(keys, key=spec.index.__getitem__)}
            prior = last_year.get(agency.code)
            if prior is not None and keys:
                before = align_earlier(spec, period_of(held.total), prior)
                rules = [rule for rule in spec.rules if word.rule in (rule.name, rule.id)]
                looked = {key for rule in rules for key in rule.linear.keys if is_earlier(key)}
                values |= {key: before[stack_column(spec, key) - len(spec.cells)] for key in sorted(looked)}
            own.append(Waiver(agency.code, agency.name, word.rule, word.reason, word.person, values))
        yield from own
        covered = {key for word in own for key in word.values}
        yield from (word for word in carried.get(agency.code, ()) if covered.isdisjoint(word.values))


def _find_contributed(spec: FormSpec, held: Consolidation, agency: int, key: CellKey) -> Value:
    """What an agency adds to a cell of the sum."""
    at = spec.index[key]
    if held.missing[agency, at]:
        return None
    if held.slashes[agency, at]:
        return NOT_APPLICABLE
    return list_contributed(spec, held, at)[agency]


def find_own_prior(
    campaign: Campaign, roster: Roster, agencies: Sequence[Agency], last_year: Mapping[str, Submission]
) -> Submission | None:
    """Last year's figures that the county's texts may name: those of its own sum, else of the same agencies'."""
    own = find_own_agency(campaign, roster)
    root = "" if roster.root is None else roster.root.agency.code
    return find_last_total(own, last_year) or sum_last_year(campaign, own, root, agencies, last_year)
