"""Findings about figures that texts state and tables contradict: what is not certain is left alone, or only told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from xltool.messages import finding, join_first
from xltool.model import CellKey, Finding, FormSpec, Severity, Submission
from xltool.rules.facts import Fact, find_excesses

MOST_DOUBTS: Final = 20
"""So many of one submission are told."""
_MOST_NAMED: Final = 3
_MOST_QUOTED: Final = 80


def find_narrative_doubts(spec: FormSpec, submission: Submission, facts: Sequence[Fact]) -> Iterator[Finding]:
    """What texts and tables, or a text's own list, say differently; the submission has its totals completed.

    An error only where a text says flatly that there was nothing of what the table counts, with no other reading. What
    is said of another scope is told, for it may be right.
    """
    yield from islice(_find_all(spec, submission, facts), MOST_DOUBTS)


def _find_all(spec: FormSpec, submission: Submission, facts: Sequence[Fact]) -> Iterator[Finding]:
    counted = {(fact.of, fact.year) for fact in facts if fact.kind == "figure" and fact.value}
    for fact in facts:
        code, severity = _grade(fact, submission.year)
        if severity == "error" and (fact.of, fact.year) in counted:
            code, severity = "text.figure", "warning"  # it says both: 收到申请3件 and, of some kind of them, 未收到
        if code:
            yield _tell_fact(code, severity, fact, spec, submission.year)
    for key, text, found in find_excesses(spec, submission):
        total = found.total.number
        assert total is not None
        yield finding(
            "text.sum",
            text=key,
            label=spec.text(key).label,
            quoted=_shorten(text[found.total.start : found.parts[-1].end]),
            parts=join_first([part.text for part in found.parts], _MOST_NAMED * 2, "项"),
            added=int(total.value) + found.residual,
            total=found.total.text,
            excess=found.residual,
        )


def _grade(fact: Fact, year: int) -> tuple[str, Severity]:
    """Under which code and how gravely a fact is told; no code for one that is not."""
    if fact.verdict == "differs":
        is_own = fact.year is None or fact.year == year
        if fact.is_flat and fact.is_whole and is_own and fact.kind == "figure":
            return "text.contradicted", "error"
        return "text.figure", "warning"
    if fact.verdict == "unknown" and fact.scope and not fact.qualifier and fact.printed is not None:
        return "text.figure", "info"
    return "", "info"


def _tell_fact(code: str, severity: Severity, fact: Fact, spec: FormSpec, year: int) -> Finding:
    of_last = fact.kind == "figure" and fact.year not in (None, year)
    printed = "" if fact.printed is None else format(fact.printed.normalize(), "f")
    return finding(
        code,
        *(() if of_last else fact.keys),
        severity=severity,
        text=fact.text,
        label=spec.text(fact.text or "").label,
        quoted=fact.quote,
        said=_shorten(fact.sentence),
        meant=_name_meaning(fact, spec, of_last=of_last),
        printed=f"{printed}%" if fact.unit == "%" else printed,
    )


def _name_meaning(fact: Fact, spec: FormSpec, *, of_last: bool) -> str:
    """What the tables have, in words: “本年新收 总计”, its share, or its change on last year."""
    named = f"{'上年' if of_last else ''}{_name_cells(fact.keys, spec)}"
    if fact.kind == "percent":
        return f"{named}占{_name_cells(fact.base[0], spec)}的比例，按表中的数算"
    return f"{named}比上年的变化，按两年的数算" if fact.kind == "change" else named


def _name_cells(keys: Sequence[CellKey], spec: FormSpec) -> str:
    cells = [spec.cell(key) for key in keys]
    names = [f"“{cell.row.short} {cell.column.short}”" for cell in cells]
    return f"{join_first(names, _MOST_NAMED, '格')}{'之和' if len(keys) > 1 else ''}"


def _shorten(said: str) -> str:
    """What is quoted of a sentence, without line breaks."""
    plain = " ".join(said.split())
    return plain if len(plain) <= _MOST_QUOTED else f"{plain[:_MOST_QUOTED]}…"
