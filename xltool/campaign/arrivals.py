"""Several versions of one agency: which of two was saved later, and what differs between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from xltool.forms.entries import find_different_entries
from xltool.forms.list_rows import find_different_lines
from xltool.forms.number import format_value
from xltool.messages import join_first
from xltool.model import FormSpec, Submission
from xltool.workbook.layout_plan import make_plan

MOST_CELLS_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Arrival:
    """A version as it came: its number, its file, when it says it was saved, and the date of what brought it.

    That is the date of the member of an archive, of the mail, or of the file; times are Beijing's, without a zone.
    """

    number: int
    file: str
    saved: datetime | None
    dated: datetime | None = None


def find_order(new: Arrival, old: Arrival) -> tuple[bool, str]:
    """Whether the new one is the later, and why: by its own account, else by the date of what brought it.

    Where neither tells, the one that was taken in later is.
    """
    for word, one, other in (("保存时间", new.saved, old.saved), ("文件日期", new.dated, old.dated)):
        if one is not None and other is not None and one != other:
            first, second = _format_time(one, other), _format_time(other, one)
            told = f"第 {new.number} 版的{word}是 {first}，第 {old.number} 版的是 {second}"
            return one > other, told
    return True, "两个文件的时间看不出先后，按收到的次序"


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two versions differ: a cell by its address in short and its labels, or a text; what each of them says."""

    where: str
    label: str
    before: str
    after: str


def tell_differences(spec: FormSpec, new: Submission, old: Submission) -> str:
    """How many cells that are filled in differ, the first of them with both figures, and how many texts."""
    cells = [f"{each.where} {each.before} → {each.after}" for each in find_different_cells(spec, new, old)]
    said = "各格相同" if not cells else f"{len(cells)} 格不同（{join_first(cells, MOST_CELLS_SHOWN)}）"
    texts = sum(new.texts.get(key, "") != old.texts.get(key, "") for key in {*new.texts, *old.texts})
    reasons = sum(
        new.explanations.get(key, "") != old.explanations.get(key, "") for key in {*new.explanations, *old.explanations}
    )
    more = [f"{word} {count} 处不同" for word, count in (("文字", texts), ("说明", reasons)) if count]
    return "，".join([said, *more])


def find_different_cells(spec: FormSpec, new: Submission, old: Submission) -> Iterator[Difference]:
    """What is filled in and differs: figures in the form's order, then what is no figure, then the lines of lists."""
    place = make_plan(spec).place
    for cell, now, before in zip(spec.cells, new.values, old.values, strict=True):
        if now != before and not cell.total:
            where = f"{cell.table.name} {place(cell.key)[1]}"
            yield Difference(where, cell.label, format_value(before, cell.measure), format_value(now, cell.measure))
    for entry, written, was in find_different_entries(spec, new, old):
        yield Difference(f"{entry.table.name} {place(entry.key)[1]}", entry.label, was, written)
    for each in find_different_lines(spec, old, new):
        yield Difference(each.where, each.column.label if each.column else each.row_list.title, each.was, each.now)


def find_different_texts(spec: FormSpec, new: Submission, old: Submission) -> Iterator[Difference]:
    """The texts that differ, in the form's order."""
    for text in spec.texts:
        before, now = old.texts.get(text.key, ""), new.texts.get(text.key, "")
        if now != before:
            yield Difference("文字", text.label, before, now)


def _format_time(moment: datetime, other: datetime) -> str:
    """A time to the minute, or to the second where the minute is the same."""
    same = moment.replace(second=0) == other.replace(second=0)
    return moment.strftime("%Y-%m-%d %H:%M:%S" if same else "%Y-%m-%d %H:%M")
