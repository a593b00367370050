"""The verbs of xltool on values and bytes: what `import xltool` offers and the commands are made of.

Nothing touches a file.

In the examples `sample` and `wrong` are the bytes of two submission documents of the packaged county,
`samples/2024/654221-015.json` and `samples/2024/654221-102.json`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from xltool import codes, messages
from xltool.forms import catalog, document
from xltool.messages import DefinitionError, UnknownFormError, XltoolError, finding
from xltool.model import SEVERITIES, CellKey, Finding, FormSpec, Reading, Submission, Suspect
from xltool.periods import period_of

if TYPE_CHECKING:
    import pandas

    from xltool.charts.picture import Picture
    from xltool.forms.across import AcrossRule, OtherForm, OtherReports
    from xltool.published.hints import Hints
    from xltool.published.imported import Imported
    from xltool.rules.opinions import Opinion

Status: TypeAlias = Literal["accepted", "returned", "rejected"]


def forms() -> tuple[str, ...]:
    """The ids of all known forms: the packaged ones and those in the folders of XLTOOL_FORMS.

    >>> xltool.forms()
    ('enforcement-2024', 'hazards-2024', 'ogi-2019', 'ogi-2021', 'ogi-ledger', 'website-report-2017')
    """
    return catalog.list_ids()


def form(form_id: str) -> FormSpec:
    """The form of that id; raises `UnknownFormError`, or `DefinitionError` with every fault of its definition.

    >>> form = xltool.form("ogi-2021")
    >>> len(form.cells), form.years, form.cell("disclosure.fees.amount").measure.unit
    (200, (2021, None), '万元')
    """
    return catalog.load_form(form_id)


def known_form(form_id: str) -> FormSpec | None:
    """The form of that id, or None when there is none."""
    try:
        return catalog.load_form(form_id)
    except UnknownFormError:
        return None


def read(data: bytes, source: str = "", passwords: Sequence[str] = ()) -> Reading:
    """The submission in the bytes of a workbook or a submission document, with what was noticed in reading.

    Never raises for bad bytes.

    `passwords` are tried in order on a workbook that is locked with one.

    >>> reading = xltool.read(sample)
    >>> reading.submission.agency.name, reading.submission.year
    ('额敏县教育和科学技术局', 2024)
    >>> reading.submission.values[xltool.form("ogi-2021").index["disclosure.fees.amount"]]  # 78.1561 万元, six decimals
    78156100
    >>> xltool.read(b"no workbook").submission is None
    True
    """
    if document.looks_like(data):
        reading = document.parse_document(data, known_form, source)
    elif (imported := _read_published(data, source)) is not None:
        reading = imported.reading
    else:
        from xltool.reader.read import read_workbook

        reading = read_workbook(data, known_form, catalog.load_former, source, passwords, known=catalog.load_all)
    if reading.submission is not None:
        from xltool.reader.identity import check_edition

        wrong = check_edition(form(reading.submission.form), period_of(reading.submission))
        if wrong is not None:
            return Reading(None, (wrong,))
    return reading


def imported(data: bytes, source: str = "", hints: Hints | None = None, *, scans: bool = False) -> Imported:
    """A published report (.docx, .html, .pdf, .txt) as a submission, with the source of every figure.

    Also an .ofd, and where LibreOffice is installed .doc, .wps and .rtf.

    Never raises for bad bytes.

    `scans`: the text of a scanned PDF is recognised, some seconds a page, where `xltool[ocr]` is installed; of its
    figures those are read that a total of their row proves.

    `hints` say whose report it is, and of which year, where that is known better than the report says it.

    >>> page = xltool.report(xltool.read(sample).submission, "html")
    >>> found = xltool.imported(page)
    >>> found.reading.submission.values == xltool.read(sample).submission.values
    True
    """
    from xltool.published.hints import NO_HINTS
    from xltool.published.read import read_report

    return read_report(data, catalog.load_all(), source, hints or NO_HINTS, scans=scans)


def verify(report: bytes, submission: Submission, prior: Submission | None = None) -> Reading:
    """A finished report read back, with a finding for whatever it prints otherwise than the submission holds it.

    `prior` is last year's submission, where texts name figures of it.

    >>> submission = xltool.read(sample).submission
    >>> xltool.verify(xltool.report(submission), submission).findings
    ()
    """
    from xltool.forms.references import resolve_references
    from xltool.forms.totals import complete_totals
    from xltool.published.hints import Hints
    from xltool.published.verify import find_differences

    found = imported(report, hints=Hints(scope=submission.scope))
    reading = found.reading
    if reading.submission is None:
        return reading
    spec = form(submission.form)
    held = resolve_references(spec, complete_totals(spec, submission)[0], prior)
    differences = find_differences(spec, reading.submission, held, reading.findings, found.rates)
    return Reading(reading.submission, tuple(differences))


def _read_published(data: bytes, source: str) -> Imported | None:
    """The reading of a published report; None for what is none, at no cost for a workbook."""
    from xltool import kinds

    if not kinds.may_be_report(data):
        return None
    from xltool.published.read import read_if_report

    return read_if_report(data, catalog.load_all(), source)


def check(
    readings: Sequence[Reading],
    priors: Sequence[Submission | None] | None = None,
    others: Sequence[OtherReports] | None = None,
) -> list[Reading]:
    """The readings, of any forms, with all findings of their forms' rules; errors first, rejected ones as they are.

    `priors` are last year's submissions, one for each reading or None where there is none; `others`, one for each, what
    the same agency reports on other forms, for rules across forms (`FORM.across.toml`).

    >>> [right, slip] = xltool.check([xltool.read(sample), xltool.read(wrong)])
    >>> right.findings
    ()
    >>> [(found.code, found.rule) for found in slip.findings if found.severity == "error"]
    [('rule.broken', 'applications.balance@natural_person'), ('rule.broken', 'applications.balance@total')]
    """
    from xltool.rules.judge import judge_readings

    results = list(readings)
    by_form: dict[str, list[int]] = {}
    for at, reading in enumerate(readings):
        if reading.submission is not None:
            by_form.setdefault(reading.submission.form, []).append(at)
    for form_id, places in by_form.items():
        last_year = None if priors is None else [priors[at] for at in places]
        for at, result in zip(
            places, judge_readings(form(form_id), [readings[at] for at in places], last_year), strict=True
        ):
            results[at] = result
    return hold_across(results, [{}] * len(results) if others is None else others)


def hold_across(readings: Sequence[Reading], others: Sequence[OtherReports]) -> list[Reading]:
    """Judged readings with what is found where each is held against what its agency reports on other forms.

    That stands behind the other findings of its severity. Rules that lack something to look at are told as not judged.

    >>> judged = xltool.check([xltool.read(sample)])
    >>> xltool.api.hold_across(judged, [{}]) == judged  # no rule of this form is about another one
    True
    """
    forms: dict[str, Sequence[OtherForm] | Finding] = {}
    results = list(readings)
    for at, (reading, reports) in enumerate(zip(readings, others, strict=True)):
        submission = reading.submission
        if submission is None:
            continue
        if submission.form not in forms:
            forms[submission.form] = _find_across(form(submission.form))
        found = _judge_across(submission, forms[submission.form], reports)
        if found:
            ordered = sorted([*reading.findings, *found], key=lambda each: SEVERITIES.index(each.severity))
            results[at] = replace(reading, findings=tuple(ordered))
    return results


def _find_across(spec: FormSpec) -> Sequence[OtherForm] | Finding:
    """The forms beside which one is held; what is told of each of its submissions where the data have faults."""
    from xltool.forms.across import ENDING, load_across

    try:
        return load_across(spec)
    except DefinitionError as error:
        name = f"{spec.id.replace('-', '_')}{ENDING}"
        why = f"{name} 有错（{len(error.faults)} 处），用 xltool forms check {name} 检查"
        return finding("across.unjudged", what="跨报表的勾稽关系", why=why)


def _judge_across(
    submission: Submission, forms: Sequence[OtherForm] | Finding, reports: OtherReports
) -> Sequence[Finding]:
    if isinstance(forms, Finding):
        return (forms,)
    if not forms:
        return ()
    from xltool.rules.across import judge_across
    from xltool.workbook.layout_plan import make_plan

    return judge_across(form(submission.form), submission, forms, reports, lambda each: make_plan(each).place)


def status(reading: Reading) -> Status:
    """accepted: no error finding; returned: read, with errors; rejected: could not be read.

    >>> readings = xltool.check([xltool.read(data) for data in (sample, wrong, b"")])
    >>> [xltool.status(reading) for reading in readings]
    ['accepted', 'returned', 'rejected']
    """
    if reading.submission is None:
        return "rejected"
    return "returned" if any(found.severity == "error" for found in reading.findings) else "accepted"


def fill(submission: Submission, prior: Submission | None = None) -> bytes:
    """The official workbook with a submission's inputs and texts filled in; same submission, same bytes.

    With last year's submission (`prior`) its figures stand beside the inputs. Raises `XltoolError` for a text longer
    than a cell of Excel holds.

    >>> submission = xltool.read(sample).submission
    >>> workbook = xltool.fill(submission)
    >>> xltool.read(workbook).submission.values == submission.values
    True
    """
    from xltool.workbook.write import write_workbook

    return write_workbook(form(submission.form), submission, prior)


def differing_totals(submission: Submission) -> tuple[Finding, ...]:
    """Given totals that a workbook cannot show, because its own sums give something else: an error for each.

    >>> from dataclasses import replace
    >>> submission, at = xltool.read(sample).submission, xltool.form("ogi-2021").index["applications.received.total"]
    >>> typed = replace(submission, values=(*submission.values[:at], 7, *submission.values[at + 1 :]))
    >>> [(found.keys, found.data["typed"], found.data["value"]) for found in xltool.differing_totals(typed)]
    [(('applications.received.total',), '7', '0')]
    """
    from xltool.forms.number import format_value
    from xltool.forms.totals import recompute_totals

    spec = form(submission.form)
    whole = recompute_totals(spec, submission).values
    return tuple(
        finding("total.differs", cell.key, typed=format_value(old, cell.measure), value=format_value(new, cell.measure))
        for cell, old, new in zip(spec.cells, submission.values, whole, strict=True)
        if cell.total and old is not None and old != new
    )


def report(
    submission: Submission,
    kind: str = "docx",
    *,
    draft: bool = False,
    fragment: bool = False,
    pictures: Sequence[Picture] = (),
    style: bytes | None = None,
    prior: Submission | None = None,
    slashed: Collection[CellKey] = (),
) -> bytes:
    """The final report as a .docx, .html, .pdf, .md or .txt file; `draft` marks it as not to be published.

    Judges nothing: `check` first.

    Where its texts name figures of the tables (`{applications.received.total}`), these are put in; those of last year
    come from `prior`. `/` prints as 0, but in the cells `slashed`, which nobody filled in and somebody let pass.

    Its figures alone for programs are .csv (a row a cell, `report.data.to_csv`) and .json (the submission document, as
    `dump` has it). `fragment` makes HTML without a page around it, every element with its own style; `XltoolError` for
    another kind.

    A PDF needs typst or LibreOffice: `XltoolError` when neither is here. Printed by LibreOffice its bytes differ each
    time. A web page may have `pictures` (of `pictures`) behind its official text; `XltoolError` for another kind with
    some. A Word document may get its styles and page from `style`, an office's own .docx: `XltoolError` for another
    kind, or an unfit file.

    >>> page = xltool.report(xltool.read(sample).submission, "md").decode()
    >>> page.splitlines()[0]
    '# 额敏县教育和科学技术局2024年政府信息公开工作年度报告'
    """
    return report_with_remarks(
        submission, kind, draft=draft, fragment=fragment, pictures=pictures, style=style, prior=prior, slashed=slashed
    )[0]


def report_with_remarks(
    submission: Submission,
    kind: str,
    *,
    draft: bool = False,
    fragment: bool = False,
    pictures: Sequence[Picture] = (),
    style: bytes | None = None,
    prior: Submission | None = None,
    slashed: Collection[CellKey] = (),
) -> tuple[bytes, tuple[str, ...]]:
    """The same report with remarks, in Chinese, on what is not in it as it should be.

    Fonts that are not on this computer.
    """
    from xltool.forms.totals import complete_totals
    from xltool.report import printing

    spec = form(submission.form)
    whole = complete_totals(spec, submission)[0]
    return printing.print_report(
        spec, whole, submission, kind, printing.Wishes(draft, fragment, tuple(pictures), style, prior, slashed)
    )


def pictures(submission: Submission, prior: Submission | None = None) -> tuple[Picture, ...]:
    """What the figures look like.

    Applications by result and by applicant, and beside last year's (`prior`, of this or another edition).

    None for a form without the tables of applications.
    """
    from xltool.charts import compose
    from xltool.forms.totals import complete_totals
    from xltool.rules.prior_year import align_prior

    spec = form(submission.form)
    last_year = None if prior is None else replace(prior, form=spec.id, values=align_prior(spec, prior))
    return compose.draw_pictures(spec, complete_totals(spec, submission)[0], last_year)


def picture_page(submission: Submission, pictures: Sequence[Picture], *, draft: bool = False) -> bytes:
    """A web page of pictures alone, beside the report and no part of it."""
    from xltool.report.printing import write_picture_page

    return write_picture_page(form(submission.form), submission, pictures, draft=draft)


def dump(submission: Submission) -> bytes:
    """The submission document: JSON in UTF-8 with every digit as filled in.

    >>> xltool.dump(xltool.read(sample).submission) == sample
    True
    """
    return document.dump_document(form(submission.form), submission)


def message(found: Finding, spec: FormSpec | None) -> str:
    """A finding as a clerk reads it, with addresses in the form's workbook; `spec` is None for a rejected file.

    >>> [reading] = xltool.check([xltool.read(wrong)])
    >>> xltool.message(reading.findings[0], xltool.form("ogi-2021"))[:36]
    '表三“自然人”栏：第一项加第二项之和，应等于第三项加第四项之和。现为：本'
    """
    if spec is None:
        return messages.render(found, None, None)
    from xltool.workbook.layout_plan import make_plan

    return messages.render(found, spec, make_plan(spec).place)


def group_opinions(reading: Reading) -> tuple[Opinion, ...]:
    """The findings of a reading as opinions: those of one cause are one, the gravest first.

    >>> [reading] = xltool.check([xltool.read(wrong)])
    >>> [(opinion.severity, len(opinion.findings)) for opinion in xltool.group_opinions(reading)][:1]
    [('error', 2)]
    """
    from xltool.rules.opinions import group_findings

    return group_findings(reading.findings)


def describe_opinion(opinion: Opinion, reading: Reading) -> dict[str, Any]:
    """An opinion as the contract's JSON has it: severity, message, cells, which findings, suspects."""
    from xltool.rules.opinions import list_cells, word_opinion

    spec, place = _find_places(reading)
    return {
        "severity": opinion.severity,
        "message": word_opinion(opinion, reading.findings, spec, place),
        "cells": _describe_cells(list_cells(opinion, reading.findings), reading),
        "findings": list(opinion.findings),
        "suspects": _describe_suspects(opinion.suspects, reading),
    }


def describe_finding(found: Finding, reading: Reading) -> dict[str, Any]:
    """A finding as the contract's JSON has it.

    Code, rule, severity, cells with sheet, address and value, message, suspects.
    """
    spec, _ = _find_places(reading)
    return {
        "code": found.code,
        "rule": None if found.rule is None else found.rule.partition("@")[0],
        "severity": found.severity,
        "cells": _describe_cells(found.keys, reading),
        "message": message(found, spec),
        "suspects": _describe_suspects(found.suspects, reading),
        **({"others": [dict(each) for each in found.data["others"]]} if "others" in found.data else {}),
    }


def _find_places(reading: Reading) -> tuple[FormSpec | None, messages.Locator | None]:
    """The form of a reading and where its workbook has the cells; neither for what was rejected."""
    if reading.submission is None:
        return None, None
    from xltool.workbook.layout_plan import make_plan

    spec = form(reading.submission.form)
    return spec, make_plan(spec).place


def _describe_cells(keys: Sequence[CellKey], reading: Reading) -> list[dict[str, Any]]:
    spec, place = _find_places(reading)
    if spec is None or place is None or reading.submission is None:
        return []
    cells = []
    for key in keys:
        sheet, address = place(key)
        if key in spec.entries_by_key:
            value: int | float | str | None = reading.submission.entries.get(key)
        else:
            value = document.json_value(reading.submission.values[spec.index[key]], spec.cell(key).measure)
        cells.append({"key": key, "sheet": sheet, "address": address, "value": value})
    return cells


def _describe_suspects(suspects: Sequence[Suspect], reading: Reading) -> list[dict[str, Any]]:
    spec, _ = _find_places(reading)
    described = []
    for suspect in suspects if spec is not None else ():
        assert spec is not None
        measure = spec.cell(suspect.key).measure
        value, proposed = document.json_value(suspect.value, measure), document.json_value(suspect.proposed, measure)
        described.append({"key": suspect.key, "value": value, "proposed": proposed, "why": suspect.why})
    return described


def to_frame(submissions: Iterable[Submission]) -> pandas.DataFrame:
    """Submissions of any years and editions as a frame: a row each, indexed by agency code.

    First comes whose figures they are, then a column a cell.

    Figures are exact: Python's integers and Decimals, not floats; blank is None, `/` the text `/`. Columns: `agency`
    (its name), `year`, `form`, `level` (None where nobody gave it), `scope`, and the cells of all forms there are among
    the rows, None where a row's form does not have the cell.

    >>> frame = xltool.to_frame([xltool.read(sample).submission])
    >>> frame.loc["654221-015", "disclosure.fees.amount"]
    Decimal('78.1561')
    """
    from xltool.frames import build_frame

    return build_frame(submissions, form)


def from_frame(frame: pandas.DataFrame) -> list[Submission]:
    """The submissions in a frame as `to_frame` makes them, to the last digit, without texts.

    Floats are taken by 15 digits, as Excel's are.

    Raises `XltoolError` naming row and column where one is missing, of no form, or holds what its cell cannot.

    >>> [submission] = xltool.from_frame(xltool.to_frame([xltool.read(sample).submission]))
    >>> submission.values == xltool.read(sample).submission.values
    True
    """
    from xltool.frames import build_submissions

    return build_submissions(frame, form)


def explain(name: str) -> str:
    """What a rule (`applications.balance`) or a finding code (`cell.blank`) means, its basis and how to mend it.

    In Chinese, for a clerk.

    Raises `XltoolError` naming the nearest known name.

    >>> print(xltool.explain("applications.balance").splitlines()[0])
    applications.balance　第一项加第二项之和，应等于第三项加第四项之和（强制，ogi-2019）
    """
    from xltool.forms.source import find_closest

    if name in codes.CATALOGUE:
        return messages.explain_code(name)
    specs = catalog.load_all()
    found = [text for spec in specs if (text := messages.explain_rule(name, spec))]
    across = [*_iterate_across(specs)]
    about = [each for each in across if name in {each[2].name, each[2].name.partition("@")[0]}]
    found += dict.fromkeys(_explain_across(spec, other, replace(rule, name=name)) for spec, other, rule in about)
    if not found:
        known = [
            *codes.CATALOGUE,
            *(rule.id for spec in specs for rule in spec.rules),
            *(r.name for spec in specs for r in spec.rules),
            *(rule.name for _, _, rule in across),
        ]
        near = messages.suggest(find_closest(name, known))
        broken = "、".join(form_id for form_id, _ in catalog.find_faults())
        told = f"报表 {broken} 的定义有错，没有查。" if broken else ""
        raise XltoolError(f"没有名为 {name} 的勾稽关系或审核代码{near}。{told}")
    return "\n\n".join(found)


def _iterate_across(specs: Iterable[FormSpec]) -> Iterator[tuple[FormSpec, OtherForm, AcrossRule]]:
    """Every rule about two forms; not those of data that have faults."""
    from xltool.forms.across import load_across

    for spec in specs:
        with suppress(DefinitionError):
            yield from ((spec, other, rule) for other in load_across(spec) for rule in other.rules)


def _explain_across(spec: FormSpec, other: OtherForm, rule: AcrossRule) -> str:
    lines = [
        f"{rule.name}　{rule.text}（{codes.GRADES[rule.severity]}，{spec.id} 与 {other.spec.id}）",
        f"　改法：{rule.remedy}看是哪一张表填错，改那一张，重新报送。",
        f"　依据：{rule.basis}",
    ]
    return "\n".join(lines)
