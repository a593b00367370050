"""The lines of a roster's table: what each says below the heads, whole, with codes made and superiors found."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from xltool.campaign.roster_codes import make_code
from xltool.campaign.roster_draft import RosterFault, RosterLine
from xltool.campaign.roster_heads import NEEDED, Heads, plain_title

_ASIDE: Final = re.compile(
    "(?:合计|总计|小计|共计|备注|注|说明|填表人|制表人|制表单位|审核人|填报日期|联系人|共 ?[0-9]+)"
)
"""How a line begins that stands alone below a list."""
_NOTHING: Final = frozenset({"无", "没有", "-", "--", "—", "——", "/", "\\"})


def read_lines(heads: Heads, sheet: str) -> tuple[list[RosterLine], list[tuple[int, str]]]:
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


def complete_line(line: RosterLine) -> RosterLine:
    """A line without a code with one that is made of its name."""
    name = line.fields.get("name", "")
    if line.fields.get("code") or not name or "code" in line.spoilt:
        return line
    return replace(line, fields={**line.fields, "code": make_code(name)}, made=True)


def resolve_parents(lines: Sequence[RosterLine]) -> tuple[list[RosterLine], list[RosterFault]]:
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
