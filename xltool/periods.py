"""Periods that a report is of: a year, a half, a quarter or a month of it, or a school year.

Read and printed, the one before, the same of last year.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, NamedTuple

from xltool.days import normalise_date
from xltool.model import Agency, FormSpec, PeriodKind, Scope, Submission

_NUMERALS: Final = "一二三四"
_SCHOOL_MONTH: Final = 9
_HALVES: Final = "上下"
_PARTS: Final[Mapping[PeriodKind, tuple[str, ...]]] = {
    "year": ("",),
    "half": ("H1", "H2"),
    "quarter": ("Q1", "Q2", "Q3", "Q4"),
    "month": tuple(f"{month:02d}" for month in range(1, 13)),
    "school_year": ("S",),
    "once": ("",),
}
"""The parts of a year, by the kinds of period, as they follow each other."""
_KINDS: Final[Mapping[str, PeriodKind]] = {
    part: kind for kind, parts in _PARTS.items() if kind != "once" for part in parts
}
_FORMS: Final[Mapping[PeriodKind, re.Pattern[str]]] = {
    "year": re.compile(r"(?P<year>[0-9]{4})(?:年度?)?"),
    "half": re.compile(rf"(?P<year>[0-9]{{4}})(?:年?(?P<half>[{_HALVES}])半年|[-年]?H(?P<part>[12]))", re.IGNORECASE),
    "quarter": re.compile(
        rf"(?P<year>[0-9]{{4}})(?:年?第?(?P<quarter>[{_NUMERALS}1-4])季度?|[-年]?Q(?P<part>[1-4]))", re.IGNORECASE
    ),
    "month": re.compile(r"(?P<year>[0-9]{4})(?:年|[-/.])(?P<month>0?[1-9]|1[0-2])月?(?:份)?"),
    "school_year": re.compile(r"(?P<year>[0-9]{4})(?:[-–—~至](?P<next>[0-9]{4})(?:学年度?)?|学年度?)"),
}
"""How people write them, without blanks and in half width."""


class PeriodWords(NamedTuple):
    """What the office calls the periods of one kind."""

    label: str  # before the period of a report
    this: str
    before: str  # the one before
    example: str  # how one is written as an option


YEAR_WORDS: Final = PeriodWords("报告年度", "本年", "上年", "2024")
WORDS: Final[Mapping[PeriodKind, PeriodWords]] = {
    "year": YEAR_WORDS,
    "half": PeriodWords("报告期", "本期", "上期", "2024H1"),
    "quarter": PeriodWords("报告期", "本季度", "上季度", "2024Q3"),
    "month": PeriodWords("报告期", "本月", "上月", "2024-05"),
    "school_year": PeriodWords("报告学年", "本学年", "上学年", "2023-2024"),
    "once": YEAR_WORDS,
}


PERIOD_EXAMPLE: Final = "2024-05、2024Q3、2024H1 或 2023-2024"


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A year, or a part of it: '' for all of it, H1, Q3, 05, S for the school year that begins in it."""

    year: int
    part: str = ""

    @property
    def kind(self) -> PeriodKind:
        """Of which kind it is; what is reported once is of a year."""
        return _KINDS[self.part]

    def __str__(self) -> str:
        """As programs write it: 2024, 2024H1, 2024Q3, 2024-05, 2023-2024."""
        match self.kind:
            case "month":
                return f"{self.year:04d}-{self.part}"
            case "school_year":
                return f"{self.year:04d}-{self.year + 1:04d}"
            case _:
                return f"{self.year:04d}{self.part}"

    @property
    def title(self) -> str:
        """Before the title of a report: 2024年, 2024年上半年, 2024年第三季度, 2024年5月, 2023—2024学年."""
        match self.kind:
            case "half":
                return f"{self.year}年{_HALVES[self._at]}半年"
            case "quarter":
                return f"{self.year}年第{_NUMERALS[self._at]}季度"
            case "month":
                return f"{self.year}年{self._at + 1}月"
            case "school_year":
                return f"{self.year}—{self.year + 1}学年"
            case _:
                return f"{self.year}年"

    @property
    def spoken(self) -> str:
        """In a sentence: `2024 年度`, else as in a title."""
        return self.title if self.part else f"{self.year} 年度"

    @property
    def named(self) -> str:
        """In the name of a folder or file: 2024年度, else as in a title."""
        return self.title if self.part else f"{self.year}年度"

    @property
    def interval(self) -> str:
        """As ISO 8601 has it: 2024, 2024-05, 2024-07/2024-09, 2023-09/2024-08."""
        match self.kind:
            case "half" | "quarter":
                months = 12 // len(_PARTS[self.kind])
                return f"{self.year:04d}-{self._at * months + 1:02d}/{self.year:04d}-{(self._at + 1) * months:02d}"
            case "school_year":
                return f"{self.year:04d}-09/{self.year + 1:04d}-08"
            case _:
                return str(self)

    @property
    def first_day(self) -> date:
        """The day on which it begins; a school year in September."""
        return date(self.year, self._first_month, 1)

    @property
    def last_day(self) -> date:
        """The day on which it ends."""
        months = self._first_month - 1 + 12 // len(_PARTS[self.kind])
        return date(self.year + months // 12, months % 12 + 1, 1) - timedelta(days=1)

    @property
    def _first_month(self) -> int:
        if self.kind == "school_year":
            return _SCHOOL_MONTH
        return self._at * (12 // len(_PARTS[self.kind])) + 1

    @property
    def words(self) -> PeriodWords:
        """What the office calls periods of its kind."""
        return WORDS[self.kind]

    @property
    def before(self) -> Period:
        """The period before: April before May, December of last year before January."""
        parts = _PARTS[self.kind]
        return Period(self.year - (self._at == 0), parts[self._at - 1])

    @property
    def last_year(self) -> Period:
        """The same period of last year."""
        return Period(self.year - 1, self.part)

    @property
    def opens_year(self) -> bool:
        """Whether it is the first of its year, so that what is added up over a year begins with it."""
        return self._at == 0

    @property
    def _at(self) -> int:
        return _PARTS[self.kind].index(self.part)


def period_of(submission: Submission) -> Period:
    """The period that a submission is of."""
    return Period(submission.year, submission.part)


def blank_submission(
    spec: FormSpec, period: Period, agency: Agency, *, scope: Scope = "own", serial: str = ""
) -> Submission:
    """A form of an agency and period of which nothing is filled in."""
    blanks = (None,) * len(spec.cells)
    return Submission(spec.id, period.year, agency, blanks, scope=scope, serial=serial, part=period.part)


def list_periods(spec: FormSpec, year: int) -> tuple[Period, ...]:
    """The periods of one year that a form is filled in for."""
    return tuple(Period(year, part) for part in _PARTS[spec.every])


def looks_a_year_back(period: Period) -> bool:
    """Whether the same period of last year is another than the one before."""
    return period.before != period.last_year


def word_earlier(period: Period) -> str:
    """Of which period earlier figures must be: 上年应为 2023 年度, 上月应为 2024年4月，上年同期应为 2023年5月."""
    told = f"{period.words.before}应为 {period.before.spoken}"
    return f"{told}，{YEAR_WORDS.before}同期应为 {period.last_year.spoken}" if looks_a_year_back(period) else told


def word_before(text: str, every: PeriodKind) -> str:
    """What is said of last year as a form that is reported so often says it: of last month, of last term."""
    return text.replace(YEAR_WORDS.before, WORDS[every].before)


def fits_form(spec: FormSpec, period: Period) -> bool:
    """Whether a form is filled in for periods of that kind."""
    return period.part in _PARTS[spec.every]


def parse_period(text: str) -> Period | None:
    """The period that a text is, as programs or people write it; None for anything else.

    2024年度, 2024H1, 2024年上半年, 2024Q3, 2024年第三季度, 2024-05, 2024年5月, 2023-2024, 2023—2024学年.
    """
    plain = normalise_date(text)
    for kind, form in _FORMS.items():
        match = form.fullmatch(plain)
        if match is not None:
            return _take_match(kind, match)
    return None


def _take_match(kind: PeriodKind, match: re.Match[str]) -> Period | None:
    found, parts = match.groupdict(), _PARTS[kind]
    year = int(found["year"])
    match kind:
        case "half":
            at = int(found["part"]) - 1 if found["part"] else _HALVES.index(found["half"])
        case "quarter":
            told = found["part"] or found["quarter"]
            at = int(told) - 1 if told.isdecimal() else _NUMERALS.index(told)
        case "month":
            at = int(found["month"]) - 1
        case "school_year":
            if found["next"] and int(found["next"]) != year + 1:
                return None
            at = 0
        case _:
            at = 0
    return Period(year, parts[at])
