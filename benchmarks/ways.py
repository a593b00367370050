"""Our workbook in the ways in which Excel and WPS write one: the same cells, in other bytes.

Neither program runs here. What is imitated is what their files show: declarations and attributes of rows, texts
numbered as they come up, folders among the parts, quotes in formulas escaped, guides to pronunciation behind Chinese
texts, a chain of calculation.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from typing import Final

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DECLARED: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TEXT: Final = re.compile(r'(?<= t="s"><v>)[0-9]+(?=</v>)')
_FORMULA: Final = re.compile(r"(?<=<f>)[^<]*(?=</f>)")
_ROW: Final = re.compile(r'<row r="([0-9]+)"( spans="[^"]*")?([^>]*?)(/?)>')
_OPEN: Final = re.compile(r"<worksheet [^>]*>")
_BETWEEN_TAGS: Final = re.compile("(?<=>)[^<]*")
_CHINESE: Final = re.compile("[\u4e00-\u9fff]")
_EXCEL: Final = (
    f'<worksheet xmlns="{_MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="x14ac xr xr2 xr3" '
    'xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac" '
    'xmlns:xr="http://schemas.microsoft.com/office/spreadsheetml/2014/revision" '
    'xmlns:xr2="http://schemas.microsoft.com/office/spreadsheetml/2015/revision2" '
    'xmlns:xr3="http://schemas.microsoft.com/office/spreadsheetml/2016/revision3" '
    'xr:uid="{00000000-0001-0000-0000-000000000000}">'
)
_WPS: Final = (
    f'<worksheet xmlns="{_MAIN}" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData">'
)
_CHAIN: Final = "xl/calcChain.xml"


def write_as_excel(data: bytes) -> bytes:
    """The workbook as Excel would save it."""

    def mark_row(match: re.Match[str]) -> str:
        number, spans, rest, closed = match.groups()
        return f'<row r="{number}"{spans or ""}{rest} x14ac:dyDescent="0.2"{closed}>'

    def guide(text: str) -> str:
        return f'{text}<phoneticPr fontId="1" type="noConversion"/>' if _CHINESE.search(text) else text

    parts = _write_otherwise(data, lambda sheet: _ROW.sub(mark_row, _OPEN.sub(_EXCEL, sheet)), guide)
    names = [name for name in parts if "worksheets/sheet" in name]
    chain = "".join(
        f'<c r="{place}" i="{number}"/>'
        for number, name in enumerate(names, 1)
        for place in re.findall('<c r="([A-Z]+[0-9]+)"[^>]*><f>', parts[name])
    )
    parts[_CHAIN] = f'{_DECLARED}<calcChain xmlns="{_MAIN}">{chain}</calcChain>'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        "</Types>", f'<Override PartName="/{_CHAIN}" ContentType="{kind}"/></Types>'
    )
    link = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"
    links = "xl/_rels/workbook.xml.rels"
    parts[links] = parts[links].replace(
        "</Relationships>", f'<Relationship Id="rId999" Type="{link}" Target="calcChain.xml"/></Relationships>'
    )
    return _pack(parts)


def write_as_wps(data: bytes) -> bytes:
    """The workbook as WPS would save it."""

    def mark_row(match: re.Match[str]) -> str:
        number, spans, rest, closed = match.groups()
        return f'<row r="{number}"{rest}{spans or ""}{closed}>'

    def escape(match: re.Match[str]) -> str:
        return match[0].replace('"', "&quot;")

    def change(sheet: str) -> str:
        return _FORMULA.sub(escape, _ROW.sub(mark_row, _OPEN.sub(_WPS, sheet)))

    parts = _write_otherwise(data, change, lambda text: _BETWEEN_TAGS.sub(escape, text))
    folders = dict.fromkeys(f"{name.rpartition('/')[0]}/" for name in parts if "/" in name)
    return _pack({**dict.fromkeys(folders, ""), **parts})


def _write_otherwise(data: bytes, change: Callable[[str], str], dress: Callable[[str], str]) -> dict[str, str]:
    """The parts with sheets changed, and texts dressed and numbered as they come up in the sheets."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = {name: package.read(name).decode() for name in package.namelist()}
    strings = "xl/sharedStrings.xml"
    texts = re.findall("<si>(.*?)</si>", parts[strings], re.DOTALL)
    numbers: dict[str, int] = {}

    def number_text(match: re.Match[str]) -> str:
        return str(numbers.setdefault(match[0], len(numbers)))

    count = 0
    for name in [name for name in parts if "worksheets/sheet" in name]:
        count += len(_TEXT.findall(parts[name]))
        parts[name] = _TEXT.sub(number_text, change(parts[name]))
    items = "".join(f"<si>{dress(texts[int(number)])}</si>" for number in numbers)
    opening = f'<sst xmlns="{_MAIN}" count="{count}" uniqueCount="{len(numbers)}">'
    parts[strings] = f"{_DECLARED}{opening}{items}</sst>"
    return parts


def _pack(parts: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return buffer.getvalue()
