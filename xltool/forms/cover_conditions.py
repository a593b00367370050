"""What the conditions of rules look at beside figures: cells that hold choices, and fields of the cover."""

from __future__ import annotations

from collections.abc import Mapping

from xltool.forms.list_terms import trim_compared
from xltool.forms.memo import derive_once
from xltool.model import Chosen, FormSpec, Submission


@derive_once
def list_asked_fields(spec: FormSpec) -> Mapping[str, str]:
    """The fields of the cover that conditions look at, each with something with which the first of these holds."""
    found: dict[str, str] = {}
    demands = (*(entry.demand for entry in spec.entries), *(text.demand for text in spec.texts))
    asked = (*(rule.linear.chosen for rule in spec.rules), *(each for each in demands if isinstance(each, Chosen)))
    for chosen in asked:
        if chosen is not None and chosen.on_cover:
            found.setdefault(chosen.key, f"非{chosen.choices[0]}" if chosen.barred else chosen.choices[0])
    return found


def gather_contents(spec: FormSpec, submission: Submission) -> Mapping[str, str]:
    """What a submission has in its cells that are no figures, and in fields that conditions look at, as compared."""
    fields = list_asked_fields(spec)
    if not fields:
        return submission.entries
    return {**submission.entries, **{key: trim_compared(submission.texts.get(key, "")) for key in fields}}
