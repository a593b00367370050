"""A draft made of a blank: every row and column gets an id, a name in sentences, a unit and its printed number."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Final

from xltool.drafting.column_sums import propose_column_sums
from xltool.drafting.dividing import TYPED_RATE, propose_rates
from xltool.drafting.draft import DraftBlock, DraftHead, DraftItem, DraftMeasure, DraftTable
from xltool.drafting.entries import PRINTED_THERE, propose_entries
from xltool.drafting.figures import propose_proved_sums, read_copies
from xltool.drafting.names import IdGiver, spell_label
from xltool.drafting.notes import normalise_code, propose_printed_rules
from xltool.drafting.papers import BlankPaper, TablePaper
from xltool.drafting.row_sums import propose_row_sums
from xltool.drafting.scoring import propose_scores
from xltool.drafting.shape import BlockShape, ColumnShape, RowShape, recognise_blocks
from xltool.drafting.share_words import read_share
from xltool.drafting.shares import propose_named_shares
from xltool.drafting.squares import Square
from xltool.drafting.words import FigureKind, load_terms, read_label
from xltool.forms.sheet_names import FORBIDDEN, SHEET_LENGTH, is_reserved
from xltool.forms.tables import shorten_label

_CHINESE: Final = "一二三四五六七八九十"
_BARE: Final = re.compile(r"[0-9]{0,3}|[…⋯.·]+")
"""A label that only numbers its line."""
_UNIT_HEAD: Final = re.compile(r"^(?:计量)?单位$")
_CODE_HEAD: Final = re.compile(r"代码|行次|序号|编码|编号|栏次|行号")
_CODE: Final = re.compile(r"[（(]?[A-Za-z]?[0-9]{1,3}[）)]?")
_KIND_UNITS: Final[dict[FigureKind, str]] = {
    "remark": "文字",
    "text": "文字",
    "date": "日期",
    "yes_no": "是否",
    "percent": "%",
}
_DEFAULT_UNITS: Final[dict[FigureKind, str]] = {"count": "个", "money": "万元", "average": "个", "points": "分"}


def build_draft(paper: BlankPaper, copies: Sequence[tuple[bytes, str]] = ()) -> tuple[DraftTable, ...]:
    """The tables of a draft with all the sums that labels, notes and filled copies tell of.

    Those without a cell are left out. Raises `XltoolError` for a file that is no copy of the blank.
    """
    found: list[DraftTable] = []
    names, sheets = IdGiver(), set[str]()
    texts: list[tuple[int, str]] = []
    for part in paper.tables:
        shapes = recognise_blocks(part.table)
        if not shapes:
            continue
        at = len(found)
        name = f"表{_count(at + 1)}"
        title = part.title or paper.title
        sheet = _name_sheet(name, title, sheets)
        rows = IdGiver()
        blocks = [_build_block(shape, part, rows) for shape in shapes]
        _write_words([row for block in blocks if block.shape.headless for row in block.rows])
        table = DraftTable(
            names.give(re.sub(r"^(?:表[一二三四五六七八九十0-9]+|附表)", "", title), f"table_{at + 1}"),
            name, sheet, title, blocks, part.table.columns, part.notes,
        )  # fmt: skip
        found.append(table)
        if part.table.dropped:
            table.told.append(f"原表第{'、'.join(map(str, part.table.dropped))}行末尾多出一个空格，没有算进去")
        texts += [(at, text) for text in part.notes]
        texts += [(at, square.text) for square in part.table.squares if len(square.text) > 12]
    propose_printed_rules(found, [(at, text) for at, text in texts if not _is_worded(text)])
    for table in found:
        propose_row_sums(table)
        propose_column_sums(table)
        propose_rates(table)
        propose_scores(table)
    unprinted = propose_named_shares(found, paper, names)
    propose_printed_rules(found, [(at, text) for at, text in texts if _is_worded(text)])
    if copies:
        kept = [part.table for part in paper.tables if recognise_blocks(part.table)]
        figures = read_copies(list(zip(found, kept, strict=True)), copies)
        for table in found:
            propose_proved_sums(table, figures)
    for table in found:
        propose_entries(table)
    return (*found, unprinted) if unprinted else tuple(found)


def _is_worded(text: str) -> bool:
    return re.search(r"第[一二三四五六七八九十]+项", text) is not None


def _count(number: int) -> str:
    return (
        _CHINESE[number - 1]
        if number <= len(_CHINESE)
        else f"十{_CHINESE[number - 11]}"
        if number < 20
        else str(number)
    )


def _name_sheet(name: str, title: str, taken: set[str]) -> str:
    words = re.sub(
        r"^(?:表[一二三四五六七八九十0-9]+|[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）)", "", title
    )
    words = FORBIDDEN.sub("", re.sub(r"[\s\u3000':：×]", "", words))
    sheet = f"{name} {words}"[: min(SHEET_LENGTH, 20)].strip()
    sheet = name if is_reserved(sheet) or sheet in taken else sheet
    taken.add(sheet)
    return sheet


def _build_block(shape: BlockShape, part: TablePaper, names: IdGiver) -> DraftBlock:
    terms = load_terms()
    columns = _build_columns(shape)
    rows = _build_rows(shape, names, columns)
    near = terms.find_unit(shape.caption) or terms.find_unit(shape.corner[0] if shape.corner else "")
    units = (near,) if near else part.units
    unit = units[0] if units else ""
    measured = [item.measure for item in (*rows, *columns) if item.measure is not None]
    counted = [told for item in (*rows, *columns) if (told := terms.find_counted(item.label))]
    # Cells beside those whose head says 万元 are no money for that: a head that counts has often no unit.
    totals = [item.measure for item in (*columns, *rows) if item.measure and read_label(item.label).is_total]
    counts = [m.unit for m in (*totals, *measured) if m.kind == "count" and not m.decimals]
    likely = next(iter(counts), "") or next(iter(counted), "")
    block = DraftBlock(
        shape, rows, columns, _make_measure(unit or likely or _DEFAULT_UNITS["count"], "count", signed=False)
    )
    _count_fines(rows)
    _count_fines(columns)
    bare = len(rows) > 1 and all(_BARE.fullmatch(row.label.strip()) or read_label(row.label).is_total for row in rows)
    for row in rows:
        _guess_measure(row, _find_item_kind(row, listed=shape.headless), units)
    for column in columns:
        _guess_measure(column, _find_item_kind(column, listed=shape.unlabelled or bare), units)
    if shape.unlabelled:
        _write_words(columns)
    block.told = bool(unit)
    return block


def _find_item_kind(item: DraftItem, *, listed: bool) -> FigureKind:
    """What kind of figures an item's label tells of; that it is a text only where nothing else labels its cells."""
    if item.counted:
        return "count"
    kind = load_terms().find_kind(read_label(item.label).words, item.label)
    if kind == "count":
        heads = [head.label for head in reversed(item.heads)]
        above = load_terms().find_kind(*(read_label(label).words for label in heads))
        kind = above if above in {"money", "percent"} else kind
    return "count" if kind == "text" and not listed else kind


def _guess_measure(item: DraftItem, kind: FigureKind, units: Sequence[str]) -> None:
    """A measure for an item whose label tells of a kind of figures, but of no unit; that of the units above, if any."""
    if item.measure is not None or item.fills_nothing:
        return
    signed = load_terms().is_signed(item.label)
    unit = next(iter(units), "")
    if len(units) > 1 and (told := _choose_unit(item, kind, units)):
        item.measure = _make_measure(told, "count", signed=signed)
        item.doubts.append(f"表上方印有几种计量单位（{'、'.join(units)}），按标签选了“{told}”")
        return
    if kind == "percent":
        item.measure = _make_percent(_KIND_UNITS[kind], item.label, signed=True)
        item.doubts.append(TYPED_RATE)
    elif kind in _KIND_UNITS:
        item.measure = _make_measure(_KIND_UNITS[kind], kind, signed=signed)
    elif kind in {"average", "points"} or (kind == "money" and not unit):
        item.measure = _make_measure(_DEFAULT_UNITS[kind], kind, signed=signed, decimals=2)
        item.doubts.append(f"没有印计量单位，按“{_DEFAULT_UNITS[kind]}”、两位小数起草")
    elif signed and unit:
        item.measure = _make_measure(unit, kind, signed=True)


def _write_words(listed: Sequence[DraftItem]) -> None:
    """In a list or card that asks for words mostly, what is called no number is words, too: 性别, 法人代表."""
    given = [item for item in listed if not item.fills_nothing]
    if sum(map(_asks_words, given)) * 3 < len(given):
        return
    for item in given:
        if item.measure is None and not _asks_words(item) and not _NUMBERED.search(read_label(item.label).words):
            item.measure = _make_measure(_KIND_UNITS["text"], "text", signed=False)


def _asks_words(item: DraftItem) -> bool:
    """Whether an item is told to be no figure, by its label or by boxes that are printed in its place."""
    kind = None if item.measure is None else item.measure.kind
    return kind in _KIND_UNITS or any(doubt.startswith(PRINTED_THERE) for doubt in item.doubts)


_NUMBERED: Final = re.compile(r"[数量额率积次比重]$|^(?:合|总|小|共)计|年龄|金额|收入|支出|价格?$|^第?[0-9]+$|^$")
"""How a label ends below which a number is filled in."""


def _choose_unit(item: DraftItem, kind: FigureKind, units: Sequence[str]) -> str:
    """Of several units above a table the one that a label tells of, where that is not the first; '' for none."""
    counted = load_terms().find_counted(item.label)
    if kind == "count" and counted in units[1:]:
        return counted
    money = [unit for unit in units if load_terms().find_factor("元", unit) is not None]
    return money[0] if kind == "money" and money and money[0] != units[0] else ""


def _count_fines(items: Sequence[DraftItem]) -> None:
    """罚款 beside 警告 and 没收 is a kind of penalty that is counted, and no sum of money."""
    counted = [each for each in items if any(word in each.label for word in load_terms().beside_fines)]
    for item in items:
        if item.measure is None and read_label(item.label).words == "罚款":
            item.counted = any(each is not item and each.heads == item.heads for each in counted)


def _make_measure(unit: str, kind: FigureKind, *, signed: bool, decimals: int | None = None) -> DraftMeasure:
    digits = load_terms().find_decimals(unit) if decimals is None else decimals
    return DraftMeasure(unit, digits, signed, kind)


def _make_percent(unit: str, label: str, *, signed: bool) -> DraftMeasure:
    """The measure of a percentage: a share is never below zero, and as a part of a whole never above it."""
    share, digits = read_share(label), load_terms().find_decimals(unit)
    if share is None:
        return DraftMeasure(unit, digits, signed, "percent")
    return DraftMeasure(unit, digits, False, "percent", share.bounded * (1000 if unit == "‰" else 100))


def _measure_of_label(labels: Sequence[str]) -> DraftMeasure | None:
    """What labels say in brackets: 金额（万元）; the nearest first."""
    for label in labels:
        unit = load_terms().find_unit(label)
        if unit:
            if unit in {"%", "％", "‰"}:
                return _make_percent(unit, label, signed=True)
            kind = load_terms().find_kind(read_label(label).words, label)
            return _make_measure(unit, kind if kind == "average" else "count", signed=load_terms().is_signed(label))
        if label is not labels[-1] and load_terms().find_kind(read_label(label).words, label) == "percent":
            return _make_percent("%", label, signed=True)  # whatever unit stands above it
    return None


def _build_heads(
    path: Sequence[Square], known: dict[Square, DraftHead], names: IdGiver, deepen: Callable[[Square], int]
) -> tuple[DraftHead, ...]:
    for square in path:
        if square not in known:
            known[square] = DraftHead(names.give(square.text, "group"), square.text, deepen(square))
    return tuple(known[square] for square in path)


def _build_columns(shape: BlockShape) -> list[DraftItem]:
    names = IdGiver()
    known: dict[Square, DraftHead] = {}
    found = []
    before = len(shape.before) + (max(1, len(shape.corner)) if not shape.unlabelled and not shape.headless else 0)
    offset = before + len(shape.after)
    for at, column in enumerate(shape.columns):
        heads = _build_heads(column.path[:-1], known, names, attrgetter("height"))
        label = column.label
        below = [line[offset + at] for line in shape.lines if offset + at < len(line)]
        unit = next((text for text in below if load_terms().is_unit(text) and not _CODE.fullmatch(text.strip())), "")
        code = next((normalise_code(text) for text in reversed(below) if _CODE.fullmatch(text.strip())), "")
        average = load_terms().find_kind(label, *(head.label for head in reversed(heads))) == "average"
        kind: FigureKind = "average" if average else "count"
        measure = _make_measure(unit.strip(), kind, signed=load_terms().is_signed(label)) if unit else None
        measure = measure or _measure_of_label([label, *(head.label for head in reversed(heads))])
        name = "given" if shape.headless else label
        found.append(
            DraftItem(
                names.give(name, f"column_{at + 1}"),
                label or ("填报内容" if shape.headless else ""),
                _shorten(label, f"第{at + 1}栏"),
                heads,
                measure,
                code,
            )
        )
    return found


def _shorten(label: str, otherwise: str) -> str:
    text = shorten_label(re.sub(r"^[\s\u3000]*(?:其中|加|减)[：:]", "", label.strip()))
    return text.strip() or otherwise


def _build_rows(shape: BlockShape, names: IdGiver, columns: list[DraftItem]) -> list[DraftItem]:
    known: dict[Square, DraftHead] = {}
    found = []
    heads_of = (*shape.before, *shape.after)
    labelled = {square.column for row in shape.rows for square in row.path}

    def count_labelled(square: Square) -> int:
        return sum(column in labelled for column in range(square.column, square.column + square.width))

    for at, row in enumerate(shape.rows):
        heads = _build_heads(row.path[:-1], known, names, count_labelled)
        label = row.label
        printed = dict(enumerate(row.printed))
        unit = next(
            (_lift(shape, at, place) for place, head in enumerate(heads_of) if _is_unit_column(shape, place, head)), ""
        )
        code = next(
            (
                normalise_code(text)
                for place, text in sorted(
                    printed.items(), key=lambda pair: (not _CODE_HEAD.search(heads_of[pair[0]]), pair[0])
                )
                if _CODE.fullmatch(text.strip())
            ),
            "",
        )
        measure = None
        if load_terms().is_unit(unit):
            signed = load_terms().is_signed(label)
            ratio = unit in {"%", "％", "‰"}
            measure = (
                _make_percent(unit, label, signed=signed) if ratio else _make_measure(unit, "count", signed=signed)
            )
        measure = measure or _measure_of_label([label, *(head.label for head in reversed(heads))])
        item = DraftItem(
            names.give(spell_label(label) and label, "filled" if len(shape.rows) == 1 else f"line_{at + 1}"),
            label, _shorten(label, f"第{at + 1}行" if len(shape.rows) > 1 else "本行"), heads, measure, code,
            [row.doubt] if row.doubt else [],
            row.printed,
            {columns[place].id: text for place, text in row.absent.items()},
        )  # fmt: skip
        item.fills_nothing = len(row.absent) == len(columns)
        if unit.strip() and measure is None and not item.fills_nothing:
            item.doubts.append(f"不认识计量单位“{unit}”")
        if any(not square.blank for square in row.open):
            item.doubts.append(
                f"{PRINTED_THERE}“{next(square.text for square in row.open if not square.blank)[:20]}”，格里现在是空的"
            )
        found.append(item)
    _drop_remarks(found, columns)
    return found


def _lift(shape: BlockShape, at: int, place: int) -> str:
    """What stands in a printed column of a row, from the row above where that goes on."""
    while at > 0 and shape.rows[at].printed[place] == "^":
        at -= 1
    return shape.rows[at].printed[place].strip()


def _is_unit_column(shape: BlockShape, place: int, head: str) -> bool:
    texts = [row.printed[place].strip() for row in shape.rows if row.printed[place].strip() not in {"", "^", "<"}]
    told = sum(map(load_terms().is_unit, texts))
    return bool(texts) and (_UNIT_HEAD.match(re.sub(r"\s", "", head)) is not None or told * 3 > len(texts) * 2)


_UNADDED: Final[frozenset[FigureKind]] = frozenset({"remark", "date", "yes_no"})
"""What stands in no line that adds up."""


def _drop_remarks(rows: list[DraftItem], columns: list[DraftItem]) -> None:
    """A row that adds up has no remark and no day: 合计 beside 问题及网址."""
    if len(rows) < 2:
        return
    for row in rows:
        named = row.label.strip() or row.absent.get(columns[0].id, "")
        if not read_label(named).is_total:
            continue
        for column in columns:
            if _find_item_kind(column, listed=False) in _UNADDED and column.id not in row.absent:
                row.absent[column.id] = ""
                row.doubts.append(f"“{column.label}”在合计行按不填起草")


__all__ = ["ColumnShape", "RowShape", "build_draft"]
