"""TOML that the office writes by hand in county/.

Opened with positions, refused with all of its faults at once, in Chinese.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from xltool.forms.source import Fault, Source, closest
from xltool.messages import DefinitionError, suggest


def open_toml(data: bytes, name: str) -> tuple[Source, dict[str, Any]]:
    """The source and what it says; raises `DefinitionError` when it is not TOML in UTF-8."""
    try:
        source = Source(data.decode("utf-8-sig"), name)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DefinitionError(
            f"{name}:{line}:1: 不是 UTF-8 编码；请另存为 UTF-8。", (Fault(line, 1, "不是 UTF-8 编码"),)
        ) from None
    document = source.parse()
    if document is None:
        source.faults = [replace(f, message=f.message.replace("not TOML: ", "写法不合 TOML：")) for f in source.faults]
    raise_faults(source)
    return source, document or {}


def raise_faults(source: Source) -> None:
    """Raises `DefinitionError` when faults were noted, with all of them: line, caret, nearest known name."""
    if source.faults:
        raise DefinitionError(
            f"{source.name} 有 {len(source.faults)} 处错：\n{source.rendered()}", tuple(source.faults)
        )


def suggest_name(name: str, known: Iterable[str]) -> str:
    """The hint with the nearest known name, or nothing."""
    return suggest(closest(name, known), lead="")
