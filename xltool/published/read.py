"""Anyone's published report as a submission.

Which edition it follows, each figure with where it was printed, and what was unsure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from xltool.codes import SCOPE_NAMES
from xltool.forms.lists import AGENCY_HEAD
from xltool.forms.rates import find_other_rates
from xltool.messages import finding
from xltool.model import Agency, Finding, FormSpec, Reading, Submission
from xltool.periods import WORDS, Period, fits_form
from xltool.published import foreign, sections, tables
from xltool.published.contents import clean_texts, list_printed_rates, place_rates, read_entries, read_values
from xltool.published.document import Document
from xltool.published.doubts import find_word_doubts, note_beside, tell_no_tables
from xltool.published.figures import choose_figures
from xltool.published.hints import NO_HINTS, Hints
from xltool.published.imported import Imported
from xltool.published.levels import explain_level, guess_level
from xltool.published.missing import list_texts, read_printed_words
from xltool.published.opening import PAGED_KINDS, name_file_kind, read_document
from xltool.published.row_lists import read_lists
from xltool.published.table_figures import TableFigures
from xltool.published.traditional import find_traditional
from xltool.published.unofficial import word_unofficial
from xltool.published.vocabulary import read_vocabulary
from xltool.spreadsheet.package import Refusal


def read_report(
    data: bytes, specs: Sequence[FormSpec], source: str = "", hints: Hints = NO_HINTS, *, scans: bool = False
) -> Imported:
    """The submission in a published report, and where each figure was printed; never raises for bad bytes.

    What is no report has no submission and one finding. `scans` as for `read_document`.
    """
    try:
        opened = read_document(data, specs, scans=scans)
    except Refusal as refusal:
        return _reject(refusal.finding)
    if opened is None:
        return _reject(finding("published.kind", what=name_file_kind(data)))
    return read_document_parts(*opened, specs, source, hints)


def read_if_report(data: bytes, specs: Sequence[FormSpec], source: str = "") -> Imported | None:
    """The reading of bytes that are a published report, or None for anything that is not even like one.

    Another reader may know it.
    """
    if foreign.name_foreign(data) is not None and not foreign.may_be_report(data, specs):
        return None
    try:
        opened = read_document(data, specs)
    except Refusal as refusal:
        return None if b"word/document.xml" in data else _reject(refusal.finding)
    if opened is None:
        return None
    kind, parts = opened
    if not (
        parts.notes
        or any(sections.has_form_title(parts, spec) for spec in specs)
        or tables.find_tables(specs, parts)
        or find_traditional(list_texts(parts)) is not None
    ):
        return None
    return read_document_parts(kind, parts, specs, source)


def read_document_parts(
    kind: str, opened: Document, specs: Sequence[FormSpec], source: str = "", hints: Hints = NO_HINTS
) -> Imported:
    """The submission in the parts of a published report."""
    if opened.notes and not opened.parts:
        return _reject(opened.notes[0])
    found = tables.find_tables(specs, opened)
    strange = find_traditional(list_texts(opened))
    if strange is not None:
        return _reject(strange)
    if not found:
        return _reject(tell_no_tables(opened, specs))
    specs = [spec for spec in specs if spec.printed_tables]  # what is lists alone is read from no report
    newest = _choose_form(opened, specs, found)
    # A table beside those of this report may be like one of quite another form.
    found = {table.id: found[table.id] for table in newest.printed_tables if table.id in found}
    editions = [spec for spec in specs if any(table.id in found for table in spec.printed_tables)]
    held = {number for each in found.values() for figures in each for number, _ in figures.places}
    paged, printed_parts = kind in PAGED_KINDS, opened
    lists = read_lists(newest, opened, held, paged=paged)
    opened = word_unofficial(opened, found, read_vocabulary(editions), lists.tables)
    words = sections.read_words(opened, newest)
    said = words if hints.year is None else hints
    fitting = [spec for spec in editions if fits_form(spec, Period(0, said.part))]
    period = Period(said.year, said.part) if said.year is not None and fitting else None
    agency = hints.agency or words.agency
    when = "年度" if newest.every in {"year", "once"} else WORDS[newest.every].label
    missing = "、".join(what for what, told in ((when, period), ("单位名称", agency)) if not told)
    if missing or period is None:
        return _reject(finding("published.unknown", what=missing))
    suited = [spec for spec in fitting if spec.covers(period.year)] or fitting
    spec = newest if newest in suited else suited[0]
    words = words if spec is newest else sections.read_words(opened, spec)
    lists = lists if spec is newest else read_lists(spec, printed_parts, held, paged=paged)
    scope = "consolidated" if lists.agencies else hints.scope
    printed, findings = choose_figures(spec, found, period.year, read_printed_words(opened))
    if printed is None:
        return _reject(findings[0])
    note_beside(printed, findings)
    twice = frozenset(key for told in findings if told.code == "published.twice" for key in told.keys)
    guess = guess_level(agency)
    submission = Submission(
        form=spec.id,
        year=period.year,
        agency=Agency(hints.code or agency, agency, hints.level or guess.level),
        values=tuple(read_values(spec, {key: told.raw for key, told in printed.items() if key not in twice}, findings)),
        texts=dict(clean_texts(spec, words.texts, findings)),
        scope=scope,
        entries=dict(read_entries(spec, found, twice, scope, findings)),
        lists=lists.lines,
        source=source,
        level_basis="" if hints.level or guess.level is None else guess.why,
        part=period.part,
        unread_lists=frozenset(lists.unread),
        unread_tables=frozenset(table.id for table in spec.tables if table.unprinted),
    )
    rates = dict(list_printed_rates(spec, found))
    findings += find_other_rates(spec, submission.values, dict(place_rates(spec, rates)))
    findings += find_word_doubts(spec, words)
    findings += lists.findings
    findings += _tell_whose(words, hints, submission, period, lists.agencies)
    notes = (finding("published.read", kind=kind, level=explain_level(hints.level, guess)), *opened.notes)
    return Imported(
        Reading(submission, (*notes, *findings)),
        {cell.key: printed[cell.key] for cell in spec.cells if cell.key in printed},
        tuple(lists.printed),
        rates,
    )


def _choose_form(
    document: Document, specs: Sequence[FormSpec], found: Mapping[str, Sequence[TableFigures]]
) -> FormSpec:
    """The form that a report is of: its title tells, then how much was read by each, then the newest edition."""
    read = [figures for each in found.values() for figures in each]
    ranks = {spec.id: sections.rank_title(document, spec) for spec in specs}
    return max(
        specs,
        key=lambda spec: (
            ranks[spec.id] > 0,  # a blank table prints less than a line of its text that is like a row of another form
            sum(len(figures.cells) for figures in read if figures.spec is spec),
            any(figures.spec is spec for figures in read),
            ranks[spec.id],  # the same table may be reported by month and by quarter
            spec.years[0],
        ),
    )


def _tell_whose(
    words: sections.Words, hints: Hints, submission: Submission, period: Period, agencies: Sequence[str]
) -> Iterator[Finding]:
    """Where the report itself says whose it is, of when and of what, as far as nobody has said it.

    `agencies` are the lists that name agencies, as consolidated ones do.
    """
    told_by = {what: where for what, where in words.told_by.items() if what != "单位名称" or not hints.agency}
    if hints.year:
        told_by.pop("年度", None)
    if submission.scope != hints.scope:
        told_by["数据范围"] = f"{agencies[0]}的“{AGENCY_HEAD}”栏"
    if told_by:
        taken = {
            "单位名称": submission.agency.name,
            "年度": period if period.part else period.year,
            "数据范围": SCOPE_NAMES[submission.scope],
        }
        what = "，".join(f"{what}“{taken[what]}”取自{told_by[what]}" for what in told_by)
        yield finding("published.whose", what=what)


def _reject(found: Finding) -> Imported:
    return Imported(Reading(None, (found,)))
