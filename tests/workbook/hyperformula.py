"""Lets HyperFormula compute workbooks, an engine as web offices have.

It waits for ranges as they are written and knows no saved results.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token

from tests.npm import find_modules
from tests.workbook.calc import Content
from xltool.spreadsheet.book import RawCell
from xltool.spreadsheet.open import open_workbook
from xltool.workbook.layout_plan import Spot

MODULES = find_modules("XLTOOL_HYPERFORMULA", "xltool-hyperformula")
NODE = shutil.which("node")

Move = tuple[str, tuple[int, int, int, int], tuple[int, int]]
"""A cut and paste: sheet, what is cut (row, column, height, width), where it goes (row, column)."""


def require_engine() -> None:
    """Skip where node or the engine is not installed."""
    if NODE is None:
        pytest.skip("no node")
    if not (MODULES / "hyperformula").is_dir():
        pytest.skip("no node_modules with hyperformula (XLTOOL_HYPERFORMULA)")


def computed(files: Mapping[str, bytes], moves: Sequence[Move] = ()) -> dict[str, dict[Spot, Content]]:
    """What every cell of each workbook shows, after the moves; errors as their text."""
    assert NODE is not None
    given = [
        {"sheets": _cells(data), "moves": [{"sheet": s, "from": cut, "to": to} for s, cut, to in moves]}
        for data in files.values()
    ]
    command = [NODE, str(Path(__file__).with_suffix(".mjs")), MODULES]
    done = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return {
        name: {
            Spot(sheet, row, column): value
            for sheet, rows in sheets.items()
            for row, values in enumerate(rows)
            for column, value in enumerate(values)
            if value is not None
        }
        for name, sheets in zip(files, json.loads(done.stdout), strict=True)
    }


def _cells(data: bytes) -> dict[str, list[list[object]]]:
    found = {}
    for sheet in open_workbook(data).sheets:
        bottom, right = (max((place[way] for place in sheet.cells), default=0) for way in (0, 1))
        rows: list[list[object]] = [[None] * (right + 1) for _ in range(bottom + 1)]
        for (row, column), cell in sheet.cells.items():
            rows[row][column] = _content(cell)
        found[sheet.name] = rows
    return found


def _content(cell: RawCell) -> object:
    """A cell as the engine takes it: an apostrophe before every text, or it would take some for figures or formulas."""
    if cell.formula is not None:
        return _quoted(f"={cell.formula}")
    if cell.kind == "error":
        return {"#N/A": "=NA()", "#DIV/0!": "=1/0"}[cell.text]
    return json.loads(cell.text) if cell.kind == "number" else f"'{cell.text}"


def _quoted(formula: str) -> str:
    """The engine wants quotes around every name of a sheet that is not of Latin letters."""
    pieces = []
    for token in Tokenizer(formula).items:
        sheet, mark, cells = token.value.rpartition("!")
        plain = token.subtype == Token.RANGE and mark and not sheet.startswith("'")
        pieces.append(f"'{sheet}'!{cells}" if plain else token.value)
    return "=" + "".join(pieces)
