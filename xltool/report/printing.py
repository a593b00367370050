"""One report in any kind of file: which printer makes it, and what each kind can carry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from xltool.messages import XltoolError
from xltool.model import FormSpec, Report, Submission

if TYPE_CHECKING:
    from xltool.charts.picture import Picture

ReportKind: TypeAlias = Literal["docx", "html", "pdf", "md", "txt", "csv", "json"]
REPORT_KINDS: Final[tuple[ReportKind, ...]] = ("docx", "html", "pdf", "md", "txt", "csv", "json")
VERIFIABLE: Final[frozenset[ReportKind]] = frozenset({"docx", "html", "pdf", "txt"})
"""The kinds of report that are read back: the others are no reports, or not the way people publish them."""


class Wishes(NamedTuple):
    """What somebody wants of a report beyond its submission.

    A mark, a fragment of a page, pictures, an office's own styles, last year's

    figures for texts that name them.
    """

    draft: bool = False
    fragment: bool = False
    pictures: tuple[Picture, ...] = ()
    style: bytes | None = None
    prior: Submission | None = None


def print_report(
    spec: FormSpec, whole: Submission, given: Submission, kind: ReportKind, wishes: Wishes
) -> tuple[bytes, tuple[str, ...]]:
    """The bytes of a report, and remarks in Chinese on what is not in it as it should be.

    `whole` has its totals completed; `given` is the submission as it came, which is what a document for programs holds.

    Raises `XltoolError` for a wish that the kind cannot fulfil.
    """
    _refuse_wishes(kind, wishes)
    if kind == "json":
        from xltool.forms.document import dump

        return dump(spec, given), ()
    if kind == "csv":
        from xltool.report.data import to_csv

        return to_csv(spec, whole, draft=wishes.draft), ()
    from xltool.report.assemble import assemble_report

    report = assemble_report(spec, whole, prior=wishes.prior, draft=wishes.draft)
    if kind == "pdf":
        from xltool.report.pdf import to_pdf

        pdf = to_pdf(report)
        return pdf.data, pdf.remarks
    if kind == "docx":
        from xltool.report.docx import to_docx
        from xltool.report.housestyle import read_look

        return to_docx(report, None if wishes.style is None else read_look(wishes.style)), ()
    return _write_text_kind(spec, whole, report, kind, wishes).encode(), ()


def write_picture_page(
    spec: FormSpec, submission: Submission, pictures: Sequence[Picture], *, draft: bool = False
) -> bytes:
    """A web page of pictures alone, beside the report and no part of it."""
    from xltool.report.html import to_html
    from xltool.report.pictures import write_note, write_section

    title = f"{submission.agency.name}{submission.year}年{spec.title}图示"
    page = Report(title, submission.agency.name, submission.year, (), draft)
    return to_html(page, pictures=write_section(pictures, write_note(spec), heading="")).encode()


def _refuse_wishes(kind: ReportKind, wishes: Wishes) -> None:
    if kind not in REPORT_KINDS:
        raise XltoolError(f"不能生成 .{kind}；可以生成 {'、'.join('.' + known for known in REPORT_KINDS)}。")
    if wishes.pictures and kind != "html":
        raise XltoolError(f"图示只能放进 .html 网页，不能放进 .{kind}。")
    if wishes.fragment and (wishes.pictures or kind != "html"):
        raise XltoolError("网页片段不带图示。" if wishes.pictures else f"网页片段只能是 .html，不能是 .{kind}。")
    if wishes.style is not None and kind != "docx":
        raise XltoolError(f"样式文件只能用于 .docx，不能用于 .{kind}。")


def _write_text_kind(spec: FormSpec, whole: Submission, report: Report, kind: ReportKind, wishes: Wishes) -> str:
    """A report that is written as text."""
    if kind == "md":
        from xltool.report.markdown import to_markdown

        return to_markdown(report)
    if kind == "txt":
        from xltool.report.plain import to_text

        return to_text(report)
    from xltool.report.data import to_json_ld
    from xltool.report.html import to_fragment, to_html
    from xltool.report.pictures import write_note, write_section

    if wishes.fragment:
        return to_fragment(report)
    return to_html(
        report,
        to_json_ld(spec, whole, report.title, draft=wishes.draft),
        write_section(wishes.pictures, write_note(spec)),
    )
