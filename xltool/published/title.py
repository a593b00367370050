"""What a published report calls itself.

Whose it is and of which year, under the ways in which offices write a title.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from xltool.forms.memo import derive_once
from xltool.model import FormSpec, PeriodKind
from xltool.periods import Period, parse_period
from xltool.published.document import Document, Prose
from xltool.published.levels import is_place, names_place

LONGEST_TITLE: Final = 80
"""Characters of a title, over all its lines."""
LONGEST_AGENCY_NAME: Final = 60
MAX_TITLE_LINES: Final = 3
LONGEST_REST: Final = 4
"""Characters of a last line that is the rest of a word: 告, 度报告."""

YEAR: Final = r"(?:20|２０|二[〇○零O])[0-9０-９〇○零O一二三四五六七八九]{2}"
"""A year as it may be printed."""
_PARTS: Final[Mapping[PeriodKind, str]] = {
    "half": "年?[上下]半年",
    "quarter": "年?第?[一二三四1-4１-４]季度?",
    "month": "年(?:[0-9０-９]{1,2}|[一二三四五六七八九十]{1,2})月(?:份)?",
    "school_year": rf"(?:[-–—~至]{YEAR})?学年度?",
}
"""What follows a year in the title of a report that is of a part of it."""
_NAME: Final = r"[^，。；：:！？“”《》<>|]*?"
_REPORT: Final = rf"(?:工作)?(?:情况)?的?(?:(?P<later>{YEAR})年?)?(?:年度?)?(?:工作)?(?:情况)?(?:总结)?(?:报告|年报)"
_REPORT_BEGUN: Final = rf"(?:工作|情况|的|{YEAR}年?|年|度|总结)*(?:(?<!年)报|工|情|总)?"
_YEAR_BEGUN: Final = r"(?:[2２][0０]?[0-9０-９]?|二[〇○零O]?[〇○零O一二三四五六七八九]?)"
_REPORT_SIGN: Final = "报"
_BEHIND: Final = r"(?:[（(](?P<behind>[^（）()]{1,20})[）)])*"
_BEFORE: Final = re.compile(r"^(?:【[^】]{0,12}】|\[[^\]]{0,12}\]|(?:标题|题名|名称|信息名称|附件[0-9]*)[:：])+")
_AROUND: Final = re.compile(r"^关于|(?:关于|的)$")
_AGENCY: Final = (
    r"[\u4e00-\u9fff（）()、·]{1,60}"
    r"(?:[局委办厅府室心院所队道镇乡区县市会处站馆司团校部行社署州盟旗省关场]|办事处)(?:[（(][\u4e00-\u9fff]{2,"
    r"20}[）)])?"
)
_IS_AGENCY: Final = re.compile(_AGENCY)
_BEGUN_NAME: Final = re.compile("[\u4e00-\u9fff（）()、·]{2,40}")
_NAVIGATION: Final = re.compile(
    "(?:概况|简介|首页|新闻|政务|公开|要闻|动态|网|平台|栏目|频道|服务|互动|指南|目录|年报|信息|要求|规定|通知)$"
)
_NO_NAME: Final = re.compile("[，。；：:>|〔〕]|[0-9]年|号$")
_DIGITS: Final = str.maketrans("〇○零O一二三四五六七八九", "0000123456789")


class Title(NamedTuple):
    """The agency and the year that a title names, '' and None where it does not, and the lines that it stands in.

    Of a form that is for parts of a year it names which, or else no year.
    """

    name: str = ""
    year: int | None = None
    lines: frozenset[int] = frozenset()
    part: str = ""


class _TitleLine(NamedTuple):
    at: int
    text: str


def find_titles(document: Document, spec: FormSpec) -> Iterator[Title]:
    """The titles of a report of that form, each in up to three lines.

    What the file calls itself where no line does.
    """
    lines = [
        _TitleLine(at, flat)
        for at, part in enumerate(document.parts)
        if isinstance(part, Prose) and not part.of_table and (flat := _remove_blanks(part.text))
    ]
    seen = False
    for index in range(len(lines)):
        found = _find_title_ending(lines, index, spec)
        if found is not None:
            seen = True
            yield found
    said = None if seen else _parse_title(_remove_blanks(re.split(r"\s[-_|—–]+|_", document.title)[0]), spec)
    yield from [] if said is None else [said]


def choose_title(found: Sequence[Title], year: int | None) -> Title:
    """The title that says most.

    One with a name before one without, and of several the one of the year that the report is about.
    """
    return max(
        found,
        key=lambda title: (bool(title.name), title.year is not None, year is not None and title.year == year),
        default=Title(),
    )


def parse_year(told: str) -> int:
    """The year that stands in digits of any kind: ２０２５, 二〇二五."""
    return int(told.replace("二", "2", 1).translate(_DIGITS))


def word_date(spec: FormSpec) -> str:
    """The pattern of a period before what a form's reports call themselves; it has no group."""
    return rf"{YEAR}{_PARTS.get(spec.every, '年?度?')}"


def read_date(told: str, spec: FormSpec) -> Period | None:
    """The period that a title, or what stands behind it, says; None where a part of a year is lacking."""
    if spec.every in _PARTS:
        found = re.search(word_date(spec), told)
        return None if found is None else parse_period(found[0])
    year = re.search(YEAR, told)
    return None if year is None else Period(parse_year(year[0]))


def word_subject(spec: FormSpec) -> str:
    """The pattern of what a form's reports call themselves behind agency and year."""
    official = re.escape(spec.title)
    return f"(?:(?:{_title_subject(spec)}){_REPORT}|{official})" if spec.published.subjects else official


def is_agency(line: str) -> bool:
    """Whether a line is nothing but what an agency may be called."""
    return _IS_AGENCY.fullmatch(_remove_blanks(line)) is not None


def _remove_blanks(text: str) -> str:
    return "".join(text.split())


def _find_title_ending(lines: Sequence[_TitleLine], index: int, spec: FormSpec) -> Title | None:
    """The title that ends in a line: the line alone, or with those above it as long as they add to what it says."""
    line = lines[index].text
    rest = len(line) <= LONGEST_REST and line[-1:] == spec.title[-1:]
    if len(line) > LONGEST_TITLE or (_lacks_signs(line, spec) and not rest):
        return None
    found, first = _parse_title(line, spec), index
    for above in range(index - 1, max(-1, index - MAX_TITLE_LINES), -1):
        if found is not None and found.name and found.year:
            break
        part = (
            _upper_line_pattern(spec).fullmatch(lines[above].text) is not None
            and _parse_title(lines[above].text, spec) is None
        )
        more = _parse_title("".join(line.text for line in lines[above : index + 1]), spec) if part else None
        if more is None:
            break
        found, first = more, above
    if found is None:
        return None
    taken = [line.at for line in lines[first : index + 1]]
    named = None if found.name else _find_name_line(lines, first, index, spec)
    if named is not None:
        found = found._replace(name=named.text)
        taken.append(named.at)
    begun = _find_begun_name(found.name, lines, min(taken)) if found.name else None
    if begun is not None:
        found = found._replace(name=begun.text + found.name)
        taken.append(begun.at)
    return found._replace(lines=frozenset(taken))


def _find_begun_name(name: str, lines: Sequence[_TitleLine], first: int) -> _TitleLine | None:
    """The line right above line `first` of the document with which the name of an agency begins that names no place.

    甲县 above 教育局, 甲县教育和科学 above 技术局.
    """
    above = next((line for line in lines if line.at == first - 1), None)
    if above is None or names_place(name) or not names_place(above.text):
        return None
    begun = (
        _BEGUN_NAME.fullmatch(above.text) is not None
        and (above.text.endswith("城乡") or not is_agency(above.text))
        and not _NAVIGATION.search(above.text)
    )
    return above if (begun or is_place(above.text)) and is_agency(above.text + name) else None


def _find_name_line(lines: Sequence[_TitleLine], first: int, last: int, spec: FormSpec) -> _TitleLine | None:
    """The line above or below a title that names the agency.

    One that can be nothing else, or else a short line right above.
    """
    near = [*lines[max(0, first - 1) : first], *lines[last + 1 : last + 2]]
    above = [line for line in near if line.at == lines[first].at - 1 and _may_be_name(line.text, spec)]
    return next((line for line in near if is_agency(line.text)), above[0] if above else None)


def _may_be_name(line: str, spec: FormSpec) -> bool:
    return 2 < len(line) <= 40 and not _NO_NAME.search(line) and _parse_title(line, spec) is None


def _title_subject(spec: FormSpec) -> str:
    return "|".join(map(re.escape, spec.published.subjects or (spec.title,)))


def _title_signs(spec: FormSpec) -> str:
    """Signs without any of which the last line of a title is none."""
    own = spec.title[-1]
    return own if not spec.published.subjects else _REPORT_SIGN if _REPORT_SIGN in spec.title else _REPORT_SIGN + own


def _lacks_signs(line: str, spec: FormSpec) -> bool:
    return not any(sign in line for sign in _title_signs(spec))


@derive_once
def _upper_line_pattern(spec: FormSpec) -> re.Pattern[str]:
    """What an upper line of a title may be: an agency, a year, or both, and the subject, which may break off."""
    subjects = spec.published.subjects or (spec.title,)
    begun = "|".join(sorted({re.escape(each[:end]) for each in subjects for end in range(1, len(each))}, reverse=True))
    return re.compile(
        rf"(?:{_AGENCY})?(?:关于)?(?:{word_date(spec)})?(?:{_AGENCY})?"
        rf"(?:(?:{_title_subject(spec)}){_REPORT_BEGUN}|{begun}|{_YEAR_BEGUN})?"
    )


@derive_once
def _title_patterns(spec: FormSpec) -> tuple[re.Pattern[str], ...]:
    """A title with the year before its subject, and one with the year elsewhere or nowhere."""
    subject = word_subject(spec)
    return re.compile(
        rf"(?P<before>{_NAME})(?P<year>{word_date(spec)})(?P<after>{_NAME}){subject}{_BEHIND}"
    ), re.compile(rf"(?P<before>{_NAME}){subject}{_BEHIND}")


def _parse_title(line: str, spec: FormSpec) -> Title | None:
    """What a line says as a title; None where it is none."""
    if not 4 < len(line) <= LONGEST_TITLE or _lacks_signs(line, spec):
        return None
    bare = _BEFORE.sub("", line)
    match = next((match for pattern in _title_patterns(spec) if (match := pattern.fullmatch(bare))), None)
    if match is None:
        return None
    told = match.groupdict()
    name = _AROUND.sub("", f"{_AROUND.sub('', told['before'])}{told.get('after') or ''}")
    texts = (told.get("year"), told.get("later"), told["behind"])
    period = next((period for text in texts if text and (period := read_date(text, spec))), None)
    if len(name) > LONGEST_AGENCY_NAME or not (period or name):
        return None
    return Title(name) if period is None else Title(name, period.year, part=period.part)
