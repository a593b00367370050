"""What of a draft is no figure: choices printed with boxes or slashes, 是 or 否, days, words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from xltool.drafting.draft import Axis, DraftBlock, DraftEntry, DraftItem, DraftTable
from xltool.drafting.words import FigureKind, load_terms, read_label
from xltool.forms.entries import NO_CHOICE, YES_CHOICE
from xltool.model import EntryForm

PRINTED_THERE: Final = "原表在空格里印有"
"""How the doubt begins that is told of what a blank prints where it is to be filled in."""
_FORMS: Final[dict[FigureKind, tuple[EntryForm, str]]] = {
    "remark": ("text", "文字"),
    "text": ("text", "文字"),
    "date": ("date", "日期"),
    "yes_no": ("yes_no", "是或否"),
}
_BOX: Final = re.compile(r"[□☐○]")
_CHOICE: Final = re.compile(r"[^,，\"“”、\s_＿=+@/-][^,，\"“”、\n_＿]{0,39}")
"""Nothing with a line to write on: what is written there is none of a list."""
_BETWEEN: Final = " \u3000：:；;。－—–-"
"""What stands between boxes, and is no part of what is chosen."""
_MANY: Final = re.compile(r"[可请]以?(?:多选|选几项|选多项|选择多项)|多选|不定项")
_IN_BRACKETS: Final = re.compile(r"[（(]([\u4e00-\u9fff]{1,12}(?:[/／][\u4e00-\u9fff]{1,12})+)[）)]")
_CERTAIN: Final = frozenset({"备注"})


def propose_entries(table: DraftTable) -> None:
    """Makes cells of a table what is no figure, where labels or what is printed in the blank tell so."""
    for block in table.blocks:
        fills = [block.shape.list_fills(at) for at in range(len(block.rows))]
        for at, column in enumerate(() if block.shape.headless else block.columns):
            _make_entry(table, block, "column", column, [row[at].text for row in fills if at in row])
        for row, filled in zip(block.rows, fills, strict=True):
            _make_entry(table, block, "row", row, [square.text for square in filled.values()])


def take_back_entries(tables: Sequence[DraftTable]) -> bool:
    """Makes figures again of what was drafted as none; whether there was anything."""
    found = [item for table in tables for block in table.blocks for item in (*block.columns, *block.rows) if item.entry]
    for item in found:
        assert item.entry is not None
        item.doubts = [doubt for doubt in item.doubts if doubt not in item.entry.doubts]
        item.measure, told = item.entry.instead, _describe(item.entry)
        item.entry = None
        item.doubts.append(f"这里填的看来是{told}，不是数；现在只能按数起草，要另想办法")
    return bool(found)


def _describe(entry: DraftEntry) -> str:
    match entry.form:
        case "choice" | "several":
            return f"选项（{'、'.join(entry.choices)}）"
        case _:
            return next(words for form, words in _FORMS.values() if form == entry.form)


def _make_entry(table: DraftTable, block: DraftBlock, axis: Axis, item: DraftItem, printed: Sequence[str]) -> None:
    kind = item.measure.kind if item.measure is not None else "count"
    choices = _find_choices(item.label, printed) if item.measure is None or kind in _FORMS else ()
    if kind not in _FORMS and not choices:
        return
    form, told = _FORMS.get(kind, ("choice", "选项"))
    if choices:
        form = "several" if _MANY.search(item.label) else "choice"
        form = "yes_no" if {*choices} == {YES_CHOICE, NO_CHOICE} else form
    if form == "yes_no" and not choices:
        choices = (YES_CHOICE, NO_CHOICE)
    if not _can_be(table, block, axis, item):
        if kind in _FORMS:
            item.doubts.append(f"这里填的看来是{told}，不是数；与行、栏的合计或比率相冲，现在只能按数起草，要另想办法")
        return
    doubts = [*_word_doubt(form, choices, item, printed)]
    item.doubts = [doubt for doubt in item.doubts if not (choices and doubt.startswith(PRINTED_THERE))] + doubts
    item.entry = DraftEntry(form, choices if form in {"choice", "several"} else (), item.measure, tuple(doubts))
    item.measure = None


def _word_doubt(form: EntryForm, choices: Sequence[str], item: DraftItem, printed: Sequence[str]) -> Iterator[str]:
    if form == "choice":
        yield f"按所印的“{'、'.join(choices)}”起草为单选；可以选几项的，kind 改成 several"
    elif form == "several":
        yield f"按所印的“{'、'.join(choices)}”起草，可以选几项；只能选一项的，kind 改成 choice"
    elif form == "yes_no":
        if not any(_BOX.search(text) for text in printed):
            yield "按标签看，这里填是或否；不是就改 kind"
    elif read_label(item.label).words not in _CERTAIN:
        yield f"按标签看，这里填{'日期' if form == 'date' else '文字'}；要填数就删去 kind"


def _can_be(table: DraftTable, block: DraftBlock, axis: Axis, item: DraftItem) -> bool:
    """Whether an item may hold what is no figure: it is no total and no rate, and crosses no rate and nothing such."""
    if item.rate is not None or table.defined_by(axis, item) is not None:
        return False
    across = block.items("row" if axis == "column" else "column")
    crossed = [
        each for each in across if (item.id not in each.absent if axis == "column" else each.id not in item.absent)
    ]
    return bool(crossed) and all(each.rate is None and each.entry is None for each in crossed)


def _find_choices(label: str, printed: Sequence[str]) -> tuple[str, ...]:
    """What can be chosen, as boxes in the blank or slashes in the label tell; nothing where those differ."""
    told = {tuple(part.strip(_BETWEEN) for part in _BOX.split(text)) for text in printed if _BOX.search(text)}
    if len(told) > 1 or (told and not all(_BOX.search(text) for text in printed)):
        return ()  # what is printed in one place is chosen there alone
    if told:
        [parts] = told
        choices = tuple(part for part in parts if part)
    else:
        match = _IN_BRACKETS.search(label)
        choices = tuple(re.split("[/／]", match[1])) if match else ()
        if {*choices} & {*load_terms().units}:
            return ()
    fit = all(_CHOICE.fullmatch(choice) for choice in choices) and len({*choices}) == len(choices) >= 2
    return choices if fit else ()
