"""Why a line is not TOML, in Chinese: what an office's keyboard puts into it, and what the parser says."""

from __future__ import annotations

import re
from typing import Final

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


def explain_syntax(complaint: str, line: str) -> str:
    """Why a line is not TOML and how to mend it: by what stands in it, or else by what the parser says."""
    parsed = next((words for sign, words in _COMPLAINTS[:2] if sign in complaint), None)
    slip = next((words for pattern, words in _SLIPS if pattern.search(line.partition("#")[0])), None)
    said = next((words for sign, words in _COMPLAINTS if sign in complaint), '这一行应写成 名称 = "值"')
    return f"写法不合 TOML：{parsed or slip or said}。"
