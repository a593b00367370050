"""The `--style` option: a Word document of the office's own, whose styles a report may get."""

from __future__ import annotations

from pathlib import Path

from xltool import files
from xltool.messages import XltoolError, make_visible, tell_finding
from xltool.model import Finding


def read_lent_style(path: Path | None) -> bytes | None:
    """The bytes of the document whose styles are asked for; `XltoolError` when it cannot be opened."""
    if path is None:
        return None
    data = files.read_file(path)
    if isinstance(data, Finding):
        raise XltoolError(f"样式文件 {make_visible(path.name)}：{tell_finding(data, None, None)[0]}")
    return data
