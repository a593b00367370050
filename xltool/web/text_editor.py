"""A text of the county's as its editor shows it: what is wrong in it, how it prints, the figures that it may name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from xltool.campaign.texts import find_text_faults
from xltool.forms.cell_names import name_cell
from xltool.forms.references import Unresolved, split_references
from xltool.model import FormSpec, Submission
from xltool.periods import WORDS, YEAR_WORDS

PieceMark: TypeAlias = Literal["", "yes", "no"]
"""What a piece of a printed text is: words, a figure of the tables, a name that has none."""
MOST_OFFERED: Final = 40
"""So many cells are offered at once; the others are looked for."""


@dataclass(frozen=True, slots=True)
class PrintedPiece:
    """A piece of a text as it prints."""

    text: str
    mark: PieceMark = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """How a figure is named in a text, and how it prints now."""

    written: str
    printed: str


@dataclass(frozen=True, slots=True)
class OfferedCell:
    """A cell that a text may name: this year's figure, last year's and how they differ, as far as there are any."""

    name: str
    references: Sequence[Reference]


def find_faults(text: str, spec: FormSpec, total: Submission | None, prior: Submission | None) -> list[Unresolved]:
    """What is wrong with the names in a text; nothing while there are no figures."""
    return [] if total is None else list(find_text_faults(text, spec, total, prior))


def mend_fault(text: str, fault: Unresolved) -> str:
    """The text with the nearest known name in place of one that is none."""
    return f"{text[: fault.offset]}{fault.near}{text[fault.offset + len(fault.written) :]}"


def print_text(
    text: str, spec: FormSpec, total: Submission | None, prior: Submission | None
) -> list[list[PrintedPiece]]:
    """The paragraphs of a text as they print, piece by piece."""
    paragraphs: list[list[PrintedPiece]] = [[]]
    for piece in _print_pieces(text, spec, total, prior):
        first, *others = piece.text.split("\n")
        paragraphs[-1].append(PrintedPiece(first, piece.mark))
        paragraphs += [[PrintedPiece(line, piece.mark)] for line in others]
    kept = [[piece for piece in paragraph if piece.text] for paragraph in paragraphs]
    return [paragraph for paragraph in kept if paragraph]


def _print_pieces(
    text: str, spec: FormSpec, total: Submission | None, prior: Submission | None
) -> Iterator[PrintedPiece]:
    if total is None:
        yield PrintedPiece(text)
        return
    faults = find_faults(text, spec, total, prior)
    at = 0
    for piece in split_references(text, spec, total, prior):
        end = at + len(piece.written)
        if piece.written != piece.printed:
            yield PrintedPiece(piece.printed, "yes")
        else:
            done = at
            for fault in faults:
                if done <= fault.offset < end:
                    yield PrintedPiece(text[done : fault.offset])
                    done = fault.offset + len(fault.written)
                    yield PrintedPiece(text[fault.offset : done], "no")
            yield PrintedPiece(text[done:end])
        at = end


def offer_cells(
    words: str, spec: FormSpec, total: Submission | None, prior: Submission | None
) -> tuple[list[OfferedCell], int]:
    """The cells whose names hold all words, totals of whole tables where none are given; and how many there are."""
    wanted = words.split()
    names = [
        name
        for cell in spec.cells
        if wanted or cell.row.total or cell.column.total
        for name in [name_cell(spec, cell.key)]
        if all(word in name for word in wanted)
    ]
    found = [OfferedCell(name, list(_list_references(name, spec, total, prior))) for name in names[:MOST_OFFERED]]
    return found, len(names)


def _list_references(
    name: str, spec: FormSpec, total: Submission | None, prior: Submission | None
) -> Iterator[Reference]:
    if total is None:
        yield Reference(f"{{{name}}}", "")
        return
    before = WORDS[spec.every].before
    earlier = [] if prior is None else [f"{before} ", f"比{before} "]
    earlier += [f"{YEAR_WORDS.before}同期 "] if prior is not None and prior.year_ago is not None else []
    for words in ("", *earlier):
        written = f"{{{words}{name}}}"
        printed = "".join(piece.printed for piece in split_references(written, spec, total, prior))
        if printed != written:
            yield Reference(written, printed)
