"""A sheet of native charts, each beside the small table that feeds it, so that pages of A4 hold them whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from xltool.charts.picture import Amount, Bar, Picture, describe_doubt, describe_nothing, describe_picture
from xltool.forms.text import clean_text, measure_breadth
from xltool.model import figure_of
from xltool.workbook.cell_formats import WORKBOOK_FONT
from xltool.workbook.engine import EXACT

PICTURES_SHEET: Final = "图示"
LABEL_WIDTH, FIGURE_WIDTH = 34, 14
"""Breadth of the columns of a table, in characters."""
ROW_HEIGHT: Final = 20  # points of the screen
PAGE_ROWS: Final = 36
"""Rows that a page holds in every program."""
_CHART: Final = 420  # breadth, in points of the screen
_LONGEST: Final = 48  # of a label
_BESIDE: Final = 4  # the column where a chart stands
_SCALE: Final = (
    82  # per cent: table and chart fit between the margins even where a substitute font makes columns a third wider
)
_FILLS: Final = (("#1D4F91", "#1D4F91"), ("#D5E3F5", "#1D4F91"))
"""Filled and outlined, to be told apart in grey."""


def draw_pictures_sheet(book: Any, sheet: Any, pictures: Sequence[Picture], formats: Mapping[str, Any]) -> None:
    """All pictures one below the other; what has nothing to draw says so in words."""
    sheet.set_column(0, 0, LABEL_WIDTH)
    sheet.set_column(1, 2, FIGURE_WIDTH)
    sheet.set_column(3, 3, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_print_scale(_SCALE)
    sheet.set_margins(left=0.5, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer("&R&9&A　第 &P 页，共 &N 页", {"margin": 0.3})
    sheet.hide_gridlines(2)
    sheet.set_default_row(ROW_HEIGHT * 3 // 4)
    sheet.merge_range(0, 0, 0, 2, "", formats["aside"])
    sheet.write_string(0, 0, "以下图示不属于规定的报告格式。", formats["aside"])
    top, page, breaks = 1, 0, []
    for picture in pictures:
        height = _picture_rows(picture)
        if top + height - page > PAGE_ROWS and top > page + 1:
            breaks.append(top)
            page = top
        _draw_picture(book, sheet, picture, top, formats)
        top += height
    sheet.set_h_pagebreaks(breaks)


def _picture_rows(picture: Picture) -> int:
    """Rows of a picture: its title, its table and notes or its chart, and one that stays empty."""
    table = (
        2
        + sum(_count_lines(_axis_label(picture, bar), LABEL_WIDTH) for bar in picture.bars)
        + sum(map(_count_lines, _list_remarks(picture)))
    )
    return 1 + max(table, 1 + _chart_rows(picture))


def _chart_rows(picture: Picture) -> int:
    """Of a chart: its bars, each with air, its titles and axes, and a legend for several series."""
    if not picture.longest:
        return 0
    side = 1 if picture.stacked else len(picture.series)
    return max(14, len(picture.bars) * (2 * side + 2) // 3 + (8 if len(picture.series) > 1 else 5))


def _list_remarks(picture: Picture) -> list[str]:
    return [clean_text(remark) for remark in (picture.notes if picture.longest else (describe_nothing(picture),))]


def _count_lines(text: str, width: int = LABEL_WIDTH + 2 * FIGURE_WIDTH) -> int:
    """Lines that a text needs in its column, or a remark across its table."""
    return -(-measure_breadth(text) // (width - 3))


def _draw_picture(book: Any, sheet: Any, picture: Picture, top: int, formats: Mapping[str, Any]) -> None:
    last = len(picture.series)
    sheet.write_string(top, 0, clean_text(f"{picture.title}（{picture.unit}）"), formats["caption"])
    for column, head in enumerate((picture.axis, *picture.series)):
        sheet.write_string(top + 1, column, clean_text(head), formats["head"])
    first = top + 2
    for row, bar in enumerate(picture.bars, first):
        sheet.set_row(row, _count_lines(_axis_label(picture, bar), LABEL_WIDTH) * ROW_HEIGHT * 3 // 4)
        sheet.write_string(row, 0, _axis_label(picture, bar), formats["text"])
        for column, amount in enumerate(bar.amounts, 1):
            _write_amount(sheet, row, column, amount, formats)
    row = first + len(picture.bars)
    for remark in _list_remarks(picture):
        sheet.merge_range(row, 0, row + _count_lines(remark) - 1, 2, "", formats["aside"])
        sheet.write_string(row, 0, remark, formats["aside"])
        row += _count_lines(remark)
    if picture.longest:
        chart = _make_chart(book, sheet.get_name(), picture, first, last)
        chart.set_size({"width": _CHART, "height": _chart_rows(picture) * ROW_HEIGHT})
        description = clean_text(f"{picture.title}。{describe_picture(picture)}")
        sheet.insert_chart(top + 1, _BESIDE, chart, {"object_position": 2, "description": description})


def _axis_label(picture: Picture, bar: Bar) -> str:
    """What stands on the axis: a bar that is missing because its cell is blank says so there, which zero does not."""
    label = clean_text(bar.label)
    while measure_breadth(label) > _LONGEST:  # or it would leave no room for its bar; the lists have the whole name
        label = f"{label.removesuffix('…')[:-1]}…"
    names = picture.series if len(picture.series) > 1 else ("",)
    asides = [
        f"{name}{aside}" for name, amount in zip(names, bar.amounts, strict=True) if (aside := describe_doubt(amount))
    ]
    return f"{label}（{'，'.join(asides)}）" if asides else label


def _write_amount(sheet: Any, row: int, column: int, amount: Amount, formats: Mapping[str, Any]) -> None:
    figure = figure_of(amount.value)
    if figure is None:
        sheet.write_blank(row, column, None, formats["number"])
    elif -EXACT < figure < EXACT:
        sheet.write_number(row, column, figure, formats["number"])
    else:
        sheet.write_string(row, column, str(figure), formats["number"])


def _make_chart(book: Any, name: str, picture: Picture, first: int, last: int) -> Any:
    """Bars from above to below in the order of the table, fed by its cells."""
    font = {"name": WORKBOOK_FONT, "size": 9}
    end = first + len(picture.bars) - 1
    chart = book.add_chart({"type": "bar", "subtype": "stacked"} if picture.stacked else {"type": "bar"})
    for column in range(1, last + 1):
        fill, line = _FILLS[(column - 1) % len(_FILLS)]
        light = picture.stacked and column == 1
        series = {
            "name": [name, first - 1, column],
            "categories": [name, first, 0, end, 0],
            "values": [name, first, column, end, column],
            "fill": {"color": fill},
            "border": {"color": line},
            "gap": 45,
            # In a stacked bar a zero has no place of its own for its label.
            "data_labels": {"value": True, "font": font | {"color": "#FFFFFF" if light else "#111111"}}
            | ({"num_format": "0;-0;;"} if picture.stacked else {}),
        }
        rest = [
            {"fill": {"color": "#FFFFFF"}, "border": {"color": line, "dash_type": "dash"}} if bar.rest else None
            for bar in picture.bars
        ]
        chart.add_series(series | ({"points": rest} if any(rest) else {}))
    chart.set_title(
        {"name": clean_text(picture.title), "name_font": {"name": WORKBOOK_FONT, "size": 12}, "overlay": False}
    )
    chart.set_y_axis(
        {
            "name": clean_text(picture.axis),
            "name_font": font,
            "num_font": font,
            "reverse": True,
            "crossing": "max",
            "interval_unit": 1,
            "major_gridlines": {"visible": False},
        }
    )
    chart.set_x_axis(
        {
            "name": picture.unit,
            "name_font": font,
            "num_font": font,
            "num_format": "0",
            "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9"}},
        }
    )
    chart.set_legend({"none": True} if last == 1 else {"position": "bottom", "font": font})
    chart.show_blanks_as("gap")
    return chart
