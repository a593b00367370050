"""The marks that tell whose workbook it is, of which form and year.

In the words that a cover, a footer and a message say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from xltool.codes import LEVEL_NAMES
from xltool.forms.text import excel_length
from xltool.messages import XltoolError
from xltool.model import FormSpec, Submission
from xltool.workbook.digest import compute_digest
from xltool.workbook.layout_plan import LAST_YEAR_MARK, make_plan

SCOPES: Final = {"own": "本级", "consolidated": "汇总"}
MARK_LABELS: Final = {
    "form": "报表",
    "digest": "表样版本",
    "code": "单位代码",
    "name": "单位名称",
    "level": "单位级别",
    "year": "报告年度",
    "scope": "填报口径",
    "serial": "编号",
    "prior": "上年数的年度",
}
FILE_MARK: Final = "文件标识"
"""What stands before the mark of identity at the foot of the cover."""
MOST_PROPERTY: Final = 255
"""What a property of the document holds."""


def identity_marks(spec: FormSpec, submission: Submission, prior: Submission | None = None) -> dict[str, str]:
    """The marks that tell whose workbook this is, of which form and year, and of which year the figures beside are."""
    agency = submission.agency
    marks = {
        "form": spec.id,
        "digest": compute_digest(make_plan(spec, prior is not None)),
        "code": agency.code,
        "name": agency.name,
        "level": agency.level,
        "year": str(submission.year),
        "scope": submission.scope,
        "serial": submission.serial,
    }
    return marks if prior is None else marks | {LAST_YEAR_MARK: str(prior.year)}


def word_mark(field: str, meta: Mapping[str, str]) -> str:
    """A mark of identity in the words of the cover."""
    value = meta[field]
    return LEVEL_NAMES[value] if field == "level" else SCOPES[value] if field == "scope" else value


def check_marks(meta: Mapping[str, str]) -> None:
    """Fails for a mark of identity that xlsxwriter would leave out of the properties with a mere warning."""
    check_fit((MARK_LABELS[field], meta[field], MOST_PROPERTY) for field in ("name", "code", "serial"))


def check_fit(whole: Iterable[tuple[str, str, int]]) -> None:
    """Raises `XltoolError` for the first text, named in Chinese, that has more UTF-16 units than its place holds."""
    for what, text, most in whole:
        if excel_length(text) > most:
            raise XltoolError(f"{what}有 {excel_length(text)} 字，超过工作簿中最多 {most} 字；请精简。")
