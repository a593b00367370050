"""TOML that the office writes by hand: opened with positions, refused with all of its faults at once, in Chinese."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from xltool.forms.source import LARGEST_TOML, Fault, Source, find_closest
from xltool.forms.toml_slips import explain_syntax
from xltool.messages import DefinitionError, suggest


def open_toml(data: bytes, name: str) -> tuple[Source, dict[str, Any]]:
    """The source and what it says; raises `DefinitionError` when it is not TOML in UTF-8."""
    if len(data) > LARGEST_TOML:
        why = f"文件有 {len(data)} 字节，最多 {LARGEST_TOML} 字节"
        raise DefinitionError(f"{name}：{why}；请删去多余的内容。", (Fault(1, 1, why),))
    try:
        source = Source(data.decode("utf-8-sig"), name, "另有 {count} 处。改好以上各处后再看。")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DefinitionError(
            f"{name}:{line}:1: 不是 UTF-8 编码；请另存为 UTF-8。", (Fault(line, 1, "不是 UTF-8 编码"),)
        ) from None
    document = source.parse()
    if document is None:
        lines = source.text.split("\n")
        source.faults = [
            replace(fault, message=explain_syntax(fault.message, lines[fault.line - 1])) for fault in source.faults
        ]
    raise_faults(source)
    return source, document or {}


def raise_faults(source: Source) -> None:
    """Raises `DefinitionError` when faults were noted, with all of them: line, caret, nearest known name."""
    if source.faults:
        raise DefinitionError(f"{source.name} 有 {source.count} 处错：\n{source.render()}", tuple(source.faults))


def suggest_name(name: str, known: Iterable[str]) -> Callable[[], str]:
    """The hint with the nearest known name, or nothing; looked for when it is told."""
    return lambda: suggest(find_closest(name, known), lead="")
