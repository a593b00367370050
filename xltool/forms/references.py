"""Figures that a text names instead of repeating them: `{applications.received.total}` becomes what the table says.

So does a cell named by table, row and column. What stands in braces is looked up among the cells of the form, and
nothing else can be written there: no template language runs over a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Final

from xltool.forms import catalog
from xltool.forms.cell_names import find_named_cells, find_nearest_cell, name_cell, split_table
from xltool.forms.memo import derive_once
from xltool.forms.number import format_figure
from xltool.forms.source import find_closest
from xltool.messages import join_first
from xltool.model import PRIOR, FormSpec, Submission, Table, summand_of
from xltool.periods import WORDS, period_of

CHANGE: Final = "change."
"""In front of a cell key: the difference to last year, in words: 增加3, 减少3 or 持平."""
_EVEN: Final = "持平"
_MOST_MEANT: Final = 3
_MOST_COMPARED: Final = 4_000_000
"""Signs of the one text times signs of the other, which takes a second; longer ones lose what stands between."""
_BRACES: Final = re.compile(r"\{\s*([A-Za-z][^{}\s]*\.[^{}\s]*)\s*\}|[{｛]([^{}｛｝\n]{1,200})[}｝]")
"""Braces around a name with a dot, or around words that may begin with the name of a table."""
_YEARS: Final = {"比上年": CHANGE, "较上年": CHANGE, "上年": PRIOR, "去年": PRIOR}
"""What may stand in front of a table's name, and what stands in front of a key for it."""
_YEAR_AGO: Final = "same_last_year."
"""In front of a cell key: the figure of the same period of last year."""
_YEAR_AGO_WORDS: Final = ("上年同期", "去年同期")


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A reference that has no figure: as it is written, where in the text, why, and the nearest known one."""

    written: str
    offset: int
    why: str
    near: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text as it is written and as it is printed, which differ for a reference."""

    written: str
    printed: str


def is_naming(text: str) -> bool:
    """Whether a text may hold references."""
    return "{" in text or "｛" in text


def resolve_references(spec: FormSpec, submission: Submission, prior: Submission | None = None) -> Submission:
    """The submission, its totals completed, with texts that say the figures.

    A reference that has none stays as it is written.

    `prior` is last year's submission, of this or another edition; without it no reference to last year has a figure.
    """
    if not any(is_naming(text) for text in submission.texts.values()):
        return submission
    years = _both_years(spec, submission, prior)
    return replace(submission, texts={key: _replace_references(text, years) for key, text in submission.texts.items()})


def find_unresolved(
    text: str, spec: FormSpec, submission: Submission, prior: Submission | None = None
) -> Iterator[Unresolved]:
    """Every reference of a text that has no figure."""
    for _, _, found in _find_references(text, _both_years(spec, submission, prior)):
        if isinstance(found, Unresolved):
            yield found


def split_references(
    text: str, spec: FormSpec, submission: Submission, prior: Submission | None = None
) -> tuple[Piece, ...]:
    """A text piece by piece: what stands between its references, and each reference that has a figure."""
    return tuple(piece for piece in _split_text(text, _both_years(spec, submission, prior)) if piece.written)


def carry_references(pieces: Sequence[Piece], changed: str) -> tuple[str, tuple[Piece, ...]]:
    """A text that a person has changed as it printed, with its references where their figures were left as they were.

    Also the references that are gone: whose figure, or the signs beside it, were changed.
    """
    printed = "".join(piece.printed for piece in pieces)
    begin = _count_common(printed, changed)
    end = min(_count_common(printed[::-1], changed[::-1]), len(printed) - begin, len(changed) - begin)
    kept = [(0, 0, begin), *_match_between(printed, changed, begin, end), (len(printed) - end, len(changed) - end, end)]
    parts, lost, at, done = [], [], 0, 0
    for piece in pieces:
        start, at = at, at + len(piece.printed)
        if piece.written == piece.printed:
            continue
        # With a sign on either side: 3 in 件数为3件 is not the 3 that somebody made of it in 件数为13件.
        wide = max(start - 1, 0), min(at + 1, len(printed))
        there = next((new - old for old, new, size in kept if old <= wide[0] and wide[1] <= old + size), None)
        if there is None or start + there < done:
            lost.append(piece)
            continue
        parts += [changed[done : start + there], piece.written]
        done = at + there
    return "".join([*parts, changed[done:]]), tuple(lost)


def _count_common(one: str, other: str) -> int:
    """How many signs two texts both begin with."""
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _match_between(printed: str, changed: str, begin: int, end: int) -> Iterator[tuple[int, int, int]]:
    """What is the same in two texts between what both begin and end with: places in both, and length."""
    old, new = printed[begin : len(printed) - end], changed[begin : len(changed) - end]
    if len(old) * len(new) <= _MOST_COMPARED:
        for block in SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks():
            yield begin + block.a, begin + block.b, block.size


def blank_references(text: str, spec: FormSpec) -> str:
    """The text with a line break for each sign of its references.

    What else is in it stands where it stood, and apart.
    """
    for start, end, _ in _list_references(text, spec):
        text = f"{text[:start]}{chr(10) * (end - start)}{text[end:]}"
    return text


def _replace_references(text: str, years: tuple[_Year, _Year | None]) -> str:
    return "".join(piece.printed for piece in _split_text(text, years))


def _split_text(text: str, years: tuple[_Year, _Year | None]) -> Iterator[Piece]:
    done = 0
    for start, end, found in _find_references(text, years):
        if isinstance(found, Unresolved):
            continue
        figure, unit = found
        yield Piece(text[done:start], text[done:start])
        # 比上年{change.…}件: there is no 持平件
        done = end + len(unit) if figure == _EVEN and text.startswith(unit, end) else end
        yield Piece(text[start:done], figure)
    yield Piece(text[done:], text[done:])


def _find_references(
    text: str, years: tuple[_Year, _Year | None]
) -> Iterator[tuple[int, int, tuple[str, str] | Unresolved]]:
    """Each reference with its place, its figure and the unit of that, or why there is none."""
    for start, end, name in _list_references(text, years[0].spec):
        try:
            key = name if isinstance(name, str) else _find_key(name, years[0].spec)
            yield start, end, _resolve_figure(key, *years)
        except _Meaningless as fault:
            yield start, end, Unresolved(text[start:end], start, fault.why, fault.near)


@dataclass(frozen=True, slots=True)
class _Named:
    """A cell named by table, row and column, with what stands in front of a key for the year."""

    mark: str
    table: Table
    words: str


def _list_references(text: str, spec: FormSpec) -> Iterator[tuple[int, int, str | _Named]]:
    """Each reference with its place: a key, or words that begin with a table; other braces are signs like any other."""
    for match in _BRACES.finditer(text):
        name = match[1] or _read_named(match[2], spec)
        if name is not None:
            yield *match.span(), name


@derive_once
def _list_words(spec: FormSpec) -> dict[str, str]:
    """What may stand in front of a table's name in a form that is reported so often, the longest first."""
    if spec.every in {"year", "once"}:
        return _YEARS
    before = WORDS[spec.every].before
    near = {f"比{before}": CHANGE, f"较{before}": CHANGE, before: PRIOR}
    return dict.fromkeys(_YEAR_AGO_WORDS, _YEAR_AGO) | near


def _read_named(words: str, spec: FormSpec) -> _Named | None:
    words, known = words.strip(), _list_words(spec)
    year = next((word for word in known if words.startswith(word)), "")
    found = split_table(spec, words.removeprefix(year))
    return None if found is None or not found[1] else _Named(known.get(year, ""), *found)


def _find_key(name: _Named, spec: FormSpec) -> str:
    """The key that a cell's name means, with its mark."""
    found = find_named_cells(name.table, name.words)
    if len(found) == 1:
        return f"{name.mark}{found[0].key}"
    year = next((word for word, mark in _list_words(spec).items() if mark == name.mark), "")
    near = name_cell(spec, found[0].key) if found else find_nearest_cell(spec, name.table, name.words)
    shown = f"{{{year}{near}}}" if near else ""
    if not found:
        raise _Meaningless(f"{name.table.name}里没有这样的行和栏", shown)
    others = join_first([name_cell(spec, cell.key) for cell in found], _MOST_MEANT, "格")
    raise _Meaningless(f"不止一格符合（{others}），行和栏要写全", shown)


def _say_period(submission: Submission) -> str:
    return period_of(submission).title if submission.part else f"{submission.year} 年"


class _Meaningless(Exception):
    def __init__(self, why: str, near: str = "") -> None:
        super().__init__(why)
        self.why, self.near = why, near


@dataclass(frozen=True, slots=True)
class _Year:
    """The figures of one year, in the form of that year."""

    spec: FormSpec
    submission: Submission

    def scaled_value(self, key: str) -> int:
        figure = summand_of(self.submission.values[self.spec.index[key]])
        if figure is None:
            raise _Meaningless(f"{_say_period(self.submission)}的这一格没有数")
        return figure

    def format_cell(self, key: str) -> tuple[str, str]:
        measure = self.spec.cell(key).measure
        return format_figure(self.scaled_value(key), measure), measure.unit


def _both_years(spec: FormSpec, submission: Submission, prior: Submission | None) -> tuple[_Year, _Year | None]:
    return _Year(spec, submission), None if prior is None else _Year(catalog.load_form(prior.form), prior)


def _find_year_ago(last: _Year | None) -> _Year | None:
    """The same period of last year, which comes with the one before."""
    ago = None if last is None else last.submission.year_ago
    return None if ago is None else _Year(catalog.load_form(ago.form), ago)


def _resolve_figure(name: str, this: _Year, last: _Year | None) -> tuple[str, str]:
    """The figure that a reference names, and its unit."""
    mark = next(
        (mark for mark in (PRIOR, CHANGE, _YEAR_AGO) if name.startswith(mark) and name not in this.spec.index), ""
    )
    key = name.removeprefix(mark)
    before = WORDS[this.spec.every].before
    if mark == _YEAR_AGO:
        last, before, mark = _find_year_ago(last), _YEAR_AGO_WORDS[0], PRIOR
    if key not in this.spec.index and not (mark == PRIOR and last and key in last.spec.index):
        near = find_closest(key, this.spec.index)
        raise _Meaningless(f"{this.spec.id} 没有这一格", f"{{{mark}{near}}}" if near else "")
    if not mark:
        return this.format_cell(key)
    if last is None:
        raise _Meaningless(f"没有{before}的数，不能引用")
    if key not in last.spec.index:
        raise _Meaningless(f"{before}的报表（{last.spec.id}）没有这一格")
    return last.format_cell(key) if mark == PRIOR else _resolve_change(key, this, last)


def _resolve_change(key: str, this: _Year, last: _Year) -> tuple[str, str]:
    now, then = this.spec.cell(key).measure, last.spec.cell(key).measure
    if (now.unit, now.decimals) != (then.unit, then.decimals):
        raise _Meaningless("两年的计量单位不同，不能比较")
    difference = this.scaled_value(key) - last.scaled_value(key)
    words = _EVEN if not difference else ("增加" if difference > 0 else "减少") + format_figure(abs(difference), now)
    return words, now.unit
