"""Good files of every kind that the readers take, from which the fuzzer starts.

Small, so that each is read in little time.
"""

import datetime
import io
import re
import tempfile
import zipfile
from dataclasses import replace
from email.message import EmailMessage
from functools import cache
from pathlib import Path

import openpyxl
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName

from tests.workbook import dress
from tests.workbook.rewriters import office_saved
from tests.workbook.tamper import TABLE_2, TABLE_3, Opened
from xltool import api

PASSWORD = "secret"
DOCUMENTS = [
    path.read_bytes() for path in sorted((Path(__file__).resolve().parents[2] / "samples" / "2024").glob("*.json"))
]
FORMATS = [
    b"General\n12",
    '[$-804]yyyy"年"m"月";@\n45000.5'.encode(),
    b"[<=9]0.0%;[Red]#,##0.00E+00\n-1e5",
    '0,_ \\件;(0);"无";@"字"\n.5'.encode(),
]
"""A number format and, on the next line, the digits that it is to show."""
WORDS = """
-1 0 1 2 007 1e5 1E-7 1e999 NaN 4294967296 999999999999999999999 0.99999999999999999 0x10 ٣ １２ / ① null true false on
[] {} {where}
{0} A1 A0 XFD1048576 ZZZ9999999 $A$1:$B$2 表三!$D$6 '表三 依申请公开'!$D$6 [1]表!A1 #REF! =1+1 SUM(A:A) s str
b n e d inlineStr
shared
veryHidden _x000D_ _xD800_ _x0000_ &amp; &#x10FFFF; % \\ud800 1e99999999999999999999 <!DOCTYPE utf-16 utf-7 gbk ../../x
External
/xl/workbook.xml [h]:mm;@ General;;;@ [<1]0;[>=2]# base64 message/rfc822 multipart/mixed filename*=gbk''%D1 %E4%BD
=?gb2312?B?0Q==?=
=?x?Q?=00?=
""".split()  # noqa: SIM905
"""What is put in the place of words."""

_ROOT = Path(__file__).resolve().parents[2]
SENTENCES = [
    line.partition("\t")[0]
    for path in sorted((_ROOT / "tests" / "rules").glob("narratives_*.tsv"))
    for line in path.read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
"""What agencies write, by the hundred."""
PROSE_WORDS = """
0 00 1 10000000000000000000000000000 １２ 三 十 百 万 亿 〇 两 1.5 1,234 1,23 % 百分之 件 条 万元 余 约 同比 上年
2023年 其中 分别为 各 共 均 未 无 不 除 外 如 至 ～ 第 号 〔2024〕 （ ） “ ” 《 》 、 ， 。 ； ：
收到 受理 办结 结转 公开 申请 复议 诉讼 规章 {applications.received.total} {
""".split()  # noqa: SIM905
DEFINITIONS = [path.read_bytes() for path in sorted((_ROOT / "workbook_templates").glob("*[0-9].toml"))]
"""The packaged forms."""
BLANK = """<html><body><p>某县便民服务站工作月报</p><p>填报单位：　　年　月</p><table border=1>
<tr><td rowspan=2>指标名称</td><td rowspan=2>计量单位</td><td rowspan=2>代码</td><td colspan=2>办理数</td></tr>
<tr><td>本月</td><td>累计</td></tr><tr><td>甲</td><td>乙</td><td>丙</td><td>1</td><td>2</td></tr>
<tr><td>一、窗口</td><td></td><td></td><td></td><td></td></tr><tr><td>收件</td><td>件</td><td>01</td><td></td><td></td></tr>
<tr><td>其中：网上</td><td>件</td><td>02</td><td></td><td></td></tr><tr><td>办结</td><td>件</td><td>03</td><td></td><td>—</td></tr>
<tr><td>办结率</td><td>%</td><td>04</td><td></td><td></td></tr></table>
<p>说明：01=02+03；04=03/01。</p><p>单位负责人：　　填表人：　　填报日期：　年　月　日</p></body></html>""".encode()
"""A blank form as a page."""

FILE_PASS = [bytes.fromhex(text) for text in ("2f0036000100 01000100" + 48 * "ab", "2f0006000000 12345678")]
"""The record that says that an .xls file is locked, by RC4 and by XOR."""

_ROW = re.compile(rb'<row r="(\d+)".*?</row>', re.DOTALL)
_LAST_ROW = 13
_DRAWING = (
    "<wsDr><twoCellAnchor><from><col>3</col><row>5</row></from><to><col>9</col><row>9</row></to><pic/>"
    "</twoCellAnchor></wsDr>"
)
_VML = '<xml><x:ClientData ObjectType="Button"><x:Anchor>1,0,2,0,3,0,4,0</x:Anchor></x:ClientData></xml>'
_GBK_MAIL = b"""MIME-Version: 1.0
Content-Type: application/x; name="=?gb2312?B?0Q==?="
 =?gb2312?B?p+5kLnhsc3g=?=
Content-Transfer-Encoding: base64

UEs=
"""


@cache
def filled() -> bytes:
    """A filled workbook of which only the first rows are left."""
    opened = Opened(api.fill(api.read(DOCUMENTS[1]).submission))
    for part, content in opened.parts.items():
        if part.startswith("xl/worksheets/sheet"):
            opened.parts[part] = _ROW.sub(lambda row: row[0] if int(row[1]) <= _LAST_ROW else b"", content)
    return opened.bytes()


@cache
def published(kind: str) -> tuple[bytes, ...]:
    """Reports as they are published, of both editions."""
    document = api.read(DOCUMENTS[1]).submission
    older = replace(document, form="ogi-2019", year=2020, values=tuple(range(len(api.form("ogi-2019").cells))))
    return api.report(document, kind), api.report(older, kind)


@cache
def printed() -> tuple[bytes, ...]:
    """Two lines of a report as LibreOffice prints them: a whole report takes a second to read."""
    with tempfile.TemporaryDirectory() as folder:
        return tuple(office_saved({"page": "甲县2024年年报\n规章 1 2".encode()}, Path(folder), "pdf", "txt").values())


@cache
def dressed() -> bytes:
    """The same with what may hide a figure: a number format, a fill, a conditional format, a picture, a control."""
    opened = Opened(filled())
    fill = '<patternFill patternType="solid"><fgColor theme="1" tint="-0.5"/></patternFill>'
    dress.dress(opened, TABLE_3, "D6", code='[Red][<=9]"约"#,##0.0_);(0%)', fill=fill)
    dress.condition(opened, TABLE_2, "A1:D9", '<font><color rgb="FFFFFFFF"/></font>')
    dress.attach(opened, opened.part(TABLE_3), "drawing", "/xl/drawings/drawing1.xml", _DRAWING)
    dress.attach(opened, opened.part(TABLE_2), "vmlDrawing", "/xl/drawings/vml.vml", _VML)
    return opened.bytes()


@cache
def small() -> bytes:
    """A workbook of two sheets with a little of everything, for kinds that take long to read."""
    book = openpyxl.Workbook()
    sheet, hidden = book.active, book.create_sheet("乙")
    for row in (
        ["甲", 1.5, True, datetime.date(2024, 3, 4)],
        ["=SUM(B1:B1)", "=1/0", "长" * 300, 12],
        [None, "一\n二", -1e300, 7],
    ):
        sheet.append(row)
    sheet.merge_cells("A4:C5")
    sheet.row_dimensions[2].hidden = sheet.column_dimensions["D"].hidden = sheet.protection.sheet = True
    sheet["B3"].number_format, sheet["A1"].comment = "[h]:mm", Comment("批注", "丙")
    hidden.sheet_state, hidden["A1"].hyperlink = "hidden", "https://example.invalid"
    book.defined_names["名"] = DefinedName("名", attr_text="乙!$A$1:$B$2")
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@cache
def saved(kind: str) -> list[bytes]:
    """The small one, and the filled one, as LibreOffice saves them in another format."""
    with tempfile.TemporaryDirectory() as folder:
        return [*office_saved({"a": small(), "b": filled()}, Path(folder), kind).values()]


def encrypted() -> bytes:
    """The same with a password that is hashed once and not 100,000 times."""
    from msoffcrypto.format.ooxml import OOXMLFile

    out = io.BytesIO()
    OOXMLFile(io.BytesIO(small())).encrypt(PASSWORD, out)
    return out.getvalue().replace(b'spinCount="100000"', b'spinCount="000001"')


def archive() -> bytes:
    """A .zip with a name in GBK, and what macOS leaves in one."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("学校/一.xlsx".encode("gbk").decode("cp437"), b"PK\3\4 one")
        packed.writestr("__MACOSX/._一", b"two" * 40)
    return buffer.getvalue()


def mails() -> list[bytes]:
    """Mails with an attachment, with a mail within, and with names in the codes that mail programs have for Chinese."""
    inner, outer = EmailMessage(), EmailMessage()
    for message, name in ((inner, "教科局 年报.xlsx"), (outer, "二.zip")):
        message["Subject"], message["From"] = "年报", "a@example.invalid"
        message.set_content("见附件。")
        message.add_attachment(archive(), maintype="application", subtype="zip", filename=name)
    outer.add_attachment(inner)
    return [bytes(inner), bytes(outer), _GBK_MAIL, _GBK_MAIL.replace(b"name=", b"name*0*=gbk''%D1%A7; name*1=")]
