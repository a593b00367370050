"""Blanks in, definitions out: an invented one of each kind of file, and the official ones where they are at hand."""

from __future__ import annotations

import io
import re
from pathlib import Path
from random import Random

import docx
import openpyxl
import pytest
from click.testing import CliRunner
from openpyxl.styles import Border, Side

from tests.forms.blanks import read_blank_tables
from xltool.cli.forms import draft
from xltool.drafting.make import Drafted, draft_form
from xltool.drafting.write import DOUBT, list_doubts
from xltool.forms import catalog
from xltool.forms.layout import grid
from xltool.messages import DefinitionError, XltoolError
from xltool.model import AnyCell, Cell, Rate

SHARED = Path(__file__).parents[3].parent / "shared"
SHARED = next(
    (folder / "shared" for folder in Path(__file__).parents if (folder / "shared" / "blanks").is_dir()), SHARED
)
needs_blanks = pytest.mark.skipif(not (SHARED / "blanks").is_dir(), reason="the official blanks are not at hand")
needs_reference = pytest.mark.skipif(not (SHARED / "reference").is_dir(), reason="the reference is not at hand")

PAGE = """<html><body><p>表号：某服1表</p><p>某县便民服务站工作月报</p><p>填报单位：　　　　年　月</p>
<p>单位编码：□□□□□□</p>
<table border=1>
<tr><td rowspan=2>指标名称</td><td rowspan=2>计量单位</td><td rowspan=2>代码</td><td colspan=2>办理数</td></tr>
<tr><td>本月</td><td>累计</td></tr>
<tr><td>甲</td><td>乙</td><td>丙</td><td>1</td><td>2</td></tr>
<tr><td>一、窗口</td><td></td><td></td><td></td><td></td></tr>
<tr><td>收件</td><td>件</td><td>01</td><td></td><td></td></tr>
<tr><td>其中：网上收件</td><td>件</td><td>02</td><td></td><td></td></tr>
<tr><td>办结</td><td>件</td><td>03</td><td></td><td></td></tr>
<tr><td>在办</td><td>件</td><td>04</td><td></td><td>—</td></tr>
<tr><td>办结率</td><td>%</td><td>05</td><td></td><td></td></tr>
<tr><td>运行经费合计</td><td>万元</td><td>06</td><td></td><td></td></tr>
<tr><td>1.人员</td><td>万元</td><td>07</td><td></td><td></td></tr>
<tr><td>2.设备</td><td>万元</td><td>08</td><td></td><td></td></tr>
</table><p>说明：01=03+04；01≥02；05=03/01。</p>
<p>单位负责人：　　　填表人：　　　填报日期：　年　月　日</p></body></html>"""
ROWS = [
    ["项目", "计量单位", "代码", "数量", None],
    [None, None, None, "上半年", "下半年"],
    ["收件", "件", "1", "", ""],
    ["退件", "件", "2", "", ""],
    ["合计", "件", "3", "", ""],
]
MERGES = [(0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 1, 2), (0, 3, 0, 4)]


def span_of(row: int, column: int) -> tuple[int, int]:
    ends = {(top, left): (bottom - top + 1, right - left + 1) for top, left, bottom, right in MERGES}
    return ends.get((row, column), (1, 1))


def make_docx() -> bytes:
    document = docx.Document()
    document.add_paragraph("收件情况统计表")
    table = document.add_table(len(ROWS), 5)
    for top, left, bottom, right in MERGES:
        table.cell(top, left).merge(table.cell(bottom, right))
    for row, texts in enumerate(ROWS):
        for column, text in enumerate(texts):
            if text is not None:
                table.cell(row, column).text = text
    document.add_paragraph("注：3=1+2")
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def make_xlsx() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"] = "收件情况统计表"
    sheet.merge_cells("A1:E1")
    side = Side(style="thin")
    for row, texts in enumerate(ROWS, start=3):
        for column, text in enumerate(texts, start=1):
            sheet.cell(row, column).value = text or None
            sheet.cell(row, column).border = Border(left=side, right=side, top=side, bottom=side)
    for top, left, bottom, right in MERGES:
        sheet.merge_cells(start_row=top + 3, start_column=left + 1, end_row=bottom + 3, end_column=right + 1)
    sheet["A9"] = "注：3=1+2"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def make_html() -> bytes:
    lines = []
    for row, texts in enumerate(ROWS):
        cells = [
            "<td rowspan={} colspan={}>{}</td>".format(*span_of(row, column), text)
            for column, text in enumerate(texts)
            if text is not None
        ]
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f"<html><body><p>收件情况统计表</p><table>{''.join(lines)}</table><p>注：3=1+2</p></body></html>".encode()


def make_pdf() -> bytes:
    typst = pytest.importorskip("typst")
    cells = [
        "table.cell(rowspan: {}, colspan: {})[{}]".format(*span_of(row, column), text)
        for row, texts in enumerate(ROWS)
        for column, text in enumerate(texts)
        if text is not None
    ]
    source = f"收件情况统计表\n\n#table(columns: (1fr,) * 5, {', '.join(cells)})\n\n注：3=1+2\n"
    return bytes(typst.compile(source.encode()))


def draft_page(page: str = PAGE) -> Drafted:
    return draft_form(page.encode(), "月报.html", "monthly", 2024)


def marked_lines(drafted: Drafted) -> list[str]:
    return [line for line in drafted.text.splitlines() if DOUBT in line]


def test_a_blank_becomes_a_definition_with_its_rectangle_units_codes_and_fields():
    drafted = draft_page()
    spec = drafted.spec
    assert drafted.differences == ()
    assert spec.title == "某县便民服务站工作月报"
    [table] = spec.tables
    assert [(row.label, row.measure and row.measure.unit) for row in table.blocks[0].rows][4:7] == [
        ("在办", "件"),
        ("办结率", "%"),
        ("运行经费合计", "万元"),
    ]
    assert len(spec.cells) == 7 * 2 - 1
    assert {text.label: (text.place, text.date, text.boxes) for text in spec.texts} == {
        "填报单位": ("head", False, 0),
        "单位编码": ("head", False, 6),
        "单位负责人": ("foot", False, 0),
        "填表人": ("foot", False, 0),
        "填报日期": ("foot", True, 0),
    }


def test_notes_and_words_become_totals_and_rules():
    drafted = draft_page()
    rules = {rule.name: rule.linear for rule in drafted.spec.rules}
    totals = {cell.row.label for cell in drafted.spec.cells if cell.total}
    assert totals == {"收件", "运行经费合计"}
    assert any(linear.operator.sign == ">=" for linear in rules.values())
    assert [rate.row.label for rate in drafted.spec.rates] == ["办结率", "办结率"]
    assert 'printed = ["%", "05"], rate = "ban_jie / shou_jian" }' in drafted.text
    [received] = [row for row in drafted.spec.tables[0].blocks[0].rows if row.label == "收件"]
    assert received.typed == (drafted.spec.tables[0].blocks[0].columns[1].id,)  # 在办 has no cell there


def test_numbered_lines_are_parts_of_what_a_note_says():
    rows = "".join(
        f"<tr><td>{label}</td><td></td></tr>" for label in ("1.村数", "其中：有收益的村", "（1）多", "（2）少")
    )
    codes = "".join(f"<tr><td>{at}</td>{row}" for at, row in enumerate(rows.split("<tr>")[1:], start=1))
    page = f"<p>村数统计表</p><table><tr><td>代码</td><td>指标</td><td>数量</td></tr>{codes}</table><p>注：2=3+4</p>"
    drafted = draft_page(page)
    assert [cell.row.label for cell in drafted.spec.cells if cell.total] == ["其中：有收益的村"]


def test_numbers_of_a_note_are_of_the_lines_or_columns_that_have_one_unit():
    rows = "".join(
        f"<tr><td>{label}</td><td>{unit}</td><td>0{at}</td><td></td><td></td><td></td></tr>"
        for at, (label, unit) in enumerate((("检查家数", "家"), ("其中：重点家数", "家"), ("隐患", "处")), start=1)
    )
    head = (
        "<tr>" + "".join(f"<td>{word}</td>" for word in ("指标", "计量单位", "代码", "总数", "甲类", "乙类")) + "</tr>"
    )
    numbers = "<tr><td>甲</td><td>乙</td><td>丙</td><td>1</td><td>2</td><td>3</td></tr>"
    drafted = draft_page(f"<p>检查季报</p><table>{head}{numbers}{rows}</table><p>注：1=2+3；01≥02。</p>")
    signs = sorted(rule.linear.operator.sign for rule in drafted.spec.rules)
    assert signs == ["="] * 3 + [">="] * 3, "of each line; and 其中 says no more than the note does"
    assert [cell.column.label for cell in drafted.spec.cells if cell.total] == ["总数"] * 3
    assert [line for line in marked_lines(drafted) if "都有这些号" in line] != []


@pytest.mark.parametrize(
    ("heads", "rate"),
    [
        (["在编人数（人）", "持证人数（人）", "持证率（%）"], "chi_zheng_ren_shu / zai_bian_ren_shu"),
        (["排查总数", "已整改数", "未整改数", "整改率"], "yi_zheng_gai_shu / pai_cha_zong_shu"),
        (["上年决算数", "本年决算数", "增减额", "增减幅度"], "zeng_jian_e / last_year_final"),
        (["数量", "占比"], "number / total.number"),
        (["受理数", "已评价数", "满意数", "满意率"], "man_yi_shu / yi_ping_jia_shu"),
        (["受理数", "办结数", "满意数", "满意率"], None),
        (["应办结数", "投诉数", "按期办结数", "按期办结率"], "an_qi_ban_jie_shu / ying_ban_jie_shu"),
        (["年初预算", "本月完成", "累计完成", "为预算%"], "lei_ji_wan_cheng / nian_chu_yu_suan"),
        (
            ["本月", "本年累计", "上年同期累计", "同比增长（%）"],
            "(year_to_date - same_last_year_cumulative) / same_last_year_cumulative",
        ),
        (["受理数", "批准数", "退回数", "上报率"], None),
    ],
)
def test_what_labels_say_of_rates_is_drafted_and_marked(heads, rate):
    head = "".join(f"<td>{text}</td>" for text in ("项目", *heads))
    rows = "".join(f"<tr><td>{text}</td>{'<td></td>' * len(heads)}</tr>" for text in ("甲", "乙", "合计"))
    drafted = draft_page(f"<p>情况统计表</p><table><tr>{head}</tr>{rows}</table>")
    marked = [line for line in marked_lines(drafted) if f'label = "{heads[-1]}"' in line]
    assert len(marked) == 1
    assert {each.column.rate for each in drafted.spec.rates} == ({rate} if rate else set())
    assert len(drafted.spec.rates) == (3 if rate else 0)


def test_a_rate_that_is_typed_in_is_never_added_up():
    page = "<p>情况统计表</p><table><tr><td>项目</td><td>受理数</td><td>满意率</td></tr>"
    page += "".join(f"<tr><td>{text}</td><td></td><td></td></tr>" for text in ("甲", "乙")) + "</table>"
    assert [(cell.measure.unit, cell.policy) for cell in draft_page(page).spec.cells[:2]] == [
        ("个", "sum"),
        ("%", "never"),
    ]


@pytest.mark.parametrize(
    ("head", "printed", "entry", "marked"),
    [
        ("是否整改", "", ("yes_no", ("是", "否")), True),
        ("是否整改", "□是　□否", ("yes_no", ("是", "否")), False),
        ("整改期限", "", ("date", ()), True),
        ("备注", "", ("text", ()), False),
        ("问题描述", "", ("text", ()), True),
        ("检查结论", "□未发现　□发现", ("choice", ("未发现", "发现")), True),
        ("检查结论", "□－未发现－□－发现", ("choice", ("未发现", "发现")), True),
        ("评定（优秀/合格/不合格）", "", ("choice", ("优秀", "合格", "不合格")), True),
        ("单价（元/人）", "", None, False),
        ("其他做法", "□上墙　□其他＿＿＿", None, True),
    ],
)
def test_what_is_no_figure_is_drafted_as_such(head, printed, entry, marked):
    rows = "".join(f"<tr><td>{name}</td><td></td><td>{printed}</td></tr>" for name in ("甲", "乙"))
    drafted = draft_page(f"<p>检查表</p><table><tr><td>项目</td><td>家数</td><td>{head}</td></tr>{rows}</table>")
    [column] = [each for each in drafted.spec.tables[0].blocks[0].columns if each.label == head]
    assert (column.entry and (column.entry.form, column.entry.choices)) == entry
    assert len(drafted.spec.every_cell) == 4 and drafted.differences == ()
    lines = [line for line in drafted.text.splitlines() if f'"{head}"' in line or f'"{printed}"' in line]
    assert any(DOUBT in line for line in lines) == marked or entry is None


def test_what_crosses_a_rate_or_a_total_stays_a_figure():
    rows = "".join(f"<tr><td>{name}</td><td></td></tr>" for name in ("甲", "乙"))
    bare = draft_page(f"<p>检查表</p><table><tr><td>项目</td><td>整改期限</td></tr>{rows}</table>")
    assert not bare.spec.cells and len(bare.spec.entries) == 2, "a table may hold nothing else"
    rows = "".join(f"<tr><td>{name}</td><td></td><td></td></tr>" for name in ("受理数", "办结数", "办结率"))
    rate = draft_page(f"<p>检查表</p><table><tr><td>项目</td><td>数量</td><td>备注</td></tr>{rows}</table>")
    assert rate.spec is not None and len(rate.spec.every_cell) == 6
    total = "".join(f"<tr><td>{name}</td><td></td><td></td></tr>" for name in ("甲", "乙", "合计"))
    summed = draft_page(f"<p>检查表</p><table><tr><td>项目</td><td>数量</td><td>是否整改</td></tr>{total}</table>")
    assert [cell.label for cell in summed.spec.entries] == ["甲 / 是否整改", "乙 / 是否整改"]
    assert [cell.label for cell in summed.spec.cells if cell.total] == ["合计 / 数量"]


def test_what_is_guessed_is_marked_at_its_line():
    page = PAGE.replace("运行经费合计", "运行经费")
    marked = [line for line in marked_lines(draft_page(page)) if "运行经费" in line]
    assert any("total = true" in line for line in marked)
    assert not [line for line in marked_lines(draft_page()) if "运行经费合计" in line]
    told = draft_page(page)
    lines = told.text.splitlines()
    assert all(DOUBT in lines[number - 1] for number, _ in list_doubts(told.text))


@pytest.mark.parametrize("make", [make_docx, make_xlsx, make_html, make_pdf])
def test_every_kind_of_file_gives_the_same_form(make):
    drafted = draft_form(make(), "空白表", "received", 2024)
    assert drafted.differences == ()
    wanted = draft_form(make_html(), "空白表", "received", 2024)
    assert drafted.text == wanted.text
    assert [cell.label for cell in drafted.spec.cells if cell.total] == ["合计 / 上半年", "合计 / 下半年"]


def test_a_shape_that_cannot_be_said_is_drafted_and_told():
    rows = ["<td>甲项</td><td>乙项</td>", "<td></td><td>已印</td>", "<td>说明</td><td></td>"]
    page = f"<p>特别表</p><table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"
    drafted = draft_form(page.encode(), "特别.html", "odd", 2024)
    assert len(drafted.spec.cells) >= 2


@pytest.mark.parametrize("data", ["<p>没有表格</p>", "<p>表</p><table><tr><td>甲</td><td>1</td></tr></table>"])
def test_what_has_nothing_to_fill_in_is_told(data):
    with pytest.raises(XltoolError, match="起草不了"):
        draft_form(f"<html><body>{data}</body></html>".encode(), "x.html", "odd", 2024)


def test_heads_with_nothing_below_them_are_read_to_their_end():
    heads = "<tr><td rowspan=2>项目</td><td colspan=2>件数</td></tr><tr><td>上半年</td><td>下半年</td></tr>"
    page = f"<p>特别表</p><table>{heads}<tr><td>收件</td><td></td><td></td></tr>{heads}</table>"
    drafted = draft_form(page.encode(), "特别.html", "odd", 2024)
    assert drafted.spec is not None and drafted.differences  # what cannot be said is told
    with pytest.raises(XltoolError, match="没有要填的空格"):
        draft_form(f"<p>特别表</p><table>{heads}</table>".encode(), "特别.html", "odd", 2024)


def test_a_blank_that_cannot_be_defined_as_it_is_gives_a_draft_with_its_faults_told(tmp_path):
    rows = [["项目", "单位", "件数"], ["收件", "件", "", "", ""], ["退件", "件", "", ""]]
    body = "".join(f"<tr>{''.join(f'<td>{text}</td>' for text in row)}</tr>" for row in rows)
    blank = tmp_path / "特别.html"
    blank.write_text(f"<html><body><p>特别表</p><table border=1>{body}</table></body></html>", encoding="utf-8")
    done = CliRunner().invoke(draft, [str(blank), "--id", "odd", "--year", "2024", "-o", str(tmp_path / "odd.toml")])
    assert isinstance(done.exception, XltoolError)
    assert re.search("起草的定义还有错.*\nodd.toml:\\d+:\\d+: table", str(done.exception))
    assert 'label = "退件"' in (tmp_path / "odd.toml").read_text(encoding="utf-8")
    with pytest.raises(DefinitionError):
        catalog.read_form(tmp_path / "odd.toml")


@needs_reference
def test_the_reference_gives_the_packaged_form():
    data = (SHARED / "reference" / "nianbao_template_2021.docx").read_bytes()
    drafted = draft_form(data, "空白表.docx", "yearly", 2021)
    wanted = catalog.load_form("ogi-2021")
    assert drafted.differences == ()
    assert [bool(cell.total) for cell in drafted.spec.cells] == [bool(cell.total) for cell in wanted.cells]
    for mine, theirs in zip(drafted.spec.tables, wanted.tables, strict=True):
        assert {r[:5] for r in map(as_tuple, grid(mine).rectangles)} == {
            r[:5] for r in map(as_tuple, grid(theirs).rectangles)
        }
    balance = next(rule for rule in wanted.rules if rule.id == "applications.balance")
    places = [wanted.index[key] for key in balance.linear.keys]
    found = [[drafted.spec.index[key] for key in rule.linear.keys] for rule in drafted.spec.rules]
    assert places in found


def as_tuple(rectangle):
    return rectangle.row, rectangle.column, rectangle.height, rectangle.width, rectangle.text


def is_computed(cell: AnyCell) -> bool:
    return isinstance(cell, Rate) or (isinstance(cell, Cell) and cell.total)


def score_blank(path: Path) -> tuple[bool, int, int, int, int]:
    """Whether the cells are exactly the truth's, totals found and expected, false ones unmarked, differences."""
    drafted = draft_form(path.with_suffix(".html").read_bytes(), path.stem, path.stem.replace("_", "-"), 2024)
    marked = marked_lines(drafted)
    exact, found, expected, wrong = True, 0, 0, 0
    for truth, table in zip(read_blank_tables(path), drafted.spec.printed_tables, strict=True):
        cells = {(r.row, r.column): r.key for r in grid(table).rectangles if r.key}
        exact &= set(cells) == {(square.row, square.column) for square in truth.cells}
        own = {place for place, key in cells.items() if is_computed(drafted.spec.any_cell(key))}
        wanted = {(told["at"][0] - 1, told["at"][1] - 1) for told in truth.truth["totals"]}
        found, expected = found + len(own & wanted), expected + len(wanted)
        for place in own - wanted:
            cell = drafted.spec.any_cell(cells[place])
            ids = [f'id = "{cell.row.id}"', f'id = "{cell.column.id}"']
            told = [line for line in marked if "total = true" in line or "rate = " in line]
            wrong += not any(each in line for line in told for each in ids)
    return exact, found, expected, wrong, len(drafted.differences)


@needs_blanks
def test_the_official_blanks_give_their_cells_and_totals():
    scores = {path.stem: score_blank(path) for path in sorted((SHARED / "blanks").glob("*.json"))}
    assert len(scores) == 12
    assert sum(exact for exact, *_ in scores.values()) == 12
    found, expected = (sum(score[at] for score in scores.values()) for at in (1, 2))
    assert found >= 0.85 * expected, scores
    assert found >= 125, scores
    assert not any(score[3] for score in scores.values()), scores
    assert not any(score[4] for score in scores.values()), scores


def test_a_note_that_prints_less_becomes_less():
    rows = "".join(
        f"<tr><td>{label}</td><td>0{at}</td><td></td></tr>" for at, label in enumerate(("检查", "复查"), start=1)
    )
    page = f"<p>检查季报</p><table><tr><td>指标</td><td>代码</td><td>家数</td></tr>{rows}</table><p>注：02＜01</p>"
    drafted = draft_page(page)
    assert [rule.linear.operator.sign for rule in drafted.spec.rules] == ["<"]
    assert not [line for line in marked_lines(drafted) if line.startswith("expr")]


@pytest.mark.parametrize(
    ("note", "expr", "doubt"),
    [
        ("02=01×10000", "= 10000 * ", "“10000”按倍数写"),
        ("01=02/10000", "= 0.0001 * ", "“10000”按倍数写"),
        ("01≥60", ">= 60", "没有行次或栏次“60”，按数写"),
        ("02<500", "< 500", "没有行次或栏次“500”，按数写"),
    ],
)
def test_notes_with_a_factor_or_a_number_become_rules_to_be_looked_at(note, expr, doubt):
    rows = "".join(
        f"<tr><td>{label}</td><td>{unit}</td><td>0{at}</td><td></td></tr>"
        for at, (label, unit) in enumerate((("预算", "万元"), ("支出", "元")), start=1)
    )
    head = "<tr><td>指标</td><td>计量单位</td><td>代码</td><td>数量</td></tr>"
    drafted = draft_page(f"<p>检查季报</p><table>{head}{rows}</table><p>注：{note}。</p>")
    [line] = [line for line in drafted.text.splitlines() if line.startswith("expr = ")]
    assert expr in line
    assert doubt in line
    [rule] = drafted.spec.rules
    assert rule.linear.constant or {key for key, _ in rule.linear.right}


def fill_copy(labels, columns, figures):
    """A page of a table filled in, or with nothing in it where there are no figures."""
    filled = figures or [[""] * len(columns)] * len(labels)
    lines = [("项目", *columns), *((label, *row) for label, row in zip(labels, filled, strict=True))]
    table = "".join(f"<tr>{''.join(f'<td>{text}</td>' for text in line)}</tr>" for line in lines)
    return f"<html><body><p>经费情况统计表</p><table>{table}</table></body></html>".encode()


LABELS, COLUMNS = ("全部", "人员", "设备", "场地", "另外"), ("甲类", "乙类", "丙类")


def draw_figures(seed, wrong=False):
    rng = Random(seed)
    rows = [[rng.randint(100, 9999), rng.randint(100, 9999)] for _ in range(4)]
    rows = [[one, two, one + two] for one, two in rows]
    whole = [sum(row[at] for row in rows[:3]) for at in range(3)]
    return [[whole[0] + wrong, whole[1], whole[2] + wrong], *rows]


def draft_filled(*copies):
    blank = fill_copy(LABELS, COLUMNS, ())
    return draft_form(blank, "空白.html", "funds", 2024, [(copy, f"{at}.html") for at, copy in enumerate(copies)])


def test_totals_that_only_figures_tell_of_are_drafted_and_marked():
    drafted = draft_filled(*(fill_copy(LABELS, COLUMNS, draw_figures(seed)) for seed in range(2)))
    rules = {(rule.defines, tuple(key for key, _ in rule.linear.right)) for rule in drafted.spec.rules}
    keys = {cell.label: cell.key for cell in drafted.spec.cells}
    wanted = {(keys[f"全部 / {c}"], tuple(keys[f"{label} / {c}"] for label in LABELS[1:4])) for c in COLUMNS}
    wanted |= {(keys[f"{label} / 丙类"], (keys[f"{label} / 甲类"], keys[f"{label} / 乙类"])) for label in LABELS}
    assert rules == wanted
    assert len([line for line in marked_lines(drafted) if "填好的2份里" in line and "total = true" in line]) == 2
    assert drafted.differences == ()


def test_one_wrong_sum_few_figures_or_zeros_prove_nothing():
    right, wrong = (fill_copy(LABELS, COLUMNS, draw_figures(1, bad)) for bad in (False, True))
    assert {cell.row.label for cell in draft_filled(right, wrong).spec.cells if cell.total} == {*LABELS}  # 丙类 alone
    assert {cell.column.label for cell in draft_filled(right, wrong).spec.cells if cell.total} == {"丙类"}
    few = fill_copy(LABELS, COLUMNS, [[3, 0, 3], [1, 0, 1], [1, 0, 1], [1, 0, 1], [0, 0, 0]])
    zeros = fill_copy(LABELS, COLUMNS, [[0, 0, 0]] * 5)
    alone = fill_copy(LABELS, COLUMNS, [[12345, 0, 12345], [12345, 0, 12345], *[[0, 0, 0]] * 3])
    assert not any(cell.total for copy in (few, zeros, alone) for cell in draft_filled(copy).spec.cells)


def test_figures_weigh_what_words_tell_of():
    labels = ("总数", "1.村", "2.镇")
    blank = fill_copy(labels, COLUMNS[:2], ())
    unsure = draft_form(fill_copy(("甲", *labels[1:]), COLUMNS[:2], ()), "a.html", "funds", 2024)
    assert [line for line in marked_lines(unsure) if "按编号看" in line]
    right = fill_copy(("甲", *labels[1:]), COLUMNS[:2], [[3579, 1013], [1234, 401], [2345, 612]])
    sure = draft_form(fill_copy(("甲", *labels[1:]), COLUMNS[:2], ()), "a.html", "funds", 2024, [(right, "b.html")])
    assert not [line for line in marked_lines(sure) if "按编号看" in line]
    assert [cell.row.label for cell in sure.spec.cells if cell.total] == ["甲", "甲"]
    wrong = fill_copy(labels, COLUMNS[:2], [[3580, 1013], [1234, 401], [2345, 612]])
    belied = draft_form(blank, "a.html", "funds", 2024, [(wrong, "b.html")])
    assert [line for line in marked_lines(belied) if "填好的表里有1处不等" in line]


def test_what_is_no_copy_of_the_blank_is_told():
    for other in (fill_copy(LABELS[:3], COLUMNS, ()), fill_copy(LABELS, COLUMNS, ())):
        with pytest.raises(XltoolError, match="不是这张空白表填好的"):
            draft_filled(other)


def draft_rows(title, heads, rows):
    lines = "".join(f"<tr>{''.join(f'<td>{text}</td>' for text in row)}</tr>" for row in (heads, *rows))
    return draft_page(f"<p>{title}</p><table>{lines}</table>")


def find_rules(drafted):
    return {rule.name.partition(".")[2]: rule for rule in drafted.spec.rules}


SCORED = ("指标", "满分", "扣分", "得分")


def test_a_score_is_what_is_printed_less_what_is_deducted():
    rows = [("秩序", "30", "", ""), ("速度", "25.5", "", ""), ("态度", "44.5", "", ""), ("合计", "100", "", "")]
    drafted = draft_rows("窗口检查评分表", SCORED, rows)
    assert drafted.differences == ()
    [block] = drafted.spec.tables[0].blocks
    assert [drafted.spec.cell(f"{drafted.spec.tables[0].id}.{row.id}.de_fen").total for row in block.rows] == [True] * 4
    assert {cell.policy for cell in drafted.spec.cells} == {"never"}
    constants = [rule.linear.constant for rule in drafted.spec.rules if rule.id.endswith(".de_fen")]
    assert constants == [3000, 2550, 4450, 10000]
    assert [line for line in marked_lines(drafted) if "得分=所印的满分－扣分" in line]
    most = [rule for rule in drafted.spec.rules if rule.id.endswith(".kou_fen")]
    assert [rule.linear.operator.sign for rule in most] == ["<="] * 4


def test_a_score_of_a_row_that_prints_no_points_is_typed_in_and_asked_for():
    rows = [("秩序", "查看", "60"), ("速度", "抽查", "40"), ("另加", "报告", "—"), ("合计", "", "100")]
    rows = [(*row, "", "") for row in rows]
    drafted = draft_rows("窗口检查评分表", ("指标", "办法", *SCORED[1:]), rows)
    table = drafted.spec.tables[0].id
    found = {cell.row.label: cell.total for cell in drafted.spec.cells if cell.column.id == "de_fen"}
    assert found == {"秩序": True, "速度": True, "另加": False, "合计": True}
    [other] = [line for line in marked_lines(drafted) if 'label = "另加"' in line]
    assert 'typed = ["de_fen"]' in other
    assert "“满分”没有印数" in other
    defined = {rule.defines: rule.linear.constant for rule in drafted.spec.rules if rule.defines}
    assert defined[f"{table}.total.de_fen"] == 0  # a sum, since not all of its points are printed
    held = [rule for rule in drafted.spec.rules if rule.at == "total" and rule.linear.constant and not rule.defines]
    assert {rule.linear.operator.sign for rule in held} == {"=", "<="}


@pytest.mark.parametrize("points", ["三十", "30以内", "10-20"])
def test_points_that_are_no_numbers_make_no_scores(points):
    drafted = draft_rows("窗口检查评分表", SCORED, [("秩序", points, "", ""), ("速度", "40", "", "")])
    assert not [cell for cell in drafted.spec.cells if cell.total]
    assert not drafted.spec.rules


def test_parts_in_units_of_one_kind_are_added_by_what_is_between_them():
    heads = ("指标", "计量单位", "数量")
    rows = [("经费合计", "万元", ""), ("1.人员", "万元", ""), ("2.办公", "元", ""), ("3.设备", "千元", "")]
    drafted = draft_rows("经费统计表", heads, rows)
    [rule] = drafted.spec.rules
    assert rule.defines
    [line] = [line for line in marked_lines(drafted) if line.startswith("expr")]
    assert re.search(r"= 1 \* \w+ \+ 0\.0001 \* \w+ \+ 0\.1 \* \w+\"", line)
    assert "各项的单位不同（万元、元、千元）" in line
    whole = drafted.spec.cell(rule.defines)
    assert (whole.measure.unit, whole.measure.decimals) == ("万元", 6)
    assert [factor for _, factor in rule.linear.right] == [10**4, 1, 10**3]


def test_parts_of_other_kinds_make_no_total():
    heads = ("指标", "计量单位", "数量")
    drafted = draft_rows("统计表", heads, [("总数", "条", ""), ("1.甲", "条", ""), ("2.乙", "元", "")])
    assert not [cell for cell in drafted.spec.cells if cell.total]


def test_pieces_of_one_kind_count_alike():
    heads = ("指标", "计量单位", "数量")
    drafted = draft_rows("解读统计表", heads, [("发布总数", "条", ""), ("1.材料", "条", ""), ("2.文章", "篇", "")])
    [rule] = drafted.spec.rules
    assert [factor for _, factor in rule.linear.right] == [1, 1]
    assert [line for line in marked_lines(drafted) if "1 * " in line and "各项的单位不同（条、篇）" in line]
