"""The passwords that agencies lock their workbooks with: a list beside the campaign's settings, one a line."""

from __future__ import annotations

from typing import Final

from xltool import files
from xltool.campaign.folder import Campaign
from xltool.messages import XltoolError, render
from xltool.model import Finding

PASSWORD_FILE: Final = "passwords.txt"
LOCKED: Final = frozenset({"file.locked", "file.password"})
"""The codes of files that a password would open."""
MAX_PASSWORDS: Final = 1_000


def parse_passwords(data: bytes) -> tuple[str, ...]:
    """The passwords in a text file, UTF-8 or GBK, one a line, each once; spaces within a line belong to the password.

    Raises `XltoolError` for what is no text, or more than 1,000 lines.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError:
            raise XltoolError("密码文件不是文本文件（UTF-8 或 GBK），一行一个密码。") from None
    found = tuple(dict.fromkeys(line for line in text.splitlines() if line.strip()))
    if len(found) > MAX_PASSWORDS:
        raise XltoolError(f"密码文件最多 {MAX_PASSWORDS} 个密码，现有 {len(found)} 个。")
    return found


def read_passwords(campaign: Campaign) -> tuple[str, ...]:
    """The passwords of a campaign; none when its folder has no list."""
    path = campaign.root / PASSWORD_FILE
    if not path.exists():
        return ()
    data = files.read_file(path)
    if isinstance(data, Finding):
        raise XltoolError(f"{PASSWORD_FILE}：{render(data, None, None)}")
    return parse_passwords(data)
