"""One filled workbook: against xlsxwriter called directly, openpyxl typing into the blank one, and zipping alone."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from unittest.mock import patch

import openpyxl
import xlsxwriter
from figures import accepted, sample, spec, spoiled
from measure import Contender, Table, compared
from xlsxwriter.format import Format

import xltool
from xltool.model import Finding, NotApplicable, Submission
from xltool.workbook import draw, engine, layout_plan, mark, write


def measured(quick: bool) -> list[Table]:
    submission = sample()
    data = xltool.fill(submission)
    blank = xltool.fill(replace(submission, values=(None,) * len(submission.values), texts={}))
    by_hand = script(submission)
    for name, made in (("xlsxwriter", by_hand()), ("openpyxl", typed(blank, submission))):
        if xltool.read(made).submission != xltool.read(data).submission:
            raise SystemExit(f"{name} was to write the same workbook, but what it wrote reads otherwise")
    parts = contents(data)
    contenders = [
        Contender("xltool.fill", lambda: xltool.fill(submission)),
        Contender("xlsxwriter, the same calls written by hand", by_hand),
        Contender("openpyxl: load the blank workbook, type, save", lambda: typed(blank, submission)),
        Contender("limit: deflate and zip the same parts", lambda: zipped(parts)),
    ]
    return [compared("Fill one workbook", contenders, 2 if quick else 15), _returned(2 if quick else 15)]


def _returned(rounds: int) -> Table:
    """One that goes back for correction: with a sheet of opinions, marks and comments."""
    readings = xltool.check(spoiled([xltool.read(xltool.fill(each)) for each in accepted()], 1.0))
    submission, findings = max(((r.submission, r.findings) for r in readings if r.submission), key=_count_findings)

    def send_back() -> bytes:
        return mark.mark_workbook(spec(), submission, findings, None, 1)

    parts = contents(send_back())
    contenders = [
        Contender(f"xltool, with {len(findings)} findings told", send_back),
        Contender("limit: deflate and zip the same parts", lambda: zipped(parts)),
    ]
    return compared("Send one workbook back for correction", contenders, rounds)


def _count_findings(judged: tuple[Submission, tuple[Finding, ...]]) -> int:
    return len(judged[1])


def contents(data: bytes) -> dict[str, bytes]:
    """The parts of a package."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def zipped(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return buffer.getvalue()


def typed(blank: bytes, submission: Submission) -> bytes:
    """What one would do without xltool: the blank workbook opened, every input and text typed in, saved."""
    book, plan = openpyxl.load_workbook(io.BytesIO(blank)), layout_plan.make_plan(spec())
    for cell, value in zip(spec().cells, submission.values, strict=True):
        if not cell.total and value is not None:
            spot, scale = plan.cells[cell.key], cell.measure.scale
            shown = "/" if isinstance(value, NotApplicable) else value if scale == 1 else value / scale
            book[spot.sheet].cell(spot.row + 1, spot.column + 1, shown)
    for key, text in submission.texts.items():
        spot = plan.texts[key]
        book[spot.sheet].cell(spot.row + 1, spot.column + 1, text)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def script(submission: Submission) -> Callable[[], bytes]:
    """The workbook as a script of plain xlsxwriter calls, taken down while our writer makes it, compiled once."""
    tape = _Tape()
    occasion, contents = write.prepare_contents(spec(), submission)
    with tape.running():
        draw.draw_workbook(spec(), occasion, contents)
    names: dict[str, Any] = {"xlsxwriter": xlsxwriter, "datetime": datetime, "io": io}
    exec(compile(tape.text(), "workbook by hand", "exec"), names)
    made: Callable[[], bytes] = names["made"]
    return made


class _Tape:
    """Takes down what is called on a workbook and its worksheets, as lines of Python."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.names: dict[int, str] = {}  # what a format is called in the script

    @contextmanager
    def running(self) -> Any:
        real = engine.Book

        def book(_buffer: object, options: dict[str, Any]) -> _Taken:
            self.lines.append(f"book = xlsxwriter.Workbook(buffer, {options!r})")
            return _Taken(self, "book", real(_buffer, options))

        with patch.object(draw, "Book", book):
            yield

    def text(self) -> str:
        body = "\n".join(f"    {line}" for line in self.lines)
        return f"def made():\n    buffer = io.BytesIO()\n{body}\n    return buffer.getvalue()\n"

    def literal(self, value: object) -> str:
        if isinstance(value, Format):
            return self.names[id(value)]
        if isinstance(value, dict):
            return f"{{{', '.join(f'{name!r}: {self.literal(item)}' for name, item in value.items())}}}"
        if isinstance(value, datetime):
            return repr(value).removeprefix("datetime.")
        return repr(value)


def _write_plainly(method: str, given: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
    """A call of our own as plain xlsxwriter has it."""
    if method == "set_growing_row":
        return "set_row", given
    if method != "write_slot":
        return method, given
    row, column, content, look, formula = (*given, "", "")[:5]
    if formula:
        return "write_formula", (row, column, f"={formula}", look, content)
    kind = "blank" if content is None else "string" if isinstance(content, str) else "number"
    return f"write_{kind}", (row, column, content, look)


class _Taken:
    """A workbook or worksheet whose calls are taken down."""

    def __init__(self, tape: _Tape, name: str, real: Any) -> None:
        self._tape, self._name, self._real = tape, name, real

    def __getattr__(self, called: str) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            result = getattr(self._real, called)(*given, **named)
            if called == "hide_names":  # ours alone: plain xlsxwriter cannot
                return result
            method, given = _write_plainly(called, given)
            tape, bound = self._tape, ""
            if method == "add_worksheet":
                given = given[:1]  # a plain worksheet, which rewrites formulas
                bound = f"sheet{len(tape.lines)}"
            elif method == "add_format":
                bound = tape.names[id(result)] = f"format{len(tape.names)}"
            words = [tape.literal(value) for value in given] + [
                f"{name}={tape.literal(value)}" for name, value in named.items()
            ]
            tape.lines.append(f"{f'{bound} = ' if bound else ''}{self._name}.{method}({', '.join(words)})")
            return _Taken(tape, bound, result) if method == "add_worksheet" else result

        return call
