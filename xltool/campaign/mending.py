"""A damaged campaign made whole: what stands in the archive, the outbox and sound records is put together again.

Decisions stand in the database alone: they come from what is sound of it and from its newest sound backup.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Final

from xltool import api, files
from xltool.campaign import opening, returns
from xltool.campaign.accepting import find_unsettled, settle_agency
from xltool.campaign.archive import archive_bytes, find_archived
from xltool.campaign.collecting import judge_archived
from xltool.campaign.database import ROW_WORDS
from xltool.campaign.fates import FATES
from xltool.campaign.folder import DATABASE, KEY, LostKeyError
from xltool.campaign.inbox import find_files
from xltool.campaign.inspection import (
    find_damaged_archive,
    find_database_fault,
    find_foreign_serials,
    find_sound_backups,
    find_unknown_archive,
    list_archive,
)
from xltool.campaign.intake import Intake
from xltool.campaign.kept_blanks import Issue
from xltool.campaign.kept_files import Arrived, Unmatched
from xltool.campaign.kept_versions import Version, build_version
from xltool.campaign.salvage import Records, Rows, name_journal, read_backup, read_records
from xltool.campaign.schema import BACKUPS, HASHED
from xltool.campaign.standings import find_standings
from xltool.campaign.store import Store
from xltool.messages import XltoolError
from xltool.model import Finding
from xltool.periods import period_of

_DECISIONS: Final = ("waiver", "absence", "choice", "extension", "publication", "signature", "acceptance")
_KEPT: Final = ("meta", "issue", *_DECISIONS)
"""Tables taken over row by row, in that order."""


def mend_campaign(office: Intake) -> Iterator[str]:
    """Mends what can be, a sentence for each thing done or not; `office` has an empty store, which is not used.

    Folders, key, database, archive from the inbox, then what the archive has beyond the database, and returned/.
    """
    campaign = office.campaign
    for name in campaign.layout.folders:
        if not (campaign.root / name).is_dir():
            (campaign.root / name).mkdir(parents=True)
            yield f"已建立文件夹 {name}。"
    for name in ("", *campaign.layout.folders):  # what a run that was killed has left
        files.sweep_leftovers(campaign.root / name)
    if find_database_fault(campaign):
        yield from _rebuild_database(office)
    with closing(opening.open_store(campaign, create=True)) as store:
        yield from _issue_again(replace(office, store=store))  # sent out after a backup that was put back
        yield from _mend_key(office, store)
        office = replace(office, store=store, key=opening.ensure_key(campaign, store))
        yield from _mend_archive(office)
        for digest in find_unknown_archive(campaign, store):
            yield from _judge_file(office, digest, digest[:12])
        for code in find_unsettled(campaign, store):
            try:
                yield f"{code}：按采纳的记录重新审了 {settle_agency(office, code)} 版。"
            except XltoolError as error:
                yield f"{code} 报来的数还没有按采纳的记录重新审：{error}"
        standings = find_standings(campaign, office.roster, store, datetime.fromisoformat(office.at).date())
        codes = (standing.entry.agency.code for standing in standings)
        last_year = {code: prior for code in codes if (prior := office.prior(code)) is not None}
        try:
            plan = returns.plan_returns(campaign, store, standings, last_year)
            for each in returns.write_returns(campaign, store, plan, last_year):
                yield f"已重新生成 {PurePosixPath(each.place).name}。"
        except XltoolError as error:
            yield f"有退回的工作簿还生成不了：{error}"


def _mend_key(office: Intake, store: Store) -> Iterator[str]:
    """A new key for one that is lost; one that did not make every serial counts from now on all the same.

    Serials of another year or form are left alone: there the settings are to be mended.
    """
    campaign = office.campaign
    kept = "已下发的 {} 个工作簿按记下的编号照样认得；以后找到原来的也不要再换回去。"
    try:
        key = opening.ensure_key(campaign, store)
    except LostKeyError:
        path = campaign.root / KEY
        if path.exists():
            path.replace(_find_place(campaign.root / BACKUPS, f"{KEY}.damaged"))
        opening.replace_key(campaign, store)
        yield f"原来的 {KEY} 找不回来，已另立一个：{kept.format(len(store.issues()))}"
        return
    settings = all(store.remembered(fact) in {None, str(getattr(campaign, fact))} for fact in ("form", "year"))
    if settings and not opening.is_key_replaced(store) and find_foreign_serials(campaign, store, key):
        opening.accept_key(store)
        yield f"{KEY} 不是下发时的那一个，以后就用它：{kept.format(len(store.issues()))}"


def _mend_archive(office: Intake) -> Iterator[str]:
    """Puts files that the archive has lost back from the inbox, where they still are."""
    inbox = office.campaign.layout.inbox
    lost, changed = find_damaged_archive(office.campaign, office.store)
    wanted = dict([*lost, *changed])
    for found in find_files([office.campaign.root / inbox]) if wanted else ():
        digest = "" if found.data is None else hashlib.sha256(found.data).hexdigest()
        if found.data is not None and digest in wanted:
            damaged = find_archived(office.campaign, digest)
            if damaged is not None:
                damaged.unlink()
            archive_bytes(office.campaign, digest, found.data)
            yield f"归档里的 {wanted.pop(digest)} 已用 {inbox} 里的同一文件补上。"
    for digest, name in wanted.items():
        yield f"补不上：归档里的 {name}（{digest[:12]}…），{inbox} 里没有同样的文件。"


def _rebuild_database(office: Intake) -> Iterator[str]:
    """A new database of what is sound, in place of the damaged one, which is kept in backup/."""
    campaign = office.campaign
    own = read_records(campaign.database)
    backups = find_sound_backups(campaign)
    other = read_backup(backups[0]) if backups else Records({table: {} for table in HASHED}, set())
    newest = f"备份 {backups[0].name}" if backups else "（没有完好的备份）"
    yield f"重建 {DATABASE}：用其中还完好的记录、{newest} 和归档 {campaign.layout.archive}。"
    new = campaign.root / f"{DATABASE}.new"
    for path in (new, name_journal(new)):  # what a run that was killed may have left
        path.unlink(missing_ok=True)
    with closing(Store(new)) as store:
        office = replace(office, store=store)
        for table in _KEPT:
            yield from _take_rows(store, table, own, other)
        store.forget_last_years()  # what is judged again here knows of no mergers
        yield from _issue_again(office)
        yield from _mend_key(office, store)
        yield from _take_versions(replace(office, key=opening.ensure_key(campaign, store)), own, other)
        for row in {**other.rows["written"], **own.rows["written"]}.values():
            store.take_row("written", row)
        store.note(office.at, "xltool", "mend", f"重建，原来的库在 {BACKUPS}")
    if campaign.database.exists():
        target = _find_place(campaign.root / BACKUPS, f"{DATABASE}.damaged")
        with campaign.database.open("rb") as damaged:  # a copy: a run that is killed here has it to begin from again
            files.write_file(target, iter(lambda: damaged.read(2**20), b""))
        yield f"损坏的库留在 {BACKUPS}/{target.name}。"
    name_journal(campaign.database).unlink(missing_ok=True)
    new.replace(campaign.database)


def _take_rows(store: Store, table: str, own: Records, other: Records) -> Iterator[str]:
    """Rows of one table: those that are sound, and the backup's where some of the damaged database are not."""
    kept = own.rows[table]
    added = {key: row for key, row in other.rows[table].items() if key not in kept} if table in own.damaged else {}
    for row in {**added, **kept}.values():
        store.take_row(table, row)
    if table in own.damaged:
        source = f"，另从备份取回 {len(added)} 条" if added else ""
        check = "；备份以后作的、撤销的决定可能不在其中，请核对" if table in _DECISIONS else ""
        yield f"{ROW_WORDS[table]}：完好的记录 {len(kept)} 条{source}{check}。"


def _issue_again(office: Intake) -> Iterator[str]:
    """Serials that no record tells are read from the workbooks in outbox/: the office's own folder has its word."""
    campaign, store = office.campaign, office.store
    issued = store.issues()
    known = {issue.file for issue in issued.values()}
    found = []
    for path in sorted((campaign.root / campaign.layout.outbox).glob("*.xlsx")):
        data = b"" if path.name in known else files.read_file(path)
        submission = None if isinstance(data, Finding) else api.read(data, path.name).submission
        if isinstance(data, Finding) or submission is None or not submission.serial:
            continue
        code = submission.agency.code
        if code not in issued and (submission.form, period_of(submission)) == (campaign.form, campaign.period):
            sha256 = hashlib.sha256(data).hexdigest()
            found.append(Issue(code, submission.serial, path.name, sha256, _time_of(path)))
    store.issue(found)
    if found:
        opening.remember_facts(campaign, store)
        yield f"下发：从 {campaign.layout.outbox} 里的工作簿认回 {len(found)} 个编号。"


def _take_versions(office: Intake, own: Records, other: Records) -> Iterator[str]:
    """Every file that came in, in the order in which they came: sound records as they are, the others judged again."""
    taken: Rows = {**other.rows["file"], **own.rows["file"]}
    versions: dict[str, Version] = {}
    for records in (other, own):
        versions |= {row[2]: build_version(row) for row in records.rows["version"].values()}
    known = {digest: row[3] for digest, row in taken.items()} | {digest: v.at for digest, v in versions.items()}
    came = {digest: _archive_time(office, digest) for digest in list_archive(office.campaign)}
    order = _order_files(known, came)
    _keep_numbers(order, versions)
    kept = judged = 0
    for digest in order:
        row, version = taken.get(digest), versions.get(digest)
        if version is not None:
            arrived = Arrived(row[2], row[7]) if row else Arrived(0, version.at[:10])
            number = office.store.take_version(version, arrived)
            kept += 1
            if number != version.number:
                yield f"{version.agency} 的第 {version.number} 版现在是第 {number} 版（{version.file}）。"
        elif digest in came:
            name = row[1] if row else digest[:12]
            at = known.get(digest) or came[digest]
            yield from _judge_file(replace(office, at=at, received=row[7] if row else at[:10]), digest, name)
            judged += 1
        elif row is not None and row[4] != "version":
            unmatched = Unmatched(digest, row[1], row[5], row[3], row[6], row[4])
            office.store.take_unmatched(unmatched, Arrived(row[2], row[7]))
        else:
            yield f"找不回：{row[1] if row else digest}，记录已损坏，归档里也没有；请该单位重新报送。"
    yield (
        f"报送：完好的 {kept} 版照旧，从归档重新读、重新审 {judged} 个文件"
        "（先后按记录的时间，没有记录的按归档的时间）。"
    )


def _order_files(known: Mapping[str, str], came: Mapping[str, str]) -> list[str]:
    """Files in the order in which they came: by the time that records tell, within one run by the archive.

    A file that no record tells of stands behind the one before it in the archive. `came` are the times of the archive's
    files, in their order.
    """
    before, keys = "", {}
    for rank, (digest, time) in enumerate(came.items()):
        told = known.get(digest)
        if told is not None and told <= time:  # later where it was refused first, and let in by another run
            before = told
        keys[digest] = (told or before, rank)
    for rank, (digest, told) in enumerate(known.items(), len(keys)):
        keys.setdefault(digest, (told, rank))
    return sorted(keys, key=keys.__getitem__)


def _keep_numbers(order: list[str], versions: Mapping[str, Version]) -> None:
    """Puts the versions of each agency that are known in the order of their numbers, in the places that they have."""
    places: dict[str, list[int]] = {}
    for at, digest in enumerate(order):
        if digest in versions:
            places.setdefault(versions[digest].agency, []).append(at)
    for found in places.values():
        digests = sorted((order[at] for at in found), key=lambda digest: versions[digest].number)
        for at, digest in zip(found, digests, strict=True):
            order[at] = digest


def _judge_file(office: Intake, digest: str, name: str) -> Iterator[str]:
    taken = judge_archived(office, digest, name)
    yield f"从归档重新审：{FATES[taken.state]}　{taken.file}" + (f"　{taken.sentence}" if taken.reason else "")


def _find_place(folder: Path, name: str) -> Path:
    """A name in a folder that is not taken yet."""
    folder.mkdir(exist_ok=True)
    return next(path for at in range(1, 10_000) if not (path := folder / f"{name}{at}").exists())


def _archive_time(office: Intake, digest: str) -> str:
    path = find_archived(office.campaign, digest)
    return office.at if path is None else _time_of(path)


def _time_of(path: Path) -> str:
    return datetime.fromtimestamp(path.stat().st_mtime).isoformat(timespec="seconds")
