from __future__ import annotations

import zipfile
from collections import Counter
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xltool.forms.layout import grid
from xltool.model import Block, Column, Grid, Head, Measure, Row, Table

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def official(path):
    """The tables of the official blank form: widths, and the merged labels as (row, column, height, width, text)."""
    root = ElementTree.fromstring(zipfile.ZipFile(path).read("word/document.xml"))
    for table in root.iter(WORD + "tbl"):
        areas, open_areas = {}, {}
        for top, line in enumerate(table.findall(WORD + "tr")):
            left = 0
            for cell in line.findall(WORD + "tc"):
                span, merge = cell.find(f"{WORD}tcPr/{WORD}gridSpan"), cell.find(f"{WORD}tcPr/{WORD}vMerge")
                width = 1 if span is None else int(span.get(WORD + "val"))
                text = "".join(part.text or "" for part in cell.iter(WORD + "t")).strip()
                if merge is not None and merge.get(WORD + "val", "continue") == "continue":
                    areas[open_areas[left]][0] += 1
                else:
                    areas[top, left] = [1, width, text]
                    open_areas[left] = (top, left)
                left += width
        widths = [int(column.get(WORD + "w")) for column in table.iter(WORD + "gridCol")]
        yield widths, {(top, left, *area) for (top, left), area in areas.items()}


@pytest.mark.parametrize("number", [0, 1, 2])
def test_tables_are_the_official_blank_form_merge_for_merge(spec, shared, number):
    widths, areas = list(official(shared / "reference" / "nianbao_template_2021.docx"))[number]
    found = grid(spec.tables[number])
    assert {(r.row, r.column, r.height, r.width, r.text) for r in found.rectangles} == areas
    assert list(found.widths) == widths


def test_the_edition_of_2019(spec_2019):
    disclosure, applications, disputes = map(grid, spec_2019.tables)
    areas = {(r.row, r.column, r.height, r.width): r.text for r in disclosure.rectangles}
    assert (disclosure.rows, disclosure.columns) == (18, 4)
    assert [areas[13, 0, 1, 1], areas[13, 1, 1, 1], areas[13, 2, 1, 2]] == ["信息内容", "上一年项目数量", "本年增/减"]
    assert [areas[15, 0, 1, 4], areas[16, 1, 1, 1], areas[16, 2, 1, 2]] == [
        "第二十条第（九）项",
        "采购项目数量",
        "采购总金额",
    ]
    assert (applications.rows, applications.columns, applications.head_rows) == (26, 10, 3)
    assert [r.height for r in applications.rectangles if r.text == "三、本年度办理结果"] == [20]
    assert [(r.width, r.height) for r in applications.rectangles if r.text == "（六）其他处理"] == [(2, 1)]
    assert (disputes.rows, disputes.columns, disputes.head_rows) == (4, 15, 3)


def assert_covered(found: Grid):
    squares = Counter(
        (y, x)
        for r in found.rectangles
        for y in range(r.row, r.row + r.height)
        for x in range(r.column, r.column + r.width)
    )
    assert set(squares.values()) == {1}
    assert squares.keys() == {(y, x) for y in range(found.rows) for x in range(found.columns)}


def test_rectangles_cover_every_grid_exactly(spec, spec_2019):
    for table in spec.tables + spec_2019.tables:
        assert_covered(grid(table))


def leaves(shape, heads, names):
    """The paths below a hierarchy given as nested lists, each node with an id of its own, every third head deeper."""
    for node in shape:
        name = f"n{len(names)}"
        names.append(name)
        if isinstance(node, list):
            yield from leaves(node, (*heads, Head(name, name, deep=1 + (len(names) % 3 == 0))), names)
        else:
            yield name, heads


hierarchies = st.lists(
    st.recursive(st.none(), lambda deeper: st.lists(deeper, min_size=1, max_size=3), max_leaves=5),
    min_size=1,
    max_size=3,
)


@st.composite
def blocks(draw):
    names = []
    rows = tuple(Row(name, name, name, heads) for name, heads in leaves(draw(hierarchies), (), names))
    columns = tuple(
        Column(name, name, name, Measure("m", "件", 0, 9), heads)
        for name, heads in leaves(draw(hierarchies), (), names)
    )
    return Block(draw(st.sampled_from(["", "题"])), ("角",), rows, columns, draw(st.booleans()))


@given(st.lists(blocks(), min_size=1, max_size=3))
def test_any_hierarchy_covers_its_grid_and_keeps_its_cells(given_blocks):
    found = grid(Table("t", "表", "表", "表", tuple(given_blocks), ()))
    assert_covered(found)
    assert [r.key for r in found.rectangles if r.role == "value"] == [
        f"t.{row.id}.{column.id}" for block in given_blocks for row in block.rows for column in block.columns
    ]
    for number, block in enumerate(given_blocks):
        mine = [r for r in found.rectangles if r.block == number]
        labels = Counter(r.text for r in mine if r.role in {"head", "label"})
        columns = Counter(column.id for column in block.columns)
        assert all(labels[row.id] == 1 for row in block.rows)
        assert all(labels[name] == (len(block.rows) if block.across else 1) for name in columns)
    if len(given_blocks) == 1:
        assert min(r.row for r in found.rectangles if r.role == "value") == found.head_rows
    else:
        assert found.head_rows == 0
