"""How a campaign's database and key are opened: neither is ever made anew where something shows that it was lost."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Final

from xltool import files
from xltool.campaign.folder import DATABASE, KEY, KEY_BYTES, SETTINGS, Campaign
from xltool.campaign.schema import BACKUPS, DamagedError
from xltool.campaign.store import Store
from xltool.messages import XltoolError

_FACTS: Final = {"form": "报表", "year": "年度", "name": "名称"}
"""What a campaign was when its blanks were issued, and what that is to a clerk."""
_REPLACED: Final = "key replaced"


def open_store(campaign: Campaign, *, create: bool = False) -> Store:
    """The campaign's database; where there is none yet an empty one, kept only with `create`.

    Raises `XltoolError` when it is damaged, or lost from beside an outbox, an archive or backups.
    """
    if is_empty(campaign.database):
        left = [
            name
            for name in (campaign.layout.outbox, campaign.layout.archive, BACKUPS)
            if has_files(campaign.root / name)
        ]
        if left:
            raise XltoolError(
                f"{DATABASE} 不见了或是空的，而 {'、'.join(left)} 里有文件：没有它就不知道发过什么、收过什么。"
                f"请把它从备份（{BACKUPS} 里最新的，改名为 {DATABASE}）里还原；"
                f"没有备份的，执行 xltool doctor -C {campaign.root} --mend，从归档重建。"
            )
        return Store(campaign.database if create else Path(":memory:"))
    store = Store(campaign.database)
    try:
        damage = store.check_structure()
    except BaseException:
        store.close()
        raise
    if damage:
        store.close()
        raise DamagedError(
            f"{DATABASE} 已损坏（{damage}）：其中的数不能用。请执行 xltool doctor -C {campaign.root} --mend 修复，"
            f"或从 {BACKUPS} 里还原。"
        )
    return store


def is_empty(path: Path) -> bool:
    """Whether a file is not there, or has no bytes."""
    try:
        return path.stat().st_size == 0
    except FileNotFoundError:
        return True


def has_files(folder: Path) -> bool:
    """Whether a folder holds any file but what a killed run left."""
    return folder.is_dir() and any(not path.name.startswith(files.TEMPORARY) for path in folder.iterdir())


def ensure_key(campaign: Campaign, store: Store) -> bytes:
    """The campaign's key, made where no blank was issued yet; raises `XltoolError` when it was lost since."""
    if is_empty(campaign.root / KEY) and not store.issues() and not has_files(campaign.root / campaign.layout.outbox):
        make_key(campaign)
    return campaign.read_key()


def make_key(campaign: Campaign) -> None:
    """Writes a new key, readable by its owner alone."""
    files.write_file(campaign.root / KEY, secrets.token_bytes(KEY_BYTES), mode=0o600)


def replace_key(campaign: Campaign, store: Store) -> None:
    """A new key for one that is lost: what was issued is known by its serial, which the database has."""
    make_key(campaign)
    accept_key(store)


def accept_key(store: Store) -> None:
    """Notes that the key is not that with which all blanks were stamped: those are known by their serials."""
    store.remember(_REPLACED, "1")


def is_key_replaced(store: Store) -> bool:
    """Whether blanks are out that were stamped with a key that is lost."""
    return store.remembered(_REPLACED) is not None


def find_sealed_name(campaign: Campaign, store: Store) -> str:
    """The name that stands in the stamps: the one that the campaign had when its first blanks were issued."""
    return store.remembered("name") or campaign.name


def remember_facts(campaign: Campaign, store: Store) -> None:
    """Keeps form, year and name as they are when blanks are issued; the first word stays."""
    for fact in _FACTS:
        store.remember(fact, str(getattr(campaign, fact)))


def find_forgotten(campaign: Campaign, store: Store) -> str:
    """That the archive has files that the database does not know, as after an old copy was put back; else empty."""
    archive = campaign.layout.archive
    folder = campaign.root / archive
    there = folder.iterdir() if folder.is_dir() else ()
    forgotten = store.find_unknown(path.stem for path in there if not path.name.startswith(files.TEMPORARY))
    if not forgotten:
        return ""
    return (
        f"归档 {archive} 里有 {len(forgotten)} 个文件，{DATABASE} 里没有（还原过旧的数据库，或者收取时中断过；"
        f"正在收取的除外），它们的数没有计入。请执行 xltool doctor -C {campaign.root} --mend 收回。"
    )


def find_edits(campaign: Campaign, store: Store) -> list[str]:
    """What of the settings was edited since blanks were issued, a sentence each.

    Raises `XltoolError` when it is the form or the year, and returns of the former are there: their figures are others.
    """
    found = []
    for fact, word in _FACTS.items():
        before, now = store.remembered(fact), str(getattr(campaign, fact))
        if before is None or before == now:
            continue
        told = f"任务的{word}改过：下发工作簿时是“{before}”，{SETTINGS} 里现在是“{now}”"
        back = f"请把 {SETTINGS} 里的 {fact} 改回 {before}"
        if fact == "name":
            found.append(f"{told}。已下发的编号照旧有效，报告和汇总用现在的名称；不是有意改的，{back}。")
        elif store.count_versions():
            raise XltoolError(f"{told}，而已经收下了原来的报表。{back}；要办另一个任务的，另建一个文件夹。")
        else:
            found.append(f"{told}。已下发的工作簿报回来不会收下：{back}，或重新执行 xltool build 下发。")
    return found
