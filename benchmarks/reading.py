"""A filled workbook read and checked: against openpyxl, pandas, calamine, and inflating and tokenising alone.

Each contender has a hundred and twenty that differ, in turn: what comes again in all workbooks of a form may be
remembered, what one has alone may not.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from importlib.util import find_spec
from itertools import cycle
from pathlib import Path
from struct import unpack_from
from typing import Final, TypeVar
from xml.parsers.expat import ParserCreate

import openpyxl
import pandas
from figures import different
from measure import Contender, Table, compared
from ways import write_as_excel, write_as_wps

import xltool

NUMBER: Final = 120
"""Workbooks that take turns: in a whole measurement each comes about once."""
Item = TypeVar("Item")


def measured(quick: bool) -> list[Table]:
    warnings.simplefilter("ignore", UserWarning)  # openpyxl about what LibreOffice writes
    rounds = 2 if quick else 11
    submissions = list(different(NUMBER))
    bare = [xltool.fill(replace(each, texts={})) for each in submissions]
    tables = [
        compared(f"Read and check the figures of one workbook, {whose}", contenders(files), rounds)
        for whose, files in list_ways(bare)
    ]
    texts = [
        _take_turns("with its texts", [*map(xltool.fill, submissions)], _check),
        _take_turns("its figures alone", bare, _check),
    ]
    return [*tables, compared("Read and check one workbook, its texts too", texts, rounds)]


def contenders(files: Sequence[bytes]) -> list[Contender]:
    found = [
        _take_turns("xltool.read and xltool.check", files, _check),
        _take_turns("openpyxl, values and formulas: two passes", files, _openpyxl),
        _take_turns(
            "pandas.read_excel, values of all sheets",
            files,
            lambda data: pandas.read_excel(io.BytesIO(data), sheet_name=None, header=None),
        ),
    ]
    if find_spec("python_calamine"):
        found.append(_take_turns("python-calamine, values of all sheets", files, _calamine))
    payloads = [list(_payloads(data)) for data in files]
    return [*found, _take_turns("limit: inflate and tokenise the same parts", payloads, _tokenise)]


def _take_turns(name: str, items: Sequence[Item], run: Callable[[Item], object]) -> Contender:
    """A contender that has one item after the other, again and again."""
    turns = cycle(items)
    return Contender(name, lambda: run(next(turns)))


def list_ways(files: Sequence[bytes]) -> Iterator[tuple[str, list[bytes]]]:
    """Workbooks as we write them, and as others save them; SystemExit when one is read as another submission."""
    yield "as written", [*files]
    expected = [xltool.read(data).submission for data in files]
    saved = {
        "re-saved by openpyxl": [*map(_by_openpyxl, files)],
        "in the way of Excel": [*map(write_as_excel, files)],
        "in the way of WPS": [*map(write_as_wps, files)],
    }
    if shutil.which("soffice"):
        saved["re-saved by LibreOffice"] = _by_libreoffice(files)
    for whose, books in saved.items():
        if [xltool.read(data).submission for data in books] != expected:
            raise SystemExit(f"{whose}: another submission")
        yield whose, books


def _by_openpyxl(data: bytes) -> bytes:
    buffer = io.BytesIO()
    openpyxl.load_workbook(io.BytesIO(data)).save(buffer)
    return buffer.getvalue()


def _by_libreoffice(files: Sequence[bytes]) -> list[bytes]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        books = [folder / f"{at}.xlsx" for at in range(len(files))]
        for book, data in zip(books, files, strict=True):
            book.write_bytes(data)
        command = [
            "soffice",
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "xlsx",
        ]
        subprocess.run(
            [*command, "--outdir", str(folder / "out"), *map(str, books)],
            capture_output=True,
            check=True,
            timeout=300,
        )
        return [(folder / "out" / book.name).read_bytes() for book in books]


def _check(data: bytes) -> None:
    xltool.check([xltool.read(data)])


def _openpyxl(data: bytes) -> None:
    openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    openpyxl.load_workbook(io.BytesIO(data))


def _calamine(data: bytes) -> None:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def _payloads(data: bytes) -> Iterator[bytes]:
    """The deflated bytes of each part, cut out beforehand."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for entry in package.infolist():
            named, extra = unpack_from("<2H", data, entry.header_offset + 26)
            start = entry.header_offset + 30 + named + extra
            if entry.compress_type == zipfile.ZIP_DEFLATED and entry.file_size:
                yield data[start : start + entry.compress_size]


def _tokenise(payloads: list[bytes]) -> None:
    for payload in payloads:
        ParserCreate().Parse(zlib.decompress(payload, -zlib.MAX_WBITS), True)
