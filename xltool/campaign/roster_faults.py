"""The faults of a roster's lines: of one alone, and between several."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from xltool.campaign.roster_draft import RosterFault, RosterLine
from xltool.campaign.roster_heads import LEVEL_WORDS, NEEDED, find_level, plain_title, title_field
from xltool.forms.source import find_closest
from xltool.messages import suggest
from xltool.model import LEVELS

_CODE: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,59}", re.ASCII)
RESERVED_NAME: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
_MAIL: Final = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs"})
"""Categories of signs that nobody sees."""
_LEVEL_EXAMPLES: Final = "国务院部门、省级、市级、县级、乡镇、部门"
_LINE_EXAMPLES: Final[Mapping[str, str]] = {"name": "", "level": f"，可写 {_LEVEL_EXAMPLES}"}
MOST_SUGGESTED: Final = 20
"""How many unknown superiors, and how many unknown levels, are told the nearest known: each is looked for among all."""


def find_line_faults(line: RosterLine, near: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Each fault of a line with the field that it is of."""
    fields = line.fields
    for field in NEEDED:
        if not fields.get(field):
            yield field, f"缺少{title_field(field)}{_LINE_EXAMPLES[field]}。"
    for field, why in line.spoilt.items():
        yield field, f"“{title_field(field)}”{why}；请把那一栏设成文本格式，重新输入。"
    code = fields.get("code", "")
    if code and "code" not in line.spoilt and not _is_file_name(code):
        said = f"单位代码“{code}”不能用作文件名：只用字母、数字、. _ -，以字母或数字开头，最多 60 个字符。"
        yield "code", said
    level = fields.get("level", "")
    if level and find_level(level) is None:
        hint = _suggest_near(level, LEVEL_WORDS, near) or f"；可写 {_LEVEL_EXAMPLES}，或 {'、'.join(LEVELS)}"
        yield "level", f"级别“{level}”认不出{hint}。"
    odd = [(name, value) for name, value in fields.items() if not value.isprintable()]  # few, and told soon
    unseen = [name for name, value in odd if any(unicodedata.category(sign) in _UNSEEN for sign in value)]
    if unseen:
        yield unseen[0], "有看不见的控制字符，请删掉重新输入。"
    spoilt = [name for name, value in fields.items() if "\ufffd" in value]
    if spoilt:
        yield spoilt[0], "有读不出来的字（编码不对），请重新输入，另存为 .xlsx。"
    if fields.get("email") and not _MAIL.fullmatch(fields["email"]):
        yield "email", f"邮箱“{fields['email']}”不像邮箱地址。"


def _is_file_name(code: str) -> bool:
    return bool(_CODE.fullmatch(code)) and not RESERVED_NAME.fullmatch(code) and not code.endswith(".")


def find_joint_faults(lines: Sequence[RosterLine]) -> list[RosterFault]:
    """Faults between lines: an agency given twice, a parent that is not there, a circle of parents."""
    faults = [*_find_doubles(lines)]
    parents = {line.fields["code"]: line.fields.get("parent", "") for line in lines if line.fields.get("code")}
    tops = {parent for parent in parents.values() if parent and parent not in parents}
    circular = _find_circular(parents)
    known = [*parents, *(line.fields["name"] for line in lines if line.fields.get("name"))]
    near: dict[str, str] = {}
    for line in lines:
        parent, code = line.fields.get("parent", ""), line.fields.get("code", "")
        if parent and parent == code:
            faults.append(RosterFault("上级代码就是本单位的代码；没有上级的，请留空。", line, "parent"))
        elif parent in tops and (len(tops) > 1 or any(not above for above in parents.values())):
            what = "上级代码" if parent.isascii() else "上级"
            said = f"{what}“{parent}”不在名录里{_suggest_near(parent, known, near)}；没有上级的，请留空。"
            faults.append(RosterFault(said, line, "parent"))
        elif code in circular:
            faults.append(RosterFault("上级关系绕成了圈。", line, "parent"))
    return faults


def _suggest_near(text: str, known: Collection[str], near: dict[str, str]) -> str:
    """The hint with the nearest known word, remembered in `near`; nothing when enough were looked for."""
    if text not in near and len(near) < MOST_SUGGESTED:
        near[text] = suggest(find_closest(text, known))
    return near.get(text, "")


def _find_doubles(lines: Sequence[RosterLine]) -> Iterator[RosterFault]:
    """Codes given twice, and agencies without a code of their own that their name does not tell from another."""
    coded: dict[str, RosterLine] = {}
    named: dict[str, RosterLine] = {}
    for line in lines:
        code, name = line.fields.get("code", "").casefold(), plain_title(line.fields.get("name", ""))
        twin, other = named.get(name) if name else None, coded.get(code) if code else None
        if twin is not None and (line.made or twin.made):
            said = (
                f"与{twin.place}同名，不写代码就分不清；是同一个单位的，请删去一行，不是的，请各写一个单位代码"
                f"（“{twin.fields['name']}”现在的代码是 {twin.fields.get('code')}）。"
            )
            yield RosterFault(said, line, "code")
        elif other is not None and (line.made or other.made):
            yield RosterFault(f"按名称编的代码与{other.place}的相同，请写一个单位代码。", line, "code")
        elif other is not None:
            said = f"单位代码“{line.fields['code']}”与{other.place}重复（不分大小写）。"
            yield RosterFault(said, line, "code")
        coded.setdefault(code, line)
        named.setdefault(name, line)


def _find_circular(parents: Mapping[str, str]) -> set[str]:
    """The codes whose way upwards never ends, each looked at once."""
    circular: set[str] = set()
    ended: set[str] = set()
    for start in parents:
        way: dict[str, None] = {}
        code = start
        while code in parents and code not in way and code not in ended and code not in circular:
            way[code] = None
            code = parents[code]
        (circular if code in way or code in circular else ended).update(way)
    return circular
