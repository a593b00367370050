"""What keeps a report from being published: cells that are blank, and texts that must be written and are not."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from xltool.forms.cell_checks import fits_slash, is_unwritten
from xltool.forms.demands import is_lacking, must_write
from xltool.model import NOT_APPLICABLE, CellKey, FormSpec, InputCell, Submission


@dataclass(frozen=True, slots=True)
class Gaps:
    """The inputs of a submission that are blank and should not be, and the labels of texts that must be written."""

    cells: tuple[InputCell, ...]
    texts: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.cells or self.texts)


def find_gaps(spec: FormSpec, submission: Submission) -> Gaps:
    """What is not there yet of what a report prints."""
    values = zip(spec.cells, submission.values, strict=True)
    return Gaps(
        (
            *(cell for cell, value in values if value is None and not cell.total),
            *(entry for entry in spec.entries if is_lacking(spec, entry, submission)),
        ),
        tuple(
            text.label
            for text in spec.texts
            if is_unwritten(submission.texts.get(text.key, "")) and must_write(spec, submission, text)
        ),
    )


def list_waived_blanks(submission: Submission) -> frozenset[CellKey]:
    """The cells of a sum that agencies left blank and that were let pass, by the words that it carries."""
    return frozenset(key for word in submission.waivers for key, value in word.values.items() if value is None)


def put_slashes(
    spec: FormSpec, submission: Submission, waived: Collection[CellKey]
) -> tuple[Submission, frozenset[CellKey]]:
    """The submission with `/` in place of blanks that were let pass and may be that; and in which cells."""
    level = submission.agency.level
    put = frozenset(
        cell.key
        for cell, value in zip(spec.cells, submission.values, strict=True)
        if value is None and cell.key in waived and fits_slash(cell, level)
    )
    values = (
        NOT_APPLICABLE if cell.key in put else value for cell, value in zip(spec.cells, submission.values, strict=True)
    )
    return replace(submission, values=tuple(values)), put
