"""A draft made of a blank: every row and column gets an id, a name in sentences, a unit and its printed number."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Final

from xltool.drafting.adding import propose_sums
from xltool.drafting.dividing import TYPED_RATE, propose_named_shares, propose_rates
from xltool.drafting.draft import DraftBlock, DraftHead, DraftItem, DraftMeasure, DraftTable
from xltool.drafting.entries import PRINTED_THERE, propose_entries
from xltool.drafting.figures import propose_proved_sums, read_copies
from xltool.drafting.names import IdGiver, spell_label
from xltool.drafting.notes import normalise_code, propose_printed_rules
from xltool.drafting.papers import BlankPaper, TablePaper
from xltool.drafting.scoring import propose_scores
from xltool.drafting.shape import BlockShape, ColumnShape, RowShape, recognise_blocks
from xltool.drafting.squares import Square
from xltool.drafting.words import FigureKind, load_terms, read_label
from xltool.forms.sheet_names import FORBIDDEN, SHEET_LENGTH, is_reserved
from xltool.forms.tables import shorten_label

_CHINESE: Final = "一二三四五六七八九十"
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
        table = DraftTable(
            names.give(re.sub(r"^(?:表[一二三四五六七八九十0-9]+|附表)", "", title), f"table_{at + 1}"),
            name, sheet, title, blocks, part.table.columns, part.notes,
        )  # fmt: skip
        found.append(table)
        texts += [(at, text) for text in part.notes]
        texts += [(at, square.text) for square in part.table.squares if len(square.text) > 12]
    propose_printed_rules(found, [(at, text) for at, text in texts if not _is_worded(text)])
    for table in found:
        propose_sums(table)
        propose_rates(table)
        propose_scores(table)
    propose_named_shares(found)
    propose_printed_rules(found, [(at, text) for at, text in texts if _is_worded(text)])
    if copies:
        kept = [part.table for part in paper.tables if recognise_blocks(part.table)]
        figures = read_copies(list(zip(found, kept, strict=True)), copies)
        for table in found:
            propose_proved_sums(table, figures)
    for table in found:
        propose_entries(table)
    return tuple(found)


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
    unit = terms.find_unit(shape.caption) or terms.find_unit(shape.corner[0] if shape.corner else "") or part.unit
    measured = [item.measure for item in (*rows, *columns) if item.measure is not None]
    counted = [told for item in (*rows, *columns) if (told := terms.find_counted(item.label))]
    # Cells beside those whose head says 万元 are no money for that: a head that counts has often no unit.
    likely = next((m.unit for m in measured if m.kind == "count" and not m.decimals), "") or next(iter(counted), "")
    block = DraftBlock(
        shape, rows, columns, _make_measure(unit or likely or _DEFAULT_UNITS["count"], "count", signed=False)
    )
    for row in rows:
        _guess_measure(row, _find_item_kind(row, listed=shape.headless), unit)
    for column in columns:
        _guess_measure(column, _find_item_kind(column, listed=shape.unlabelled), unit)
    block.guessed = not unit and any(_is_default(row, column) for row in rows for column in columns)
    return block


def _is_default(row: DraftItem, column: DraftItem) -> bool:
    return column.id not in row.absent and column.measure is None and row.measure is None


def _find_item_kind(item: DraftItem, *, listed: bool) -> FigureKind:
    """What kind of figures an item's label tells of; that it is a text only where nothing else labels its cells."""
    kind = load_terms().find_kind(read_label(item.label).words, item.label)
    if kind == "count":
        heads = [head.label for head in reversed(item.heads)]
        above = load_terms().find_kind(*(read_label(label).words for label in heads))
        kind = above if above in {"money", "percent"} else kind
    return "count" if kind == "text" and not listed else kind


def _guess_measure(item: DraftItem, kind: FigureKind, unit: str) -> None:
    """A measure for an item whose label tells of a kind of figures, but of no unit."""
    if item.measure is not None:
        return
    signed = load_terms().is_signed(item.label)
    if kind in _KIND_UNITS:
        item.measure = _make_measure(_KIND_UNITS[kind], kind, signed=signed or kind == "percent")
        if kind == "percent":
            item.doubts.append(TYPED_RATE)
    elif kind in {"average", "points"} or (kind == "money" and not unit):
        item.measure = _make_measure(_DEFAULT_UNITS[kind], kind, signed=signed, decimals=2)
        item.doubts.append(f"没有印计量单位，按“{_DEFAULT_UNITS[kind]}”、两位小数起草")
    elif signed and unit:
        item.measure = _make_measure(unit, kind, signed=True)


def _make_measure(unit: str, kind: FigureKind, *, signed: bool, decimals: int | None = None) -> DraftMeasure:
    digits = load_terms().decimals.get(unit, 0) if decimals is None else decimals
    return DraftMeasure(unit, digits, signed, kind)


def _measure_of_label(labels: Sequence[str]) -> DraftMeasure | None:
    """What labels say in brackets: 金额（万元）; the nearest first."""
    for label in labels:
        unit = load_terms().find_unit(label)
        if unit:
            kind = load_terms().find_kind(read_label(label).words, label)
            kind = "percent" if unit in {"%", "％", "‰"} else kind if kind == "average" else "count"
            return _make_measure(unit, kind, signed=load_terms().is_signed(label) or kind == "percent")
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
            kind: FigureKind = "percent" if unit in {"%", "％", "‰"} else "count"
            measure = _make_measure(unit, kind, signed=load_terms().is_signed(label))
        measure = measure or _measure_of_label([label, *(head.label for head in reversed(heads))])
        item = DraftItem(
            names.give(spell_label(label) and label, "filled" if len(shape.rows) == 1 else f"line_{at + 1}"),
            label, _shorten(label, f"第{at + 1}行" if len(shape.rows) > 1 else "本行"), heads, measure, code,
            [row.doubt] if row.doubt else [],
            row.printed,
            {columns[place].id: text for place, text in row.absent.items()},
        )  # fmt: skip
        if unit.strip() and measure is None:
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


def _drop_remarks(rows: list[DraftItem], columns: list[DraftItem]) -> None:
    """A row that adds up has no remark: 合计 beside 问题及网址."""
    if len(rows) < 2:
        return
    for row in rows:
        named = row.label.strip() or row.absent.get(columns[0].id, "")
        if not read_label(named).is_total:
            continue
        for column in columns:
            if _find_item_kind(column, listed=False) == "remark" and column.id not in row.absent:
                row.absent[column.id] = ""
                row.doubts.append(f"“{column.label}”在合计行按不填起草")


__all__ = ["ColumnShape", "RowShape", "build_draft"]
