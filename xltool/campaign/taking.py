"""A document of the county's that a person has edited, taken in: read, held against the sum that it was written from.

What was changed is written where the office writes: into 办公室.xlsx, or into the TOML files of a plain campaign.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final

from xltool import api, files, readings
from xltool.campaign.county import find_own_agency, find_own_prior, gather_standings, read_corrections, read_texts
from xltool.campaign.desk import write_desk_edits
from xltool.campaign.edits import Edits, find_edits, is_same
from xltool.campaign.folder import Campaign
from xltool.campaign.plain_edits import write_plain_edits
from xltool.campaign.reports import USUAL
from xltool.campaign.roster import Roster
from xltool.campaign.signing import read_sum
from xltool.campaign.standing import Standing
from xltool.campaign.store import Store
from xltool.forms import document, references
from xltool.forms.totals import complete_totals
from xltool.messages import XltoolError, make_visible, tell_finding
from xltool.model import Finding, Reading, Submission
from xltool.report.gaps import list_waived_blanks, put_slashes

EVENT: Final = "take"


def hash_printed(total: Submission) -> str:
    """What a document of the county's rests on: the figures and texts of the sum."""
    return hashlib.sha256(api.dump(replace(total, waivers=()))).hexdigest()


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

    Raises `XltoolError` in a sentence for one that is not of this campaign's county, cannot be read, or was written
    from an earlier sum.
    """
    data = files.read_file(path)
    if isinstance(data, Finding):
        raise XltoolError(f"{make_visible(str(path))} 打不开：{data.data.get('why', '文件过大')}。")
    spec = campaign.spec
    held, _ = read_sum(campaign, store)
    total = document.parse_document(held, api.known_form).submission
    if total is None:
        raise XltoolError(f"{campaign.layout.sum_file} 读不出来；先执行 xltool consolidate 再汇总一次。")
    is_report = readings.may_be_report(data)
    printed = complete_totals(spec, _read_whole(campaign, roster, data, path))[0]
    base = put_slashes(spec, total, list_waived_blanks(total))[0] if is_report else total
    base = complete_totals(spec, base)[0]
    if is_same(spec, base, printed):
        return Edits({}, (), (), ())
    if not _rests_on(campaign, store, path, hash_printed(total)):
        raise XltoolError(
            f"{make_visible(str(path))} 不是从现在的汇总数写出的（是以前一次汇总写的，或不是 xltool 写的），没有收。"
            f"请再执行一次 xltool consolidate，在“{campaign.layout.county}”里新写出的一份上改。"
        )
    agencies = [standing.entry.agency for standing in gather_standings(standings).taken]
    prior = find_own_prior(campaign, roster, agencies, last_year)
    written = read_texts(campaign, total, prior) or {}
    pieces = {key: references.split_references(text, spec, total, prior) for key, text in written.items()}
    edits = find_edits(spec, base, printed, pieces, read_corrections(campaign, roster))
    if edits.texts or edits.corrections:
        write = write_desk_edits if campaign.has_desk else write_plain_edits
        write(campaign, edits.texts, edits.corrections)
        store.note(at, person, EVENT, f"{path.name}：{'；'.join(edits.told)}")
    return edits


def _read_whole(campaign: Campaign, roster: Roster, data: bytes, path: Path) -> Submission:
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
    if (submission.form, submission.year) != (campaign.form, campaign.year) or submission.agency.name not in names:
        raise XltoolError(
            f"{name} 是 {make_visible(submission.agency.name) or '不知哪个单位'} {submission.year} 年度的，"
            f"不是 {own.name} {campaign.year} 年度的汇总报告，没有收。单位报来的文件放进“{campaign.layout.inbox}”。"
        )
    return submission


def _rests_on(campaign: Campaign, store: Store, path: Path, basis: str) -> bool:
    """Whether a document was written from the sum as it is now.

    Told by its name, and for one that was given another name by all documents of its kind.
    """
    county = PurePosixPath(campaign.layout.county)
    own = str(county / path.name)
    written = [file for file in store.written() if PurePosixPath(file).parent == county]
    kinds = (path.suffix.lower(), f".{USUAL[0]}")  # a PDF was printed from the Word document
    alike = next(filter(None, ([file for file in written if file.endswith(kind)] for kind in kinds)), [])
    asked = [own] if own in written else alike
    return bool(asked) and all(store.find_written(file)[1] == basis for file in asked)
