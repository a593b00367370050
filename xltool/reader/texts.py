"""Where texts and explanations stand in a returned workbook, and what is written there.

Hidden names and labels are the witnesses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from xltool.forms.checks import Check
from xltool.forms.label import normalise_label
from xltool.forms.sheet_names import CHECKS
from xltool.forms.text import take_text
from xltool.messages import finding, join_first
from xltool.model import Finding
from xltool.reader.evidence import (
    MAX_NAMED_PLACES,
    MAX_QUOTED_CONTENT,
    Claim,
    describe_conflict,
    find_named_place,
    is_broken_name,
    weigh_claims,
)
from xltool.spreadsheet.a1 import cell_name
from xltool.spreadsheet.book import RawBook, RawCell, RawSheet
from xltool.spreadsheet.sheet import Position
from xltool.workbook.layout_plan import Plan, Spot, name_cell


@dataclass(frozen=True)
class Writing:
    """A cell where something is written: its hidden name, its place in the form, what a message calls it."""

    name: str
    spot: Spot
    called: str


@dataclass(frozen=True)
class Written:
    """What was read, by key, and what was noticed in reading it."""

    contents: Mapping[str, str]
    findings: tuple[Finding, ...]


def read_texts(book: RawBook, plan: Plan, sheets: Mapping[str, RawSheet]) -> Written:
    """The texts of the form; `sheets` are the sheets of the file by the names that they should have."""
    writings = {
        text.key: Writing(name_cell("text", text.key), plan.texts[text.key], text.label) for text in plan.spec.texts
    }
    claims: dict[str, Claim] = {}
    columns: dict[str, set[int]] = {}
    for name in {spot.sheet for spot in plan.texts.values()} & sheets.keys():
        sheet, places = sheets[name], _index_texts(sheets[name])
        mine = [text for text in plan.spec.texts if plan.texts[text.key].sheet == name]
        guides = {
            place[1] - 1 for text in mine if text.guidance for place in places.get(normalise_label(text.guidance), ())
        }
        columns |= {text.key: guides for text in mine if guides}
        for text in mine:
            label = [
                place
                for wording in (text.label, f"{text.label}（必写）")
                for place in places.get(normalise_label(wording), ())
            ]
            if len(label) == 1 and len(guides) <= 1:
                claims[text.key] = (sheet.name, (label[0][0], next(iter(guides), label[0][1] + 1)))
    return _read_writings(book, sheets, writings, claims, columns)


def read_explanations(book: RawBook, plan: Plan, sheets: Mapping[str, RawSheet]) -> Written:
    """The 说明 of the checks that may be explained.

    Between their verdicts, the last formulas of their rows, and their links.
    """
    writings, claims, columns = {}, {}, {}
    sheet = sheets.get(CHECKS)
    rows = {} if sheet is None else dict(_find_check_rows(sheet))
    for check in plan.checks:
        if check.name in plan.explanations:
            spot = plan.explanations[check.name]
            writings[check.name] = Writing(name_cell("why", check.name), spot, f"说明（{check.subject}：{check.text}）")
            place = rows.get((normalise_label(check.subject), normalise_label(check.text)))
            if sheet is not None and place is None:
                columns[check.name] = {
                    column + 1 for (_, column), cell in sheet.cells.items() if cell.formula is not None
                }
            elif sheet is not None and place is not None:
                columns[check.name] = {place[1]} if _has_check_link(sheet, place, check, plan) else set()
                claims[check.name] = (sheet.name, place)
    return _read_writings(book, sheets, writings, claims, columns)


def _index_texts(sheet: RawSheet) -> dict[str, list[Position]]:
    found: dict[str, list[Position]] = {}
    for place, cell in sheet.cells.items():
        if cell.kind == "text" and cell.formula is None:
            found.setdefault(normalise_label(cell.text), []).append(place)
    return found


def _find_check_rows(sheet: RawSheet) -> Iterator[tuple[tuple[str, str], Position]]:
    """For each two texts side by side the place behind the last formula of their row."""
    last: dict[int, int] = {}
    for (row, column), cell in sheet.cells.items():
        if cell.formula is not None and column >= last.get(row, column):
            last[row] = column
    texts = {place: cell.text for place, cell in sheet.cells.items() if cell.kind == "text" and place[0] in last}
    for (row, column), text in texts.items():
        beside = texts.get((row, column + 1))
        if beside is not None:
            yield (normalise_label(text), normalise_label(beside)), (row, last[row] + 1)


def _has_check_link(sheet: RawSheet, place: Position, check: Check, plan: Plan) -> bool:
    """Whether right of a place there is the link of a check: for a rule the address of its first cell."""
    link = sheet.cells.get((place[0], place[1] + 1))
    return link is not None and (check.rule is None or link.text == plan.cells[check.rule.linear.left[0][0]].address)


def _read_writings(
    book: RawBook,
    sheets: Mapping[str, RawSheet],
    writings: Mapping[str, Writing],
    by_label: Mapping[str, Claim],
    columns: Mapping[str, set[int]],
) -> Written:
    """What is written where hidden name and labels agree, or where the one that is left points; whatever else is told.

    `columns` says in which column a writing has to stand, where something tells that without its label.
    """
    present = {sheet.name: sheet for sheet in book.sheets}
    by_name = {
        key: claim for key, writing in writings.items() if (claim := find_named_place(book, writing.name)) is not None
    }
    official = {
        key: (sheets[writing.spot.sheet].name, (writing.spot.row, writing.spot.column))
        for key, writing in writings.items()
        if writing.spot.sheet in sheets  # where the sheet is gone, that is told already
    }
    false = {key for key in official if is_broken_name(book, writings[key].name)}
    false |= {key for key, (_, place) in by_name.items() if place[1] not in columns.get(key, {place[1]})}
    told, odd = weigh_claims(official, by_name, by_label, false=false)
    settled = not odd and all(claims[0] == official[key] for key, claims in told.items() if claims)
    contents: dict[str, str] = {}
    findings: list[Finding] = []
    against: dict[str, list[str]] = {}
    for key, place in official.items():
        claim = told[key][0] if told[key] else place if settled else None
        if claim is None:
            findings.append(finding("text.lost", label=writings[key].called))
        elif key in odd or claim[0] != place[0]:
            against.setdefault(place[0], []).append(key)
        elif claim[1] in present[claim[0]].cells:
            where = f"“{writings[key].called}”（{cell_name(*claim[1])}）"
            content, noticed = _read_content(book, claim[0], present[claim[0]].cells[claim[1]], where)
            findings.extend(noticed)
            if content:
                contents[key] = content
    for sheet, keys in against.items():
        labels = join_first([f"“{writings[key].called}”" for key in keys], MAX_NAMED_PLACES)
        example = (
            f"“{writings[keys[0]].called}”：{describe_conflict(by_name.get(keys[0]), by_label.get(keys[0]), sheet)}"
        )
        findings.append(finding("text.conflict", sheet=sheet, count=len(keys), labels=labels, example=example))
    return Written(contents, tuple(findings))


def _read_content(book: RawBook, sheet: str, raw: RawCell, where: str) -> tuple[str, list[Finding]]:
    """The text of a cell on a sheet, a formula's as it is shown unless that comes from outside the workbook."""
    if raw.formula is not None and (means := book.sources.trace_outside(raw.formula, sheet)):
        formula = raw.formula[:MAX_QUOTED_CONTENT]
        return "", [finding("formula.outside", where=where, formula=formula, means=means)]
    if raw.kind == "error":
        return "", [finding("text.fault", where=where, raw=raw.text[:MAX_QUOTED_CONTENT])]
    text, noticed = take_text(raw.text if raw.text.strip() else "", where)
    if raw.formula is None:
        return text, noticed
    shown = raw.formula[:MAX_QUOTED_CONTENT]
    if raw.kind == "empty":
        return "", [finding("formula.uncalculated", where=where, formula=shown)]
    return text, [
        *noticed,
        finding("formula.in_input", where=where, formula=shown, value=f"“{text[:MAX_QUOTED_CONTENT]}”"),
    ]
