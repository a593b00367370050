"""The archive of a campaign: every byte ever taken in, by the hash of the content, which is checked when it is used."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from xltool import files
from xltool.campaign.folder import Campaign
from xltool.forms import document
from xltool.messages import XltoolError

_ENDINGS: Final = (".xlsx", ".json", ".bin")


def archive_bytes(campaign: Campaign, digest: str, data: bytes) -> None:
    """Puts the bytes of a file into the archive."""
    ending = _ENDINGS[0] if data[:2] == b"PK" else _ENDINGS[1] if document.looks_like(data) else _ENDINGS[2]
    files.write_file(campaign.root / campaign.layout.archive / f"{digest}{ending}", data)


def find_archived(campaign: Campaign, digest: str) -> Path | None:
    """Where the archive has the file of a hash, or None."""
    places = (campaign.root / campaign.layout.archive / f"{digest}{ending}" for ending in _ENDINGS)
    return next((place for place in places if place.is_file()), None)


def read_archived(campaign: Campaign, digest: str, name: str) -> bytes:
    """The bytes of a file that was taken in; `name` is what it was called.

    Raises `XltoolError` when they are not there, or are not those that were taken in.
    """
    path = find_archived(campaign, digest)
    data = None if path is None else files.read_file(path)
    if not isinstance(data, bytes):
        raise XltoolError(
            f"归档里找不到 {name}（{digest[:12]}…）；{campaign.layout.archive} 里的文件不能删除或改名，"
            f"请从备份里还原，或把原来的文件再放进 {campaign.layout.inbox} 收一次。"
        )
    if hashlib.sha256(data).hexdigest() != digest:
        raise XltoolError(
            f"归档里的 {name}（{digest[:12]}…）与收到时不同，已损坏或被改动；"
            f"请从备份里还原，或把原来的文件再放进 {campaign.layout.inbox} 收一次。"
        )
    return data


def is_archived(campaign: Campaign, digest: str) -> bool:
    """Whether the archive has the bytes of a hash, whole."""
    path = find_archived(campaign, digest)
    data = None if path is None else files.read_file(path)
    return isinstance(data, bytes) and hashlib.sha256(data).hexdigest() == digest
