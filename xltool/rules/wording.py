"""What a text says of its report, held against the form and whose report it is: year, notice, name, aspects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from xltool.forms.memo import derive_once
from xltool.model import FormSpec, Section, Submission, Text
from xltool.rules.sentences import narrow_signs, quote_around, split_sentences

SHORTEST_SECTION: Final = 60
"""Signs of a section from which on one can say what it leaves out."""

_YEAR: Final = r"(?P<year>20[0-9]{2}|二[〇○零0O][一二三四五六七八九〇○零]{2})"
_CHINESE: Final = {sign: str(at) for at, sign in enumerate("零一二三四五六七八九")} | {"〇": "0", "○": "0", "O": "0"}
_OPENS: Final = re.compile(rf"\s*{_YEAR}年(?:度)?(?:以来)?(?:[，,]|全年|我|本(?!级)|全[市县区乡镇局系])")
"""How a text begins that is about one year."""
_COMPARES: Final = re.compile("上年|去年|上一?年度|同比|相比|比较|增长|下降|减少|历年|至今|以来|期间|五年|规划")
_SAYS_OWN: Final = re.compile("今年|本年度?|全年|年度内|年内|当年")
_PERIOD_WORDS: Final = re.compile("统计|期限|数据|本报告|年度报告|年报|起止|时间")
_NUMBER: Final = re.compile(
    r"(?P<body>[\u4e00-\u9fff]{1,12}?)\s*[〔\[【（(﹝［]\s*(?P<year>20[0-9]{2})\s*[〕\]】）)﹞］]\s*(?:第)?(?P<number>[0-9]{1,4})\s*号"
)
_BODY_END: Final = "局|委员会|委|办公室|办|中心|院|厅|处|办事处"
_PLACE: Final = re.compile("^[\u4e00-\u9fff]{1,12}?(?:自治州|自治县|自治旗|省|市|县|区|旗|州|盟)(?![场域委])")
_GENERIC: Final = frozenset("局委员会办公室和与及的市县区旗州盟省乡镇人民政府街道处中心院厅")
ACTS: Final = (
    "认真|严格|高度|坚持|全面|深入|始终|根据|按照|以习近平|主动|积极|切实|紧紧|围绕|不断|扎实|持续|坚决|共|全年"
)
"""What goes on behind the name of an agency that a text is about."""
_PRESENTS: Final = "现[将就予把]|特[将编]|公[布开]"
_HOLLOW: Final = re.compile(r"[\s　。.,，、/／\\—－-]*(?:无|暂无|没有|空|略|不涉及|同上|0)?[\s　。.,，、/／\\—－-]*")


class WrongYear(NamedTuple):
    """Another year than the report's: which, the words it stands in."""

    year: int
    quoted: str


class WrongNotice(NamedTuple):
    """The number of a notice that is none of this form's, as it is written, and the words it stands in."""

    number: str
    quoted: str


def is_hollow(text: str) -> bool:
    """Whether a text is written and says nothing: 无, a stroke."""
    return bool(text.strip()) and _HOLLOW.fullmatch(text) is not None


def find_wrong_years(spec: FormSpec, year: int, text: str) -> Iterator[WrongYear]:
    """Where a text says that it is about another year than the report's.

    In the days of its period, in the sentence that presents the report, and where it begins with an earlier year and
    speaks of the report's nowhere. Years of documents, comparisons and plans say nothing.
    """
    narrow = narrow_signs(text)
    for pattern, needs in ((_period_pattern(spec), _PERIOD_WORDS), (_presenting_pattern(spec), None)):
        for sentence in split_sentences(narrow) if pattern is not None else ():
            for match in pattern.finditer(sentence.text) if pattern is not None else ():
                told = _parse_year(match["year"])
                fits = needs is None or (needs.search(sentence.text) and not _COMPARES.search(sentence.text))
                if told != year and fits:
                    start = sentence.start + match.start()
                    yield WrongYear(told, quote_around(text, start, sentence.start + match.end()))
    opening = _OPENS.match(narrow)
    if opening is None or _parse_year(opening["year"]) >= year:
        return
    first = next(split_sentences(narrow)).text
    if not (_names_year(narrow, year) or _SAYS_OWN.search(narrow[opening.end() :]) or _COMPARES.search(first)):
        yield WrongYear(_parse_year(opening["year"]), quote_around(text, opening.start(), opening.end()))


def find_wrong_notices(spec: FormSpec, text: str) -> Iterator[WrongNotice]:
    """Numbers of notices in a text that are no basis of this form, where it does not name the right one too.

    The notice of another edition, and a number of the same body that stands where the form's own notice is named.
    """
    own = _read_number(spec.basis)
    if own is None:
        return
    narrow = narrow_signs(text)
    cited = [(match, _name_number(match)) for match in _NUMBER.finditer(narrow)]
    if any(number[1:] == own[1:] and number[0].endswith(own[0]) for _, number in cited):
        return
    former = [number for number in map(_read_number, spec.wording.former) if number is not None]
    for match, (body, year, number) in cited:
        quoted = quote_around(text, match.start("year"), match.end())
        if any((year, number) == other[1:] and body.endswith(other[0]) for other in former) or (
            body.endswith(own[0]) and spec.title in narrow[max(0, match.start() - 40) : match.start()]
        ):
            yield WrongNotice(f"{own[0]}〔{year}〕{number}号", quoted)


def find_other_agency(spec: FormSpec, submission: Submission, text: str) -> str:
    """The other agency of the same place that a text presents as whose report it is, or begins with; '' for none.

    Names that are part of each other, short names and the government itself are no others.
    """
    place = _PLACE.match(submission.agency.name)
    if place is None or not text.strip():
        return ""
    own = submission.agency.name
    named = rf"(?P<name>{re.escape(place[0])}[\u4e00-\u9fff]{{2,24}}?(?:{_BODY_END}))"
    presents = rf"(?:{_PRESENTS}){named}(?:[0-9]{{4}}年度?|本年度)?的?(?:{_list_titles(spec)})"
    begins = rf"\s*(?:[0-9]{{4}}年度?[，,])?{named}(?={ACTS})"
    narrow = narrow_signs(text)
    found = [match["name"] for match in re.finditer(presents, narrow)]
    first = re.match(begins, narrow)
    if first is not None and own not in text and own.removeprefix(place[0]) not in text:
        found.append(first["name"])
    return next((name for name in found if _is_other(name, own, place[0])), "")


def find_missing_aspects(spec: FormSpec, texts: Mapping[str, str]) -> Iterator[tuple[Section, list[Text]]]:
    """The aspects of each section that no text of it speaks of, where more than a line of it is written."""
    for section in spec.sections:
        mine = [spec.text(key) for key in section.texts]
        said = "".join(texts.get(text.key, "") for text in mine)
        missing = [
            text
            for text in mine
            if text.aspects and not texts.get(text.key, "").strip() and not any(word in said for word in text.aspects)
        ]
        if missing and len(said) >= SHORTEST_SECTION:
            yield section, missing


def _parse_year(written: str) -> int:
    return int("".join(_CHINESE.get(sign, sign) for sign in written))


def _names_year(text: str, year: int) -> bool:
    chinese = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(year))
    return str(year) in text or chinese in text.replace("○", "〇").replace("零", "〇")


@derive_once
def _period_pattern(spec: FormSpec) -> re.Pattern[str] | None:
    """The period of the form with a year before its first day, or before its last; None where it names no two days."""
    first, joint, last = "".join(spec.period.split()).partition("至")
    if not joint:
        return None
    blank = r"\s*"
    begin, end = (blank.join(map(re.escape, day)) for day in (first, last))
    return re.compile(rf"{_YEAR}\s*年\s*{begin}\s*起?\s*(?:至|-|—|~|～|到|止)+\s*(?:20[0-9]{{2}}\s*年\s*)?{end}")


@derive_once
def _list_titles(spec: FormSpec) -> str:
    """What the report is called, as alternatives of a pattern, the longest first."""
    names = {spec.title, *(f"{subject}{kind}" for subject in spec.published.subjects for kind in _KINDS)}
    return "|".join(map(re.escape, sorted(names, key=lambda name: (-len(name), name))))


_KINDS: Final = ("工作年度报告", "年度工作报告", "年度报告", "工作报告", "工作年报", "年报", "工作情况", "情况")


@derive_once
def _presenting_pattern(spec: FormSpec) -> re.Pattern[str]:
    """现将…2023年…报告…如下: the sentence that presents the report, with the year that it says."""
    return re.compile(
        rf"(?:{_PRESENTS})[^，。；：《]{{0,30}}?{_YEAR}年度?的?(?:{_list_titles(spec)})[^。；《]{{0,20}}如下"
    )


def _read_number(basis: str) -> tuple[str, str, str] | None:
    match = _NUMBER.search(basis)
    return None if match is None else _name_number(match)


def _name_number(match: re.Match[str]) -> tuple[str, str, str]:
    return match["body"], match["year"], match["number"].lstrip("0")


def _is_other(name: str, own: str, place: str) -> bool:
    """Whether a name is another agency's for sure: of two with half of their own signs in common one may be renamed."""
    if name in own or own in name:
        return False
    one, two = (set(each.removeprefix(place)) - _GENERIC for each in (name, own))
    return len(one) >= 2 and len(two) >= 1 and 2 * len(one & two) < min(len(one), len(two))
