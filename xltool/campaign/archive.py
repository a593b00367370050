"""The archive of a campaign: every byte ever taken in, by the hash of the content, which is checked when it is used."""

from __future__ import annotations

import hashlib
from pathlib import Path

from xltool import files
from xltool.campaign.folder import ARCHIVE, Campaign
from xltool.forms import document
from xltool.messages import XltoolError


def archive_bytes(campaign: Campaign, digest: str, data: bytes) -> None:
    """Puts the bytes of a file into the archive."""
    ending = ".xlsx" if data[:2] == b"PK" else ".json" if document.looks_like(data) else ".bin"
    files.write_file(campaign.root / ARCHIVE / f"{digest}{ending}", data)


def find_archived(campaign: Campaign, digest: str) -> Path | None:
    """Where the archive has the file of a hash, or None."""
    return next((campaign.root / ARCHIVE).glob(f"{digest}.*"), None)


def read_archived(campaign: Campaign, digest: str, name: str) -> bytes:
    """The bytes of a file that was taken in; `name` is what it was called.

    Raises `XltoolError` when they are not there, or are not those that were taken in.
    """
    path = find_archived(campaign, digest)
    data = None if path is None else files.read_file(path)
    if not isinstance(data, bytes):
        raise XltoolError(
            f"归档里找不到 {name}（{digest[:12]}…）；{ARCHIVE} 文件夹里的文件不能删除或改名，请从备份里还原。"
        )
    if hashlib.sha256(data).hexdigest() != digest:
        raise XltoolError(
            f"归档里的 {name}（{digest[:12]}…）与收到时不同，已损坏或被改动；请从备份里还原，或请该单位重新报送。"
        )
    return data
