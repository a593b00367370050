"""Whose a report is and of which year, where its title does not say it: its opening, or whom it asks to be asked."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from xltool.forms.memo import derive_once
from xltool.model import FormSpec
from xltool.published import title
from xltool.published.levels import names_place

LONGEST_SENTENCE: Final = 300
"""Characters of a sentence that says who made a report."""

_STOPS: Final = re.compile("[。；;！\n]")
_MAKES: Final = "公布|发布|公开|编制|编写|编撰|制作|形成|撰写|汇总"
_SAYS: Final = re.compile(rf"(?:现就|现将|现予|现|特|{_MAKES})(?:了|并)?(?:如下|的)?[：:，“《]*|[，,：:、“《]")
"""What the name of an agency may stand behind."""
_MAKER: Final = re.compile(
    r"(?:^|[，,])(?P<name>[^，。；：:“”《》]{3,40}?)(?=[，,]?(?:根据|按照|依据|依照|遵照|结合|现将|现就|现公|现发|现|特|负责)|"
    rf"(?:组织)?(?:{_MAKES}))"
)
_MADE_BY: Final = re.compile(
    rf"(?:由|系)(?P<name>[^，。；：:“”《》]{{3,40}}?)(?=(?:根据|按照|依据|依照)[^。]{{0,60}}(?:{_MAKES})|(?:负责)?(?:{_MAKES}))"
)
_MADE: Final = re.compile(_MAKES)
_REPORT: Final = re.compile("本.{0,4}报告|年报|年度报告")
_ASKED: Final = re.compile(
    r"(?:(?:请|可|敬请)[^，。；：（）()]{0,6}?(?:与|同|和|向|联系|致电|咨询)[：:]?|[与同])"
    r"(?P<name>[^，。；：:（）()“”]{3,40}?)(?:(?:进行|取得|予以)?(?:联系|咨询|反映|反馈|查询)|(?=[（(，,]|$))"
    r"|联系(?:单位|部门|机构)[:：](?P<office>[^，。；：（）()“”]{3,40})"
)
_OWN: Final = re.compile("^(?:[我本该其各全](?!溪|钢)|以上|上述|下列|国务院办公厅|社会|公众|人民群众)")
_HEADS: Final = re.compile(
    "政府(?!信息|网)|局|委员会|厅|办事处|管委会|工委|支队|大队|总队|公司|医院|学校|学院|大学|银行|海关|署|集团"
    "|(?<![县市区省州旗党乡镇])委(?=[^员]|$)"
)
"""What the name of an agency ends in; behind it stands an office of its own."""
_PLACES: Final = re.compile("街道|苏木|镇|乡")
_OFFICE: Final = re.compile("[^（）()]{0,16}(?:办公厅|办公室|科室|中心|科|股|室|处|办|组|站|所|部|专班)$")


class Told(NamedTuple):
    """The agency and the year that a passage names, '' and None where it does not, and what passage it is."""

    name: str = ""
    year: int | None = None
    where: str = ""
    part: str = ""


def find_in_opening(paragraphs: Sequence[str], spec: FormSpec) -> Told:
    """Whom the paragraphs before the first section name as who made the report, and of which year it is."""
    name, period = "", None
    for sentence in _list_sentences(paragraphs):
        match = _said_title(spec).search(sentence)
        if match is not None:
            period = period or title.read_date(match["year"], spec)
            name = name or _find_in_title(sentence, match)
        if not name and _MADE.search(sentence):
            makers = [
                *(_MAKER.finditer(sentence) if match or _REPORT.search(sentence) else ()),
                *_MADE_BY.finditer(sentence),
            ]
            name = next((clean for maker in makers if (clean := _clean_name(maker["name"]))), "")
    return Told(name, where="引言") if period is None else Told(name, period.year, "引言", period.part)


def find_in_contact(paragraphs: Sequence[str], spec: FormSpec) -> Told:
    """Whom a report asks to be asked: the agency, without the office in it that people are to turn to."""
    for sentence in _list_sentences(paragraphs):
        for match in _ASKED.finditer(sentence):
            name = _drop_office(match["name"] or match["office"], spec)
            if name:
                return Told(name, None, "联系方式")
    return Told()


def _list_sentences(paragraphs: Sequence[str]) -> Iterator[str]:
    for paragraph in paragraphs:
        for sentence in _STOPS.split(paragraph):
            flat = "".join(sentence.split())
            if 4 < len(flat) <= LONGEST_SENTENCE:
                yield flat


@derive_once
def _said_title(spec: FormSpec) -> re.Pattern[str]:
    """A title in a sentence: from its year on, with a name between year and subject or without."""
    return re.compile(
        rf"(?P<year>{title.word_date(spec)})(?P<after>[^，。；：！？“”《》0-9]{{0,40}}?)(?:{title.word_subject(spec)})"
    )


def _find_in_title(sentence: str, match: re.Match[str]) -> str:
    """The agency in a title within a sentence: right before its year, or between year and subject."""
    before = sentence[: match.start()]
    behind = [found.end() for found in _SAYS.finditer(before)]
    near = before[behind[-1] if behind else 0 :].removesuffix("关于").removesuffix("的")
    return next((name for told in (near, match["after"].removesuffix("的")) if (name := _clean_name(told))), "")


def _clean_name(told: str) -> str:
    """A name that can be nothing but an agency's; '' for any other words."""
    bare = re.sub("^(?:现将|现就|现|特|由|经|本报告由|[0-9一二三四五六七八九]、)", "", told)
    return bare if title.is_agency(bare) and not _OWN.search(bare) else ""


def _drop_office(told: str, spec: FormSpec) -> str:
    """An agency's name without the office behind it; '' where the rest is no agency's name."""
    if _OWN.search(told):
        return ""
    strong = [match.end() for match in _HEADS.finditer(told)]
    weak = [match.end() for match in _PLACES.finditer(told)]
    own = any(told.endswith(office) for office in spec.published.offices)
    for ends in (strong, weak):
        at = ends[-1] if ends else 0
        if at and (at == len(told) or own or _OFFICE.fullmatch(told[at:])):
            return _clean_name(told[:at])
    # No head of an agency's name before its office: 某县融媒体中心, 甲县委办公室.
    return "" if _OFFICE.fullmatch(told) and not names_place(told) else _clean_name(told)
