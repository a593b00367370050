"""One filled workbook read and checked: against openpyxl, pandas, calamine, and inflating and tokenising alone."""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from struct import unpack_from
from xml.parsers.expat import ParserCreate

import openpyxl
import pandas
from figures import sample
from measure import Contender, Table, compared

import xltool


def measured(quick: bool) -> list[Table]:
    warnings.simplefilter("ignore", UserWarning)  # openpyxl about what LibreOffice writes
    data, whole = xltool.fill(replace(sample(), texts={})), xltool.fill(sample())
    rounds = 2 if quick else 11
    tables = [
        compared(f"Read and check the figures of one workbook, {whose}", contenders(file), rounds)
        for whose, file in _files(data)
    ]
    texts = [Contender("with its texts", partial(_check, whole)), Contender("its figures alone", partial(_check, data))]
    return [*tables, compared("Read and check one workbook, its texts too", texts, rounds)]


def contenders(data: bytes) -> list[Contender]:
    found = [
        Contender("xltool.read and xltool.check", partial(_check, data)),
        Contender("openpyxl, values and formulas: two passes", lambda: _openpyxl(data)),
        Contender(
            "pandas.read_excel, values of all sheets",
            lambda: pandas.read_excel(io.BytesIO(data), sheet_name=None, header=None),
        ),
    ]
    if find_spec("python_calamine"):
        found.append(Contender("python-calamine, values of all sheets", lambda: _calamine(data)))
    payloads = list(_payloads(data))
    return [*found, Contender("limit: inflate and tokenise the same parts", lambda: _tokenise(payloads))]


def _files(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The workbook as we write it, and as others save it."""
    yield "as written", data
    buffer = io.BytesIO()
    openpyxl.load_workbook(io.BytesIO(data)).save(buffer)
    yield "re-saved by openpyxl", buffer.getvalue()
    if shutil.which("soffice"):
        yield "re-saved by LibreOffice", _by_libreoffice(data)


def _by_libreoffice(data: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "book.xlsx").write_bytes(data)
        command = [
            "soffice",
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "xlsx",
        ]
        subprocess.run(
            [*command, "--outdir", str(folder / "out"), str(folder / "book.xlsx")],
            capture_output=True,
            check=True,
            timeout=300,
        )
        return (folder / "out" / "book.xlsx").read_bytes()


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
