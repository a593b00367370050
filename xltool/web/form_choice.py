"""The forms that pages offer: one order, one wording, and those that cannot be offered with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xltool.forms import catalog
from xltool.model import FormSpec


@dataclass(frozen=True, slots=True)
class FormChoice:
    """The forms that can be chosen, the usual ones first, by id and words; the broken ones by id and fault."""

    offered: Sequence[tuple[str, str]]
    broken: Sequence[tuple[str, str]]


def offer_forms() -> FormChoice:
    """What a page offers where a form is to be chosen."""
    faults = ((form_id, str(error).strip().partition("\n")[0]) for form_id, error in catalog.find_faults())
    return FormChoice([(spec.id, word_form(spec)) for spec in list_usual_first()], list(faults))


def list_usual_first() -> list[FormSpec]:
    """All forms without a fault: the usual ones before the others, and among them the newest first."""
    return sorted(catalog.load_all(), key=lambda spec: (not spec.usual, -spec.years[0]))


def word_form(spec: FormSpec) -> str:
    """A form as it is chosen: 2021年度起（国办公开办函〔2021〕30号）."""
    first, last = spec.years
    span = f"{first}年度起" if last is None else f"{first}年度" if first == last else f"{first}至{last}年度"
    return f"{spec.title}，{span}（{spec.basis}）"
