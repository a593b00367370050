"""The marks that tell whose workbook it is, of which form and year.

In the words that a cover, a footer and a message say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from xltool.codes import LEVEL_NAMES
from xltool.forms.text import excel_length
from xltool.messages import XltoolError
from xltool.model import LEVELS, FormSpec, Level, PeriodKind, Submission
from xltool.periods import WORDS, YEAR_WORDS, parse_period, period_of, word_before
from xltool.workbook.digest import compute_digest
from xltool.workbook.layout_plan import CONTROLS_MARK, LAST_YEAR_MARK, make_plan

INFERRED: Final = "?"
"""Ends the mark of a level that nobody gave; alone it is that of a level that nobody knows."""
LEVEL_MARKS: Final[Mapping[str, str]] = {
    **LEVEL_NAMES,
    **{f"{level}{INFERRED}": f"{name}（推断）" for level, name in LEVEL_NAMES.items()},
    INFERRED: "不详",
}
"""The mark of a level in the words of the cover. No formula knows the words of one that nobody gave."""
SCOPES: Final = {"own": "本级", "consolidated": "汇总"}
MARK_LABELS: Final = {
    "form": "报表",
    "digest": "表样版本",
    "code": "单位代码",
    "name": "单位名称",
    "level": "单位级别",
    "year": YEAR_WORDS.label,
    "scope": "填报口径",
    "serial": "编号",
    "prior": "上年数的年度",
    "controls": "核对数",
}
WITH_CONTROLS: Final = "有"
"""What the mark of a workbook with 核对数 says."""
FILE_MARK: Final = "文件标识"
"""What stands before the mark of identity at the foot of the cover."""
MOST_PROPERTY: Final = 255
"""What a property of the document holds."""


def identity_marks(spec: FormSpec, submission: Submission, prior: Submission | None = None) -> dict[str, str]:
    """The marks that tell whose workbook this is, of which form and year, and of which year the figures beside are."""
    agency = submission.agency
    marks = {
        "form": spec.id,
        "digest": compute_digest(make_plan(spec, prior is not None, submission.controls is not None)),
        "code": agency.code,
        "name": agency.name,
        "level": mark_level(submission),
        "year": str(period_of(submission)),
        "scope": submission.scope,
        "serial": submission.serial,
    }
    if prior is not None:
        marks[LAST_YEAR_MARK] = str(period_of(prior))
    if submission.controls is not None:
        marks[CONTROLS_MARK] = WITH_CONTROLS
    return marks


def mark_level(submission: Submission) -> str:
    """The mark of a submission's level, which tells too whether somebody gave it."""
    level = submission.agency.level
    return INFERRED if level is None else level + (INFERRED if submission.level_basis else "")


def read_level_mark(mark: str) -> tuple[Level | None, str]:
    """The level that a mark tells, and how it was inferred, '' where somebody gave it."""
    bare = mark.removesuffix(INFERRED)
    level = next((level for level in LEVELS if level == bare), None)
    return level, "工作簿封面注明是推断的" if level is not None and mark != bare else ""


def name_mark(field: str, every: PeriodKind) -> str:
    """What a mark is called in a form that is reported so often."""
    if field == "year":
        return WORDS[every].label
    return word_before(MARK_LABELS[field], every)


def word_mark(field: str, meta: Mapping[str, str]) -> str:
    """A mark of identity in the words of the cover."""
    value = meta[field]
    if field == "year":
        period = parse_period(value)
        return value if period is None or not period.part else period.title
    return LEVEL_MARKS[value] if field == "level" else SCOPES[value] if field == "scope" else value


def check_marks(meta: Mapping[str, str]) -> None:
    """Fails for a mark of identity that xlsxwriter would leave out of the properties with a mere warning."""
    check_fit((MARK_LABELS[field], meta[field], MOST_PROPERTY) for field in ("name", "code", "serial"))


def check_fit(whole: Iterable[tuple[str, str, int]]) -> None:
    """Raises `XltoolError` for the first text, named in Chinese, that has more UTF-16 units than its place holds."""
    for what, text, most in whole:
        if excel_length(text) > most:
            raise XltoolError(f"{what}有 {excel_length(text)} 字，超过工作簿中最多 {most} 字；请精简。")
