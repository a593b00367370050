"""Native charts as outside readers find them.

Fed by the cells beside them, told in words, blank where nothing was filled in.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import Any

import openpyxl
import pytest
from lxml import etree
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet

from tests import figures
from tests.elsewhere import assert_same_elsewhere
from xltool import api
from xltool.charts.picture import Amount, Bar, Picture, describe_picture
from xltool.forms.catalog import load_form
from xltool.workbook.charts import FIGURE_WIDTH, LABEL_WIDTH, PAGE_ROWS, PICTURES_SHEET
from xltool.workbook.listing import write_listing

C = {
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
}
DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
LISTS = {"清单": [("代码", "件数"), ("1", 3)]}
EDITIONS = pytest.mark.parametrize("form", ["ogi-2021", "ogi-2019"])


def pictured(form: str, **blank: None) -> tuple[Picture, ...]:
    spec = load_form(form)
    given = dict(figures.consistent(spec, Random(5))) | {key.replace("__", "."): value for key, value in blank.items()}
    submission = figures.submission(spec, given)
    last = replace(figures.submission(spec, figures.consistent(spec, Random(6))), year=submission.year - 1)
    agencies = tuple(Bar(f"额敏县第{at}单位", (Amount(20 - at),)) for at in range(15))
    rest = Bar("其他7个单位", (Amount(9),), rest=True)
    volumes = Picture(
        "agencies", "各单位", "单位", "件", ("2024年",), (*agencies, rest), "没有。", notes=("一个单位未填。",)
    )
    return (*api.pictures(submission, last), volumes)


def plain(*amounts: Amount, labels: tuple[str, ...] = (), **more: Any) -> Picture:
    bars = tuple(Bar(labels[at] if labels else f"第{at}", (amount,)) for at, amount in enumerate(amounts))
    return Picture("p", "题", "项", "件", ("数",), bars, "没有。", **more)


def sheet(data: bytes) -> Worksheet:
    return openpyxl.load_workbook(io.BytesIO(data))[PICTURES_SHEET]


def charts(data: bytes) -> list[Any]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = sorted(name for name in archive.namelist() if name.startswith("xl/charts/chart"))
        return [etree.fromstring(archive.read(name)) for name in sorted(names, key=lambda name: int(name[15:-4]))]


def anchors(data: bytes) -> list[Any]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return list(etree.fromstring(archive.read("xl/drawings/drawing1.xml")))


def cells(page: Worksheet, reference: str) -> list[Any]:
    name, _, area = reference.rpartition("!")
    assert name.strip("'") == PICTURES_SHEET
    left, top, right, bottom = range_boundaries(area)
    return [page.cell(row, column).value for row in range(top, bottom + 1) for column in range(left, right + 1)]


def series(page: Worksheet, chart: Any) -> Iterator[tuple[Any, list[Any], list[Any]]]:
    """For each series what the cells say that it points to: its name, its categories, its figures."""
    for one in chart.iterfind(".//c:ser", C):
        (name,) = cells(page, one.findtext("c:tx/c:strRef/c:f", namespaces=C))
        yield (
            name,
            *(cells(page, one.findtext(f"{path}/c:f", namespaces=C)) for path in ("c:cat/c:strRef", "c:val/c:numRef")),
        )


@EDITIONS
def test_charts_are_fed_by_the_cells_beside_them(form: str) -> None:
    pictures = pictured(form)
    data = write_listing(LISTS, pictures)
    page, drawn = sheet(data), charts(data)
    assert len(drawn) == len(pictures) == 4
    for picture, chart in zip(pictures, drawn, strict=True):
        found = list(series(page, chart))
        assert [name for name, _, _ in found] == list(picture.series)
        for at, (_, labels, values) in enumerate(found):
            assert labels == [bar.label for bar in picture.bars]
            assert values == [bar.amounts[at].value for bar in picture.bars]
        bars = chart.find(".//c:barChart", C)
        assert bars.find("c:barDir", C).get("val") == "bar"
        assert bars.find("c:grouping", C).get("val") == ("stacked" if picture.stacked else "clustered")
    assert len(page._charts) == 4, "openpyxl reads them"


@EDITIONS
def test_titles_axes_labels_and_order(form: str) -> None:
    pictures = pictured(form)
    for picture, chart in zip(pictures, charts(write_listing({}, pictures)), strict=True):
        title, category, value = (
            "".join(chart.find(f".//{path}", C).itertext())
            for path in ("c:chart/c:title", "c:catAx/c:title", "c:valAx/c:title")
        )
        assert (title, category, value) == (picture.title, picture.axis, picture.unit)
        assert chart.find(".//c:catAx/c:scaling/c:orientation", C).get("val") == "maxMin", "the first stands above"
        assert chart.find(".//c:valAx/c:crosses", C).get("val") == "max", "and the figures below"
        assert all(one.find("c:dLbls/c:showVal", C).get("val") == "1" for one in chart.iterfind(".//c:ser", C))
        assert (chart.find(".//c:legend", C) is not None) == (len(picture.series) > 1)


@EDITIONS
def test_every_figure_is_in_the_words_beside_the_chart(form: str) -> None:
    pictures = pictured(form)
    told = [anchor.find(f".//{DRAWN}cNvPr").get("descr") for anchor in anchors(write_listing(LISTS, pictures))]
    assert told == [f"{picture.title}。{describe_picture(picture)}" for picture in pictures]


def test_a_blank_has_no_bar_and_says_so_on_the_axis() -> None:
    blank = {f"applications__received__{column}": None for column in ("other", "total")}
    pictures = pictured("ogi-2021", **blank)
    data = write_listing({}, pictures)
    page = sheet(data)
    _, labels, values = next(series(page, charts(data)[1]))
    assert (labels[-1], values[-1]) == ("法人或其他组织：其他（未填）", None)
    _, labels, values = next(series(page, charts(data)[2]))
    assert labels[0] == "本年新收（2024年另有1格未填）"
    assert values[0] == pictures[2].bars[0].amounts[0].value
    assert all(
        chart.find(".//c:dispBlanksAs", C) is None or chart.find(".//c:dispBlanksAs", C).get("val") == "gap"
        for chart in charts(data)
    )


def test_the_rest_looks_otherwise_than_one_agency() -> None:
    chart = charts(write_listing({}, pictured("ogi-2021")))[3]
    points = [
        (point.find("c:idx", C).get("val"), point.find(".//a:prstDash", C).get("val"))
        for point in chart.iterfind(".//c:dPt", C)
    ]
    assert points == [("15", "dash")]


def test_zeros_alone_are_told_without_a_chart() -> None:
    data = write_listing({}, [plain(Amount(0), Amount(0)), plain(Amount(None))])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert not [name for name in archive.namelist() if "chart" in name or "drawing" in name]
    texts = [cell.value for row in sheet(data) for cell in row if isinstance(cell.value, str)]
    assert texts == [
        *("以下图示不属于规定的报告格式。", "题（件）", "项", "数", "第0", "第1", "没有。"),
        *("题（件）", "项", "数", "第0（未填）", "没有可画的数：各项都未填。"),
    ]


@pytest.mark.parametrize("text", ["=1+1", '=HYPERLINK("http://a.cn")', "<r>甲</r>", "@甲", "_x0041_", "甲\x00\ud842乙"])
def test_names_of_agencies_are_texts(text: str) -> None:
    printed = text.replace("\x00", "").replace("\ud842", "")
    data = write_listing({}, [plain(Amount(3), labels=(text,), notes=(text,))])
    page = sheet(data)
    found = [cell for row in page for cell in row if cell.value == printed]
    assert [cell.data_type for cell in found] == ["s", "s"]
    (chart,) = charts(data)
    assert unescape(chart.findtext(".//c:cat//c:v", namespaces=C)) == printed
    assert anchors(data)[0].find(f".//{DRAWN}cNvPr").get("descr") == f"题。{printed} 3件。{printed}"


def test_a_long_name_leaves_room_for_its_bar() -> None:
    data = write_listing({}, [plain(Amount(3), Amount(2), labels=("很长的名称" * 20, "短"))])
    page = sheet(data)
    assert page["A4"].value == "很长的名称" * 4 + "很长的…"
    assert page.row_dimensions[4].height == 2 * page.sheet_format.defaultRowHeight


def test_figures_beyond_excel_are_written_out() -> None:
    page = sheet(write_listing({}, [plain(Amount(10**15 - 1), Amount(10**15), Amount(-4))]))
    assert [page.cell(row, 2).value for row in (4, 5, 6)] == [10**15 - 1, "1000000000000000", -4]


@EDITIONS
def test_no_chart_is_cut_by_the_end_of_a_page(form: str) -> None:
    data = write_listing({}, pictured(form))
    page = sheet(data)
    assert (page.page_setup.paperSize, page.page_setup.orientation) == (9, "landscape")
    breaks = [0, *(each.id for each in page.row_breaks.brk), page.max_row]
    assert all(below - above <= PAGE_ROWS for above, below in pairwise(breaks))
    previous = 0
    for anchor in anchors(data):
        top, bottom = (int(anchor.findtext(f"{DRAWN}{end}/{DRAWN}row")) for end in ("from", "to"))
        assert top >= previous, "one does not lie on the other"
        assert any(above <= top and bottom <= max(below, above + PAGE_ROWS) for above, below in pairwise(breaks))
        assert int(anchor.findtext(f"{DRAWN}from/{DRAWN}col")) == 4
        previous = bottom
    widths = [page.column_dimensions[letter].width for letter in "AB"]
    assert widths[0] == pytest.approx(LABEL_WIDTH, abs=1) and widths[1] == pytest.approx(FIGURE_WIDTH, abs=1)


def test_lists_without_pictures_have_no_such_sheet_and_its_name_is_free() -> None:
    assert openpyxl.load_workbook(io.BytesIO(write_listing(LISTS))).sheetnames == ["清单"]
    assert openpyxl.load_workbook(io.BytesIO(write_listing({PICTURES_SHEET: []}, [plain(Amount(1))]))).sheetnames == [
        PICTURES_SHEET,
        f"{PICTURES_SHEET}(2)",
    ]


def list_pictured(form: str) -> bytes:
    return write_listing(LISTS, pictured(form))


@EDITIONS
def test_same_pictures_same_bytes(form: str) -> None:
    assert_same_elsewhere(list_pictured, form)
