"""Puts a submission into the official order of its form: headings, paragraphs, and grids with the figures filled in."""

from __future__ import annotations

from collections.abc import Collection
from typing import assert_never

from xltool.forms.entries import print_entry
from xltool.forms.field_kinds import print_field
from xltool.forms.number import print_value
from xltool.forms.rates import compute_rate, format_rate
from xltool.forms.references import resolve_references
from xltool.model import (
    Cell,
    CellKey,
    EntryCell,
    FormSpec,
    Grid,
    Heading,
    Paragraph,
    Rate,
    Report,
    Section,
    Submission,
    TextPlace,
)
from xltool.periods import period_of
from xltool.report.grids import fill_grid, lay_out_list
from xltool.report.text import split_paragraphs


def assemble_report(
    spec: FormSpec,
    submission: Submission,
    *,
    prior: Submission | None = None,
    draft: bool = False,
    slashed: Collection[CellKey] = (),
) -> Report:
    """The report of one submission; nothing is printed that the agency did not give and the form does not prescribe.

    The figures that its texts name are put in here, those of last year from `prior`. `slashed` are cells that
    were left blank and let pass: they print as /, where an agency's own / prints as 0.
    """
    submission = resolve_references(spec, submission, prior)
    parts: list[Heading | Paragraph | Grid] = [*_build_line(spec, "head", submission)]
    for section in spec.sections:
        if section.heading:
            parts.append(Heading(1, section.heading))
        parts += _build_text_section(spec, section, submission)
        if section.table is not None:
            parts.append(_fill_table(spec, section.table, submission, slashed))
        if section.row_list is not None:
            row_list = next(each for each in spec.lists if each.id == section.row_list)
            parts.append(lay_out_list(row_list, submission.lists.get(row_list.id, ())))
        parts += _build_facts(spec, section, submission)
    parts += _build_line(spec, "foot", submission)
    title = f"{submission.agency.name}{period_of(submission).title}{spec.title}"
    return Report(title, submission.agency.name, submission.year, tuple(parts), draft)


def _build_line(spec: FormSpec, place: TextPlace, submission: Submission) -> list[Paragraph]:
    """The line of a paper form above or below all: each label with what was given, or room for it."""
    fields = [text for text in spec.texts if text.place == place]
    line = "　　".join(print_field(text, " ".join(submission.texts.get(text.key, "").split())) for text in fields)
    return [Paragraph(line)] if line else []


def _build_text_section(spec: FormSpec, section: Section, submission: Submission) -> list[Heading | Paragraph]:
    texts = [(spec.text(key).heading, split_paragraphs(submission.texts.get(key, ""))) for key in section.texts]
    # An aspect left empty beside written ones shows its bare heading, so that the gap is seen; five bare headings would
    # say nothing.
    headed = any(heading and paragraphs for heading, paragraphs in texts)
    parts: list[Heading | Paragraph] = []
    for heading, paragraphs in texts:
        if heading and headed:
            parts.append(Heading(2, heading))
        parts += [Paragraph(text) for text in paragraphs]
    return parts


def _build_facts(spec: FormSpec, section: Section, submission: Submission) -> list[Paragraph]:
    """The sentence about the facts of the cover that belong behind a section, of those that were given."""
    given = [
        f"{spec.text(key).label}为{' '.join(facts)}"
        for key in section.facts
        if (facts := split_paragraphs(submission.texts.get(key, "")))
    ]
    return [Paragraph(f"{section.facts_opening}{'，'.join(given)}。")] if given else []


def _fill_table(spec: FormSpec, table: str, submission: Submission, slashed: Collection[CellKey]) -> Grid:
    def word_figure(key: CellKey) -> str:
        if key in slashed:
            return "/"
        match cell := spec.any_cell(key):
            case Cell():
                return print_value(spec, submission.values[spec.index[key]], cell.measure)
            case Rate():
                return format_rate(compute_rate(spec, cell, submission.values), cell.measure)
            case EntryCell():
                return print_entry(cell, submission.entries.get(key, ""))
            case _:
                assert_never(cell)

    found = next(candidate for candidate in spec.tables if candidate.id == table)
    return fill_grid(found, word_figure, spec.entries_by_key)
