"""Where texts and explanations stand in a returned workbook, and what is written there.

Hidden names and labels are the witnesses.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from xltool.forms.checks import Check
from xltool.forms.controls import name_control
from xltool.forms.field_kinds import take_field
from xltool.forms.label import normalise_label
from xltool.forms.sheet_names import CHECKS, CONTROLS
from xltool.forms.text import take_typed_text
from xltool.messages import finding, join_first
from xltool.model import Finding, Leftover
from xltool.reader.blank import find_writing, is_own_word
from xltool.reader.evidence import (
    MAX_NAMED_PLACES,
    MAX_QUOTED_CONTENT,
    Claim,
    describe_conflict,
    find_named_place,
    is_broken_name,
    is_picture,
    list_unread,
    quote_unread,
    shorten,
    weigh_claims,
)
from xltool.reader.matching import index_texts
from xltool.reader.penmarks import find_struck_text
from xltool.spreadsheet.a1 import cell_name
from xltool.spreadsheet.book import RawBook, RawCell, RawSheet
from xltool.spreadsheet.cell import Position
from xltool.spreadsheet.number_format import format_date
from xltool.workbook.layout_plan import WHY_HEAD, Plan, Spot, name_cell, name_explanation

_CHINESE: Final = re.compile("[\u3400-\u9fff]")
_QUOTED: Final = re.compile(r"\"[^\"]*\"|'[^']*'!|\w+!")
"""Texts and sheets in a formula."""
_SERIAL: Final = re.compile(r"[1-9][0-9]{4}")
"""The number of a day from 1927 to 2173."""
_SINGLE: Final = re.compile(r"_xlfn\.SINGLE\((.*)\)", re.DOTALL)


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
    places: frozenset[Claim] = frozenset()
    """Where was read, whether anything stands there or not."""


def read_texts(book: RawBook, plan: Plan, sheets: Mapping[str, RawSheet]) -> Written:
    """The texts of the form; `sheets` are the sheets of the file by the names that they should have."""
    writings = {
        text.key: Writing(name_cell("text", text.key), plan.texts[text.key], text.label) for text in plan.spec.texts
    }
    claims: dict[str, Claim] = {}
    columns: dict[str, set[int]] = {}
    for name in {spot.sheet for spot in plan.texts.values()} & sheets.keys():
        sheet, places = sheets[name], index_texts(sheets[name])
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
    return _take_fields(book, plan, _read_writings(book, plan, sheets, writings, (claims, columns)))


def _take_fields(book: RawBook, plan: Plan, written: Written) -> Written:
    """What was read of texts that are days or codes as it is held, with what is wrong with it."""
    contents: dict[str, str] = {}
    findings = list(written.findings)
    for key, content in written.contents.items():
        text = plan.spec.text(key)
        where = f"“{text.label}”（{plan.texts[key].address}）"
        contents[key], noticed = take_field(text, read_day(content, book) if text.date else content, where)
        findings.extend(replace(found, data={**found.data, "label": text.label}) for found in noticed)
    return Written(contents, tuple(findings), written.places)


def read_day(content: str, book: RawBook) -> str:
    """A day that a program keeps as a number, or with the time of midnight; anything else as it is."""
    bare = content.removesuffix("T00:00:00").removesuffix(" 00:00:00")
    shown = format_date("yyyy-mm-dd", bare, book.date1904) if _SERIAL.fullmatch(bare) else None
    return shown or bare


def read_explanations(book: RawBook, plan: Plan, sheets: Mapping[str, RawSheet], asked: Collection[str]) -> Written:
    """The 说明 of the checks that may be explained; `asked` are those that the file was made with.

    Under their head, behind the last formulas of their rows if these have any, and before their links. A check that is
    newer than the file has no place in it, and none is missed.
    """
    writings, claims, columns = {}, {}, {}
    sheet = sheets.get(CHECKS)
    lines = None if sheet is None else _read_check_lines(sheet)
    for check in plan.checks:
        if check.name in plan.explanations:
            spot = plan.explanations[check.name]
            writings[check.name] = Writing(name_cell("why", check.name), spot, name_explanation(check))
            if sheet is None or lines is None:
                continue
            row = lines.rows.get((normalise_label(check.subject), normalise_label(check.text)))
            column = lines.column if row is None else lines.find_column(row)
            if row is not None and column is not None:
                claims[check.name] = (sheet.name, (row, column))
                if not _has_check_link(sheet, (row, column), check, plan):
                    column = None
            if column is not None:
                columns[check.name] = {column}
            elif lines.last:
                columns[check.name] = set() if row is not None else {at + 1 for at in lines.last.values()}
    newer = {name for name in writings if name not in asked and name not in claims}
    newer -= {name for name in newer if find_named_place(book, writings[name].name) is not None}
    known = {name: writing for name, writing in writings.items() if name not in newer}
    return _read_writings(book, plan, sheets, known, (claims, columns))


def read_controls(book: RawBook, plan: Plan, sheets: Mapping[str, RawSheet]) -> Written:
    """What is typed as 核对数, by the totals that they are of; nothing in a workbook without them."""
    if not plan.controls:
        return Written({}, ())
    writings = {
        key: Writing(name_cell("control", key), spot, f"核对数（{name_control(plan.spec, key)}）")
        for key, spot in plan.controls.items()
    }
    claims: dict[str, Claim] = {}
    sheet = sheets.get(CONTROLS)
    places = {} if sheet is None else index_texts(sheet)
    for key in plan.controls if sheet is not None else ():
        label = places.get(normalise_label(name_control(plan.spec, key)), ())
        if sheet is not None and len(label) == 1:
            claims[key] = (sheet.name, (label[0][0], label[0][1] + 2))
    return _read_writings(book, plan, sheets, writings, (claims, {}))


@dataclass(frozen=True)
class _CheckLines:
    """Where the lines of the checks are, by subject and sentence, the last formula of each row, the head of 说明."""

    rows: Mapping[tuple[str, str], int]
    last: Mapping[int, int]
    column: int | None

    def find_column(self, row: int) -> int | None:
        """Where a row is explained: under the head, unless a formula of the row stands there or behind it.

        A sheet that was pasted as values has no formulas, and they tell nothing; without the head they are what tells.
        """
        if self.column is None:
            return self.last[row] + 1 if row in self.last else None
        return self.column if self.last.get(row, -1) < self.column else None


def _read_check_lines(sheet: RawSheet) -> _CheckLines:
    last: dict[int, int] = {}
    for row, column in reversed([*sheet.formulas]):  # the last of a row comes first, nearly always
        if column > last.get(row, -1) and not _is_taken_for_formula(sheet.cells[row, column]):
            last[row] = column
    texts = {place: cell.text for place, cell in sheet.cells.items() if cell.kind == "text" and cell.formula is None}
    rows: dict[tuple[str, str], set[int]] = {}
    for (row, column), text in texts.items():
        beside = texts.get((row, column + 1))
        if beside is not None:
            rows.setdefault((normalise_label(text), normalise_label(beside)), set()).add(row)
    heads = {column for (_, column), text in texts.items() if normalise_label(text).startswith(f"{WHY_HEAD}(")}
    return _CheckLines(
        {key: next(iter(found)) for key, found in rows.items() if len(found) == 1},
        last,
        next(iter(heads)) if len(heads) == 1 else None,
    )


def _has_check_link(sheet: RawSheet, place: Position, check: Check, plan: Plan) -> bool:
    """Whether right of a place there is the link of a check: for a rule the address of its first cell."""
    link = sheet.cells.get((place[0], place[1] + 1))
    return link is not None and (check.rule is None or link.text == plan.cells[check.rule.linear.left[0][0]].address)


def _read_writings(
    book: RawBook,
    plan: Plan,
    sheets: Mapping[str, RawSheet],
    writings: Mapping[str, Writing],
    labels: tuple[Mapping[str, Claim], Mapping[str, set[int]]],
) -> Written:
    """What is written where hidden name and labels agree, or where the one that is left points; whatever else is told.

    `labels` are where the label of each says that it stands, and in which columns it has to stand, where something
    tells that without its label.
    """
    by_label, columns = labels
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
    places: set[Claim] = set()
    findings: list[Finding] = []
    against: dict[str, list[str]] = {}
    for key, place in official.items():
        claim = told[key][0] if told[key] else place if settled else None
        if claim is None:
            findings.append(finding("text.lost", label=writings[key].called))
        elif key in odd or claim[0] != place[0]:
            against.setdefault(place[0], []).append(key)
        else:
            places.add(claim)
            if claim[1] not in present[claim[0]].cells:
                continue
            called = writings[key].called
            where = f"“{called}”（{cell_name(*claim[1])}）"
            content, noticed = read_content(book, claim[0], present[claim[0]].cells[claim[1]], where)
            struck = find_struck_text(present[claim[0]], claim[1])
            if struck and content:
                noticed.append(finding("text.struck", where=where, found=shorten(struck)))
            findings.extend(replace(found, data={**found.data, "label": called}) for found in noticed)
            if content:
                contents[key] = content
    for sheet, keys in against.items():
        unread = _list_loose(book, plan, present[sheet], places, [claim for key in keys for claim in told[key]])
        gone = any(
            is_broken_name(book, writings[key].name) or _is_overwritten(plan, present, by_name.get(key)) for key in keys
        )
        what = describe_conflict(by_name.get(keys[0]), by_label.get(keys[0]), sheet)
        findings.append(
            finding(
                "text.conflict",
                severity="error" if unread or gone else "warning",  # who wrote nothing need not write it again
                sheet=sheet,
                count=len(keys),
                labels=join_first([f"“{writings[key].called}”" for key in keys], MAX_NAMED_PLACES),
                example=f"“{writings[keys[0]].called}”：{what}",
                found=quote_unread(unread, sheet) or "没有",
                unread=unread,
            )
        )
    return Written(contents, tuple(findings), frozenset(places))


def _is_overwritten(plan: Plan, present: Mapping[str, RawSheet], claim: Claim | None) -> bool:
    """Whether a name points at words of the form: what it once named is gone, and what was written there."""
    cell = None if claim is None else present[claim[0]].cells.get(claim[1])
    return cell is not None and cell.kind == "text" and is_own_word(plan, cell.text)


def _list_loose(
    book: RawBook, plan: Plan, sheet: RawSheet, places: Collection[Claim], claims: Iterable[Claim]
) -> tuple[Leftover, ...]:
    """What is written on a sheet where nothing was read, or where the witnesses of its writings point."""
    read = {place for home, place in places if home == sheet.name}
    loose = [(sheet.name, place) for place in find_writing(plan, sheet, read)]
    pointed = [each for each in list_unread(book, claims) if not is_own_word(plan, each.content)]
    return tuple(dict.fromkeys([*list_unread(book, loose), *pointed]))


def read_content(book: RawBook, sheet: str, raw: RawCell, where: str) -> tuple[str, list[Finding]]:
    """The text of a cell on a sheet, a formula's as it is shown unless that comes from outside the workbook."""
    formula = (raw.formula or "")[:MAX_QUOTED_CONTENT]
    if is_picture(raw):
        return "", [finding("cell.picture", where=where)]
    if raw.formula is not None and (means := book.sources.trace_outside(raw.formula, sheet)):
        return "", [finding("formula.outside", where=where, formula=formula, means=means)]
    if raw.kind == "error":
        return _read_fault(raw, where)
    if raw.kind == "empty" and raw.formula is not None:
        return "", [finding("formula.uncalculated", where=where, formula=formula)]
    text, noticed = take_typed_text(raw.text if raw.text.strip() else "", where)
    if raw.formula is not None:
        noticed.append(
            finding("formula.in_input", where=where, formula=formula, value=f"“{text[:MAX_QUOTED_CONTENT]}”")
        )
    return text, noticed


def _read_fault(raw: RawCell, where: str) -> tuple[str, list[Finding]]:
    """The words of a text that an application took for a formula, which go back with it; nothing of other errors."""
    words = _recover_words(raw.formula or "")
    if words:
        return words, [finding("text.formula", where=where, raw=shorten(words), shown=raw.text, sign=words[0])]
    return "", [finding("text.fault", where=where, raw=raw.text[:MAX_QUOTED_CONTENT])]


def _is_taken_for_formula(cell: RawCell) -> bool:
    return is_picture(cell) or (cell.kind == "error" and bool(_recover_words(cell.formula or "")))


def _recover_words(formula: str) -> str:
    """The text that was typed where a formula was made of it for its first sign; nothing where it is a real formula."""
    if not _CHINESE.search(_QUOTED.sub("", formula)):
        return ""
    single = _SINGLE.fullmatch(formula)
    words = f"@{single[1]}" if single is not None else formula
    return words if words[0] in "-+@" else f"={words}"
