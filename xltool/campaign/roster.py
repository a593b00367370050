"""The roster 单位名录: who must report, at which level, below whom, and whom to write to."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from xltool.csvfile import as_csv, read_inert
from xltool.forms.source import find_closest
from xltool.messages import XltoolError, suggest
from xltool.model import LEVELS, Agency, Level

HEADERS: Final[Mapping[str, str]] = {
    "单位代码": "code",
    "单位名称": "name",
    "级别": "level",
    "上级代码": "parent",
    "联系人": "contact",
    "电话": "phone",
    "邮箱": "email",
    **{name: name for name in ("code", "name", "level", "parent", "contact", "phone", "email")},
}
NEEDED: Final = ("code", "name", "level")
LEVEL_WORDS: Final[Mapping[str, Level]] = {
    **{level: level for level in LEVELS},
    "国务院部门": "ministry",
    "部委": "ministry",
    "省级": "province",
    "省": "province",
    "市级": "city",
    "市": "city",
    "县级": "county",
    "县": "county",
    "乡级": "township",
    "乡镇": "township",
    "镇": "township",
    "部门": "department",
}
_CODE: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,59}", re.ASCII)
_RESERVED: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
_MAIL: Final = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+")
MOST_AGENCIES: Final = 20_000
MOST_SUGGESTED: Final = 20
"""How many unknown superiors are told the nearest known code: each is looked for among all of the roster."""
MOST_LINES_TOLD: Final = 200
"""How many faults are told one by one."""


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """One line of the roster."""

    agency: Agency
    parent: str = ""
    contact: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Roster:
    """All agencies in the order of the list; `notes` are doubts that do not stop the work."""

    entries: tuple[RosterEntry, ...]
    notes: tuple[str, ...] = ()

    @cached_property
    def agencies(self) -> Mapping[str, RosterEntry]:
        """Entries by agency code."""
        return {entry.agency.code: entry for entry in self.entries}

    def find_agency(self, agency: Agency) -> Agency:
        """The listed agency of that code, or else the only one of that name; the agency itself when there is none."""
        codes = [agency.code] if agency.code in self.agencies else self._codes.get(agency.name, [])
        return replace(agency, code=codes[0]) if len(codes) == 1 else agency

    @cached_property
    def _codes(self) -> Mapping[str, list[str]]:
        """The codes of each name."""
        found: dict[str, list[str]] = {}
        for entry in self.entries:
            found.setdefault(entry.agency.name, []).append(entry.agency.code)
        return found

    @cached_property
    def root(self) -> RosterEntry | None:
        """The one agency at the top of the tree, whose own figures count as the government's.

        None when there are several.
        """
        tops = [entry for entry in self.entries if not entry.parent or entry.parent not in self.agencies]
        return tops[0] if len(tops) == 1 else None

    def to_csv(self) -> bytes:
        """The roster as a campaign folder keeps it: UTF-8 with the mark that Excel needs, no cell a formula."""
        heads = ("单位代码", "单位名称", "级别", "上级代码", "联系人", "电话", "邮箱")
        rows = [
            (e.agency.code, e.agency.name, e.agency.level, e.parent, e.contact, e.phone, e.email) for e in self.entries
        ]
        return as_csv([heads, *rows])


class RosterError(XltoolError):
    """A roster with faults: all of them, each with its line."""

    def __init__(self, faults: Sequence[str]) -> None:
        shown = [f"  {fault}" for fault in faults[:MOST_LINES_TOLD]]
        more = len(faults) - len(shown)
        shown += [f"  另有 {more} 处。改好以上各处后再看。"] if more else []
        super().__init__("单位名录有错：\n" + "\n".join(shown))
        self.faults = tuple(faults)


def parse_roster(data: bytes) -> Roster:
    """The roster in a .csv (UTF-8 or GB18030) or .xlsx file; raises `RosterError` with every fault and its line."""
    rows = _read_xlsx(data) if data[:2] == b"PK" else _read_csv(data)
    header = next(((number, row) for number, row in rows if any(row)), None)
    if header is None:
        raise RosterError(["名录是空的。"])
    names = [HEADERS.get(_plain_title(title), "") for title in header[1]]
    faults = [f"缺少“{_field_title(field)}”一栏。" for field in NEEDED if field not in names]
    faults += [f"“{_field_title(field)}”一栏出现了两次。" for field in set(names) - {""} if names.count(field) > 1]
    if faults:
        unknown = [title for title, name in zip(header[1], names, strict=True) if title and not name]
        hint = f"表头里认不出：{'、'.join(unknown)}。" if unknown else ""
        raise RosterError([*faults, *([hint] if hint else [])])
    lines = [
        (number, _name_fields(names, row))
        for number, row in rows
        if number > header[0] and any(cell.strip() for cell in row)
    ]
    if len(lines) > MOST_AGENCIES:
        raise RosterError([f"名录有 {len(lines)} 行，最多 {MOST_AGENCIES} 行。"])
    faults = [f"第 {number} 行：{fault}" for number, fields in lines for fault in _find_line_faults(fields)]
    faults += _find_joint_faults(lines)
    if not lines:
        faults.append("名录里没有单位。")
    if faults:
        raise RosterError(faults)
    entries = tuple(_build_entry(fields) for _, fields in lines)
    return Roster(entries, tuple(_find_name_doubts(lines)))


def _read_csv(data: bytes) -> list[tuple[int, list[str]]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError as error:
            raise RosterError(["文字编码既不是 UTF-8 也不是 GB18030（GBK）。"]) from error
    if "\0" in text:
        raise RosterError(["这不是文本表格；请另存为 .csv 或 .xlsx。"])
    first = text.partition("\n")[0]
    delimiter = max(",\t;，", key=first.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        return [(reader.line_num, [read_inert(cell.strip()) for cell in row]) for row in reader]
    except csv.Error as error:
        raise RosterError([f"第 {reader.line_num} 行：引号不成对，或一格过长。"]) from error


def _read_xlsx(data: bytes) -> list[tuple[int, list[str]]]:
    from xltool.spreadsheet.open import open_workbook
    from xltool.spreadsheet.package import Refusal

    try:
        book = open_workbook(data)
    except Refusal as refusal:
        from xltool.messages import render

        raise RosterError([render(refusal.finding, None, None)]) from refusal
    sheet = next((sheet for sheet in book.sheets if sheet.cells), None)
    if sheet is None:
        return []
    width = max(column for _, column in sheet.cells) + 1
    rows = sorted({row for row, _ in sheet.cells})
    texts = {place: cell.text for place, cell in sheet.cells.items()}
    return [(row + 1, [texts.get((row, column), "") for column in range(width)]) for row in rows]


def _name_fields(names: Sequence[str], row: Sequence[str]) -> dict[str, str]:
    return {name: cell.strip() for name, cell in zip(names, row, strict=False) if name}


def _find_line_faults(fields: Mapping[str, str]) -> Iterator[str]:
    for field in NEEDED:
        if not fields.get(field):
            yield f"缺少{_field_title(field)}。"
    code = fields.get("code", "")
    if code and (not _CODE.fullmatch(code) or _RESERVED.fullmatch(code) or code.endswith(".")):
        yield f"单位代码“{code}”不能用作文件名：只用字母、数字、. _ -，以字母或数字开头，最多 60 个字符。"
    level = fields.get("level", "")
    if level and level not in LEVEL_WORDS:
        hint = suggest(find_closest(level, LEVEL_WORDS)) or f"；应为 {'、'.join(LEVELS)} 之一"
        yield f"级别“{level}”认不出{hint}。"
    if any(unicodedata.category(sign) in {"Cc", "Cf", "Cs"} for value in fields.values() for sign in value):
        yield "有看不见的控制字符，请删掉重新输入。"
    if fields.get("email") and not _MAIL.fullmatch(fields["email"]):
        yield f"邮箱“{fields['email']}”不像邮箱地址。"


def _find_joint_faults(lines: Sequence[tuple[int, Mapping[str, str]]]) -> list[str]:
    """Faults between lines: a code given twice, a parent that is not there, a circle of parents."""
    faults: list[str] = []
    first: dict[str, int] = {}
    for number, fields in lines:
        code = fields.get("code", "").casefold()
        if code and code in first:
            faults.append(f"第 {number} 行：单位代码“{fields['code']}”与第 {first[code]} 行重复（不分大小写）。")
        first.setdefault(code, number)
    parents = {fields["code"]: fields.get("parent", "") for _, fields in lines if fields.get("code")}
    tops = {parent for parent in parents.values() if parent and parent not in parents}
    circular = _find_circular(parents)
    near: dict[str, str] = {}
    for number, fields in lines:
        parent, code = fields.get("parent", ""), fields.get("code", "")
        if parent and parent == code:
            faults.append(f"第 {number} 行：上级代码就是本单位的代码。")
        elif parent in tops and (len(tops) > 1 or any(not above for above in parents.values())):
            if parent not in near and len(near) < MOST_SUGGESTED:
                near[parent] = suggest(find_closest(parent, parents))
            faults.append(f"第 {number} 行：上级代码“{parent}”不在名录里{near.get(parent, '')}。")
        elif code in circular:
            faults.append(f"第 {number} 行：上级关系绕成了圈。")
    return faults


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


def is_same_name(one: str, other: str) -> bool:
    """Whether two names differ by spaces and width at most."""
    return _plain_title(one) == _plain_title(other)


def _find_name_doubts(lines: Sequence[tuple[int, Mapping[str, str]]]) -> Iterator[str]:
    """Names that differ only by spaces or width, or not at all."""
    first: dict[str, tuple[int, str]] = {}
    for number, fields in lines:
        canonical = _plain_title(fields["name"])
        if canonical in first:
            other, name = first[canonical]
            how = "相同" if name == fields["name"] else "只差空格或全半角"
            yield f"第 {number} 行：单位名称“{fields['name']}”与第 {other} 行{how}，请确认不是同一单位。"
        first.setdefault(canonical, (number, fields["name"]))


def _build_entry(fields: Mapping[str, str]) -> RosterEntry:
    agency = Agency(fields["code"], fields["name"], LEVEL_WORDS[fields["level"]])
    return RosterEntry(
        agency, fields.get("parent", ""), fields.get("contact", ""), fields.get("phone", ""), fields.get("email", "")
    )


def _plain_title(title: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", title)).casefold()


def _field_title(field: str) -> str:
    return next(title for title, name in HEADERS.items() if name == field)
