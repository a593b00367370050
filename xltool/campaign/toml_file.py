"""TOML that the office writes by hand: opened with positions, refused with all of its faults at once, in Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, Final

from xltool.forms.source import LARGEST_TOML, Fault, Source, find_closest
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
            replace(fault, message=f"写法不合 TOML：{_explain_syntax(fault.message, lines[fault.line - 1])}。")
            for fault in source.faults
        ]
    raise_faults(source)
    return source, document or {}


_SLIPS: Final = (  # what an office's keyboard puts into a line
    (re.compile("[“”‘’＂＇「」『』]"), '用了中文引号，值要放在英文双引号 " 里'),
    (re.compile("＝"), "等号要用英文的 ="),
    (re.compile(r"[\[,]\s*(?:\"[^\"]*\"|'[^']*'|[^，、；\"'\]]*)\s*[，、；]"), "列表里的逗号要用英文的 ,"),
    (re.compile(r"\"[^\"]*\\"), "双引号里的 \\ 要写成 \\\\，或者改用单引号"),
    (re.compile(r"=\s*[0-9]{4}\s*[年/.]"), '日期要放在英文双引号里，如 "2025-01-31"'),
    (re.compile(r"=\s*[^\s\"'\[{0-9+-]"), '值要放在英文双引号 " 里'),
    (re.compile("^\\s*[^\\x00-\\x7f]+\\s*="), "名称含中文时要放在英文双引号里"),
)
_COMPLAINTS: Final = (  # what the parser says, as a clerk can act on it
    ("recursion", "括号一层套一层，嵌套过深"),
    ("Exceeds the limit", "数字过长"),
    ("Cannot", "同一项写了两次"),
    ("Unclosed", "括号不成对"),
    ("Unterminated", "引号不成对"),
    ('Expected "\'"', "引号不成对"),
    ("Expected '='", "名称后面要有等号 ="),
    ("Expected newline", '一行只能写一项，写成 名称 = "值"'),
    ("Found invalid character", "有看不见的控制字符，请删掉重新输入"),
)


def _explain_syntax(complaint: str, line: str) -> str:
    """Why a line is not TOML and how to mend it: by what stands in it, or else by what the parser says."""
    parsed = next((words for sign, words in _COMPLAINTS[:2] if sign in complaint), None)
    slip = next((words for pattern, words in _SLIPS if pattern.search(line.partition("#")[0])), None)
    said = next((words for sign, words in _COMPLAINTS if sign in complaint), '这一行应写成 名称 = "值"')
    return parsed or slip or said


def raise_faults(source: Source) -> None:
    """Raises `DefinitionError` when faults were noted, with all of them: line, caret, nearest known name."""
    if source.faults:
        raise DefinitionError(f"{source.name} 有 {source.count} 处错：\n{source.render()}", tuple(source.faults))


def suggest_name(name: str, known: Iterable[str]) -> Callable[[], str]:
    """The hint with the nearest known name, or nothing; looked for when it is told."""
    return lambda: suggest(find_closest(name, known), lead="")
