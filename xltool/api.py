"""The verbs of xltool on values and bytes: what `import xltool` offers and the commands are made of. Nothing here touches a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from xltool import codes, messages
from xltool.forms import catalog, document
from xltool.messages import UnknownFormError, XltoolError, finding
from xltool.model import Finding, FormSpec, Reading, Submission

if TYPE_CHECKING:
    import pandas

Status: TypeAlias = Literal["accepted", "returned", "rejected"]
Kind: TypeAlias = Literal["docx", "html", "md"]
KINDS: Final[tuple[Kind, ...]] = ("docx", "html", "md")


def forms() -> tuple[str, ...]:
    """The ids of all known forms: the packaged ones and those in the folders of XLTOOL_FORMS."""
    return catalog.ids()


def form(form_id: str) -> FormSpec:
    """The form of that id; raises `UnknownFormError`, or `DefinitionError` with every fault of its definition."""
    return catalog.load(form_id)


def known_form(form_id: str) -> FormSpec | None:
    """The form of that id, or None when there is none."""
    try:
        return catalog.load(form_id)
    except UnknownFormError:
        return None


def read(data: bytes, source: str = "", passwords: Sequence[str] = ()) -> Reading:
    """The submission in the bytes of a workbook or a submission document, with what was noticed in reading; never raises for bad bytes.

    `passwords` are tried in order on a workbook that is locked with one.
    """
    if document.looks_like(data):
        reading = document.parse(data, known_form, source)
    else:
        from xltool.workbook.read import read as read_workbook

        reading = read_workbook(data, known_form, source, passwords)
    if reading.submission is not None:
        from xltool.workbook.identity import edition_finding

        wrong = edition_finding(form(reading.submission.form), reading.submission.year)
        if wrong is not None:
            return Reading(None, (wrong,))
    return reading


def check(readings: Sequence[Reading], priors: Sequence[Submission | None] | None = None) -> list[Reading]:
    """The readings, of any forms, with all findings of their forms' rules; errors first, rejected ones as they are.

    `priors` are last year's submissions, one for each reading or None where there is none.
    """
    from xltool.rules.judge import judged

    results = list(readings)
    by_form: dict[str, list[int]] = {}
    for at, reading in enumerate(readings):
        if reading.submission is not None:
            by_form.setdefault(reading.submission.form, []).append(at)
    for form_id, places in by_form.items():
        last_year = None if priors is None else [priors[at] for at in places]
        for at, result in zip(places, judged(form(form_id), [readings[at] for at in places], last_year), strict=True):
            results[at] = result
    return results


def status(reading: Reading) -> Status:
    """accepted: no error finding; returned: read, with errors; rejected: could not be read."""
    if reading.submission is None:
        return "rejected"
    return "returned" if any(found.severity == "error" for found in reading.findings) else "accepted"


def fill(submission: Submission, prior: Submission | None = None) -> bytes:
    """The official workbook with a submission's inputs and texts filled in; same submission, same bytes.

    With last year's submission (`prior`) its figures stand beside the inputs. Raises `XltoolError` for a text longer than a cell
    of Excel holds.
    """
    from xltool.workbook.write import workbook

    return workbook(form(submission.form), submission, prior)


def differing_totals(submission: Submission) -> tuple[Finding, ...]:
    """Given totals that a workbook cannot show, because its own sums give something else: an error for each."""
    from xltool.forms.number import written
    from xltool.forms.totals import computed

    spec = form(submission.form)
    return tuple(
        finding("total.differs", cell.key, typed=written(old, cell.measure), value=written(new, cell.measure))
        for cell, old, new in zip(spec.cells, submission.values, computed(spec, submission.values), strict=True)
        if cell.total and old is not None and old != new
    )


def report(submission: Submission, kind: Kind = "docx", *, draft: bool = False) -> bytes:
    """The final report as a .docx, .html or .md file; `draft` marks it as not to be published. Judges nothing: `check` first."""
    from xltool.forms.totals import completed
    from xltool.report.assemble import assemble

    spec = form(submission.form)
    assembled = assemble(spec, completed(spec, submission)[0], draft=draft)
    if kind == "docx":
        from xltool.report.docx import to_docx

        return to_docx(assembled)
    if kind == "html":
        from xltool.report.html import to_html

        return to_html(assembled).encode()
    if kind == "md":
        from xltool.report.markdown import to_markdown

        return to_markdown(assembled).encode()
    raise XltoolError(f"不能生成 .{kind}；可以生成 {'、'.join('.' + known for known in KINDS)}。")


def dump(submission: Submission) -> bytes:
    """The submission document: JSON in UTF-8 with every digit as filled in."""
    return document.dump(form(submission.form), submission)


def message(found: Finding, spec: FormSpec | None) -> str:
    """A finding as a clerk reads it, with addresses in the form's workbook; `spec` is None for a rejected file."""
    if spec is None:
        return messages.render(found, None, None)
    from xltool.workbook.address import plan

    return messages.render(found, spec, plan(spec).place)


def described(found: Finding, reading: Reading) -> dict[str, Any]:
    """A finding as the contract's JSON has it: code, rule, severity, cells with sheet, address and value, message, suspects."""
    spec = None if reading.submission is None else form(reading.submission.form)
    cells, suspects = [], []
    if spec is not None and reading.submission is not None:
        from xltool.workbook.address import plan

        place, values = plan(spec).place, reading.submission.values
        for key in found.keys:
            sheet, address = place(key)
            value = document.json_value(values[spec.index[key]], spec.cell(key).measure)
            cells.append({"key": key, "sheet": sheet, "address": address, "value": value})
        for suspect in found.suspects:
            measure = spec.cell(suspect.key).measure
            value, proposed = document.json_value(suspect.value, measure), document.json_value(suspect.proposed, measure)
            suspects.append({"key": suspect.key, "value": value, "proposed": proposed, "why": suspect.why})
    return {
        "code": found.code,
        "rule": None if found.rule is None else found.rule.partition("@")[0],
        "severity": found.severity,
        "cells": cells,
        "message": message(found, spec),
        "suspects": suspects,
    }


def to_frame(submissions: Iterable[Submission]) -> pandas.DataFrame:
    """Submissions of one form as a frame: one row each, indexed by agency code, a column a cell key; 万元 as Decimal, blank as None.

    `/` stays the text `/`. Figures are exact: Python's integers and Decimals, not floats.
    """
    from decimal import Decimal

    import pandas as pd

    from xltool.model import NotApplicable

    rows = list(submissions)
    if len({submission.form for submission in rows}) > 1:
        raise XltoolError("to_frame 一次只能处理同一种报表的上报件。")
    if not rows:
        return pd.DataFrame()
    spec = form(rows[0].form)

    def exact(value: Any, decimals: int) -> Any:
        if value is None or isinstance(value, NotApplicable):
            return None if value is None else "/"
        return Decimal(value).scaleb(-decimals) if decimals else value

    data = [[exact(v, c.measure.decimals) for v, c in zip(s.values, spec.cells, strict=True)] for s in rows]
    heads = pd.DataFrame([[s.agency.name, s.year] for s in rows], columns=["agency", "year"], dtype=object)
    frame = pd.concat([heads, pd.DataFrame(data, columns=list(spec.index), dtype=object)], axis=1)
    frame.index = pd.Index([submission.agency.code for submission in rows], name="code")
    return frame


def explain(name: str) -> str:
    """What a rule (`applications.balance`) or a finding code (`cell.blank`) means, its basis and how to mend it; in Chinese, for a clerk.

    Raises `XltoolError` naming the nearest known name.
    """
    from xltool.forms.source import nearest

    if name in codes.CATALOGUE:
        return messages.explained_code(name)
    specs = [form(form_id) for form_id in forms()]
    found = [text for spec in specs if (text := messages.explained_rule(name, spec))]
    if not found:
        known = [*codes.CATALOGUE, *(rule.id for spec in specs for rule in spec.rules), *(r.name for spec in specs for r in spec.rules)]
        hint = nearest(name, known)
        raise XltoolError(f"没有名为 {name} 的勾稽关系或审核代码{f'，最接近的是 {hint.split(chr(39))[1]}' if hint else ''}。")
    return "\n\n".join(found)
