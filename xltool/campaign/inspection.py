"""A campaign folder looked at as a whole: what is as it was written, what is not, and what to do about it."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from xltool import files
from xltool.campaign import opening
from xltool.campaign.accepting import find_unsettled
from xltool.campaign.answers import find_damaged_answers
from xltool.campaign.archive import find_archived, is_archived
from xltool.campaign.distribution import LIST_FILE
from xltool.campaign.documents import find_current, strip_mark
from xltool.campaign.folder import DATABASE, KEY, SETTINGS, Campaign, LostKeyError
from xltool.campaign.neighbours import open_neighbours
from xltool.campaign.reminders import is_of_reminders
from xltool.campaign.roster import Roster
from xltool.campaign.roster_zeros import restore_zeros
from xltool.campaign.schema import BACKUPS, DamagedError
from xltool.campaign.seal import is_genuine
from xltool.campaign.store import Store
from xltool.campaign.strays import advise_stray, find_strays
from xltool.messages import XltoolError, join_first
from xltool.model import Diagnosis, Finding

LEAST_FREE: Final = 100 * 2**20
"""Bytes free below which a campaign is likely to stop in the midst of its work."""
_MOST_NAMED: Final = 5
_REMINDED: Final = "催报和邮件草稿"  # as if they lay in a folder of their own


def inspect_campaign(campaign: Campaign) -> Iterator[Diagnosis]:
    """Everything in the folder against what it should be; nothing is changed."""
    mend = f"执行 xltool doctor -C {campaign.root} --mend。"
    yield Diagnosis("settings", "ok", f"设置 {SETTINGS}：{campaign.name} {campaign.period.spoken} {campaign.form}")
    listed, told = _inspect_roster(campaign)
    yield told
    yield from _inspect_folders(campaign, mend)
    yield _inspect_space(campaign)
    if campaign.beside:
        yield _inspect_neighbours(campaign)
    try:
        fault, remedy = find_database_fault(campaign), mend
    except XltoolError as error:
        fault, remedy = str(error).rstrip("。"), ""
    if fault:
        yield Diagnosis("database", "missing", f"数据库 {DATABASE}：{fault}", remedy)
    yield _inspect_backups(campaign)
    if fault:
        yield _inspect_key(campaign, None, mend)
        return
    with closing(opening.open_store(campaign)) as store:
        count = sum(store.count_versions().values())
        yield Diagnosis("database", "ok", f"数据库 {DATABASE}：完好，{count} 版报送，每条记录都与记下时一致")
        yield _inspect_key(campaign, store, mend)
        roster, lost = (None, "") if listed is None else restore_zeros(campaign, listed, store)
        if lost:
            yield Diagnosis("roster.zeros", "optional", lost.rstrip("。"))
        for line in _find_edits(campaign, store):
            yield Diagnosis("settings.edited", "optional", line.rstrip("。"))
        yield from _inspect_archive(campaign, store, mend)
        unsettled = find_unsettled(campaign, store)
        if unsettled:
            text = f"采纳：{len(unsettled)} 个单位报来的数与采纳的记录不一致（{_name_some(unsettled)}）"
            yield Diagnosis("acceptances", "missing", text, mend)
        yield from _inspect_outbox(campaign, store, mend)
        yield from _inspect_written(campaign, store, mend)
        for stray in () if roster is None else find_strays(roster, store):
            yield Diagnosis(
                f"stray.{stray.code}",
                "optional",
                f"单位 {stray.code} {stray.name}：{stray.why}",
                f"{advise_stray(stray, roster)}。" if roster else "",
            )


def find_database_fault(campaign: Campaign) -> str:
    """What is wrong with the database: lost, damaged, rows that are not as they were noted; empty when nothing is.

    Raises `XltoolError` for one that is in use, of a newer xltool, or may not be read.
    """
    if opening.is_empty(campaign.database):
        try:
            opening.open_store(campaign).close()
        except XltoolError:
            return "不见了或是空的，而发过、收过文件"
        return ""
    try:
        with closing(opening.open_store(campaign)) as store:
            rows = store.check_rows()
    except DamagedError as error:
        return f"已损坏（{str(error).partition('。')[0]}）"
    return "；".join(line.partition("，")[0] for line in rows)


def find_sound_backups(campaign: Campaign) -> list[Path]:
    """The copies of the database that are whole, newest first."""
    kept = (campaign.root / BACKUPS).glob(f"{campaign.database.stem}.*{campaign.database.suffix}")
    return [path for path in sorted(kept, key=lambda each: each.stat().st_mtime_ns, reverse=True) if _is_sound(path)]


def _is_sound(path: Path) -> bool:
    """Whether a copy can be read to the last row: tried on a copy of it, which is taken along where it is older."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            copy = Path(shutil.copy(path, folder))
            with closing(Store(copy)) as store:
                return not store.check_structure() and not store.check_rows()
        except (XltoolError, OSError):
            return False


def find_damaged_archive(campaign: Campaign, store: Store) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Hash and name of the files taken in that the archive has lost, and of those that are not what they were."""
    lost: list[tuple[str, str]] = []
    changed: list[tuple[str, str]] = []
    for digest, name, _, _ in store.taken_files():
        if not is_archived(campaign, digest):
            (lost if find_archived(campaign, digest) is None else changed).append((digest, name))
    return lost, changed


def find_unknown_archive(campaign: Campaign, store: Store) -> list[str]:
    """The hashes of whole files in the archive that the database does not know, in the order in which they came."""
    known = {digest for digest, _, _, _ in store.taken_files()}
    return [digest for digest in list_archive(campaign) if digest not in known]


def list_archive(campaign: Campaign) -> list[str]:
    """The hashes of the files in the archive that are what their names say, in the order in which they came.

    Raises `XltoolError` where one cannot be read: it may be whole.
    """
    folder = campaign.root / campaign.layout.archive
    paths = [path for path in folder.iterdir() if not path.name.startswith(files.TEMPORARY)] if folder.is_dir() else []
    paths.sort(key=lambda path: (path.stat().st_mtime_ns, path.name))
    found = []
    for path in paths:
        data = files.read_file(path)
        if isinstance(data, Finding):
            why = data.data.get("why", "文件过大")
            raise XltoolError(f"归档里的 {path.name} 读不出来（{why}），排除以后再执行一次。")
        if hashlib.sha256(data).hexdigest() == path.stem:
            found.append(path.stem)
    return found


def _inspect_roster(campaign: Campaign) -> tuple[Roster | None, Diagnosis]:
    try:
        roster = campaign.read_roster()
    except XltoolError as error:
        return None, Diagnosis(
            "roster", "missing", f"单位名录 {campaign.layout.roster}：{str(error).rstrip('。')}", "改正后再检查。"
        )
    told = "；".join(note.rstrip("。") for note in roster.notes)
    counted = f"单位名录 {campaign.layout.roster}：{len(roster.entries)} 个单位"
    return roster, Diagnosis("roster", "ok", f"{counted}（{told}）" if told else counted)


def _inspect_folders(campaign: Campaign, mend: str) -> Iterator[Diagnosis]:
    lost = [name for name in campaign.layout.folders if not (campaign.root / name).is_dir()]
    if lost:
        yield Diagnosis("folders", "missing", f"文件夹：没有 {'、'.join(lost)}", mend)
    closed = []
    for name in (
        "",
        *(name for name in campaign.layout.folders if name != campaign.layout.inbox),
    ):  # there nothing is ever written
        path = campaign.root / name
        if path.is_dir():
            try:
                files.try_writing(path)
            except OSError:
                closed.append(name or str(campaign.root))
    if closed:
        yield Diagnosis("folders.closed", "missing", f"文件夹：{'、'.join(closed)} 不能写文件", "给予写的权限。")
    if not lost and not closed:
        yield Diagnosis("folders", "ok", "文件夹：齐全，可以写文件")


def _inspect_neighbours(campaign: Campaign) -> Diagnosis:
    try:
        names = open_neighbours(campaign).names
    except XltoolError as error:
        why = str(error).rstrip("。").replace("\n", " ")
        remedy = f"照上面说的改好；搬了位置的，改 {SETTINGS} 的 beside。在此之前收不了文件。"
        return Diagnosis("beside", "missing", f"并行的任务：{why}", remedy)
    return Diagnosis("beside", "ok", f"并行的任务：{'、'.join(names)}，都打得开")


def _inspect_space(campaign: Campaign) -> Diagnosis:
    free = shutil.disk_usage(campaign.root).free
    text = f"磁盘：还有 {free // 2**20} MB"
    if free < LEAST_FREE:
        return Diagnosis("space", "missing", f"{text}，太少", f"至少腾出 {LEAST_FREE // 2**20} MB。")
    return Diagnosis("space", "ok", text)


def _inspect_backups(campaign: Campaign) -> Diagnosis:
    sound = find_sound_backups(campaign)
    if not sound:
        return Diagnosis("backups", "optional", f"数据库的备份 {BACKUPS}：没有完好的", "每天第一次使用时会自动备份。")
    return Diagnosis("backups", "ok", f"数据库的备份 {BACKUPS}：完好的 {len(sound)} 份，最新的 {sound[0].name}")


def _inspect_key(campaign: Campaign, store: Store | None, mend: str) -> Diagnosis:
    issued = {} if store is None else store.issues()
    try:
        key = campaign.read_key()
    except LostKeyError as error:
        if not issued and not opening.has_files(campaign.root / campaign.layout.outbox):
            return Diagnosis("key", "ok", f"密钥 {KEY}：还没有，下发时建立")
        return Diagnosis("key", "missing", f"密钥 {str(error).partition('：')[0]}", f"从备份里还原；没有的，{mend}")
    except XltoolError as error:
        return Diagnosis("key", "missing", *f"密钥 {error}".split("；", 1))
    if store is None or opening.is_key_replaced(store):
        return Diagnosis("key", "ok", f"密钥 {KEY}：完好")
    wrong = find_foreign_serials(campaign, store, key)
    if wrong:
        text = f"密钥 {KEY}：{len(wrong)} 个单位的下发编号不是用它做的（{_name_some(wrong)}）"
        way = f"密钥或任务的名称、年度被换过：从备份里还原 {KEY} 和 {SETTINGS}；没有的，{mend}"
        return Diagnosis("key", "missing", text, way)
    return Diagnosis("key", "ok", f"密钥 {KEY}：完好，{len(issued)} 个下发编号都对")


def find_foreign_serials(campaign: Campaign, store: Store, key: bytes) -> list[str]:
    """The codes of the agencies whose serials were not made with a key, for this form, year and name."""
    facts = (campaign.form, campaign.period, opening.find_sealed_name(campaign, store))
    return [code for code, issue in store.issues().items() if not is_genuine(key, issue.serial, *facts, code)]


def _find_edits(campaign: Campaign, store: Store) -> list[str]:
    try:
        return opening.find_edits(campaign, store)
    except XltoolError as error:
        return [str(error)]


def _inspect_archive(campaign: Campaign, store: Store, mend: str) -> Iterator[Diagnosis]:
    lost, changed = find_damaged_archive(campaign, store)
    for state, found in (("找不到", lost), ("与收到时不同", changed)):
        if found:
            text = (
                f"归档 {campaign.layout.archive}：{len(found)} 个文件{state}（{_name_some(name for _, name in found)}）"
            )
            way = f"从备份里还原，或把原来的文件放进 {campaign.layout.inbox} 再收一次"
            yield Diagnosis("archive", "missing", text, f"{way}；{campaign.layout.inbox} 里还有的，{mend}")
    try:
        unknown = find_unknown_archive(campaign, store)
    except XltoolError as error:
        unknown = []
        yield Diagnosis("archive.unread", "missing", str(error).rstrip("。"), "")
    if unknown:
        yield Diagnosis(
            "archive.unknown", "missing", f"归档 {campaign.layout.archive}：{len(unknown)} 个文件数据库里没有", mend
        )
    damaged = find_damaged_answers(campaign)
    if damaged:
        said = f"网上报送时写的说明有 {len(damaged)} 份与写下时不同（{_name_some(damaged)}）"
        text = f"归档 {campaign.layout.archive}：{said}"
        yield Diagnosis("archive.answers", "missing", text, "从备份里还原；没有的，请那个单位在报送入口再写一次。")
    if not lost and not changed:
        yield Diagnosis(
            "archive", "ok", f"归档 {campaign.layout.archive}：收过的 {len(store.taken_files())} 个文件都完好"
        )


def _inspect_outbox(campaign: Campaign, store: Store, mend: str) -> Iterator[Diagnosis]:
    issued = store.issues().values()
    known, codes = {issue.file for issue in issued}, tuple(f"{issue.agency}_" for issue in issued)
    there = sorted(
        path.name for path in (campaign.root / campaign.layout.outbox).glob("*.xlsx") if path.name not in known
    )
    unknown = [name for name in there if LIST_FILE not in name and not name.startswith(codes)]
    if unknown:
        text = f"下发的工作簿 {campaign.layout.outbox}：{len(unknown)} 个数据库里没有（{_name_some(unknown)}）"
        yield Diagnosis("outbox.unknown", "missing", text, mend)
    else:
        yield Diagnosis("outbox", "ok", f"下发的工作簿 {campaign.layout.outbox}：{len(issued)} 个都记着编号")


def _inspect_written(campaign: Campaign, store: Store, mend: str) -> Iterator[Diagnosis]:
    """What was written for people; what they have changed is theirs, and told."""
    issued = {f"{campaign.layout.outbox}/{issue.file}": issue.sha256 for issue in store.issues().values()}
    written = sorted({*issued, *map(strip_mark, store.written())} - {campaign.layout.roster})
    gone: dict[str, list[str]] = {}
    changed: dict[str, list[str]] = {}
    for file in written:
        place, _, name = file.rpartition("/")
        place = _REMINDED if is_of_reminders(campaign, file) else place
        current = find_current(campaign, store, file)
        if current is None and files.hash_file(campaign.root / file) == issued.get(file):
            continue  # noted as issued only, by an older xltool
        if current != file and (campaign.root / file).exists():
            changed.setdefault(place, []).append(name if current is None else f"{name}，旁边有新的一份")
        elif current is None:
            gone.setdefault(place, []).append(name)
    verbs = {
        campaign.layout.county: "consolidate",
        campaign.layout.reports: "reports",
        campaign.layout.returned: "collect",
        _REMINDED: "remind",
    }
    for place, names in gone.items():
        text = f"写出的文件{place and f' {place}'}：{len(names)} 个不见了（{_name_some(names)}）"
        remedy = (
            mend
            if place == campaign.layout.returned
            else f"执行 xltool {verbs.get(place, 'build')} -C {campaign.root} 重新生成。"
        )
        yield Diagnosis(
            f"written.{place}", "missing" if place == campaign.layout.returned else "optional", text, remedy
        )
    for place, names in changed.items():
        text = f"写出的文件{place and f' {place}'}：{len(names)} 个写出以后被人改动过，不会覆盖（{_name_some(names)}）"
        again = f"xltool {verbs.get(place, 'build')} -C {campaign.root} --replace"
        yield Diagnosis(f"edited.{place}", "optional", text, f"不是有意改的，执行 {again} 重新生成。")
    if not gone and not changed:
        yield Diagnosis("written", "ok", f"写出的文件：{len(written)} 个都与写出时一致")


def _name_some(names: Iterable[str]) -> str:
    return join_first(list(names), _MOST_NAMED, "个")
