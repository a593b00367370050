"""Lets LibreOffice compute workbooks anew, from cached values that are wrong on purpose.

What comes out was computed and not copied.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import openpyxl
import pytest
from lxml import etree

from tests.workbook.parts import LINKS, MAIN
from xltool.spreadsheet.a1 import parse_cell
from xltool.workbook.layout_plan import Spot

NUMBER, TEXT = 987654321, "哨兵"
"""The wrong results: no workbook under test shows either by itself."""

ALWAYS, NEVER = 0, 1
PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>{mode}</value></prop></item>
</oor:items>
"""

Content = int | float | str | None


class Fault(str):
    """An error value such as #N/A, to be put into a cell."""


def require_office() -> None:
    """Skip where LibreOffice is not installed, unless CI_MUST_RECALCULATE=1 says that it has to be."""
    if shutil.which("soffice") is None:
        if os.environ.get("CI_MUST_RECALCULATE") == "1":
            pytest.fail("CI_MUST_RECALCULATE=1, but there is no soffice on the PATH")
        pytest.skip("LibreOffice (soffice) is not installed: formulas cannot be recalculated")


def spoiled(data: bytes, contents: Mapping[Spot, Content] | None = None) -> bytes:
    """The workbook with a wrong cached value in every formula, and with other contents typed into some of its cells."""
    sheets = _sheet_parts(data)
    typed = {(sheets[spot.sheet], spot.address): content for spot, content in (contents or {}).items()}
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            part = source.read(name)
            if name in sheets.values():
                root = etree.fromstring(part)
                for cell in root.iter(f"{{{MAIN}}}c"):
                    place = (name, cell.get("r"))
                    if place in typed:
                        _type(cell, typed.pop(place))
                    elif cell.find(f"{{{MAIN}}}f") is not None:
                        cell.find(f"{{{MAIN}}}v").text = TEXT if cell.get("t") == "str" else str(NUMBER)
                part = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
            target.writestr(name, part)
    assert not typed, f"no such cells: {typed}"
    return result.getvalue()


def recalculated(files: Mapping[str, bytes], folder: Path, mode: int = ALWAYS) -> dict[str, dict[Spot, Content]]:
    """What every cell of each workbook shows after one run of LibreOffice over all of them, read by openpyxl."""
    return {name: dict(_results(data)) for name, data in _convert(files, folder, "xlsx", mode).items()}


def saved_again(files: Mapping[str, bytes], folder: Path) -> dict[str, bytes]:
    """Each workbook computed anew and saved by LibreOffice."""
    return _convert(files, folder, "xlsx", ALWAYS)


def printed(files: Mapping[str, bytes], folder: Path) -> dict[str, bytes]:
    """Each workbook computed anew and printed as PDF."""
    return _convert(files, folder, "pdf", ALWAYS)


def _convert(files: Mapping[str, bytes], folder: Path, kind: str, mode: int) -> dict[str, bytes]:
    before, after, profile = folder / "before", folder / "after", folder / "profile"
    for path in (before, after, profile / "user"):
        path.mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(PROFILE.format(mode=mode), encoding="utf-8")
    for name, data in files.items():
        (before / f"{name}.xlsx").write_bytes(data)
    command = [
        "soffice",
        f"-env:UserInstallation={profile.as_uri()}",
        "--headless",
        "--convert-to",
        kind,
        "--outdir",
        str(after),
    ]
    run = subprocess.run(
        [*command, *sorted(map(str, before.iterdir()))], capture_output=True, text=True, timeout=600, check=False
    )
    missing = [name for name in files if not (after / f"{name}.{kind}").exists()]
    assert not missing, f"LibreOffice did not convert {missing}: {run.stdout[-500:]}{run.stderr[-500:]}"
    return {name: (after / f"{name}.{kind}").read_bytes() for name in files}


def _results(data: bytes) -> Iterator[tuple[Spot, Content]]:
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", UserWarning
        )  # what LibreOffice writes and openpyxl does not know is not about values
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True, read_only=True)
    try:
        for sheet in book.worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.value is not None:
                        yield Spot(sheet.title, cell.row - 1, cell.column - 1), cell.value
    finally:
        book.close()


def shown(data: bytes) -> dict[Spot, Content]:
    """What a workbook shows before anything computes it anew."""
    return dict(_results(data))


def formula_spots(data: bytes) -> set[Spot]:
    """Where a workbook has formulas."""
    found = set()
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        for sheet, part in _sheet_parts(data).items():
            for cell in etree.fromstring(source.read(part)).iterfind(f".//{{{MAIN}}}c[{{{MAIN}}}f]"):
                found.add(Spot(sheet, *(parse_cell(cell.get("r")) or ())))
    return found


def _sheet_parts(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        book = etree.fromstring(source.read("xl/workbook.xml"))
        links = {
            link.get("Id"): link.get("Target") for link in etree.fromstring(source.read("xl/_rels/workbook.xml.rels"))
        }
    return {sheet.get("name"): f"xl/{links[sheet.get(f'{{{LINKS}}}id')]}" for sheet in book.iter(f"{{{MAIN}}}sheet")}


def _type(cell: etree._Element, content: Content) -> None:
    """What a paste leaves behind: the content as it is, whatever the validation of the cell says."""
    for child in list(cell):
        cell.remove(child)
    cell.attrib.pop("t", None)
    if isinstance(content, Fault):
        cell.set("t", "e")
        etree.SubElement(cell, f"{{{MAIN}}}v").text = content
    elif isinstance(content, str):
        cell.set("t", "inlineStr")
        text = etree.SubElement(etree.SubElement(cell, f"{{{MAIN}}}is"), f"{{{MAIN}}}t")
        text.text = content
        text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    elif content is not None:
        etree.SubElement(cell, f"{{{MAIN}}}v").text = repr(content)
