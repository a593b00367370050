"""Doubts about a roster that do not stop the work: what was read that might not be meant, what was left out or made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from xltool.campaign.roster_draft import RosterLine
from xltool.campaign.roster_heads import LONGEST_QUOTE, Heads, plain_title

MOST_LISTED: Final = 10
"""How many lines or heads one note names."""


def note_table(heads: Heads, lines: Sequence[RosterLine], left: Sequence[tuple[int, str]]) -> Iterator[str]:
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


def note_codes(lines: Sequence[RosterLine]) -> Iterator[str]:
    """Which codes were made of names."""
    made = [f"{line.fields['name']} {line.fields['code']}" for line in lines if line.made]
    if made:
        yield (
            f"{len(made)} 个单位没有写代码，按单位名称编了代码：{_list_some(made)}。"
            "名称不变，代码就不变；单位改名时，请在名录的“单位代码”一栏写明原来的代码。"
        )


def find_name_doubts(lines: Sequence[RosterLine]) -> Iterator[str]:
    """Names that differ only by spaces or width, or not at all."""
    first: dict[str, RosterLine] = {}
    for line in lines:
        name = line.fields["name"]
        canonical = plain_title(name)
        other = first.setdefault(canonical, line)
        if other is not line:
            how = "相同" if other.fields["name"] == name else "只差空格或全半角"
            yield f"{line.place}：单位名称“{name}”与{other.place}{how}，请确认不是同一单位。"
