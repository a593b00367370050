"""Documents that only LibreOffice reads: old Word, WPS Writer, RTF; what it must not do for them; what else is told."""

from __future__ import annotations

import http.server
import io
import os
import threading

import olefile
import pytest
from click.testing import CliRunner

from tests.published.reports import report
from tests.stand_in import write_program
from tests.workbook.calc import require_office
from tests.workbook.rewriters import office_saved
from xltool import api, kinds, office, readings
from xltool.cli import main
from xltool.forms import catalog
from xltool.published import foreign
from xltool.spreadsheet.package import Package

SUBMISSIONS = {"a": report(22), "b": report(23, "ogi-2019"), "c": report(26)}


@pytest.fixture(scope="module")
def documents(tmp_path_factory) -> dict[tuple[str, str], dict[str, bytes]]:
    """Each report as LibreOffice saves it from our Word document and from our page, in each old kind."""
    require_office()
    return {
        (source, kind): office_saved(
            {name: api.report(each, source) for name, each in SUBMISSIONS.items()},
            tmp_path_factory.mktemp("office"),
            kind,
            source,
        )
        for source in ("docx", "html")
        for kind in ("doc", "rtf")
        if (source, kind) != ("html", "rtf")
    }


@pytest.mark.parametrize(("source", "kind"), [("docx", "doc"), ("docx", "rtf"), ("html", "doc")])
@pytest.mark.parametrize("name", SUBMISSIONS)
def test_every_figure_and_text_comes_back(documents, source, kind, name):
    found = readings.verify_report(documents[source, kind][name], SUBMISSIONS[name]).findings
    assert [api.message(each, api.form(SUBMISSIONS[name].form)) for each in found] == []


def test_each_command_says_what_it_was(documents, tmp_path):
    for kind, name in (("doc", "旧版 Word 文档（.doc 或 .wps）"), ("rtf", "RTF 文档")):
        file = tmp_path / f"报告.{kind.replace('doc', 'wps')}"
        file.write_bytes(documents["docx", kind]["a"])
        told = CliRunner().invoke(main, ["import", str(file)]).stderr
        assert f"这是已公布的年度报告（{name}，由 LibreOffice 转换）" in told
        reading = readings.read_apart(file.read_bytes(), file.name)
        assert reading.submission.values == api.imported(api.report(SUBMISSIONS["a"], "docx")).reading.submission.values
        assert reading.findings[0].data["kind"] == f"{name}，由 LibreOffice 转换"
        assert not readings.is_workbook(file.read_bytes())


def test_a_workbook_is_no_document_and_a_document_no_workbook(documents, tmp_path):
    [workbook] = office_saved({"a": api.fill(SUBMISSIONS["a"])}, tmp_path, "xls").values()
    document = documents["docx", "doc"]["a"]
    for data, is_word in ((workbook, False), (document, True)):
        assert kinds.is_old_word(data) == is_word
        # the name of the other's stream somewhere within, as where one holds the other
        assert kinds.is_old_word(data + "Workbook\0WordDocument\0".encode("utf-16-le")) == is_word


def changed(data: bytes, at: int, value: int) -> bytes:
    buffer = io.BytesIO(data)
    with olefile.OleFileIO(buffer, write_mode=True) as file:
        stream = bytearray(file.openstream("WordDocument").read())
        stream[at] |= value
        file.write_stream("WordDocument", bytes(stream))
    return buffer.getvalue()


def test_one_that_is_locked_is_told(documents):
    data = changed(documents["docx", "doc"]["a"], 0x0B, 1)
    assert [found.code for found in readings.import_report(data).reading.findings] == ["file.locked"]
    assert [found.code for found in readings.read_apart(data).findings] == ["file.locked"]


@pytest.mark.parametrize("share", [1, 3, 5, 7, 9])
def test_one_that_is_cut_off_is_told_or_read_right(documents, share):
    data = documents["docx", "doc"]["a"]
    reading = readings.import_report(data[: len(data) * share // 10]).reading
    if reading.submission is None:
        assert [found.severity for found in reading.findings] == ["error"]
    else:
        own = dict(zip((cell.key for cell in api.form("ogi-2021").cells), SUBMISSIONS["a"].values, strict=True))
        read = zip((cell.key for cell in api.form("ogi-2021").cells), reading.submission.values, strict=True)
        assert not [key for key, value in read if value is not None and value != own[key]]


def test_a_letter_in_an_inbox_is_not_converted(monkeypatch):
    monkeypatch.setattr(foreign, "convert_foreign", lambda data: pytest.fail("converted"))
    for data in (rb"{\rtf1\ansi\'c4\'fa\'ba\'c3}", kinds.OLE2 + bytes(504) + "WordDocument\0".encode("utf-16-le")):
        assert [found.code for found in readings.read_apart(data).findings] == ["file.not_workbook"]


def test_what_may_be_a_report():
    specs = catalog.load_all()
    title = specs[0].title
    by_bytes = "".join(f"\\'{byte:02x}" for byte in title.encode("gb18030"))
    by_number = "".join(f"\\u{ord(sign)}?" for sign in title)
    in_runs = "".join(f"{{\\f1\\'{sign.encode('gb18030')[0]:02x}\\'{sign.encode('gb18030')[1]:02x}}}" for sign in title)
    for told in (by_bytes, by_number, in_runs):
        assert foreign.may_be_report(f"{{\\rtf1 {told}}}".encode(), specs)
    assert not foreign.may_be_report(rb"{\rtf1 report}", specs)


posix = pytest.mark.skipif(os.name != "posix", reason="the stand-in for soffice is a shell script")


RTF = ("{\\rtf1 " + "".join(f"\\u{ord(sign)}?" for sign in "政府信息公开工作年度报告") + "}").encode()


def test_without_libreoffice_it_is_said_what_to_do(program):
    for reading in (readings.import_report(RTF).reading, readings.read_apart(RTF), api.read(RTF)):
        [found] = reading.findings
        assert found.code == "published.office"
        told = api.message(found, None)
        assert "这是RTF 文档，要由 LibreOffice 转换后才能读：这台电脑上没有装。" in told and "另存为 .docx" in told


@posix
@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("exit 0", "没有生成文件"),
        ("exit 3", "出了错"),
        ("sleep 60", "没有完成"),
        ('mkdir -p "$9"; head -c 200000000 /dev/zero > "$9/report.docx"', "出了错"),
    ],
    ids=["nothing", "error", "endless", "a flood"],
)
def test_a_conversion_that_fails_is_one_sentence(program, monkeypatch, body, why):
    write_program(program, body)
    monkeypatch.setattr(office.convert_to_docx, "__kwdefaults__", {"seconds": 2})
    [found] = readings.import_report(RTF).reading.findings
    assert found.code == "published.office" and why in api.message(found, None)


@posix
def test_what_it_makes_is_held_to_the_limits_of_any_document(program):
    write_program(program, 'mkdir -p "$9"; printf "PK\\003\\004" > "$9/report.docx"')
    assert [found.code for found in readings.import_report(RTF).reading.findings] == ["file.damaged"]


class _Server(http.server.BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(404)
        self.end_headers()

    do_HEAD = do_OPTIONS = do_PROPFIND = do_GET

    def log_message(self, *_: object) -> None:
        pass


def test_nothing_outside_of_the_document_is_opened_and_nothing_is_run(tmp_path):
    require_office()
    asked: list[str] = []
    handler = type("Handler", (_Server,), {"asked": asked})
    secret = tmp_path / "secret.txt"
    secret.write_text("样例秘密")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        fields = (
            f'INCLUDEPICTURE "{address}/a.png" \\\\d',
            f'INCLUDETEXT "{address}/a.rtf"',
            f'INCLUDETEXT "{secret.as_uri()}"',
            f'INCLUDETEXT "{secret}"',
            f'DDEAUTO "sh" "-c touch {tmp_path}/touched"',
        )
        for field in fields:
            body = f"{{\\rtf1\\ansi 1{{\\field{{\\*\\fldinst {field}}}{{\\fldrslt 2}}}}}}".encode()
            made = office.convert_to_docx(office.find_program(), body, "rtf", "Rich Text Format")
            assert isinstance(made, bytes), (field, made)
            assert "样例秘密".encode() not in Package(made).read("word/document.xml")
        server.shutdown()
    assert not asked
    assert not (tmp_path / "touched").exists()
