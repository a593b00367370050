"""The roster 单位名录: who must report, at which level, below whom, and whom to write to."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Final, NoReturn

from xltool.campaign.roster_codes import make_code
from xltool.campaign.roster_heads import (
    LEVEL_WORDS,
    LONGEST_QUOTE,
    NEEDED,
    ROWS_LOOKED_AT,
    Heads,
    find_heads,
    find_level,
    plain_title,
    title_field,
)
from xltool.campaign.roster_tables import RosterTable, open_tables
from xltool.csvfile import as_csv
from xltool.forms.source import find_closest
from xltool.messages import XltoolError, suggest
from xltool.model import LEVELS, Agency

_CODE: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,59}", re.ASCII)
RESERVED_NAME: Final = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)
_MAIL: Final = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+")
_ASIDE: Final = re.compile(
    "(?:合计|总计|小计|共计|备注|注|说明|填表人|制表人|制表单位|审核人|填报日期|联系人|共 ?[0-9]+)"
)
"""How a line begins that stands alone below a list."""
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs"})
"""Categories of signs that nobody sees."""
_NOTHING: Final = frozenset({"无", "没有", "-", "--", "—", "——", "/", "\\"})
_LEVEL_EXAMPLES: Final = "国务院部门、省级、市级、县级、乡镇、部门"
_LINE_EXAMPLES: Final[Mapping[str, str]] = {"name": "", "level": f"，可写 {_LEVEL_EXAMPLES}"}
TEMPLATE: Final = "要空白名录，执行 xltool roster --template 名录.xlsx"
MOST_LISTED: Final = 10
"""How many lines or heads one note names."""
MOST_AGENCIES: Final = 20_000
MOST_READ: Final = 4
"""How many rosters are kept by their very bytes, which say all that is in them: a page asks for the same ones again."""
MOST_SUGGESTED: Final = 20
"""How many unknown superiors, and how many unknown levels, are told the nearest known: each is looked for among all."""
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


_PLACES: Final = "省州盟市县区旗"
_SHORTEST_NAME: Final = 3


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

    def call_agency(self, code: str) -> str:
        """What the office calls an agency: its name, or its code where several have that name."""
        entry = self.agencies.get(code)
        return code if entry is None or len(self._codes[entry.agency.name]) > 1 else entry.agency.name

    @cached_property
    def _codes(self) -> Mapping[str, list[str]]:
        """The codes of each name."""
        found: dict[str, list[str]] = {}
        for entry in self.entries:
            found.setdefault(entry.agency.name, []).append(entry.agency.code)
        return found

    @cached_property
    def named(self) -> Mapping[str, RosterEntry]:
        """Entries by name as names are compared, the first of those that share one."""
        return {plain_title(entry.agency.name): entry for entry in reversed(self.entries)}

    @cached_property
    def name_lengths(self) -> Sequence[int]:
        """How many signs the names of `named` have, the longest first."""
        return sorted({len(name) for name in self.named}, reverse=True)

    @cached_property
    def shortened(self) -> Mapping[str, RosterEntry]:
        """Entries by the names that people use among themselves: whole, and without the place that most begin with.

        A town's also without 人民政府. Names that several could be called by are left out.
        """
        places = Counter(name[: at + 1] for name in self.named for at, sign in enumerate(name) if sign in _PLACES)
        shared = max((each for each, count in places.items() if 2 * count > len(self.named)), key=len, default="")
        called: dict[str, list[RosterEntry]] = {}
        for name, entry in self.named.items():
            short = name.removeprefix(shared)
            shorter = [each for each in (short, short.removesuffix("人民政府")) if len(each) >= _SHORTEST_NAME]
            for each in dict.fromkeys((name, *shorter)):
                called.setdefault(each, []).append(entry)
        return {name: found[0] for name, found in called.items() if len(found) == 1}

    @cached_property
    def short_names(self) -> Mapping[str, Sequence[str]]:
        """The names in `shortened` of each agency, by code."""
        found: dict[str, list[str]] = {}
        for name, entry in self.shortened.items():
            found.setdefault(entry.agency.code, []).append(name)
        return found

    @cached_property
    def short_lengths(self) -> Sequence[int]:
        """How many signs the names in `shortened` have, the longest first."""
        return sorted({len(name) for name in self.shortened}, reverse=True)

    @cached_property
    def coded(self) -> Mapping[str, RosterEntry]:
        """Entries by code in small letters."""
        return {entry.agency.code.casefold(): entry for entry in self.entries}

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


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One line of a roster while it is read: where it stands, what it says, and what became of its cells."""

    number: int
    sheet: str
    fields: dict[str, str]
    spoilt: Mapping[str, str]
    made: bool = False
    """Whether its code is made of its name."""

    @property
    def place(self) -> str:
        """Where it stands, as a clerk is told."""
        return f"工作表“{self.sheet}”第 {self.number} 行" if self.sheet else f"第 {self.number} 行"


@dataclass(frozen=True, slots=True)
class RosterFault:
    """One fault of a roster: what is wrong, and of which line and field; of the whole where `line` is None."""

    message: str
    line: RosterLine | None = None
    field: str = ""

    def __str__(self) -> str:
        """The fault with its place, as a clerk is told."""
        return self.message if self.line is None else f"{self.line.place}：{self.message}"


class RosterError(XltoolError):
    """A roster with faults: all of them, each with its line."""

    def __init__(self, faults: Sequence[RosterFault], where: str = "") -> None:
        shown = [f"  {fault}" for fault in faults[:MOST_LINES_TOLD]]
        more = len(faults) - len(shown)
        shown += [f"  另有 {more} 处。改好以上各处后再看。"] if more else []
        super().__init__(f"单位名录{where}有错：\n" + "\n".join(shown))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class RosterDraft:
    """A roster as it was read, whatever is wrong with it; `notes` as of a `Roster`, as far as they are known."""

    lines: tuple[RosterLine, ...] = ()
    faults: tuple[RosterFault, ...] = ()
    notes: tuple[str, ...] = ()


def parse_roster(data: bytes, passwords: Sequence[str] = ()) -> Roster:
    """The roster in a workbook or a text; raises `RosterError` with every fault and its line.

    `notes` of the result tell what was read that might not be meant, what was left out, and the codes that were made.
    """
    return finish_roster(draft_roster(data, passwords)) if passwords else _parse_open(data)


@lru_cache(MOST_READ)
def _parse_open(data: bytes) -> Roster:
    return finish_roster(draft_roster(data))


def draft_roster(data: bytes, passwords: Sequence[str] = ()) -> RosterDraft:
    """What a workbook or a text says of a roster, with its faults."""
    try:
        tables = open_tables(data, passwords)
    except XltoolError as error:
        return RosterDraft(faults=(RosterFault(str(error)),))
    return _draft_tables(tables)


def build_roster(tables: Sequence[RosterTable]) -> Roster:
    """The roster in tables that are open; raises `RosterError` as `parse_roster` does."""
    return finish_roster(_draft_tables(tables))


def finish_roster(draft: RosterDraft) -> Roster:
    """The roster that a draft is; raises `RosterError` with every fault of it."""
    if draft.faults:
        raise RosterError(draft.faults)
    return Roster(tuple(_build_entry(line.fields) for line in draft.lines), draft.notes)


def _draft_tables(tables: Sequence[RosterTable]) -> RosterDraft:
    try:
        heads, notes = _choose_tables(tables)
    except RosterError as error:
        return RosterDraft(faults=error.faults)
    lines = []
    for each in heads:
        read, left = _read_lines(each, each.table.name if len(heads) > 1 else "")
        lines += read
        notes += _note_table(each, read, left)
    if len(heads) > 1:
        sizes = Counter(line.sheet for line in lines)
        counts = [f"“{each.table.name}”{sizes[each.table.name]} 个单位" for each in heads]
        notes.insert(0, f"读了 {len(heads)} 张工作表：{'、'.join(counts)}。")
    if len(lines) > MOST_AGENCIES:
        return RosterDraft(faults=(RosterFault(f"名录有 {len(lines)} 行，最多 {MOST_AGENCIES} 行。"),))
    lines, unclear = _resolve_parents([_complete_line(line) for line in lines])
    near: dict[str, str] = {}
    faults = [RosterFault(fault, line, field) for line in lines for field, fault in _find_line_faults(line, near)]
    faults += [*unclear, *_find_joint_faults(lines)]
    if not lines:
        faults.append(RosterFault("名录里没有单位。"))
    if not faults:
        notes += [*_find_name_doubts(lines), *_note_codes(lines)]
    return RosterDraft(tuple(lines), tuple(faults), tuple(notes))


def _choose_tables(tables: Sequence[RosterTable]) -> tuple[list[Heads], list[str]]:
    """The tables that are read, by their heads, and what is to be said of the others.

    Raises `RosterError` when none is a roster.
    """
    if not any(table.rows for table in tables):
        raise RosterError([RosterFault("名录是空的。")])
    found = [(table, find_heads(table)) for table in tables]
    whole = [heads for _, heads in found if heads is not None and not heads.missing]
    seen = [heads for heads in whole if not heads.table.hidden] or whole[:1]
    if not seen:
        _refuse_tables([heads for _, heads in found if heads is not None])
    faults = [RosterFault(fault) for heads in seen for fault in heads.find_faults()]
    if faults:
        raise RosterError(faults)
    chosen: list[Heads] = []
    notes: list[str] = []
    known: set[str] = set()
    if seen[0].table.hidden:
        notes.append(f"名录在隐藏的工作表“{seen[0].table.name}”里，读了。")
    for heads in seen:
        names = {plain_title(row["name"]) for row in map(heads.name_fields, heads.list_rows()) if row["name"]}
        repeated = len(names & known)
        if chosen and 2 * repeated > len(names):
            said = f"工作表“{heads.table.name}”没有读取：其中 {repeated} 个单位前面的工作表里已经有了"
            notes.append(f"{said}；要用它的，请把它移到最前面。")
            continue
        chosen.append(heads)
        known |= names
    for table, unread in found:
        if any(unread is each for each in seen):
            continue
        if table.hidden and unread is not None:
            notes.append(f"隐藏的工作表“{table.name}”没有读取；要读的，请取消隐藏。")
        elif not table.hidden:
            lacking = [] if unread is None else [f"“{title_field(field)}”" for field in unread.missing]
            notes.append(
                f"工作表“{table.name}”没有读取：{'缺少' if lacking else '没有名录的表头'}{'、'.join(lacking)}。"
            )
    return chosen, notes


def _refuse_tables(found: Sequence[Heads]) -> NoReturn:
    """Asks for what is missing, by name and with an example."""
    if not found:
        asked = "、".join(f"“{title_field(field)}”（{example}）" for field, example in NEEDED.items())
        said = f"前 {ROWS_LOOKED_AT} 行里没有找到表头。表头里要有 {asked}；{TEMPLATE}。"
        raise RosterError([RosterFault(said)])
    best = max(found, key=lambda heads: len(heads.columns))
    raise RosterError([RosterFault(fault) for fault in (*best.find_faults(), f"{TEMPLATE}。")])


def _read_lines(heads: Heads, sheet: str) -> tuple[list[RosterLine], list[tuple[int, str]]]:
    """The lines below the heads, and the rows that are none: headings between them, sums and notes."""
    table = heads.table
    lines, left = [], list[tuple[int, str]]()
    columns = {at: field for field, places in heads.columns.items() for at in places}
    if _is_numbering(heads):
        columns = {at: field for at, field in columns.items() if field != "code"}
    spoilt: dict[int, dict[str, str]] = {}
    for (number, at), why in table.spoilt.items():
        if at in columns and (columns[at] in {"code", "parent"} or why.startswith("是")):
            spoilt.setdefault(number, {})[columns[at]] = why
    for number, row in table.rows:
        texts = [text for text in row if text]
        if number <= heads.number or [*row] == [*heads.titles]:
            continue
        fields = heads.name_fields(row)
        if "code" not in columns.values():
            fields.pop("code", None)
        if number in table.spread or (len(texts) == 1 and (not fields.get("name") or _ASIDE.match(fields["name"]))):
            left += [] if texts[0].isdecimal() else [(number, texts[0])]
            continue
        lines.append(RosterLine(number, sheet, _normalise_fields(fields), spoilt.get(number, {})))
    return lines, left


def _is_numbering(heads: Heads) -> bool:
    """Whether a column 编号 only counts the lines: those numbers are other agencies' when a line is added."""
    places = heads.columns.get("code", ())
    if len(places) != 1 or plain_title(heads.titles[places[0]]) != "编号":
        return False
    column = [row[places[0]] for number, row in heads.table.rows if number > heads.number and len(row) > places[0]]
    return [text for text in column if text] == [str(at + 1) for at in range(sum(map(bool, column)))]


def _normalise_fields(fields: Mapping[str, str]) -> dict[str, str]:
    """Codes, telephone numbers and addresses in half width; names as they are; 无 and strokes as nothing."""
    found = {}
    for field, text in fields.items():
        plain = unicodedata.normalize("NFKC", text).strip()
        blank = plain in _NOTHING and field not in NEEDED
        found[field] = "" if blank else text if field in {"name", "contact"} else plain
    return found


def _note_table(heads: Heads, lines: Sequence[RosterLine], left: Sequence[tuple[int, str]]) -> Iterator[str]:
    """What of a table was read although it is hidden, and what of it was not read."""
    table = heads.table
    where = f"工作表“{table.name}”" if table.name else ""
    hidden = [line for line in lines if line.number in table.hidden_rows]
    if hidden:
        names = _list_some([f"第 {line.number} 行 {line.fields.get('name', '')}" for line in hidden])
        yield f"{where}有 {len(hidden)} 个隐藏的行，也读作单位：{names}。不要的，请删去这些行。"
    veiled = [heads.titles[at] for places in heads.columns.values() for at in places if at in table.hidden_columns]
    if veiled:
        yield f"{where}隐藏的栏也读了：{'、'.join(veiled)}。"
    if left:
        rows = _list_some([f"第 {number} 行“{text[:LONGEST_QUOTE]}”" for number, text in left])
        yield f"{where}没有读作单位的行：{rows}。"
    if heads.unused:
        yield f"{where}没有用到的栏：{_list_some(heads.unused)}。"


def _list_some(items: Sequence[str]) -> str:
    """The items, the first few of them where they are many."""
    more = len(items) - MOST_LISTED
    return "、".join(items[:MOST_LISTED]) + (f"，另有 {more} 处" if more > 0 else "")


def _complete_line(line: RosterLine) -> RosterLine:
    """A line without a code with one that is made of its name."""
    name = line.fields.get("name", "")
    if line.fields.get("code") or not name or "code" in line.spoilt:
        return line
    return replace(line, fields={**line.fields, "code": make_code(name)}, made=True)


def _note_codes(lines: Sequence[RosterLine]) -> Iterator[str]:
    made = [f"{line.fields['name']} {line.fields['code']}" for line in lines if line.made]
    if made:
        yield (
            f"{len(made)} 个单位没有写代码，按单位名称编了代码：{_list_some(made)}。"
            "名称不变，代码就不变；单位改名时，请在名录的“单位代码”一栏写明原来的代码。"
        )


def _find_line_faults(line: RosterLine, near: dict[str, str]) -> Iterator[tuple[str, str]]:
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
    unseen = [name for name, value in fields.items() if any(unicodedata.category(sign) in _UNSEEN for sign in value)]
    if unseen:
        yield unseen[0], "有看不见的控制字符，请删掉重新输入。"
    spoilt = [name for name, value in fields.items() if "\ufffd" in value]
    if spoilt:
        yield spoilt[0], "有读不出来的字（编码不对），请重新输入，另存为 .xlsx。"
    if fields.get("email") and not _MAIL.fullmatch(fields["email"]):
        yield "email", f"邮箱“{fields['email']}”不像邮箱地址。"


def _is_file_name(code: str) -> bool:
    return bool(_CODE.fullmatch(code)) and not RESERVED_NAME.fullmatch(code) and not code.endswith(".")


def _resolve_parents(lines: Sequence[RosterLine]) -> tuple[list[RosterLine], list[RosterFault]]:
    """The lines with the codes of superiors that are told by name; a name that several agencies have is a fault."""
    codes = {line.fields["code"] for line in lines if line.fields.get("code")}
    named: dict[str, list[str]] = {}
    for line in lines:
        named.setdefault(plain_title(line.fields.get("name", "")), []).append(line.fields.get("code", ""))
    resolved, faults = [], []
    for line in lines:
        parent = line.fields.get("parent", "")
        meant = [] if not parent or parent in codes else named.get(plain_title(parent), [])
        if len(meant) > 1:
            said = f"上级“{parent}”在名录里有 {len(meant)} 个，请写它的单位代码。"
            faults.append(RosterFault(said, line, "parent"))
        resolved.append(replace(line, fields={**line.fields, "parent": meant[0]}) if len(meant) == 1 else line)
    return resolved, faults


def _find_joint_faults(lines: Sequence[RosterLine]) -> list[RosterFault]:
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


def is_same_name(one: str, other: str) -> bool:
    """Whether two names differ by spaces and width at most."""
    return plain_title(one) == plain_title(other)


def _find_name_doubts(lines: Sequence[RosterLine]) -> Iterator[str]:
    """Names that differ only by spaces or width, or not at all."""
    first: dict[str, RosterLine] = {}
    for line in lines:
        name = line.fields["name"]
        canonical = plain_title(name)
        other = first.setdefault(canonical, line)
        if other is not line:
            how = "相同" if other.fields["name"] == name else "只差空格或全半角"
            yield f"{line.place}：单位名称“{name}”与{other.place}{how}，请确认不是同一单位。"


def _build_entry(fields: Mapping[str, str]) -> RosterEntry:
    level = find_level(fields["level"])
    assert level is not None  # a line whose level nobody knows is a fault
    more = (fields.get(field, "") for field in ("parent", "contact", "phone", "email"))
    return RosterEntry(Agency(fields["code"], fields["name"], level), *more)
