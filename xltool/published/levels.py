"""What the name of a body tells of its level: that of the place in it, its own kind, or nothing.

Never more than a likelihood: a city may be one of a county's rank, and nobody but the roster or a person knows.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from xltool.codes import LEVEL_NAMES
from xltool.model import Level


class LevelGuess(NamedTuple):
    """The level that a name speaks of, None where it speaks of none, and the words that say so or why nothing does."""

    level: Level | None
    why: str


_MINISTRIES: Final = (
    "外交|国防|国家发展和改革委员会|教育|科学技术|工业和信息化|国家民族事务委员会|公安|国家安全|民政|司法|财政|"
    "人力资源和社会保障|自然资源|生态环境|住房和城乡建设|交通运输|水利|农业农村|商务|文化和旅游|退役军人事务|"
    "应急管理|文化|卫生|环境保护|国土资源|农业|监察|铁道"
)
_STATE_BODIES: Final = (
    "审计署|中国人民银行|海关总署|中国证券监督管理委员会|中国气象局|中国民用航空局|中国地震局|国家发展改革委|"
    "国家民委|国家卫生健康委|中国科学院|中国社会科学院|中国工程院|新华通讯社|中央广播电视总台|"
    "全国社会保障基金理事会"
)
_SHORT_PREFECTURES: Final = (
    "延边|恩施|湘西|阿坝|甘孜|凉山|黔西南|黔东南|黔南|楚雄|红河|文山|西双版纳|大理|德宏|怒江|迪庆|临夏|甘南|海北|"
    "黄南|海南|果洛|玉树|海西|昌吉|博尔塔拉|博|巴音郭楞|巴|克孜勒苏|克|伊犁"
)
"""Autonomous prefectures as people call them, without 自治; 州 ends the names of many cities too, before their 市."""
_MUNICIPALITIES: Final = "北京市|天津市|上海市|重庆市"
_STATE: Final = re.compile(
    rf"(?:中华人民共和国)?(?:(?:{_MINISTRIES})部?(?<=[部会])|{_STATE_BODIES})(?:办公厅)?"
    r"|国务院(?!.*(?:省|市|县|区|州)).*"
    r"|国家(?!.*(?:省|市(?!场)|县|州|地区|分局|支局|中心支行|支队|总队)).{2,16}(?:局|总局|委员会|署|办公室)(?:办公厅)?"
)
_ABOVE: Final = re.compile(
    r"(?:国家(?:税务总局|统计局|金融监督管理总局|矿山安全监察局|外汇管理局|烟草专卖局|能源局|粮食和物资储备局|移民管理局)"
    r"|中国(?:人民银行|气象局|地震局|民用航空局)|中华人民共和国|中(?:国共产党|共))(?=.)"
)
"""Whose branch or committee a body is: its name follows."""
_PROVINCE: Final = (
    rf"{_MUNICIPALITIES}|[^市县区州旗乡镇]{{0,8}}?(?:自治区|特别行政区|(?<![节反])省(?!级))|(?:新疆)?生产建设兵团(?!第)"
)
_CITY_SIGN: Final = r"(?:(?<!城)市|(?<=城)市(?!管理|建设|综合|规划|更新|运行|执法))(?![场容]|政(?!府))"
_CITY: Final = (
    rf"(?:{_SHORT_PREFECTURES})州(?!市)|[^省市县区旗]{{1,6}}州(?=人民政府)"
    rf"|(?:^|[^省县区旗市局]{{1,12}}?)(?:自治州|(?<![西东中])地区|(?<![联同])盟|{_CITY_SIGN})"
)
_COUNTY: Final = (
    r"(?!城市|市场|市政(?!府)|市容|城乡|区域|区划|社区|园区)(?:^|[^省局厅委]{1,12}?)"
    r"(?:自治县|自治旗|县(?!级)|旗(?!街道|镇|乡|袍)"
    r"|(?<![社园景灌库片牧半])(?<!开发)(?<!度假)(?<!示范)(?<!保护)(?<!合作)(?<!保税)(?<!试验)(?<!功能)(?<!风景)(?<!高新)(?<!经开)"
    rf"区(?!域|划|块|街道)|{_CITY_SIGN})"
)
_TOWN: Final = r"[^省市县局厅委]{0,12}?(?:街道|苏木|(?<!城)镇(?!化|村)|(?<!城)乡(?!村|建|规))"
_PLACE: Final = re.compile(
    rf"(?P<province>{_PROVINCE})?(?:人民)?(?:政府)?(?P<city>{_CITY})?(?:人民)?(?:政府)?"
    rf"(?P<county>{_COUNTY})?(?:人民)?(?:政府)?(?P<town>{_TOWN})?(?P<body>.*)"
)
_GOVERNMENT: Final = re.compile(
    r"(?:人民)?(?:政府|公署|行政公署|行署)?(?:办事处)?(?:(?:党政|党政综合)?(?:办公厅|办公室|办))?"
)
_ZONE: Final = re.compile(
    r"(?:区|园|基地|新城|片区)(?:管理委员会|管委会|工作委员会|工委)?(?:.{0,12}(?:局|办公室|中心|办))?$"
)
_BRANCH: Final = re.compile("(?:分局|支局|分中心|派出所|支队|大队|直属机构|派出机构)$")
_NOTES: Final = re.compile("[（(][^（）()]*[)）]$")
_BLANKS: Final = re.compile(r"\s+")
_RANKS: Final = ("province", "city", "county", "town")
_NOTHING: Final = "名称里没有省、市、县、乡镇，看不出级别"


def guess_level(name: str) -> LevelGuess:
    """The level that a body's name speaks of; of several bodies with one report, the last one's."""
    bare = _NOTES.sub("", _BLANKS.sub("", name)).split("、")[-1]
    if _STATE.fullmatch(bare):
        return LevelGuess("ministry", f"“{bare}”是国务院部门的名称")
    bare = _ABOVE.sub("", bare, count=1)
    match = _PLACE.fullmatch(bare)
    if match is None:
        return LevelGuess(None, _NOTHING)
    body = match["body"]
    government = _GOVERNMENT.fullmatch(body) is not None
    for level in reversed(_RANKS):
        if match[level]:
            return _rank_body(level, match[level], body, government=government)
    if body.endswith("厅"):
        return LevelGuess("province", "只有省级单位才称“厅”")
    if body.endswith("街道办事处") or body.endswith("街道办"):
        return LevelGuess("township", "名称里有“街道”")
    return LevelGuess(None, _NOTHING)


def names_place(text: str) -> bool:
    """Whether a text begins with a place that has a government: 某省, 某市, 某县, 某镇."""
    match = _PLACE.fullmatch(_BLANKS.sub("", text))
    return match is not None and any(_is_named(match[level]) for level in _RANKS)


def is_place(text: str) -> bool:
    """Whether a text is nothing but the name of such a place."""
    match = _PLACE.fullmatch(_BLANKS.sub("", text))
    return match is not None and not match["body"] and names_place(text) and "政府" not in text


def _is_named(place: str | None) -> bool:
    """Whether a place has a name of its own before the word for what it is."""
    return bool(place) and re.fullmatch("自治[区州县旗]|地区|街道|苏木|[省市县区旗州盟镇乡]", place or "") is None


def _rank_body(rank: str, place: str, body: str, *, government: bool) -> LevelGuess:
    """The level of a body of a place."""
    why = f"名称里有“{place}”"
    zone = place.endswith("新区") and not government
    if government:
        own: dict[str, Level] = {"town": "township", "county": "county", "city": "city", "province": "province"}
        return LevelGuess(own[rank], why)
    if rank in {"town", "county"} and not (zone and _ZONE.search(place + body)):
        return LevelGuess("department", f"{why}，又不是政府本身")
    if zone or _ZONE.search(body):
        return LevelGuess(None, "开发区、园区等派出机构的级别，从名称看不出")
    if _BRANCH.search(body):
        return LevelGuess(None, "分局、支队等派出机构的级别，从名称看不出")
    return LevelGuess("province" if rank == "province" else "city", why)


def explain_level(given: Level | None, guess: LevelGuess) -> str:
    """The level of a report's agency, and how it is known: given by a person, or guessed."""
    if given:
        return f"单位级别是指明的{LEVEL_NAMES[given]}"
    if guess.level is None:
        return f"单位级别不明（{guess.why}），没有核对哪些项目本级不能有"
    return f"单位级别按名称推断为{LEVEL_NAMES[guess.level]}（{guess.why}）"
