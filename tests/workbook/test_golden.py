"""The blank workbook as reviewable XML: every part, indented, beside the one in tests/golden.

A change shows up as a diff of lines.

After a change that is meant, write the files anew and read their diff before it is committed:

    XLTOOL_GOLDEN=write pytest tests/workbook/test_golden.py
"""

from __future__ import annotations

import copy
import difflib
import io
import os
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from tests import figures
from tests.workbook.parts import MAIN
from xltool.model import FormSpec, Submission
from xltool.workbook.digest import compute_digest
from xltool.workbook.layout_plan import make_plan
from xltool.workbook.write import write_workbook

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "ogi_2021_blank"
LEFT_OUT = {"xl/theme/theme1.xml", "docProps/app.xml", "xl/sharedStrings.xml"}
"""The theme is Excel's own, app.xml repeats the names; texts stand in the sheets that show them, so that a new one
renumbers none."""
DIGEST = "0123456789abcdef"
"""Instead of the workbook's own, which changes with every formula in it."""
WIDEST = 140


def golden_parts(spec: FormSpec) -> dict[str, str]:
    data = write_workbook(spec, Submission(spec.id, 2024, figures.AGENCY, (None,) * len(spec.cells)))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    strings = ["".join(item.itertext()) for item in etree.fromstring(parts["xl/sharedStrings.xml"])]
    return {
        name: normalised(part, strings).replace(compute_digest(make_plan(spec)), DIGEST)
        for name, part in parts.items()
        if name not in LEFT_OUT
    }


def normalised(part: bytes, strings: list[str]) -> str:
    root = etree.fromstring(part)
    for cell in root.iter(f"{{{MAIN}}}c"):
        if cell.get("t") == "s":
            cell[0].text = strings[int(cell[0].text)]
    rules = root.findall(f"{{{MAIN}}}conditionalFormatting")
    for place, rule in zip(
        [root.index(rule) for rule in rules], sorted(rules, key=lambda rule: int(rule[0].get("priority"))), strict=True
    ):
        root[place] = copy.deepcopy(
            rule
        )  # versions of xlsxwriter differ in the order of areas; the priorities are what counts
    return "\n".join(lines(root, 0)) + "\n"


def lines(element: etree._Element, depth: int) -> list[str]:
    """An element on one line if it fits there or holds no other, else one line for each of its children."""
    for below in element.iter():
        if len(below) and not (below.text or "").strip():
            below.text = None
        below.tail = None
    whole = shown(element, depth)
    if not len(element) or (depth and len(whole) <= WIDEST):
        return [" " * depth + whole]
    children = [line for child in element for line in lines(child, depth + 1)]
    opening = shown(etree.Element(element.tag, element.attrib, element.nsmap), depth)
    name = etree.QName(element).localname
    prefix = f"{element.prefix}:" if element.prefix else ""
    return [" " * depth + opening.removesuffix("/>") + ">", *children, f"{' ' * depth}</{prefix}{name}>"]


def shown(element: etree._Element, depth: int) -> str:
    """The element as text, with the namespaces at the root only."""
    text = etree.tostring(element, encoding="unicode")
    for prefix, uri in element.nsmap.items() if depth else ():
        text = text.replace(f' xmlns{f":{prefix}" if prefix else ""}="{uri}"', "", 1)
    return text


@pytest.fixture(scope="module")
def parts(spec: FormSpec) -> dict[str, str]:
    found = golden_parts(spec)
    if os.environ.get("XLTOOL_GOLDEN") == "write":
        for old in sorted(GOLDEN.rglob("*"), reverse=True):
            old.rmdir() if old.is_dir() else old.unlink()
        for name, text in found.items():
            (GOLDEN / name).parent.mkdir(parents=True, exist_ok=True)
            (GOLDEN / name).write_text(text, encoding="utf-8", newline="\n")
    return found


def test_the_parts_are_those_of_the_golden_workbook(parts):
    assert sorted(parts) == sorted(path.relative_to(GOLDEN).as_posix() for path in GOLDEN.rglob("*") if path.is_file())


NAMES = [
    "[Content_Types].xml",
    "_rels/.rels",
    "docProps/core.xml",
    "docProps/custom.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/styles.xml",
    "xl/workbook.xml",
    *(f"xl/worksheets/sheet{number}.xml" for number in range(1, 9)),
]


@pytest.mark.parametrize("name", NAMES)
def test_golden(parts, name):
    expected = (GOLDEN / name).read_text(encoding="utf-8")
    if parts[name] != expected:
        diff = difflib.unified_diff(
            expected.splitlines(), parts[name].splitlines(), f"golden/{name}", f"now/{name}", lineterm="", n=1
        )
        meant = "if this is meant: XLTOOL_GOLDEN=write pytest tests/workbook/test_golden.py"
        pytest.fail("\n".join([*list(diff)[:200], "", meant]), pytrace=False)


def test_every_part_is_compared(parts):
    assert sorted(parts) == sorted(NAMES)


def test_normalising_keeps_what_differs():
    one = b'<a xmlns="u" xmlns:v="w"><b x="1"/> <c v:y="2"> text </c></a>'
    assert normalised(one, []) == '<a xmlns="u" xmlns:v="w">\n <b x="1"/>\n <c v:y="2"> text </c>\n</a>\n'
