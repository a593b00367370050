"""Cells that are no figures: what a definition says of them, what may stand in them, how it is printed and counted.

`kind = "choice"` or `"several"` with `choices`, `"yes_no"`, `"date"` or `"text"` at a row or a column makes its cells
such.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final, assert_never

from xltool.days import DAY_EXAMPLE, format_day, parse_day
from xltool.forms.field_kinds import FIRST_DAY, LAST_DAY
from xltool.forms.fields import Fields, require_unique
from xltool.forms.label import normalise_label
from xltool.forms.memo import derive_once
from xltool.forms.source import LocatedText, Source, suggest_nearest
from xltool.forms.text import excel_length, flatten_text
from xltool.messages import finding
from xltool.model import (
    ENTRY_FORMS,
    ENTRY_POLICIES,
    LEVELS,
    SEVERAL_SIGN,
    CellKey,
    EntryCell,
    EntryForm,
    EntryKind,
    Finding,
    FormCell,
    FormSpec,
    Scope,
    Submission,
)

YES_CHOICE, NO_CHOICE = "是", "否"
UNFILLED: Final = "未填"
SAMPLE_WORDS: Final = "样例"
LONGEST_LIST: Final = 255
"""Signs that Excel's list of choices takes, with the commas between them."""
LONGEST_CHOICE: Final = 40
MOST_ENTRY_SIGNS: Final = 2000
"""UTF-16 units of words that a cell of a table has room for."""
USUAL_WORDS: Final = 200
MOST_QUOTED_ENTRY: Final = 40
"""Signs that a message quotes of what may not stand in a cell."""
MOST_SEVERAL: Final = 20
"""Choices of which several may be taken: a formula looks for each of them."""
_APART: Final = re.compile(r"[、，,；;\n\r]")
"""What people write between several of a list."""
_FORBIDDEN: Final = re.compile(r'[,"\n\r\t、]|^[=+@/-]|^\s|\s$')
_COUNTED: Final = re.compile(r"(.+) ([0-9]{1,9})")
_MEANT: Final[Mapping[str, str]] = {
    **dict.fromkeys(("√", "✓", "✔", "☑", "y", "yes", "true"), YES_CHOICE),
    **dict.fromkeys(("×", "✗", "✘", "☒", "n", "no", "false"), NO_CHOICE),
}
"""Other ways in which people say yes and no."""


def read_entry_kind(fields: Fields, required: tuple[bool, str] | None = None) -> EntryKind | None:
    """What the cells of a row or column hold that are no figures; None where they are figures."""
    if "kind" not in fields.data:
        fields.allow("kind")
        return None
    given = fields.text("kind")
    form = next((each for each in ENTRY_FORMS if each == given), None)
    if form is None:
        told = f"'kind' must be {', '.join(ENTRY_FORMS[:-1])} or {ENTRY_FORMS[-1]}"
        fields.fault("kind", told, suggest_nearest(given, ENTRY_FORMS))
    earliest, latest = (_read_bound(fields, key, usual) for key, usual in _BOUNDS)
    if earliest > latest:
        fields.fault("latest", "'latest' must not be before 'earliest'")
    longest = fields.integer("longest", USUAL_WORDS)
    if not 1 <= longest <= MOST_ENTRY_SIGNS:
        fields.fault("longest", f"'longest' must be 1 to {MOST_ENTRY_SIGNS}")
    asked = fields.flag_or_text("required") if required is None else required
    found = EntryKind(
        form or "text",
        earliest,
        latest,
        (YES_CHOICE, NO_CHOICE) if form == "yes_no" else tuple(map(str, _read_choices(fields))),
        longest,
        asked[0],
        next((each for each in ENTRY_POLICIES if each == fields.text("consolidate", "never")), "never"),
        asked[1],
    )
    _find_kind_faults(fields, found, given)
    return found


_BOUNDS: Final = (("earliest", FIRST_DAY), ("latest", LAST_DAY))
_OWN_FIELDS: Final[Mapping[str, tuple[EntryForm, ...]]] = {
    "choices": ("choice", "several"),
    "earliest": ("date",),
    "latest": ("date",),
    "longest": ("text",),
}
"""Which forms of entry each field is for."""


def _find_kind_faults(fields: Fields, kind: EntryKind, given: str) -> None:
    for key, forms in _OWN_FIELDS.items():
        # a kind that is none is told by itself: what it is meant to be, nobody knows
        if key in fields.data and given in ENTRY_FORMS and given not in forms:
            named = '" or "'.join(forms)
            fields.fault(key, f"'{key}' is for kind = \"{named}\"")
    if given in _OWN_FIELDS["choices"] and len(kind.choices) < 2:
        fields.fault("choices", f"kind = \"{given}\" needs 'choices', two at least")
    if given == "several":
        if len(kind.choices) > MOST_SEVERAL:
            fields.fault("choices", f'kind = "several" has at most {MOST_SEVERAL} choices')
        for choice in (each for each in kind.choices if _APART.search(each)):
            fields.fault("choices", f"'{choice}' cannot be one of several: no comma or semicolon may be in it")
    policy = fields.data.get("consolidate", "never")
    if policy not in ENTRY_POLICIES:
        told = f"'consolidate' must be {' or '.join(ENTRY_POLICIES)}"
        fields.fault("consolidate", told, suggest_nearest(str(policy), ENTRY_POLICIES))
    elif policy == "count" and not kind.choices:
        fields.fault("consolidate", "only what is chosen of a list can be counted: choice, several or yes_no")
    for key in ("measure", "total", "rate", "not_applicable"):
        if fields.data.get(key):
            fields.fault(key, f"'{key}' is of figures, and 'kind' makes cells that hold none")


def _read_bound(fields: Fields, key: str, usual: date) -> date:
    """A day that a definition gives, as a date of TOML or in a text."""
    given = fields.data.get(key)
    if isinstance(given, date):
        fields.allow(key)
        day: date | None = date(given.year, given.month, given.day)
    else:
        day = parse_day(text) if (text := fields.text(key, "")) else usual
    if day is None or not FIRST_DAY <= day <= LAST_DAY:
        fields.fault(key, f"'{key}' must be a day: 2024-01-01")
        return usual
    return day


def _read_choices(fields: Fields) -> list[str]:
    choices = fields.texts("choices", [])
    for choice in choices:
        if not choice or _FORBIDDEN.search(choice) or len(choice) > LONGEST_CHOICE or _COUNTED.fullmatch(choice):
            told = (
                f"'{choice}' cannot be a choice: 1 to {LONGEST_CHOICE} signs, no comma, quote or 、 among them, "
                "and neither a sign of reckoning at its beginning nor a blank and a number at its end"
            )
            fields.source.fault(choice if isinstance(choice, LocatedText) else fields.anchor, told)
    require_unique(fields.source, "a choice", choices, normalise_label)
    if excel_length(",".join(choices)) > LONGEST_LIST:
        fields.fault("choices", f"the choices of one list have at most {LONGEST_LIST} signs together, for Excel's sake")
    return choices


def read_entries(source: Source, cells: Sequence[FormCell]) -> tuple[EntryCell, ...]:
    """The cells that are no figures, in order; it is a fault, told once, where row and column say different things."""
    told: set[str] = set()
    return tuple(entry for cell in cells for entry in _read_entry(source, cell, told))


def _read_entry(source: Source, cell: FormCell, told: set[str]) -> Iterator[EntryCell]:
    row, column = cell.row, cell.column
    kind = row.entry or column.entry
    assert kind is not None
    both = row.entry is not None and column.entry is not None
    if both or row.rate or column.rate or row.total or column.total:
        line = row if row.entry is None else column
        if line.id not in told:
            told.add(line.id)
            source.fault(
                line.id,
                f"row '{row.id}' and column '{column.id}' say different things of '{cell.key}': "
                "name the column in 'absent' of the row, or in 'typed' for a figure",
            )
    elif (kind.required or kind.required_where) and len(row.levels) < len(LEVELS):
        if row.id not in told:
            told.add(row.id)
            source.fault(row.id, f"row '{row.id}' is for some 'levels' only: nothing in it is 'required' of all")
    else:
        yield EntryCell(cell.key, cell.table, cell.block, row, column, kind)


@derive_once
def list_bare_tables(spec: FormSpec) -> frozenset[str]:
    """The tables in which nothing is a figure."""
    return frozenset({entry.table.id for entry in spec.entries} - {cell.table.id for cell in spec.cells})


def take_entry(entry: EntryCell, content: str, scope: Scope = "own") -> tuple[str, list[Finding]]:
    """What is held of an entry as it was typed, and what was noticed of it.

    What may not stand there stays as it is, for whoever judges it.
    """
    text = content.strip()
    if scope == "consolidated" and read_counts(entry.kind, text) is not None:
        return text, []
    held, plain = take_content(entry.kind, text)
    return held, [] if plain else [finding("entry.normalised", entry.key, raw=quote_entry(text), held=held)]


def take_content(kind: EntryKind, text: str) -> tuple[str, bool]:
    """What is held of a text of a kind that has no blanks around it, and whether it is written as it should be.

    A choice as the form writes it, a day as 2024-07-05 in whatever way it is written; anything else as it is.
    """
    match kind.form:
        case "text":
            return text, True
        case "several":
            held = _find_several(kind, text)
            return held, held == text
        case "date":
            day = parse_day(text)
            held = text if day is None else day.isoformat()
            return held, day is None or text in {held, format_day(day)}
        case "choice" | "yes_no":
            held = _find_choice(kind, text) if text else ""
            return held, held == text
        case _:
            assert_never(kind.form)


def _find_choice(kind: EntryKind, text: str) -> str:
    """The choice that a text means; the text itself where it means none."""
    if text in kind.choices:
        return text
    bare = normalise_label(text)
    means = _MEANT.get(unicodedata.normalize("NFKC", text).casefold(), "") if kind.form == "yes_no" else ""
    return next((choice for choice in kind.choices if normalise_label(choice) == bare or choice == means), text)


def split_several(content: str) -> list[str]:
    """What stands in an entry of several, each by itself."""
    return content.split(SEVERAL_SIGN)


def _find_several(kind: EntryKind, text: str) -> str:
    """The choices that a text means, each once, in the order of the form; the text itself where one means none."""
    meant = {_find_choice(kind, part.strip()) for part in _APART.split(text) if part.strip()}
    if not meant or not meant <= {*kind.choices}:
        return text
    return SEVERAL_SIGN.join(choice for choice in kind.choices if choice in meant)


def is_fit(entry: EntryCell, content: str, scope: Scope = "own") -> bool:
    """Whether what is held of an entry, which is not blank, may stand there."""
    return (scope == "consolidated" and read_counts(entry.kind, content) is not None) or fits_kind(entry.kind, content)


def fits_kind(kind: EntryKind, content: str) -> bool:
    """Whether what is held, which is not blank, may stand where that kind is due."""
    match kind.form:
        case "text":
            return excel_length(content) <= kind.longest
        case "date":
            day = parse_day(content)
            return day is not None and content == day.isoformat() and kind.earliest <= day <= kind.latest
        case "choice" | "yes_no":
            return content in kind.choices
        case "several":
            parts = split_several(content)
            return {*parts} <= {*kind.choices} and len({*parts}) == len(parts)
        case _:
            assert_never(kind.form)


def describe_entry(kind: EntryKind) -> str:
    """What may stand in an entry, as a clerk reads it."""
    match kind.form:
        case "text":
            return f"写文字，最多 {kind.longest} 字"
        case "date":
            bounds, example = "", DAY_EXAMPLE
            if (kind.earliest, kind.latest) != (FIRST_DAY, LAST_DAY):
                example = f"{kind.latest} 或 {format_day(kind.latest)}"
                bounds = f"，从 {format_day(kind.earliest)}到 {format_day(kind.latest)}"
            return f"填日期{bounds}，如 {example}"
        case "choice" | "yes_no":
            return f"选{'、'.join(f'“{choice}”' for choice in kind.choices)}之一"
        case "several":
            return (
                f"填{'、'.join(f'“{choice}”' for choice in kind.choices)}中的一项或几项，几项之间用“{SEVERAL_SIGN}”隔开"
            )
        case _:
            assert_never(kind.form)


def describe_briefly(kind: EntryKind) -> str:
    """What may stand in an entry, in few words: 选项 with the choices, 日期, 文字."""
    match kind.form:
        case "text":
            return "文字"
        case "date":
            return "日期"
        case "choice" | "yes_no":
            return "选项：" + "／".join(kind.choices)
        case "several":
            return "可选几项：" + "／".join(kind.choices)
        case _:
            assert_never(kind.form)


def print_entry(entry: EntryCell, content: str) -> str:
    """What is held of an entry as a report prints it: a day as 2024年7月5日, words in one line."""
    return print_content(entry.kind, content)


def print_content(kind: EntryKind, content: str) -> str:
    """What is held of a kind as a report prints it."""
    day = parse_day(content) if kind.form == "date" else None
    return " ".join(content.split()) if day is None else format_day(day)


def name_entry(entry: EntryCell) -> str:
    """An entry in a sentence without its address: 表一“消防”“整改结果”."""
    return f"{entry.table.name}“{entry.row.short}”“{entry.column.short}”"


def quote_entry(content: str) -> str:
    """What a message quotes of an entry."""
    flat = " ".join(content.split())
    return flat if len(flat) <= MOST_QUOTED_ENTRY else f"{flat[:MOST_QUOTED_ENTRY]}…"


def read_counts(kind: EntryKind, content: str) -> Counter[str] | None:
    """How often what was chosen, as a sum says it: `已整改 3、整改中 1`; None for what is none."""
    found: Counter[str] = Counter()
    for part in content.split("、"):
        match = _COUNTED.fullmatch(part)
        if kind.consolidate != "count" or match is None or match[1] not in kind.choices or match[1] in found:
            return None
        found[match[1]] = int(match[2])
    return found


def word_counts(kind: EntryKind, counts: Mapping[str, int]) -> str:
    """How often what was chosen, in the order of the choices; nothing where nobody chose anything."""
    return "、".join(f"{choice} {counts[choice]}" for choice in kind.choices if counts.get(choice))


def count_entries(spec: FormSpec, counts: dict[str, Counter[str]], submission: Submission) -> None:
    """Adds what a submission chose to the counts of each entry that is counted; a sum brings its own counts."""
    for entry in spec.entries:
        content = submission.entries.get(entry.key, "")
        if entry.kind.consolidate == "count" and content:
            mine = read_counts(entry.kind, content) if submission.scope == "consolidated" else None
            mine = Counter(split_several(content)) if mine is None and is_fit(entry, content) else mine
            counts.setdefault(entry.key, Counter()).update(mine or {})


def find_different_entries(spec: FormSpec, one: Submission, other: Submission) -> Iterator[tuple[EntryCell, str, str]]:
    """The entries that two submissions do not print alike, with what each of them has, 未填 for a blank."""
    for entry in spec.entries:
        mine, theirs = (print_entry(entry, each.entries.get(entry.key, "")) for each in (one, other))
        if flatten_text(mine) != flatten_text(theirs):
            yield entry, mine or UNFILLED, theirs or UNFILLED


def draw_entries(spec: FormSpec, year: int) -> dict[CellKey, str]:
    """Something in every entry that may stand there: each choice in turn, days of a year as far as they may be.

    Where rules have a condition on what is chosen, that of the first.
    """
    asked: dict[CellKey, str] = {}
    kinds = {entry.key: entry.kind for entry in spec.entries}
    for chosen in (rule.linear.chosen for rule in spec.rules):
        if chosen is not None and not chosen.on_cover:
            fitting = [each for each in kinds[chosen.key].choices if (each in chosen.choices) is not chosen.barred]
            asked.setdefault(chosen.key, next(iter(fitting), ""))
    return {
        entry.key: draw_content(entry.kind, at, year, asked.get(entry.key, "")) for at, entry in enumerate(spec.entries)
    }


def draw_content(kind: EntryKind, at: int, year: int, wanted: str = "") -> str:
    """Something that may stand where a kind is due, another one for each `at` where there are several.

    `wanted` is what is to be among what is chosen.
    """
    match kind.form:
        case "choice" | "yes_no":
            return wanted or kind.choices[at % len(kind.choices)]
        case "several":
            others = [choice for choice in kind.choices if choice != wanted]
            return SEVERAL_SIGN.join(choice for choice in kind.choices if choice != others[at % len(others)])
        case "date":
            day = date(year, at % 12 + 1, at % 28 + 1)
            return min(max(day, kind.earliest), kind.latest).isoformat()
        case "text":
            return SAMPLE_WORDS[: kind.longest]
        case _:
            assert_never(kind.form)
