"""The texts of an agency's report: as they print, each figure marked by whether something proves it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from xltool.forms.references import find_unresolved, split_references
from xltool.model import FormSpec, Submission, Text
from xltool.periods import word_before
from xltool.report.text import split_paragraphs
from xltool.rules.facts import Proof, find_facts, list_numbers

PieceKind: TypeAlias = Literal["plain", "named", "unknown", "proved", "differs", "unproved"]

_PROOFS: Final[Mapping[Proof, str]] = {
    "cell": "与表中一致",
    "prior": "与上年的数一致",
    "sum": "与文中各项之和一致",
    "reference": "引用表中的数",
    "unproved": "没有依据，请自行核对",
}


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A piece of a text, and what is known of it.

    As it is; a figure put in from a table, or a name for which there is none, and why; a figure that cells, last year
    or a sum prove, that the tables contradict, or that nothing proves.
    """

    kind: PieceKind
    printed: str
    written: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class ShownText:
    """A text with what it is for, its paragraphs in pieces, and last year's beside where that differs."""

    text: Text
    paragraphs: Sequence[Sequence[TextPiece]]
    before: Sequence[str]


@dataclass(frozen=True, slots=True)
class ShownSection:
    """The texts of one section of the report under its heading, and behind them facts of the cover under theirs."""

    heading: str
    texts: Sequence[ShownText]
    facts_heading: str
    facts: Sequence[ShownText]


@dataclass(frozen=True, slots=True)
class TextsPart:
    """The texts of a report in the order in which it prints them, and how many figures in them come from the tables."""

    sections: Sequence[ShownSection]
    named: int
    unknown: int
    proved: int
    differing: int
    unproved: int


@dataclass(frozen=True, slots=True)
class _Mark:
    """What is known of a figure at a place of a text."""

    start: int
    end: int
    kind: PieceKind
    why: str = ""


def make_texts(spec: FormSpec, submission: Submission, prior: Submission | None) -> TextsPart:
    """The texts of a submission; `prior` is last year's, of this or another edition."""
    tidy = {key: "\n".join(split_paragraphs(text)) for key, text in submission.texts.items()}
    marks = _mark_figures(spec, replace(submission, texts=tidy), prior)
    sections = [
        ShownSection(
            section.heading,
            [_show_text(spec, spec.text(key), submission, prior, marks.get(key, ())) for key in section.texts],
            section.facts_opening.rstrip("："),
            [_show_text(spec, spec.text(key), submission, prior, ()) for key in section.facts],
        )
        for section in spec.sections
        if section.texts or section.facts
    ]
    kinds = [
        piece.kind
        for section in sections
        for text in (*section.texts, *section.facts)
        for paragraph in text.paragraphs
        for piece in paragraph
    ]
    counted: tuple[PieceKind, ...] = ("named", "unknown", "proved", "differs", "unproved")
    return TextsPart(sections, *(kinds.count(kind) for kind in counted))


def _mark_figures(spec: FormSpec, submission: Submission, prior: Submission | None) -> Mapping[str, Sequence[_Mark]]:
    """What is known of the figures of the texts, by text, in their order."""
    found: dict[str, dict[tuple[int, int], _Mark]] = {}
    for number in list_numbers(spec, submission, prior):
        if number.text is not None and number.proof != "reference":
            kind: PieceKind = "unproved" if number.proof == "unproved" else "proved"
            mark = _Mark(number.start, number.end, kind, word_before(_PROOFS[number.proof], spec.every))
            found.setdefault(number.text, {})[number.start, number.end] = mark
    for fact in find_facts(spec, submission, prior):
        if fact.text is None or fact.kind == "sum":
            continue
        mine = found.setdefault(fact.text, {})
        place = fact.start, fact.end
        if fact.verdict == "differs" and fact.printed is not None:
            mine[place] = _Mark(*place, "differs", f"表中为 {format(fact.printed.normalize(), 'f')}")
        elif fact.verdict == "agrees" and place not in mine:
            mine[place] = _Mark(*place, "proved", _PROOFS["cell"])
    return {key: sorted(mine.values(), key=lambda mark: mark.start) for key, mine in found.items()}


def _show_text(
    spec: FormSpec, text: Text, submission: Submission, prior: Submission | None, marks: Sequence[_Mark]
) -> ShownText:
    years: Mapping[str, str] = {} if prior is None else prior.texts
    now, before = (split_paragraphs(texts.get(text.key, "")) for texts in (submission.texts, years))
    starts = [sum(len(paragraph) + 1 for paragraph in now[:at]) for at in range(len(now))]
    return ShownText(
        text,
        [
            list(_split_paragraph(paragraph, spec, submission, prior, [_move_mark(mark, -start) for mark in marks]))
            for paragraph, start in zip(now, starts, strict=True)
        ],
        before if before != now else [],
    )


def _move_mark(mark: _Mark, by: int) -> _Mark:
    return replace(mark, start=mark.start + by, end=mark.end + by)


def _split_figures(paragraph: str, start: int, end: int, marks: Sequence[_Mark]) -> Iterator[TextPiece]:
    """A piece of a paragraph with its figures apart."""
    at = start
    for mark in marks:
        if at <= mark.start and mark.end <= end:
            if at < mark.start:
                yield TextPiece("plain", paragraph[at : mark.start])
            yield TextPiece(mark.kind, paragraph[mark.start : mark.end], why=mark.why)
            at = mark.end
    if at < end:
        yield TextPiece("plain", paragraph[at:end])


def _split_paragraph(
    paragraph: str, spec: FormSpec, submission: Submission, prior: Submission | None, marks: Sequence[_Mark]
) -> Iterator[TextPiece]:
    unknown = {each.offset: each for each in find_unresolved(paragraph, spec, submission, prior)}
    at = 0
    for piece in split_references(paragraph, spec, submission, prior):
        if piece.written != piece.printed:
            yield TextPiece("named", piece.printed, piece.written)
            at += len(piece.written)
            continue
        end = at + len(piece.written)
        while at < end:
            fault = unknown.get(at)
            if fault is not None:
                yield TextPiece("unknown", fault.written, fault.written, fault.why)
                at += len(fault.written)
                continue
            stop = min((place for place in unknown if at < place < end), default=end)
            yield from _split_figures(paragraph, at, stop, marks)
            at = stop
