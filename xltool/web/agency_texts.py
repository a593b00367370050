"""The texts of an agency's report: as they print, with the figures that they name out of the tables marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from xltool.forms.references import find_unresolved, split_references
from xltool.model import FormSpec, Submission, Text
from xltool.report.text import split_paragraphs

PieceKind: TypeAlias = Literal["plain", "named", "unknown"]


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A piece of a text: as it is, a figure put in from a table, or a name for which there is none, and why."""

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


def make_texts(spec: FormSpec, submission: Submission, prior: Submission | None) -> TextsPart:
    """The texts of a submission; `prior` is last year's, of this or another edition."""
    sections = [
        ShownSection(
            section.heading,
            [_show_text(spec, spec.text(key), submission, prior) for key in section.texts],
            section.facts_opening.rstrip("："),
            [_show_text(spec, spec.text(key), submission, prior) for key in section.facts],
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
    return TextsPart(sections, kinds.count("named"), kinds.count("unknown"))


def _show_text(spec: FormSpec, text: Text, submission: Submission, prior: Submission | None) -> ShownText:
    years: Mapping[str, str] = {} if prior is None else prior.texts
    now, before = (split_paragraphs(texts.get(text.key, "")) for texts in (submission.texts, years))
    return ShownText(
        text,
        [list(_split_paragraph(paragraph, spec, submission, prior)) for paragraph in now],
        before if before != now else [],
    )


def _split_paragraph(
    paragraph: str, spec: FormSpec, submission: Submission, prior: Submission | None
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
            yield TextPiece("plain", paragraph[at:stop])
            at = stop
