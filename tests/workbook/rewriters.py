"""Other applications' ways of writing the same workbook: the bytes change, what is said does not."""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from pathlib import Path

import openpyxl
from lxml import etree

from tests.workbook.parts import LINKS, MAIN, STRICT_LINKS, STRICT_MAIN
from tests.workbook.tamper import Opened, zipped

C, V, F, IS, R, T, ROW = (f"{{{MAIN}}}{tag}" for tag in ("c", "v", "f", "is", "r", "t", "row"))
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
STRINGS = "xl/sharedStrings.xml"


def _sheets(opened: Opened) -> list[etree._Element]:
    return [opened.sheet(sheet.get("name")) for sheet in opened.book.iter(f"{{{MAIN}}}sheet")]


def inline_strings(data: bytes) -> bytes:
    """Every shared string written into its cell, and no table of strings."""
    opened = Opened(data)
    strings = opened.tree(STRINGS)
    for sheet in _sheets(opened):
        for cell in sheet.iter(C):
            if cell.get("t") == "s":
                value = cell.find(V)
                item = etree.fromstring(etree.tostring(strings[int(value.text)]))
                item.tag = IS
                cell.replace(value, item)
                cell.set("t", "inlineStr")
    links = opened.tree("xl/_rels/workbook.xml.rels")
    links.remove(next(link for link in links if link.get("Target") == "sharedStrings.xml"))
    data = opened.bytes()
    return zipped({name: part for name, part in Opened(data).parts.items() if name != STRINGS})


def without_references(data: bytes) -> bytes:
    """Cells and rows in order and complete, none with `r`, as some generators write them; a dimension that lies."""
    opened = Opened(data)
    for sheet in _sheets(opened):
        dimension = sheet.find(f"{{{MAIN}}}dimension")
        if dimension is not None:
            dimension.set("ref", "A1")
        at = 0
        for row in list(sheet.iter(ROW)):
            number = int(row.get("r"))
            for _ in range(number - at - 1):
                row.addprevious(etree.Element(ROW))
            at = number
            del row.attrib["r"]
            cells, column = list(row), 0
            for cell in cells:
                place = openpyxl.utils.cell.coordinate_from_string(cell.get("r"))[0]
                index = openpyxl.utils.column_index_from_string(place)
                for _ in range(index - column - 1):
                    cell.addprevious(etree.Element(C))
                column = index
                del cell.attrib["r"]
    return opened.bytes()


def without_dimensions(data: bytes) -> bytes:
    opened = Opened(data)
    for sheet in _sheets(opened):
        for dimension in list(sheet.iter(f"{{{MAIN}}}dimension")):
            sheet.remove(dimension)
    return opened.bytes()


def rich_text(data: bytes) -> bytes:
    """Each shared string in two runs with formats, and with phonetic guides such as East Asian versions add."""
    opened = Opened(data)
    for item in opened.tree(STRINGS):
        text = item[0].text or ""
        item.remove(item[0])
        for half in (text[: len(text) // 2], text[len(text) // 2 :]):
            run = etree.SubElement(item, R)
            etree.SubElement(etree.SubElement(run, f"{{{MAIN}}}rPr"), f"{{{MAIN}}}b")
            piece = etree.SubElement(run, T)
            piece.text = half
            piece.set(SPACE, "preserve")
        guide = etree.SubElement(item, f"{{{MAIN}}}rPh", sb="0", eb="1")
        etree.SubElement(guide, T).text = "pinyin"
        etree.SubElement(item, f"{{{MAIN}}}phoneticPr", fontId="1")
    return opened.bytes()


def date_1904(data: bytes) -> bytes:
    """The calendar of old Macintoshes: it changes dates, and no figure."""
    opened = Opened(data)
    opened.book.find(f"{{{MAIN}}}workbookPr").set("date1904", "1")
    return opened.bytes()


def entries_reversed(data: bytes) -> bytes:
    return zipped(dict(reversed(Opened(data).parts.items())))


def stored(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in Opened(data).parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def without_cached_values(data: bytes) -> bytes:
    opened = Opened(data)
    for sheet in _sheets(opened):
        for cell in sheet.iter(C):
            if cell.find(F) is not None:
                for value in list(cell.iter(V)):
                    cell.remove(value)
    return opened.bytes()


def wrong_cached_values(data: bytes) -> bytes:
    """Results that are lies: totals are reckoned anew, so nobody believes them, and `total.stale` tells."""
    opened = Opened(data)
    for sheet in _sheets(opened):
        for cell in sheet.iter(C):
            if cell.find(F) is not None:
                cell.attrib.pop("t", None)
                cell.find(V).text = "424242"
    return opened.bytes()


def doubles(data: bytes) -> bytes:
    """Figures with the seventeen digits of their doubles, as Excel writes them."""
    opened = Opened(data)
    for sheet in _sheets(opened):
        for cell in sheet.iter(C):
            value = cell.find(V)
            if value is not None and cell.get("t", "n") == "n" and cell.find(F) is None:
                value.text = f"{float(value.text):.17g}"
    return opened.bytes()


def openpyxl_saved(data: bytes) -> bytes:
    """openpyxl drops what formulas show, and keeps names, locks and properties."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    buffer = io.BytesIO()
    book.save(buffer)
    book.close()
    return buffer.getvalue()


def prefixed(data: bytes) -> bytes:
    """Sheets and texts with their namespace under a prefix, as the Open XML SDK writes them."""
    opened = Opened(data)
    parts = dict(opened.parts)
    for name in [opened.part(entry.get("name")) for entry in opened.book.iter(f"{{{MAIN}}}sheet")] + [STRINGS]:
        content = parts[name].replace(f'xmlns="{MAIN}"'.encode(), f'xmlns:x="{MAIN}"'.encode())
        parts[name] = re.sub(rb"<(/?)(?=[a-zA-Z])(?![a-z0-9]+:)", rb"<\1x:", content)
    return zipped(parts)


def strict(data: bytes) -> bytes:
    """In the strict namespaces of ISO/IEC 29500, as Excel saves it on request."""
    parts = Opened(data).parts
    for old, new in ((MAIN, STRICT_MAIN), (LINKS, STRICT_LINKS)):
        parts = {name: content.replace(old.encode(), new.encode()) for name, content in parts.items()}
    return zipped(parts)


FILTERS = {
    "xlsx": "Calc MS Excel 2007 XML",
    "xls": "MS Excel 97",
    "ods": "calc8",
    "docx": "MS Word 2007 XML",
    "doc": "MS Word 97",
    "rtf": "Rich Text Format",
    "pdf": "writer_pdf_Export",
    "txt": "Text (encoded):UTF8",
    "html": "HTML (StarWriter)",
    "xhtml": "XHTML Writer File",
}


def office_saved(files: dict[str, bytes], folder: Path, kind: str = "xlsx", was: str = "xlsx") -> dict[str, bytes]:
    """The files as LibreOffice saves them; one start for all."""
    before, after = folder / "before", folder / f"after-{kind}"
    before.mkdir(parents=True)
    for name, data in files.items():
        (before / f"{name}.{was}").write_bytes(data)
    command = [
        "soffice",
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless",
        "--convert-to",
        f"{kind}:{FILTERS[kind]}",
    ]
    run = subprocess.run(
        [*command, "--outdir", str(after), *sorted(map(str, before.iterdir()))],
        capture_output=True,
        timeout=600,
        check=False,
    )
    missing = [name for name in files if not (after / f"{name}.{kind}").exists()]
    assert not missing, f"LibreOffice did not save {missing}: {run.stdout!r} {run.stderr!r}"
    return {name: (after / f"{name}.{kind}").read_bytes() for name in files}


LYING = {"wrong_cached_values": {"total.stale"}}
"""What is told of a workbook that one of them has written; of the others nothing."""
REWRITERS = {
    rewriter.__name__: rewriter
    for rewriter in (
        inline_strings,
        without_references,
        without_dimensions,
        rich_text,
        date_1904,
        entries_reversed,
        stored,
        without_cached_values,
        wrong_cached_values,
        doubles,
        openpyxl_saved,
        prefixed,
        strict,
    )
}
