"""A document of the county's that a person has edited, taken in: read, held against the sum that it was written from.

Sums are kept for that, also when another has been written since. What was changed is written where the office writes:
into 办公室.xlsx, or into the TOML files of a plain campaign.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final

from xltool import api, files, kinds, readings
from xltool.campaign.county import find_own_agency, find_own_prior, sum_county
from xltool.campaign.county_edits import CountyEdits, write_county_edits
from xltool.campaign.county_written import read_corrections, read_texts
from xltool.campaign.edits import Edits, count_differences, find_edits, is_same
from xltool.campaign.folder import Campaign
from xltool.campaign.gathering import gather_standings
from xltool.campaign.names import report_name, workbook_name
from xltool.campaign.reports import USUAL
from xltool.campaign.roster import Roster
from xltool.campaign.signing import read_sum
from xltool.campaign.standing import Standing
from xltool.campaign.store import Store
from xltool.campaign.texts import find_text_faults
from xltool.forms import document, references
from xltool.forms.totals import complete_totals
from xltool.messages import XltoolError, make_visible, tell_finding
from xltool.model import Finding, FormSpec, Reading, Submission
from xltool.periods import period_of
from xltool.report.gaps import find_gaps, list_waived_blanks, put_slashes

EVENT: Final = "take"
_KEPT: Final = "sum "
_UNDER_WAY: Final = "taking "
_LEFT_OVER: Final = "published.left"


def hash_printed(total: Submission) -> str:
    """What a document of the county's rests on: the figures and texts of the sum."""
    return hashlib.sha256(api.dump(replace(total, waivers=(), acceptances=()))).hexdigest()


def keep_sum(store: Store, total: Submission) -> None:
    """Keeps a sum of which documents are being written, to tell later what was changed in them."""
    store.remember(f"{_KEPT}{hash_printed(total)}", api.dump(total).decode("utf-8"))


def find_takeable(campaign: Campaign, roster: Roster) -> frozenset[str]:
    """The documents of the county's that can be taken in, as paths in the campaign folder."""
    own = find_own_agency(campaign, roster)
    names = (workbook_name(campaign, own), *(report_name(campaign, own, kind) for kind in USUAL))
    return frozenset(f"{campaign.layout.county}/{name}" for name in names)


def take_document(
    campaign: Campaign,
    roster: Roster,
    store: Store,
    path: Path,
    standings: Sequence[Standing],
    *,
    last_year: Mapping[str, Submission],
    at: str,
    person: str,
) -> Edits:
    """Takes in what was changed in a document by hand, and notes that; the same document once more changes nothing.

    Raises `XltoolError` as `read_edits` does.
    """
    data = _read_document(path)
    edits = _read_edits(campaign, roster, store, path, data, standings, last_year)
    under_way = f"{_UNDER_WAY}{hashlib.sha256(data).hexdigest()}"
    begun = store.remembered(under_way)  # by a run that was stopped before it could say so
    if edits.texts or edits.corrections or begun:
        store.remember(under_way, f"{path.name}：{'；'.join(edits.told)}")
        if edits.texts or edits.corrections:
            write_county_edits(campaign, roster, store, CountyEdits(edits.texts, edits.corrections))
        store.note(at, person, EVENT, store.remembered(under_way) or "", settles=under_way)
    return edits


def read_edits(
    campaign: Campaign,
    roster: Roster,
    store: Store,
    path: Path,
    standings: Sequence[Standing],
    *,
    last_year: Mapping[str, Submission],
) -> Edits:
    """What was changed in a document by hand, as `take_document` would take it in; nothing is written.

    Of one that was written from an earlier sum only what the sum still says as it did. Raises `XltoolError` in a
    sentence for one that is not of this campaign's county, cannot be read, or was written from a sum that nobody knows.
    """
    return _read_edits(campaign, roster, store, path, _read_document(path), standings, last_year)


def _read_document(path: Path) -> bytes:
    data = files.read_file(path)
    if isinstance(data, Finding):
        raise XltoolError(f"{make_visible(str(path))} 打不开：{data.data.get('why', '文件过大')}。")
    return data


def _read_edits(  # noqa: PLR0917
    campaign: Campaign,
    roster: Roster,
    store: Store,
    path: Path,
    data: bytes,
    standings: Sequence[Standing],
    last_year: Mapping[str, Submission],
) -> Edits:
    spec = campaign.spec
    held, _ = read_sum(campaign, store)
    total = document.parse_document(held, api.known_form).submission
    if total is None:
        raise XltoolError(f"{campaign.layout.sum_file} 读不出来；先执行 xltool consolidate 再汇总一次。")
    reading = _read_whole(campaign, roster, data, path)
    assert reading.submission is not None  # else that had been told
    printed = complete_totals(spec, reading.submission)[0]
    is_report = readings.may_be_report(data)
    now = _show_sum(spec, total, is_report)
    bases = _list_bases(campaign, store, path, total)
    if not bases and not is_same(spec, now, printed):
        raise XltoolError(
            f"{make_visible(str(path))} 不是从现在的汇总数写出的（是以前一次汇总写的，或不是 xltool 写的），没有收。"
            f"请再执行一次 xltool consolidate，在“{campaign.layout.county}”里新写出的一份上改。"
        )
    given = gather_standings(standings)
    agencies = [standing.entry.agency for standing in given.taken]
    prior = find_own_prior(campaign, roster, agencies, last_year)
    written = read_texts(campaign, total, prior) or {}
    shown = [_show_sum(spec, each, is_report) for each in bases or [total]]
    nearest = min(range(len(shown)), key=lambda at: count_differences(spec, shown[at], printed))
    source = (bases or [total])[nearest]
    pieces = {key: references.split_references(text, spec, source, prior) for key, text in written.items()}
    unread = list(_find_unread(spec, reading, data, source))
    spoilt = {key for each in unread for key in each.keys}
    noted = read_corrections(campaign, roster)
    coming = now
    if not all(each.is_waiting for each in noted):
        next_sum = sum_county(campaign, roster, store, given, noted=noted, last_year=last_year)
        coming = _show_sum(spec, next_sum.consolidation.total, is_report)
    found = find_edits(spec, shown[nearest], printed, pieces, noted, now=now, coming=coming, unread=spoilt)
    edits = _leave_faulty(spec, found, total, prior)
    return replace(edits, left=(*edits.left, *(f"没有收：{api.message(each, spec)}" for each in unread)))


def _show_sum(spec: FormSpec, total: Submission, is_report: bool) -> Submission:
    """A sum as its documents say it."""
    return complete_totals(spec, put_slashes(spec, total, list_waived_blanks(total))[0] if is_report else total)[0]


def _leave_faulty(spec: FormSpec, found: Edits, total: Submission, prior: Submission | None) -> Edits:
    """The edits without texts that could not stand among the county's: their braces are no references."""
    kept, left = {}, []
    for text in (text for text in spec.texts if text.key in found.texts):
        fault = next(find_text_faults(found.texts[text.key], spec, total, prior), None)
        if fault is None:
            kept[text.key] = found.texts[text.key]
        else:
            left.append(f"“{text.label}”没有收：文件里的 {fault.written}，{fault.why}。")
    labels = tuple(f"“{text.label}”" for text in spec.texts if text.key in found.texts.keys() - kept.keys())
    told = tuple(line for line in found.told if not (labels and line.startswith(labels)))
    return Edits(kept, found.corrections, told, (*found.left, *left))


def _find_unread(spec: FormSpec, reading: Reading, data: bytes, base: Submission) -> Iterator[Finding]:
    """Whatever of a document could not be read: what our own gives occasion for too is none of it."""
    usual = [(found.code, found.keys, found.data) for found in _print_again(spec, data, base).findings]
    for found in reading.findings:
        asks = found.severity != "info" or found.code == _LEFT_OVER
        if asks and (found.code, found.keys, found.data) not in usual:
            yield found


def _print_again(spec: FormSpec, data: bytes, base: Submission) -> Reading:
    """What a document of this kind says of a sum as xltool writes it."""
    if not readings.may_be_report(data):
        return api.read(api.fill(base))
    printed, slashed = put_slashes(spec, base, list_waived_blanks(base))
    [judged] = api.check([Reading(base)])
    draft = api.status(judged) == "returned" or bool(find_gaps(spec, printed))
    kind = "html" if kinds.is_page(data) else "docx"
    return api.read(api.report(printed, kind, draft=draft, slashed=slashed))


def _read_whole(campaign: Campaign, roster: Roster, data: bytes, path: Path) -> Reading:
    """What a document says, if it is this county's report of this year."""
    name = make_visible(str(path))
    reading: Reading = (
        readings.import_report(data, str(path)).reading
        if readings.may_be_report(data)
        else readings.read_apart(data, str(path))
    )
    submission = reading.submission
    if submission is None:
        said = "".join(tell_finding(found, None, None)[0] for found in reading.findings[:1])
        raise XltoolError(f"{name} 读不出来，没有收：{said}")
    own = find_own_agency(campaign, roster)
    names = {own.name, f"{own.name}人民政府"}
    if (submission.form, period_of(submission)) != (
        campaign.form,
        campaign.period,
    ) or submission.agency.name not in names:
        raise XltoolError(
            f"{name} 是 {make_visible(submission.agency.name) or '不知哪个单位'} {period_of(submission).spoken}的，"
            f"不是 {own.name} {campaign.period.spoken}的汇总报告，没有收。单位报来的文件放进“{campaign.layout.inbox}”。"
        )
    return reading


def _list_bases(campaign: Campaign, store: Store, path: Path, total: Submission) -> list[Submission]:
    """The sums from which a document may have been written: `total`, the newest, first, and those that were kept.

    Told by its name, and for one that was given another name by all documents of its kind.
    """
    county = PurePosixPath(campaign.layout.county)
    own = str(county / path.name)
    written = [file for file in store.written() if PurePosixPath(file).parent == county]
    ends = (path.suffix.lower(), f".{USUAL[0]}")  # a PDF was printed from the Word document
    alike = next(filter(None, ([file for file in written if file.endswith(end)] for end in ends)), [])
    noted = {store.find_written(file)[1] for file in ([own] if own in written else alike)}
    newest = hash_printed(total)
    found = [total] if newest in noted else []
    for basis in sorted(noted - {newest, ""}):
        kept = store.remembered(f"{_KEPT}{basis}")
        submission = None if kept is None else document.parse_document(kept.encode(), api.known_form).submission
        if submission is not None and submission.form == campaign.form:
            found.append(submission)
    return found
