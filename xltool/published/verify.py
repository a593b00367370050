"""Whether a finished report says what the submission holds.

Every figure as printed, every text, whose it is and of which year.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from xltool.forms.entries import find_different_entries
from xltool.forms.list_rows import drop_empty_lines, find_different_lines
from xltool.forms.number import print_value
from xltool.forms.rates import compute_rate, format_rate
from xltool.forms.text import flatten_text
from xltool.messages import finding
from xltool.model import CellKey, Finding, FormSpec, Submission
from xltool.periods import period_of
from xltool.published.table_figures import PrintedFigure

MAX_QUOTED_DIFFERENCE: Final = 30


def find_differences(
    spec: FormSpec,
    printed: Submission,
    held: Submission,
    notes: Iterable[Finding] = (),
    rates: Mapping[CellKey, PrintedFigure] = MappingProxyType({}),
) -> Iterator[Finding]:
    """A finding for each figure, text or fact that a report, read back, prints otherwise than the submission holds it.

    Blanks within texts do not count: lines are broken otherwise on paper. `/` is printed as 0, and a blank as nothing,
    an empty line not at all. `notes` are those of reading: what of lists could not be placed, and their printed totals.
    `rates` are what is printed in the place of rates: they are judged by the figures that are held, of tables that no
    report prints too.
    """
    for what, seen, wanted in (
        ("报表", printed.form, held.form),
        ("年度", str(period_of(printed)), str(period_of(held))),
        ("单位名称", flatten_text(printed.agency.name), flatten_text(held.agency.name)),
    ):
        if seen != wanted:
            yield finding("verify.fact", what=what, printed=seen, held=wanted)
    if printed.form != held.form:
        return
    for key, seen, wanted in _find_different_cells(spec, printed, held, rates):
        yield finding("verify.figure", key, printed=seen or "空白", held=wanted or "空白")
    yield from (each for each in notes if each.code.startswith("published.list_"))
    for line in find_different_lines(spec, printed, drop_empty_lines(held)):
        yield finding("verify.line", where=line.where, printed=line.was, held=line.now)
    keys = {key for section in spec.sections for key in (*section.texts, *section.facts)}
    for text in spec.texts:
        seen, wanted = flatten_text(printed.texts.get(text.key, "")), flatten_text(held.texts.get(text.key, ""))
        if text.key in keys and seen != wanted:
            at = next(
                (at for at, (one, other) in enumerate(zip(seen, wanted, strict=False)) if one != other),
                min(len(seen), len(wanted)),
            )
            yield finding(
                "verify.text", label=text.label, printed=_quote_around(seen, at), held=_quote_around(wanted, at)
            )


def _find_different_cells(
    spec: FormSpec, printed: Submission, held: Submission, rates: Mapping[CellKey, PrintedFigure]
) -> Iterator[tuple[CellKey, str, str]]:
    """The cells that a report prints otherwise than they are held, with both; tables that none prints have none."""
    for cell, *values in zip(spec.cells, printed.values, held.values, strict=True):
        seen, wanted = (print_value(spec, each, cell.measure) for each in values)
        if seen != wanted and not cell.table.unprinted:
            yield cell.key, seen, wanted
    for rate in spec.rates:
        wanted = format_rate(compute_rate(spec, rate, held.values), rate.measure)
        if rate.key in rates and rates[rate.key].raw.strip().rstrip("%％‰ ") != wanted:
            yield rate.key, rates[rate.key].raw, wanted
    for entry, shown, there in find_different_entries(spec, printed, held):
        if not entry.table.unprinted:
            yield entry.key, shown, there


def _quote_around(text: str, at: int) -> str:
    """The text from just before the place where two begin to differ."""
    begin = max(0, at - 8)
    piece = text[begin : begin + MAX_QUOTED_DIFFERENCE]
    return (
        f"{'…' if begin else ''}{piece}{'…' if begin + MAX_QUOTED_DIFFERENCE < len(text) else ''}" if piece else "没有"
    )
