"""Checks of texts: whether every figure that a text names instead of repeating it is there to be printed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from xltool.forms import references
from xltool.messages import finding, join_first, suggest
from xltool.model import Finding, FormSpec, Submission

MAX_NAMED_FAULTS: Final = 6
MAX_QUOTED_REFERENCE: Final = 60


def find_text_doubts(spec: FormSpec, submission: Submission, prior: Submission | None) -> Iterator[Finding]:
    """A finding for each text with references that have no figure; the submission has its totals completed."""
    naming = {key for key, text in submission.texts.items() if references.is_naming(text)}
    for text in spec.texts if naming else ():
        faults = (
            list(references.find_unresolved(submission.texts[text.key], spec, submission, prior))
            if text.key in naming
            else []
        )
        if faults:
            shown = join_first([_quote_fault(fault) for fault in faults], MAX_NAMED_FAULTS, between="；")
            yield finding("text.reference", label=text.label, count=len(faults), references=shown)


def _quote_fault(fault: references.Unresolved) -> str:
    return f"{fault.written[:MAX_QUOTED_REFERENCE]}，{fault.why}{suggest(fault.near)}"
