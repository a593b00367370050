"""What is printed for the cells and texts of a form, as a submission holds it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from xltool.digits import parse_whole
from xltool.forms import number
from xltool.forms.entries import name_entry, take_entry
from xltool.forms.memo import derive_once
from xltool.forms.text import take_text
from xltool.messages import finding
from xltool.model import CellKey, Finding, FormSpec, Scope, Value
from xltool.published.table_figures import PrintedFigure, TableFigures

_PLAIN: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?", re.ASCII)


@derive_once
def _list_scales(spec: FormSpec) -> tuple[int, ...]:
    return tuple(cell.measure.scale for cell in spec.cells)


def read_values(spec: FormSpec, printed: Mapping[CellKey, str], findings: list[Finding]) -> Iterator[Value]:
    """The figure of each cell, from what is printed for it."""
    for cell, scale in zip(spec.cells, _list_scales(spec), strict=True):
        raw = printed.get(cell.key)
        if raw is None:
            yield None
        elif (count := parse_whole(raw, 9)) is not None:
            yield count * scale
        else:
            figure = number.from_text(raw, cell.measure)
            if figure.code is not None and not (figure.code == "number.normalised" and _PLAIN.fullmatch(raw)):
                findings.append(finding(figure.code, cell.key, **figure.data))
            yield figure.value


def read_entries(
    spec: FormSpec,
    found: Mapping[str, Sequence[TableFigures]],
    twice: Collection[CellKey],
    scope: Scope,
    findings: list[Finding],
) -> Iterator[tuple[CellKey, str]]:
    """What is printed in the cells that are no figures, as it is held."""
    for entry in spec.entries:
        told = next((each.cells[entry.key] for each in found.get(entry.table.id, ()) if entry.key in each.cells), None)
        if told is not None and entry.key not in twice:
            text, turned = take_text(told.raw, f"{name_entry(entry)}（{told.where}）")
            content, noticed = take_entry(entry, text, scope)
            findings.extend((*turned, *noticed))
            if content:
                yield entry.key, content


def list_printed_rates(
    spec: FormSpec, found: Mapping[str, Sequence[TableFigures]]
) -> Iterator[tuple[CellKey, PrintedFigure]]:
    """What is printed in the cells of rates."""
    for rate in spec.rates:
        told = next((each.cells[rate.key] for each in found.get(rate.table.id, ()) if rate.key in each.cells), None)
        if told is not None:
            yield rate.key, told


def place_rates(spec: FormSpec, printed: Mapping[CellKey, PrintedFigure]) -> Iterator[tuple[CellKey, tuple[str, str]]]:
    """What is printed in the cells of rates as it is, with where that is, in words."""
    for key, told in printed.items():
        rate = spec.rates_by_key[key]
        yield key, (told.raw, f"{rate.table.name}“{rate.row.short}”“{rate.column.short}”（{told.where}）印的")


def clean_texts(spec: FormSpec, texts: Mapping[str, str], findings: list[Finding]) -> Iterator[tuple[str, str]]:
    """The texts of a form as they are held; what was cleaned of them is noticed."""
    for key, content in texts.items():
        kept, noticed = take_text(content, f"“{spec.text(key).label}”")
        findings.extend(noticed)
        if kept:
            yield key, kept
