"""Checks of texts: figures named that are not there, and what a text says against form, year, agency, and persons.

What nothing contradicts for sure is told without a demand: 提示.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from xltool.forms import references
from xltool.messages import finding, join_first, suggest
from xltool.model import Finding, FormSpec, Submission, Text
from xltool.rules import likeness, misprints, narrative_doubts, persons, wording
from xltool.rules.facts import Fact

MAX_NAMED_FAULTS: Final = 6
MAX_QUOTED_REFERENCE: Final = 60


def find_text_doubts(
    spec: FormSpec, submission: Submission, prior: Submission | None, facts: Sequence[Fact]
) -> Iterator[Finding]:
    """All that is doubtful in the texts of a submission, whose totals are completed, and which state `facts`."""
    yield from _find_lost_references(spec, submission, prior)
    written = [text for text in spec.texts if text.place == "texts" and submission.texts.get(text.key, "").strip()]
    for text in written:
        said = submission.texts[text.key]
        yield from _find_contradictions(spec, submission, text, said)
        yield from _find_persons(spec, text, said)
        yield from _find_misprints(text, said)
    for section, missing in wording.find_missing_aspects(spec, submission.texts) if written else ():
        labels = "、".join(text.label.rpartition("：")[2] for text in missing)
        yield finding("text.aspects", heading=section.heading, aspects=labels)
    if written:
        yield from narrative_doubts.find_narrative_doubts(spec, submission, facts)
    if written and prior is not None and prior.texts:
        yield from _find_likeness(spec, submission, prior)


def _find_likeness(spec: FormSpec, submission: Submission, prior: Submission) -> Iterator[Finding]:
    """That much of the texts is last year's."""
    mine = likeness.take_texts(spec, submission)
    if likeness.is_comparable(mine):
        shared = likeness.compare_texts(mine, likeness.take_texts(spec, prior))
        if shared.percent >= likeness.ALIKE:
            yield finding("text.alike", percent=shared.percent, passages=_list_quotes([*shared.passages]))


def _find_lost_references(spec: FormSpec, submission: Submission, prior: Submission | None) -> Iterator[Finding]:
    """A finding for each text with references that have no figure."""
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


def _find_contradictions(spec: FormSpec, submission: Submission, text: Text, said: str) -> Iterator[Finding]:
    """What a text says that the form, or whose report of which year it is, contradicts."""
    if text.substantial and wording.is_hollow(said):
        yield finding("text.hollow", text=text.key, label=text.label, raw=said.strip(), guidance=text.guidance)
    years = list(wording.find_wrong_years(spec, submission.year, said))
    if years:
        named = "、".join(dict.fromkeys(str(each.year) for each in years))
        quoted = _list_quotes([each.quoted for each in years])
        yield finding("text.year", text=text.key, label=text.label, named=named, year=submission.year, quoted=quoted)
    notices = list(wording.find_wrong_notices(spec, said))
    if notices:
        named = "、".join(dict.fromkeys(each.number for each in notices))
        quoted = _list_quotes([each.quoted for each in notices])
        yield finding(
            "text.notice",
            text=text.key,
            label=text.label,
            named=named,
            year=submission.year,
            own=spec.basis,
            quoted=quoted,
        )
    other = wording.find_other_agency(spec, submission, said)
    if other:
        yield finding("text.agency", text=text.key, label=text.label, found=other, agency=submission.agency.name)


def _find_persons(spec: FormSpec, text: Text, said: str) -> Iterator[Finding]:
    found = list(persons.find_personal_data(spec, said))
    for severity, mine in (
        ("warning", [each for each in found if each.kind != "隐去的姓名"]),
        ("info", [each for each in found if each.kind == "隐去的姓名"]),
    ):
        if mine:
            kinds = "、".join(dict.fromkeys(each.kind for each in mine))
            shown = _list_quotes([each.shown for each in mine])
            yield finding(
                "text.person",
                severity="warning" if severity == "warning" else "info",
                text=text.key,
                label=text.label,
                count=len(mine),
                kinds=kinds,
                shown=shown,
            )


def _find_misprints(text: Text, said: str) -> Iterator[Finding]:
    for code, found in (
        ("text.digits", misprints.find_wrong_digits(said)),
        ("text.gap", misprints.find_gaps_left(said)),
    ):
        quotes = list(found)
        if quotes:
            yield finding(code, text=text.key, label=text.label, count=len(quotes), quoted=_list_quotes(quotes))
    cut = misprints.find_cut_end(said)
    if cut:
        yield finding("text.cut", text=text.key, label=text.label, quoted=f"“{cut}”")


def _list_quotes(quotes: list[str]) -> str:
    return join_first([f"“{quote}”" for quote in dict.fromkeys(quotes)], MAX_NAMED_FAULTS)


def _quote_fault(fault: references.Unresolved) -> str:
    return f"{fault.written[:MAX_QUOTED_REFERENCE]}，{fault.why}{suggest(fault.near)}"
