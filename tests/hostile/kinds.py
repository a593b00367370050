"""Other things under the name of a workbook, workbooks of other kinds, and documents that are none."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Callable
from email.message import EmailMessage

from tests.hostile.amplified import noise
from tests.hostile.archives import packed
from tests.hostile.base import ACCEPTED, COUNT, REJECTED, RETURNED, SPEC, Case, truth, workbook
from tests.published import ofd
from tests.spreadsheet.test_encryption import locked
from tests.spreadsheet.test_ods import number, row, sheet
from tests.workbook.parts import CONTENT_TYPES, parts, rels
from xltool.forms import document

OTHER, UNKNOWN, DAMAGED, LIMIT = "file.not_workbook", "file.unknown_form", "file.damaged", "file.limit"
PAGE, DOCUMENT = "Doc_0/Pages/Page_0/Content.xml", "Doc_0/Document.xml"
PLACE = b'<ofd:Page ID="9" BaseLoc="Pages/Page_0/Content.xml"/>'
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def refused(code: str, data: bytes | Callable[[], bytes], ending: str = ".xlsx") -> Case:
    return Case(data if callable(data) else lambda: data, REJECTED, code, ending=ending)


def tarred() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("教科局.xlsx"), io.BytesIO())
    return buffer.getvalue()


def mail() -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.invalid", "b@example.invalid", "年报"
    message.set_content("见附件。")
    message.add_attachment(workbook(), maintype="application", subtype="octet-stream", filename="教科局.xlsx")
    return bytes(message)


def written() -> dict[str, object]:
    told: dict[str, object] = json.loads(document.dump_document(SPEC, truth()))
    return told


def told(**changes: object) -> Callable[[], bytes]:
    """Builds the submission document with fields changed; a dotted name is a field of a field, None leaves it out."""

    def build() -> bytes:
        whole = written()
        for name, value in changes.items():
            target: dict[str, object] = whole
            head, _, rest = name.partition("__")
            if rest:
                target = target[head]  # type: ignore[assignment]
            key = rest.replace("__", ".") if rest else head
            if value is None:
                del target[key]
            else:
                target[key] = value
        return json.dumps(whole, ensure_ascii=False).encode()

    return build


def document_with(old: str, new: str) -> Callable[[], bytes]:
    def build() -> bytes:
        text = document.dump_document(SPEC, truth()).decode()
        assert old in text
        return text.replace(old, new, 1).encode("utf-8", "surrogatepass")

    return build


OTHERS = "applications.received.other"
RECEIVED = '"applications.received.natural_person": 23135'

CASES = {
    "nothing": refused(OTHER, b""),
    "zeros": refused(OTHER, bytes(40_000)),
    "blanks": refused(OTHER, b" \r\n" * 9),
    "a picture": refused(OTHER, b"\x89PNG\r\n\x1a\n" + bytes(99)),
    "a photograph": refused(OTHER, b"\xff\xd8\xff\xe0" + bytes(99)),
    "a PDF of nothing": refused(DAMAGED, b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"),
    "a program": refused(OTHER, b"\x7fELF" + bytes(99)),
    "RTF": refused(OTHER, rb"{\rtf1\ansi }"),
    "RAR": refused(OTHER, b"Rar!\x1a\x07\x01\0" + bytes(99)),
    "7z": refused(OTHER, b"7z\xbc\xaf\x27\x1c" + bytes(99)),
    "gzip": refused(OTHER, lambda: gzip.compress(workbook())),
    "tar": refused(OTHER, tarred),
    "a mail": refused(OTHER, mail),
    "winmail.dat": refused(OTHER, b"\x78\x9f\x3e\x22" + bytes(99)),
    "a workbook in a zip": refused(OTHER, lambda: packed({"教科局.xlsx": workbook()})),
    "an empty zip": refused(OTHER, lambda: packed({})),
    "an encrypted zip": refused(
        OTHER, lambda: packed({"a": b"x"}).replace(b"PK\1\2\x14\3\x14\0\0", b"PK\1\2\x14\3\x14\0\1")
    ),
    "Word": refused(
        OTHER,
        lambda: packed(
            {"[Content_Types].xml": CONTENT_TYPES.encode(), "_rels/.rels": b"<a/>", "word/document.xml": b""}
        ),
    ),
    "a presentation": refused(
        OTHER, lambda: packed({"[Content_Types].xml": CONTENT_TYPES.encode(), "ppt/presentation.xml": b""})
    ),
    "a binary workbook": refused(
        OTHER, lambda: packed({"[Content_Types].xml": CONTENT_TYPES.encode(), "xl/workbook.bin": b""})
    ),
    "OFD": refused(DAMAGED, lambda: packed({"OFD.xml": b"<a/>"}), ".ofd"),
    "OFD without pages": refused(DAMAGED, lambda: ofd.package([]), ".ofd"),
    "OFD of a picture": refused("published.scanned", lambda: ofd.package([ofd.box_object(9, 9, 9, 9)]), ".ofd"),
    "OFD with a page that is not there": refused(
        DAMAGED, lambda: ofd.package([""], change=lambda parts: {n: p for n, p in parts.items() if "Page_0" not in n})
    ),
    "OFD with a page that is cut off": refused(
        DAMAGED, lambda: ofd.package([""], change=lambda parts: parts | {PAGE: parts[PAGE][:-9]})
    ),
    "OFD with entities": refused(
        DAMAGED,
        lambda: ofd.package([""], change=lambda parts: parts | {PAGE: b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
    ),
    "OFD with elements in elements": refused(
        LIMIT, lambda: ofd.package([""], change=lambda parts: parts | {PAGE: b"<a>" * 99 + b"</a>" * 99})
    ),
    "OFD that inflates": refused(
        LIMIT, lambda: ofd.package([""], change=lambda parts: parts | {"Doc_0/Res/font.ttf": bytes(2**24)})
    ),
    "OFD of many pages": refused(LIMIT, lambda: ofd.package([""] * 201), ".ofd"),
    "OFD of one page many times": refused(
        LIMIT,
        lambda: ofd.package(
            [""],
            change=lambda parts: (
                parts | {DOCUMENT: parts[DOCUMENT].replace(b"</ofd:Pages>", PLACE * 500 + b"</ofd:Pages>")}
            ),
        ),
    ),
    "OFD of many signs": refused(LIMIT, lambda: ofd.package([ofd.text_object(noise(500), 9, 9, 4) * 500]), ".ofd"),
    "OFD of many lines": refused(LIMIT, lambda: ofd.package([ofd.box_object(1, 1, 9, 9) * 30_000]), ".ofd"),
    "OFD with endless steps": refused(
        OTHER, lambda: ofd.package([ofd.text_object("字字字", 9, 30, 4).replace("g 2 4", f"g {10**18} 4")]), ".ofd"
    ),
    "OFD with steps that are no numbers": refused(
        DAMAGED, lambda: ofd.package([ofd.text_object("字字字", 9, 9, 4).replace("g 2 4", "g 2 four")]), ".ofd"
    ),
    "OFD with a path that is none": refused(
        DAMAGED, lambda: ofd.package([ofd.box_object(1, 1, 9, 9).replace("M 0 0", "Z 0 0")]), ".ofd"
    ),
    "OFD that is locked": refused(
        "file.locked", lambda: ofd.package([""], change=lambda parts: parts | {"Encryptions.xml": b"<a/>"}), ".ofd"
    ),
    "old Word": refused(OTHER, OLE2 + "WordDocument\0".encode("utf-16-le"), ".xls"),
    "an Outlook message": refused(OTHER, OLE2 + "__properties_version1.0\0".encode("utf-16-le"), ".msg"),
    "an old file of nothing": refused(OTHER, OLE2, ".xls"),
    "an old workbook of nothing": refused(DAMAGED, OLE2 + "Workbook\0".encode("utf-16-le"), ".xls"),
    "HTML as .xls": refused(
        OTHER, "<html><body><table><tr><td>本年新收</td><td>12</td></tr></table></body></html>".encode("gbk"), ".xls"
    ),
    "CSV as .xls": refused(OTHER, "项目,件数\n本年新收,12\n".encode("gbk"), ".xls"),
    "tabbed text in UTF-16 as .xls": refused(OTHER, "项目\t件数\n".encode("utf-16"), ".xls"),
    "XML of 2003": refused(
        OTHER, b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>', ".xls"
    ),
    "a plain text": refused(OTHER, "年报已报送".encode(), ".txt"),
    "a workbook of something else": refused(
        UNKNOWN, lambda: packed({k: v.encode() for k, v in parts().items() if isinstance(v, str)})
    ),
    "a spreadsheet of something else": refused(UNKNOWN, lambda: sheet(row(number("12"))), ".ods"),
    "a package without relationships": refused(
        OTHER, lambda: packed({"[Content_Types].xml": CONTENT_TYPES.encode(), "_rels/.rels": rels().encode()})
    ),
    "a password": refused("file.locked", lambda: locked("额敏县2024", workbook())),
    "a password that takes hours to try": refused(
        "file.limit", lambda: locked("额敏县2024", workbook()).replace(b'spinCount="100000"', b'spinCount="999999999"')
    ),
    "a locked file cut off": refused("file.locked", lambda: locked("额敏县2024", workbook())[:6000]),
    "only write-protected": Case(lambda: locked("VelvetSweatshop", workbook()), ACCEPTED, ""),
    # submission documents
    "a document": Case(told(), ACCEPTED, "", ending=".json"),
    "a document cut off": refused("document.syntax", lambda: told()()[:999], ".json"),
    "a document with a mark": Case(lambda: b"\xef\xbb\xbf" + told()(), ACCEPTED, "", ending=".json"),
    "a list": refused(OTHER, b"[1, 2]", ".json"),
    "a document of nothing": refused("document.schema", b"{}", ".json"),
    "brackets without end": refused("document.syntax", b'{"a":' + b"[" * 100_000, ".json"),
    "a number without end": refused("document.syntax", document_with(RECEIVED, RECEIVED + "0" * 5000), ".json"),
    "an exponent without end": Case(
        document_with(RECEIVED, RECEIVED + "e999999999"), RETURNED, "number.range", {COUNT: None}, ".json"
    ),
    "NaN": refused("document.schema", document_with(RECEIVED, '"applications.received.natural_person": NaN'), ".json"),
    "the same key twice": refused("document.schema", document_with(RECEIVED, f"{RECEIVED}, {RECEIVED[:-1]}6"), ".json"),
    "an unknown key": refused("document.unknown_key", told(values__applications__recieved__other=1), ".json"),
    "an unknown field": refused("document.unknown_key", told(extra=1), ".json"),
    "an unknown form": refused(UNKNOWN, told(form="ogi-2031"), ".json"),
    "a year of the other edition": refused("file.edition", told(year=2019), ".json"),
    "a year as text": refused("document.schema", told(year="2024"), ".json"),
    "no agency": refused("document.schema", told(agency=None), ".json"),
    "an agency of a list": refused("document.schema", told(agency=["654221-015"]), ".json"),
    "an unknown level": refused("document.schema", told(agency__level="village"), ".json"),
    "values of a list": refused("document.schema", told(values=[1]), ".json"),
    "a figure that is true": Case(
        told(values__applications__received__other=True), RETURNED, "number.kind", {OTHERS: None}, ".json"
    ),
    "a figure in quotes": Case(
        told(values__applications__received__other="12"), RETURNED, "number.normalised", {OTHERS: 12}, ".json"
    ),
    "a text that is a number": refused("document.schema", told(texts__problems=5), ".json"),
    "a half of a surrogate pair": Case(document_with("的内容", "的内容\\ud800"), ACCEPTED, "", ending=".json"),
    "a negative figure": Case(
        told(values__applications__received__other=-5), RETURNED, "number.negative", {OTHERS: -5}, ".json"
    ),
    "a total that is not the sum": Case(
        told(values__applications__received__total=1), RETURNED, "rule.broken", ending=".json"
    ),
}
