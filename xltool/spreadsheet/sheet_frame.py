"""What a worksheet part has around its rows: merges, locks, widths; the same in all workbooks of a form."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple
from xml.etree.ElementTree import Element

from xltool.spreadsheet.a1 import COLUMNS, parse_reference
from xltool.spreadsheet.cell import FALSE, TRUE, Area
from xltool.spreadsheet.package import (
    REMEMBERED_PART,
    REMEMBERED_PARTS,
    build_tree,
    damage_refusal,
    split_tag,
)
from xltool.spreadsheet.written_row import THIN_ROW, is_thin, parse_position

MAX_COLUMNS: Final = 100
THIN_COLUMN: Final = 1
"""Characters of width below which nobody sees a figure."""


class SheetFrame(NamedTuple):
    """What a worksheet part has around its rows."""

    root: Element
    """The part's, which nobody may change, with its rows or without them."""
    merges: tuple[Area, ...]
    protected: bool
    hidden_columns: frozenset[int]
    low: bool
    """Whether rows that tell no height are too low to be seen."""
    zeros_unseen: bool


def read_frame(root: Element, part: str) -> SheetFrame:
    """What stands around the rows under the root of a worksheet part.

    Raises Refusal `file.damaged` where that is another part, or something in it is no place.
    """
    space, word = split_tag(root.tag)
    if word != "worksheet":
        raise damage_refusal(part, "不是工作表")
    protection, usual = root.find(f"{space}sheetProtection"), root.find(f"{space}sheetFormatPr")
    views = root.iterfind(f"{space}sheetViews/{space}sheetView")
    return SheetFrame(
        root=root,
        merges=tuple(_read_merge(merge, part) for merge in root.iterfind(f"{space}mergeCells/{space}mergeCell")),
        protected=protection is not None and protection.get("sheet") in TRUE,
        hidden_columns=_find_hidden_columns(root, space, part),
        low=usual is not None and is_thin(usual.get("defaultRowHeight"), THIN_ROW),
        zeros_unseen=any(view.get("showZeros") in FALSE for view in views),
    )


def recall_frame(data: bytes, part: str) -> SheetFrame:
    """What a worksheet part has around its rows, of the part without these; small ones are remembered."""
    return _recall(data, part) if len(data) <= REMEMBERED_PART else _recall.__wrapped__(data, part)


@lru_cache(maxsize=REMEMBERED_PARTS)
def _recall(data: bytes, part: str) -> SheetFrame:
    return read_frame(build_tree(data, part), part)


def _read_merge(merge: Element, part: str) -> Area:
    area = parse_reference(merge.get("ref", ""))
    if area is None or area[0] is not None:
        raise damage_refusal(part, "合并单元格的位置有误")
    return area[1:]


def _find_hidden_columns(root: Element, space: str, part: str) -> frozenset[int]:
    usual = root.find(f"{space}sheetFormatPr")
    thin = usual is not None and is_thin(usual.get("defaultColWidth"), THIN_COLUMN)
    found = set(range(MAX_COLUMNS)) if thin else set[int]()
    for column in root.iterfind(f"{space}cols/{space}col"):
        hidden = column.get("hidden") in TRUE or is_thin(column.get("width"), THIN_COLUMN)
        if hidden or thin:
            first, last = parse_position(column.get("min", "")), parse_position(column.get("max", ""))
            if not 0 < first <= last <= COLUMNS:
                raise damage_refusal(part, "列号有误")
            (found.update if hidden else found.difference_update)(range(first - 1, min(last, MAX_COLUMNS)))
    return frozenset(found)
