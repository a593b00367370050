"""The register of report kinds: which printer makes each, what each may have, which are read back.

Whatever lists kinds reads it here: help texts, guards, documents.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from xltool.messages import XltoolError
from xltool.model import CellKey, FormSpec, Report, Submission
from xltool.periods import period_of

if TYPE_CHECKING:
    from xltool.charts.picture import Picture


class Wishes(NamedTuple):
    """What somebody wants of a report beyond its submission.

    A mark, a fragment of a page, pictures, an office's own styles, last year's figures for texts that name them, cells
    that print as /.
    """

    draft: bool = False
    fragment: bool = False
    pictures: tuple[Picture, ...] = ()
    style: bytes | None = None
    prior: Submission | None = None
    slashed: Collection[CellKey] = ()  # blanks that were let pass


@dataclass(frozen=True, slots=True)
class Option:
    """Something that only some kinds can have.

    Its flag, its name in a sentence, how to know that it is wanted, what else would do.
    """

    flag: str
    words: str
    is_wanted: Callable[[Wishes], bool]
    instead: str = ""


PICTURES: Final = Option("--pictures", "图示", lambda wishes: bool(wishes.pictures), "；另生成一份 .html 放图示")
FRAGMENT: Final = Option("--fragment", "网页片段", lambda wishes: wishes.fragment)
STYLE: Final = Option("--style", "样式文件", lambda wishes: wishes.style is not None)
OPTIONS: Final = (PICTURES, FRAGMENT, STYLE)
_APART: Final = ((FRAGMENT, PICTURES, "发布系统大多会去掉图示；另生成一份 .html 放图示"),)
"""What cannot be had together, and why."""


@dataclass(frozen=True)
class Order:
    """What a printer is asked for.

    `whole` has its totals completed; `given` is the submission as it came, for programs.
    """

    spec: FormSpec
    whole: Submission
    given: Submission
    wishes: Wishes

    @cached_property
    def report(self) -> Report:
        """The headings, paragraphs and tables that all kinds but those for programs print."""
        from xltool.report.assemble import assemble_report

        return assemble_report(
            self.spec, self.whole, prior=self.wishes.prior, draft=self.wishes.draft, slashed=self.wishes.slashed
        )


Output: TypeAlias = tuple[bytes, tuple[str, ...]]
"""The bytes of a report, and remarks in Chinese on what is not in it as it should be."""


@dataclass(frozen=True, slots=True)
class ReportKind:
    """One kind of file that a report can be.

    The suffix that names it, what a clerk calls it, its printer, the options that it takes. `is_read_back`: `verify`
    and `import` read it, since people publish it. `is_usual`: an office publishes it unless told otherwise. `is_data`:
    figures for programs, and no report.
    """

    suffix: str
    words: str
    print_order: Callable[[Order], Output]
    options: frozenset[Option] = frozenset()
    is_read_back: bool = False
    is_usual: bool = False
    is_data: bool = False


def _print_docx(order: Order) -> Output:
    from xltool.report.docx import to_docx
    from xltool.report.housestyle import read_look

    style = order.wishes.style
    return to_docx(order.report, None if style is None else read_look(style)), ()


def _print_html(order: Order) -> Output:
    from xltool.report.data import to_json_ld
    from xltool.report.html import to_fragment, to_html
    from xltool.report.pictures import write_note, write_section

    report, wishes = order.report, order.wishes
    if wishes.fragment:
        return to_fragment(report).encode(), ()
    dataset = to_json_ld(order.spec, order.whole, report.title, draft=wishes.draft)
    return to_html(report, dataset, write_section(wishes.pictures, write_note(order.spec))).encode(), ()


def _print_pdf(order: Order) -> Output:
    from xltool.report.pdf import to_pdf

    pdf = to_pdf(order.report)
    return pdf.data, pdf.remarks


def _print_markdown(order: Order) -> Output:
    from xltool.report.markdown import to_markdown

    return to_markdown(order.report).encode(), ()


def _print_text(order: Order) -> Output:
    from xltool.report.plain import to_text

    return to_text(order.report).encode(), ()


def _print_csv(order: Order) -> Output:
    from xltool.report.data import to_csv

    return to_csv(order.spec, order.whole, draft=order.wishes.draft), ()


def _print_json(order: Order) -> Output:
    from xltool.forms.document import dump_document

    return dump_document(order.spec, order.given), ()


REPORT_KINDS: Final[Mapping[str, ReportKind]] = {
    kind.suffix: kind
    for kind in (
        ReportKind("docx", "Word 文档", _print_docx, frozenset({STYLE}), is_read_back=True, is_usual=True),
        ReportKind("html", "网页", _print_html, frozenset({PICTURES, FRAGMENT}), is_read_back=True, is_usual=True),
        ReportKind("pdf", "PDF", _print_pdf, is_read_back=True),
        ReportKind("md", "Markdown 文本", _print_markdown),
        ReportKind("txt", "纯文本", _print_text, is_read_back=True),
        ReportKind("csv", "逐格数据", _print_csv, is_data=True),
        ReportKind("json", "上报件", _print_json, is_data=True),
    )
}


def print_report(spec: FormSpec, whole: Submission, given: Submission, suffix: str, wishes: Wishes) -> Output:
    """The report of a submission, `whole` with its totals completed and `given` as it came, as the kind of that suffix.

    Raises `XltoolError` for a kind that there is none of, and for a wish that the kind cannot fulfil.
    """
    kind = REPORT_KINDS.get(suffix)
    if kind is None:
        raise XltoolError(f"不能生成 .{suffix}；可以生成 {list_suffixes(REPORT_KINDS.values())}。")
    if fault := find_fault(kind, [option for option in OPTIONS if option.is_wanted(wishes)]):
        raise XltoolError(fault)
    return kind.print_order(Order(spec, whole, given, wishes))


def find_fault(kind: ReportKind, wanted: Collection[Option], *, by_flag: bool = False) -> str:
    """Why a report of that kind cannot have what is wanted, in a sentence; nothing when it can.

    `by_flag` names `--pictures`, not 图示.
    """
    names = {option: f"{option.flag} " if by_flag else option.words for option in OPTIONS}
    for option in OPTIONS:
        if option in wanted and option not in kind.options:
            return f"{names[option]}{restrict_option(option)}，不能用于 .{kind.suffix}{option.instead}。"
    for one, other, why in _APART:
        if one in wanted and other in wanted:
            return f"{names[one]}不能与{' ' if by_flag else ''}{names[other]}同用：{why}。"
    return ""


def restrict_option(option: Option) -> str:
    """`只能用于 .html`, for the kinds that take an option."""
    return f"只能用于 {list_suffixes(kind for kind in REPORT_KINDS.values() if option in kind.options)}"


def list_suffixes(kinds: Iterable[ReportKind]) -> str:
    """Kinds by what the names of their files end in: `.docx、.html`."""
    return "、".join(f".{kind.suffix}" for kind in kinds)


def list_read_back() -> str:
    """The kinds that are read back: `.docx、.html`."""
    return list_suffixes(kind for kind in REPORT_KINDS.values() if kind.is_read_back)


def write_picture_page(
    spec: FormSpec, submission: Submission, pictures: Sequence[Picture], *, draft: bool = False
) -> bytes:
    """A web page of pictures alone, beside the report and no part of it."""
    from xltool.report.html import to_html
    from xltool.report.pictures import write_note, write_section

    title = f"{submission.agency.name}{period_of(submission).title}{spec.title}图示"
    page = Report(title, submission.agency.name, submission.year, (), draft)
    return to_html(page, pictures=write_section(pictures, write_note(spec), heading="")).encode()
