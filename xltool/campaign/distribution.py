"""分发清单: who is to be sent a blank and how to reach them, ticked off by hand when it was sent and signed for.

What somebody has filled in is carried along whenever the list is written anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from xltool import files
from xltool.campaign.documents import (
    Deliverable,
    Placed,
    clear_document,
    find_current,
    find_standing,
    place_documents,
)
from xltool.campaign.folder import Campaign
from xltool.campaign.roster import Roster
from xltool.campaign.roster_tables import open_tables
from xltool.campaign.store import Store
from xltool.csvfile import as_csv
from xltool.forms.text import clean_text
from xltool.messages import XltoolError
from xltool.model import Finding
from xltool.workbook.blank_list import BlankColumn, write_blank_list

LIST_FILE: Final = "分发清单"
MOST_ADDED: Final = 20
"""Columns that people have added beside ours and that are carried along."""
LONGEST_NOTE: Final = 500
SENT_HEADS: Final = ("下发时间", "已发送", "已签收")
"""The columns in which people note that a workbook is out."""
_CODE: Final = "单位代码"
_TICK: Final = "√"
_COLUMNS: Final = (
    BlankColumn("序号", 6, "", known=True),
    BlankColumn(_CODE, 13, "", known=True),
    BlankColumn("单位名称", 30, "", known=True),
    BlankColumn("联系人", 10, "", known=True),
    BlankColumn("电话", 16, "", known=True),
    BlankColumn("版次", 7, "发的是第几份：第一次发写 1，重新生成后再发写 2。"),
    BlankColumn("下发时间", 13, "哪一天发出的，如 1月6日。"),
    BlankColumn("已发送", 9, "发出了打勾，也可以写怎样发的（邮箱、微信、当面）。", choices=(_TICK,)),
    BlankColumn("已签收", 9, "对方收到了打勾，也可以写签收人。", choices=(_TICK,)),
    BlankColumn("备注", 18, "可以不填。"),
)
_NOT_CARRIED: Final = frozenset(
    {*(column.head for column in _COLUMNS if column.known), "级别", "文件", "编号", "sha256"}
)
"""Heads of what is told anew, and of lists that an older xltool wrote."""
_CSV_HEADS: Final = (_CODE, "单位名称", "联系人", "电话", "邮箱", "文件")


@dataclass
class _Filled:
    """What stands in a list: its rows as they are shown, and by code and head what was filled in."""

    rows: list[tuple[str, ...]] = field(default_factory=list)
    notes: dict[str, dict[str, str]] = field(default_factory=dict)


def write_list(campaign: Campaign, roster: Roster, store: Store, *, replace: bool = False) -> list[Placed]:
    """Writes the list beside the blanks: a workbook for people, and as CSV for programs.

    The workbook is left alone where it says all that a new one would say. With `replace` it is written over, but what
    was filled in stays.
    """
    workbook = f"{LIST_FILE}.xlsx"
    found = [(path, _read_list(path)) for path in find_standing(campaign.root / workbook)]
    notes = _join_notes(each for _, each in found)
    columns = (*_COLUMNS, *_list_added(notes))
    issues = store.issues()
    entries = [entry for entry in roster.entries if entry.agency.code in issues]
    rows: list[tuple[str | int, ...]] = [
        (at, e.agency.code, e.agency.name, e.contact, e.phone, *_fill_row(columns, notes.get(e.agency.code, {})))
        for at, e in enumerate(entries, 1)
    ]
    shown = [tuple(column.head for column in columns), *(tuple(map(str, row)) for row in rows)]
    programs = [
        _CSV_HEADS,
        *((e.agency.code, e.agency.name, e.contact, e.phone, e.email, issues[e.agency.code].file) for e in entries),
    ]
    documents = [Deliverable(f"{LIST_FILE}.csv", as_csv(programs))]
    current = find_current(campaign, store, workbook)
    by_hand = [each for path, each in found if current is None or path != campaign.root / current]
    if any(each.rows == shown for each in by_hand) and not replace:
        clear_document(campaign, store, workbook)  # what we put beside it before
    else:
        data = write_blank_list(LIST_FILE, _explain(campaign), columns, max(1, len(rows)), rows)
        documents.append(Deliverable(workbook, data))
    return place_documents(campaign, store, documents, replace=replace)


def read_notes(campaign: Campaign) -> dict[str, dict[str, str]]:
    """What people have filled in, by agency code and head of the column."""
    return _join_notes(_read_list(path) for path in find_standing(campaign.root / f"{LIST_FILE}.xlsx"))


def _explain(campaign: Campaign) -> str:
    return (
        f"{campaign.name} {campaign.period.spoken}{campaign.spec.title}，下发的工作簿。发一个记一个；"
        "黄色的格由经办人填，也可以自己加栏。\n重新生成（xltool build）时，已经填的会带到新的清单里。"
    )


def _fill_row(columns: Sequence[BlankColumn], notes: Mapping[str, str]) -> list[str]:
    return [notes.get(column.head, "") for column in columns if not column.known]


def _join_notes(lists: Iterable[_Filled]) -> dict[str, dict[str, str]]:
    """What was filled in, in all of the lists that stand there: the last one that says something counts."""
    found: dict[str, dict[str, str]] = {}
    for each in lists:
        for code, notes in each.notes.items():
            found.setdefault(code, {}).update(notes)
    return found


def _list_added(notes: Mapping[str, Mapping[str, str]]) -> list[BlankColumn]:
    """The columns that people have added, in the order in which they are met."""
    ours = {column.head for column in _COLUMNS}
    heads = dict.fromkeys(head for each in notes.values() for head in each if head not in ours)
    return [BlankColumn(head, 14, "自己加的栏。") for head in [*heads][:MOST_ADDED]]


def _read_list(path: Path) -> _Filled:
    """A list as it stands, ours of old too; nothing of a file that is none, or cannot be read."""
    data = files.read_file(path)
    try:
        tables = [] if isinstance(data, Finding) else open_tables(data)
    except XltoolError:
        return _Filled()
    for table in tables:
        heads: Sequence[str] = ()
        found = _Filled()
        for _, row in table.rows:
            if not heads:
                heads = row if _CODE in row else ()
                found.rows += [_strip_row(row, len(row))] if heads else []
                continue
            held = dict(zip(heads, row, strict=False))
            found.rows.append(_strip_row(row, len(heads)))
            notes = {
                head: clean_text(text)[:LONGEST_NOTE]
                for head, text in held.items()
                if text and head and head not in _NOT_CARRIED
            }
            if notes and held.get(_CODE):
                found.notes.setdefault(held[_CODE], {}).update(notes)
        if heads:
            return found
    return _Filled()


def _strip_row(row: Sequence[str], width: int) -> tuple[str, ...]:
    return tuple([*row, *[""] * (width - len(row))][:width])
