"""Published reports come back as the submissions that they print, under all the ways of printing them.

Bad ones are told in one finding.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.published.reports import back, changed, codes, report, text
from tests.workbook.parts import packed
from xltool import api
from xltool.forms import document, totals
from xltool.model import Agency
from xltool.published.hints import Hints

SPEC = api.form("ogi-2021")
PLAIN = report(7)
TEXT = text(PLAIN)


def message(imported, code):
    (found,) = [found for found in imported.reading.findings if found.code == code]
    return api.message(found, SPEC if imported.reading.submission is not None else None)


def value(imported, key):
    return imported.reading.submission.values[SPEC.index[key]]


# ---------------------------------------------------------------- what we print ourselves


@pytest.mark.parametrize("seed", range(200))
def test_round_trip(seed):
    """Both editions in turn; a report prints totals even where they were left blank."""
    submission = report(seed, ("ogi-2021", "ogi-2019")[seed % 2])
    spec = api.form(submission.form)
    wanted = replace(
        totals.complete_totals(spec, submission)[0],
        agency=Agency(submission.agency.name, submission.agency.name, "department"),
    )
    for kind in ("docx", "html", "txt"):
        imported = back(submission, kind)
        read = imported.reading.submission
        assert read is not None, [api.message(found, None) for found in imported.reading.findings]
        assert replace(read, agency=wanted.agency, level_basis="") == wanted
        assert read.agency.name == submission.agency.name
        assert not {found.severity for found in imported.reading.findings} - {"info"}
        assert len(imported.sources) == len(spec.cells)
        assert not api.verify(api.report(submission, kind), submission).findings


def test_levels_are_guessed_from_names():
    levels = {
        "额敏县人民政府": "county", "额敏县": "county", "乌鲁木齐市人民政府": "city",
        "新疆维吾尔自治区人民政府": "province",
        "北京市人民政府": "province", "郊区乡人民政府": "township", "城关街道办事处": "township",
        "额敏县教育局": "department",
    }  # fmt: skip
    for name, level in levels.items():
        data = text(replace(PLAIN, agency=replace(PLAIN.agency, name=name))).encode()
        assert api.imported(data).reading.submission.agency == Agency(name, name, level)


def test_hints_are_believed():
    read = api.imported(TEXT.encode(), "来件", Hints("样例局", "99-1", "city", 2023)).reading.submission
    assert (read.agency, read.year, read.source) == (Agency("99-1", "样例局", "city"), 2023, "来件")


# ---------------------------------------------------------------- a real one


def test_the_seed_is_imported_exactly(shared):
    data = (shared / "seed" / "000_1994036dfd07e207.txt").read_bytes()
    imported = api.imported(data)
    submission = imported.reading.submission
    told = json.loads(document.dump_document(SPEC, submission))
    wanted = json.loads((shared / "reports" / "emin_jiaokeju_2024.json").read_bytes())
    for name in ("form", "year", "scope", "values"):
        assert told[name] == wanted[name]
    assert {**told["agency"], "code": ""} == {**wanted["agency"], "code": ""}
    assert codes(imported) == {"published.whose"}
    printed = re.sub(r"\s", "", data.decode())
    for key, content in submission.texts.items():
        assert re.sub(r"\s", "", content) in printed, key
    words = {
        line.strip() for line in data.decode().splitlines() if not line.startswith("\t") and len(line.strip()) > 30
    }
    assert len(words) == 10
    for line in words:
        assert any(line.endswith(part) for content in submission.texts.values() for part in content.split("\n")), line
    for kind in ("docx", "html", "txt"):
        assert not api.verify(api.report(submission, kind), submission).findings
    [checked] = api.check([api.read(data)])
    assert api.status(checked) == "accepted"


@pytest.mark.parametrize("name", ["hongze_2023", "hongze_2024"])
def test_real_figures_come_back_with_their_faults(shared, name):
    submission = api.read((shared / "reports" / f"{name}.json").read_bytes()).submission
    submission = replace(submission, texts={"overview": "概述。"})
    for kind in ("docx", "html", "txt"):
        read = back(submission, kind).reading.submission
        assert read.values == submission.values
    errors = [
        found
        for [checked] in [api.check([back(submission, "docx").reading])]
        for found in checked.findings
        if found.severity == "error"
    ]
    assert len(errors) == (2 if name.endswith("2023") else 0)


def test_the_official_blank_form(shared):
    data = (shared / "reference" / "nianbao_template_2021.docx").read_bytes()
    assert codes(api.imported(data)) == {"published.unknown"}
    imported = api.imported(data, "", Hints("样例局", year=2024))
    assert set(imported.reading.submission.values) == {None}
    assert not codes(imported) & {"published.cut", "published.heads", "published.label"}


# ---------------------------------------------------------------- other hands


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("行政规范性文件", "规范性文件"),
        ("第二十条第（一）项", "第二十条 第（一）项"),
        ("1.属于国家秘密", "1、属于国家秘密"),
        ("1.属于国家秘密", "１．属于国家秘密"),
        ("（三）不予公开", "（3）\n不予\n公开"),
        ("\t总计", "\t总\n计"),
        ("（七）总计", "（七）总　计"),
        ("3.危及“三安全一稳定”", '3.危及"三安全一稳定"'),
        ("（二）部分公开（区分处理的，只计这一情形，不计其他情形）", "（二）部分公开"),
        (
            "（二）部分公开（区分处理的，只计这一情形，不计其他情形）",
            "(二)部分公开(区分处理的,只计这一情形,不计其他情形)",
        ),
        ("五、存在的主要问题及改进情况", "五、政府信息公开工作存在的主要问题及整改措施"),
        ("六、其他需要报告的事项", "六、其他需要报告事项"),
        ("三、收到和处理政府信息公开申请情况", "三、 收到和处理政府信息公开申请情况"),
        ("政府信息公开工作年度报告", "政府信息公开年度报告"),
        ("一、总体情况", "一、总体情况。"),
    ],
)
def test_other_wordings(old, new):
    imported = api.imported(changed(TEXT, old, new))
    assert imported.reading.submission.values == totals.complete_totals(SPEC, PLAIN)[0].values
    assert imported.reading.submission.texts == PLAIN.texts
    assert codes(imported) == set()


def test_a_label_that_nobody_knows_is_taken_for_the_missing_one_and_told():
    imported = api.imported(changed(TEXT, "5.属于三类内部事务信息", "5.属于内部三类事务信息的"))
    assert imported.reading.submission.values == totals.complete_totals(SPEC, PLAIN)[0].values
    assert "印作“5.属于内部三类事务信息的”，按“5.属于三类内部事务信息”读取" in message(imported, "published.label")


def rows_of(told: str, *labels: str) -> list[str]:
    """The rows of the text with these labels, each with its blank line."""
    return [next(row for row in told.split("\n\n") if f"\t{label}\n" in row) + "\n\n" for label in labels]


def test_one_row_for_a_group():
    """（六）其他处理 in one line, as in 2019: the figure stands in its last row and the others hold 0."""
    first, second, rest = rows_of(
        TEXT,
        "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请",
        "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请",
        "3.其他",
    )
    data = (
        TEXT.replace(second, "")
        .replace(rest, "")
        .replace(first, "\t\n\t（六）其他处理\n\t1\n\t2\n\t3\n\t4\n\t5\n\t6\n\t21\n\n")
    )
    imported = api.imported(data.encode())
    columns = ("natural_person", "enterprise", "research", "welfare", "legal_services", "other", "total")
    assert [value(imported, f"applications.other_rest.{column}") for column in columns] == [1, 2, 3, 4, 5, 6, 21]
    assert {value(imported, f"applications.{row}.other") for row in ("other_fee_unpaid", "other_not_corrected")} == {0}
    assert codes(imported) == {"published.one_row"}


def test_labels_and_heads_printed_again_after_a_page_break():
    [row] = rows_of(TEXT, "1.信访举报投诉类申请")
    head = TEXT[TEXT.index("\t（本列数据") : TEXT.index("\t一、本年新收")]
    for again in (
        row.replace("\t\n", "\t三、本年度办理结果\n", 1),
        head + row.replace("\t\n", "\t三、本年度办理结果\n", 1),
    ):
        imported = api.imported(TEXT.replace(row, again).encode())
        assert imported.reading.submission.values == totals.complete_totals(SPEC, PLAIN)[0].values
        assert codes(imported) == set()


@pytest.mark.parametrize(
    ("printed", "read", "code"),
    [
        ("22（其中修订16件）", None, "number.text"),
        ("/", "/", ""),
        ("—", "/", "number.normalised"),
        ("", None, ""),
        ("２２", 22, "number.normalised"),
        ("1,022", 1022, "number.normalised"),
        ("-3", -3, ""),
        ("22件", None, "number.text"),
    ],
)
def test_figures_as_people_print_them(printed, read, code):
    [row] = rows_of(TEXT, "行政许可")
    imported = api.imported(TEXT.replace(row, f"\t行政许可\n\t{printed}\n\n").encode())
    got = value(imported, "disclosure.licensing.decisions")
    assert (str(got) if read == "/" else got) == read or (read == "/" and got is not None)
    assert codes(imported) == ({code} if code else set())


def test_the_tables_of_another_edition():
    """Table 2 of 2019 in a report of a later year: what the editions share is read, the rest is told."""
    older = report(8, "ogi-2019")
    theirs = text(older)
    table = theirs[theirs.index("\t第二十条第（一）项") : theirs.index("三、收到和处理")]
    mine = TEXT[TEXT.index("\t第二十条第（一）项") : TEXT.index("三、收到和处理")]
    imported = api.imported(changed(TEXT, mine, table))
    spec = api.form("ogi-2019")
    assert (
        value(imported, "disclosure.licensing.decisions") == older.values[spec.index["disclosure.licensing.decisions"]]
    )
    assert value(imported, "disclosure.normative_documents.in_force") is None
    assert codes(imported) == {"published.edition"}
    assert "用的是 ogi-2019 的版式" in message(imported, "published.edition")


def test_texts_with_tabs_between_cells():
    """As a table comes out of a browser's clipboard."""
    lines = []
    for line in TEXT.split("\n\n"):
        head, *cells = line.split("\n\t") if not line.startswith("\t") else ["", *line[1:].split("\n\t")]
        lines.append((f"{head}\n" if head else "") + "\t".join(cells) if cells else head)
    imported = api.imported("\n".join(lines).encode())
    assert imported.reading.submission.values == totals.complete_totals(SPEC, PLAIN)[0].values


def test_other_encodings():
    for code in ("gb18030", "utf-8-sig", "utf-16"):
        assert api.imported(TEXT.encode(code)).reading.submission.texts == PLAIN.texts


# ---------------------------------------------------------------- bad ones: one clear finding each


def refused(data, code):
    imported = api.imported(data)
    assert imported.reading.submission is None
    [found] = imported.reading.findings
    assert (found.code, found.severity) == (code, "error")
    return api.message(found, None)


def test_no_tables():
    words = "\n".join(line for line in TEXT.splitlines() if not line.startswith("\t"))
    assert "文件里没有表格" in refused(words.encode(), "published.no_tables")
    assert "文件里没有表格" in refused(f"{words}\n\t甲\n\t1\n\n\t乙\n\t2\n".encode(), "published.no_tables")
    page = f"<html><body><p>{words}</p><table><tr><td>甲</td><td>1</td></tr></table></body></html>"
    assert "文件里有 1 个表格，都不是" in refused(page.encode(), "published.no_tables")
    assert api.read(words.encode()).findings[0].code == "published.no_tables"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\x89PNG\r\n\x1a\n", "图片"),
        (packed({"mimetype": b"x", "content.xml": b"<x/>"}), "ODF 文档"),
        (packed({"a.docx": b"x"}), "压缩包（ZIP）"),
        (api.fill(PLAIN), "工作簿（用 xltool read 读）"),
        (b"", "空文件"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related\n\n", "邮件"),
    ],
)
def test_what_else_a_file_may_be(data, what):
    told = refused(data, "published.kind")
    assert told.startswith(f"这是{what}") and "另存为 .docx" in told


def test_two_reports_in_one_file():
    other = text(replace(report(9), year=PLAIN.year - 1))
    assert "第二份从第4个表格" in refused((TEXT + other).encode(), "published.several")


def test_a_table_cut_in_half():
    at = TEXT.index("\t（四）无法提供")
    imported = api.imported(
        (TEXT[:at].rsplit("\n\n", 1)[0] + "\n\n" + TEXT[TEXT.index("四、政府信息公开行政复议") :]).encode()
    )
    assert value(imported, "applications.granted.other") == PLAIN.values[SPEC.index["applications.granted.other"]]
    assert value(imported, "applications.processed_total.other") is None
    assert "缺 13 行：1.本机关不掌握相关政府信息、" in message(imported, "published.cut")
    assert api.status(imported.reading) == "returned"


def test_a_table_that_is_missing():
    imported = api.imported((TEXT[: TEXT.index("\t行政复议\n")] + TEXT[TEXT.index("五、存在的") :]).encode())
    assert "表四缺 3 行" in message(imported, "published.cut")


def test_columns_in_another_order_are_not_read():
    imported = api.imported(changed(TEXT, "\t商业企业\n\t科研机构\n", "\t科研机构\n\t商业企业\n"))
    assert value(imported, "applications.received.enterprise") is None
    assert "表三有 25 行印出了但没有读取" in message(imported, "published.unread")
    assert "各栏的次序与表样不同" in message(imported, "published.unread")
    assert codes(imported) == {"published.unread"}


def test_a_row_with_a_figure_too_few():
    [row] = rows_of(TEXT, "（一）予以公开")
    imported = api.imported(TEXT.replace(row, row.rstrip("\n").rsplit("\n", 1)[0] + "\n\n").encode())
    assert value(imported, "applications.granted.natural_person") is None
    assert codes(imported) == {"published.unread"}
    assert "表三有 1 行印出了但没有读取：“（一）予以公开”（印了 6 个数，表样是 7 栏）" in message(
        imported, "published.unread"
    )


def test_nobody_and_no_year():
    words = TEXT[TEXT.index("一、总体情况") :]
    assert "年度、单位名称" in refused(words.encode(), "published.unknown")


def test_headings_that_are_missing():
    imported = api.imported(changed(TEXT, "六、其他需要报告的事项\n", ""))
    assert "“六、其他需要报告的事项”" in message(imported, "published.sections")


def test_headings_out_of_order_are_told_as_that_and_not_as_missing():
    last = TEXT[TEXT.index("六、其他需要报告的事项\n") :]
    swapped = TEXT.removesuffix(last).replace("五、存在的主要问题", f"{last.rstrip()}\n五、存在的主要问题", 1)
    imported = api.imported(changed(TEXT, TEXT, swapped))
    assert "不在其位的是：“六、其他需要报告的事项”" in message(imported, "published.order")
    assert "published.sections" not in codes(imported)
    assert "published.order" not in codes(api.imported(TEXT.encode()))


# ---------------------------------------------------------------- anything at all


@settings(max_examples=200)
@given(
    st.binary(max_size=300),
    st.sampled_from(
        [b"", b"<html><table>", b"%PDF-1.7\n", b"PK\3\4", b"\t", "2024年政府信息公开工作年度报告\n\t".encode()]
    ),
)
def test_any_bytes(data, start):
    for reading in (api.imported(start + data).reading, api.read(start + data)):
        assert reading.submission is not None or [found.severity for found in reading.findings] == ["error"]


@settings(max_examples=60)
@given(st.data())
def test_any_damage_to_a_good_one(data):
    lines = TEXT.split("\n")
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(lines) - 1))
        act = data.draw(st.sampled_from(["drop", "double", "swap", "empty", "noise"]))
        if act == "drop":
            del lines[at]
        elif act == "double":
            lines.insert(at, lines[at])
        elif act == "swap":
            lines[at], lines[-1] = lines[-1], lines[at]
        else:
            lines[at] = "" if act == "empty" else data.draw(st.text(max_size=20))
    reading = api.imported("\n".join(lines).encode("utf-8", "replace")).reading
    assert reading.submission is not None or len(reading.findings) == 1


def test_whose_figures_a_report_holds_is_told_by_who_knows():
    data = TEXT.encode()
    assert api.imported(data).reading.submission.scope == "own"
    assert api.imported(data, "", Hints(scope="consolidated")).reading.submission.scope == "consolidated"
