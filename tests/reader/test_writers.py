"""A workbook of ours through every writer of PyPI and npm that is installed: each figure is read, or its loss is told.

Those of npm (exceljs, xlsx, xlsx-populate) are looked for as tests/npm.py says.
"""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.npm import find_modules
from tests.workbook import tamper
from tests.workbook.rewriters import FILTERS, office_saved
from tests.workbook.tamper import codes, filled, given
from xltool import api

MODULES = find_modules("XLTOOL_WRITERS", "xltool-writers")
NPM = {"exceljs": "exceljs", "xlsx": "xlsx", "xlsx-values": "xlsx", "xlsx-populate": "xlsx-populate"}
"""What `writers.mjs` does, and the package that it takes."""

LOST = {
    "file.converted",
    "file.macro_kind",
    "formula.changed",
    "identity.partial",
    "merge.undone",
    "sheet.unprotected",
    "total.retyped",
}
"""What is told of what a writer leaves out: formulas, merges, locks, properties, the kind of file."""

Writer = Callable[[bytes, Path], bytes]


def by_openpyxl(data: bytes, folder: Path, *, values: bool = False) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=values)
    book.save(folder / "made.xlsx")
    return (folder / "made.xlsx").read_bytes()


def by_openpyxl_as_values(data: bytes, folder: Path) -> bytes:
    return by_openpyxl(data, folder, values=True)


def by_write_only_openpyxl(data: bytes, folder: Path) -> bytes:
    """Values alone into a book made anew, row after row."""
    book, made = openpyxl.load_workbook(io.BytesIO(data), data_only=True), openpyxl.Workbook(write_only=True)
    for sheet in book:
        other = made.create_sheet(sheet.title)
        for row in sheet.iter_rows(values_only=True):
            other.append(row)
    made.save(folder / "made.xlsx")
    return (folder / "made.xlsx").read_bytes()


def by_pandas(data: bytes, folder: Path) -> bytes:
    pandas = pytest.importorskip("pandas")
    with pandas.ExcelWriter(folder / "made.xlsx") as writer:
        book = pandas.read_excel(io.BytesIO(data), sheet_name=None, header=None, dtype=object, engine="openpyxl")
        for name, frame in book.items():
            frame.to_excel(writer, sheet_name=name, header=False, index=False)
    return (folder / "made.xlsx").read_bytes()


def by_pyexcel(kind: str) -> Writer:
    def write(data: bytes, folder: Path) -> bytes:
        pyexcel = pytest.importorskip("pyexcel")
        for plugin in ("pyexcel_xlsx", {"xls": "pyexcel_xls", "ods": "pyexcel_ods3", "xlsx": "pyexcel_xlsx"}[kind]):
            pytest.importorskip(plugin)
        (folder / "given.xlsx").write_bytes(data)
        book = pyexcel.get_book(file_name=str(folder / "given.xlsx"))
        book.save_as(str(folder / f"made.{kind}"))
        return (folder / f"made.{kind}").read_bytes()

    return write


def by_odfpy(data: bytes, folder: Path) -> bytes:
    """An .ods of ours, loaded and saved by odfpy."""
    load = pytest.importorskip("odf.opendocument").load
    (folder / "given.ods").write_bytes(by_office("ods")(data, folder / "office"))
    load(str(folder / "given.ods")).save(str(folder / "made.ods"))
    return (folder / "made.ods").read_bytes()


def by_office(kind: str) -> Writer:
    def write(data: bytes, folder: Path) -> bytes:
        if shutil.which("soffice") is None:
            pytest.skip("no LibreOffice")
        return office_saved({"it": data}, folder, kind)["it"]

    return write


def by_npm(library: str) -> Writer:
    def write(data: bytes, folder: Path) -> bytes:
        node = shutil.which("node")
        if node is None or not (MODULES / NPM[library]).is_dir():
            pytest.skip(f"no node, or no node_modules with {NPM[library]} (XLTOOL_WRITERS)")
        (folder / "given.xlsx").write_bytes(data)
        script = str(Path(__file__).with_name("writers.mjs"))
        command = [node, script, str(MODULES), library, str(folder / "given.xlsx"), str(folder / "made.xlsx")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return (folder / "made.xlsx").read_bytes()

    return write


WRITERS: dict[str, Writer] = {
    "openpyxl": by_openpyxl,
    "openpyxl data_only": by_openpyxl_as_values,
    "openpyxl write_only": by_write_only_openpyxl,
    "pandas": by_pandas,
    **{f"pyexcel {kind}": by_pyexcel(kind) for kind in ("xlsx", "xls", "ods")},
    "odfpy": by_odfpy,
    **{f"LibreOffice {kind}": by_office(kind) for kind in FILTERS if kind in {"xlsx", "xls", "ods"}},
    **{f"npm {library}": by_npm(library) for library in NPM},
}


@pytest.mark.parametrize("form_id", ["ogi-2021", "ogi-2019"])
@pytest.mark.parametrize("name", WRITERS)
def test_whoever_saved_it_every_figure_is_read(name, form_id, tmp_path):
    data = WRITERS[name](filled(form_id), tmp_path)
    reading = tamper.read(data, form_id)
    wanted = given(form_id)
    assert reading.submission.values == wanted.values
    assert reading.submission.texts == wanted.texts
    assert reading.submission.explanations == wanted.explanations
    assert reading.submission.agency == wanted.agency
    assert (api.status(reading), codes(reading) - LOST) == ("accepted", set())
