"""What a figure of the sum is made of: each agency's part in it, largest first, its last year, and the corrections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from xltool.campaign.consolidate import list_contributed
from xltool.campaign.contributions import POLICY_WORDS, sum_corrections
from xltool.forms.cell_names import name_cell
from xltool.forms.number import format_figure, format_value
from xltool.forms.totals import find_definitions, resolve_inputs
from xltool.model import Cell, CellKey, Consolidation, FormSpec, Submission, Value, figure_of
from xltool.periods import word_before
from xltool.rules.prior_year import align_prior

_LEAD: Final = 4
"""So many of the largest are told together."""


@dataclass(frozen=True, slots=True)
class CellPart:
    """What one agency adds to a figure: its share of it, what it was last year, and how it differs."""

    code: str
    name: str
    figure: str
    share: str
    before: str
    change: str


@dataclass(frozen=True, slots=True)
class CellParts:
    """A figure of the sum and its parts, those that add nothing being counted; `corrected` is what corrections add.

    `how` is how it comes about, `summary` the most of it in a sentence; what follows from others is not `correctable`.
    """

    key: CellKey
    name: str
    figure: str
    unit: str
    summary: str
    how: str
    parts: Sequence[CellPart]
    nothing: int
    blank: Sequence[str]
    corrected: str
    reasons: Sequence[str]
    before: str
    change: str
    correctable: bool


def find_parts(
    spec: FormSpec,
    held: Consolidation,
    key: CellKey,
    last_year: Mapping[str, Submission],
    prior: Submission | None,
) -> CellParts:
    """What the cell is made of; `last_year` are submissions by agency code, `prior` last year's sum."""
    at, cell = spec.index[key], spec.cell(key)
    column = list_contributed(spec, held, at)
    total, last_total = held.total.values[at], align_prior(spec, prior)[at]
    adding = sorted((each for each in enumerate(column) if each[1]), key=lambda each: (-abs(each[1]), each[0]))
    whole = sum(abs(figure) for _, figure in adding)
    parts = []
    for number, figure in adding:
        agency = held.agencies[number]
        last = align_prior(spec, last_year.get(agency.code))[at]
        share = _word_share(figure, whole) if figure > 0 else ""
        told = (_word_figure(figure, cell), share, _word_figure(last, cell), _word_change(figure, last, cell))
        parts.append(CellPart(agency.code, agency.name, *told))
    more = sum_corrections(total, column)
    definitions = find_definitions(spec.rules)
    inputs = {part for part, _ in resolve_inputs(key, definitions)} if key in definitions else {key}
    blank = [
        agency.name
        for agency, missing in zip(held.agencies, held.missing[:, at].tolist(), strict=True)
        if missing and cell.policy != "never"
    ]
    reasons = [each.correction.reason for each in held.applied if each.correction.key in inputs]
    return CellParts(
        key,
        name_cell(spec, key),
        _word_figure(total, cell),
        cell.measure.unit,
        word_before(_summarise(adding, whole, total, last_total, cell), spec.every),
        _word_way(spec, cell),
        parts,
        len(held.agencies) - len(adding) - len(blank),
        blank,
        ("+" if more > 0 else "") + format_figure(more, cell.measure) if more or reasons else "",
        reasons,
        _word_figure(last_total, cell),
        _word_change(figure_of(total), last_total, cell),
        not cell.total,
    )


def _word_way(spec: FormSpec, cell: Cell) -> str:
    """How a figure of the sum comes about."""
    if not cell.total:
        return POLICY_WORDS[cell.policy]
    linear = find_definitions(spec.rules)[cell.key].linear
    asked = {term.row_list for term, _ in linear.lists}
    lists = "、".join(each.name for each in spec.lists if each.id in asked)
    if lists:
        return f"由{lists}和各项算出" if linear.right else f"由{lists}算出"
    plain = not linear.constant and all(times > 0 for _, times in linear.right)
    return "由各项相加" if plain else "由各项算出"


def _summarise(adding: Sequence[tuple[int, int]], whole: int, total: Value, last: Value, cell: Cell) -> str:
    """How many make it up, how it differs from last year, and how much of it the largest are."""
    if not adding:
        return "各单位都没有数。"
    change = _word_change(figure_of(total), last, cell)
    said = f"{len(adding)}家加成" + (
        f"，比上年{change}{cell.measure.unit if change != '持平' else ''}。" if change else "。"
    )
    lead = sum(abs(figure) for _, figure in adding[:_LEAD])
    return said + (f"前{_LEAD}家占{_word_share(lead, whole)}。" if len(adding) > _LEAD else "")


def _word_share(part: int, whole: int) -> str:
    """A part in per cent, rounded half up; what is there at all is never 0%."""
    share = (200 * part + whole) // (2 * whole)
    return f"{share}%" if share else "<1%"


def _word_figure(value: Value, cell: Cell) -> str:
    return "" if value is None else format_value(value, cell.measure)


def _word_change(now: int | None, before: Value, cell: Cell) -> str:
    """How a figure differs from last year's; nothing where either is not known."""
    last = figure_of(before)
    if now is None or last is None:
        return ""
    more = now - last
    return "持平" if not more else f"{'增' if more > 0 else '减'}{format_figure(abs(more), cell.measure)}"
