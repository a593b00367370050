"""What the columns of a roster mean: its head row, or two of them, looked for below titles, and the words for each."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Final

from xltool.campaign.roster_tables import RosterTable
from xltool.codes import LEVEL_NAMES
from xltool.model import LEVELS, Level


def _split(words: str) -> Sequence[str]:
    return tuple(words.split())


ROWS_LOOKED_AT: Final = 10
"""The head row is among the first so many that are not empty."""
LONGEST_HEAD: Final = 200
"""Characters of a head that are looked at."""
LONGEST_QUOTE: Final = 30
"""Characters of a head or a line that a note quotes."""
FIELDS: Final[Mapping[str, Sequence[str]]] = {
    "code": _split("""
        单位代码 code 代码 单位编码 编码 单位编号 机构代码 机构编码 机关代码 部门代码 部门编码 填报单位代码
        报送单位代码 主体代码 组织机构代码 统一社会信用代码 社会信用代码 信用代码 编号
        """),
    "name": _split("""
        单位名称 name 单位全称 单位 填报单位 填报单位名称 报送单位 报送单位名称 机构名称 机关名称
        行政机关名称 行政机关 主体名称 公开主体 责任单位 部门名称 单位部门 部门单位 乡镇部门 名称 全称 机构
        机关 部门 agency
        """),
    "level": _split("""
        级别 level 等级 单位等级 单位级别 层级 单位层级 行政层级 所属层级 机构级别 机构层级 政府层级 行政级别 单位类别
        单位类型 机构类别 机构类型 部门类别 类别 类型 单位性质 机构性质 性质 分类
        """),
    "parent": _split("""
        上级代码 parent 上级单位代码 上级编码 上级编号 上级部门代码 上级机关代码 主管部门代码 主管单位代码
        上级 上级单位 上级名称 上级单位名称 上级部门 上级部门名称 上级机关 上级机关名称 主管部门
        主管部门名称 主管单位 主管单位名称 隶属单位 隶属 隶属关系 所属单位 归口单位 归口部门 汇总单位
        """),
    "contact": _split("""
        联系人 contact 联系人姓名 姓名 联络员 联络人 联络员姓名 经办人 经办人姓名 填报人 填报人姓名
        具体负责人 工作人员 人员
        """),
    "phone": _split("""
        电话 phone 联系电话 联系人电话 联络员电话 经办人电话 填报人电话 电话号码 联系方式 手机 手机号
        手机号码 联系人手机 联系手机 移动电话 办公电话 固定电话 座机 座机号码 联系人联系方式 联系人联系电话
        联系人手机号 联络员手机 联络员联系电话 单位电话 tel telephone mobile
        """),
    "email": _split("""
        邮箱 email 电子邮箱 邮箱地址 电子邮件 电子信箱 邮件 邮件地址 电子邮箱地址 联系邮箱 联系人邮箱 e-mail
        mail
        """),
}
"""The heads of each field, the one that the campaign's own roster has first, then those that say it best."""
NEEDED: Final[Mapping[str, str]] = {
    "name": "每行写一个单位的全称，如 某县财政局",
    "level": "逐个单位写明，可写 国务院部门、省级、市级、县级、乡镇、部门（县级及以下的部门）",
}
"""What a roster must have, with an example. Codes are made where there are none."""
JOINED: Final = frozenset({"phone"})
"""Fields of which a roster may have several columns, all of which are kept."""
_UNUSED: Final = frozenset({"序号", "序", "顺序", "顺序号", "no", "no.", "№", "行号", "备注", "说明", "现状", ""})
_OTHERS: Final = re.compile("负责人|领导|局长|主任|镇长|书记|审核|传真")
_NOTES: Final = re.compile(r"[(\[【〔][^()\[\]【】〔〕]*[)\]】〕]")
_EITHER: Final = re.compile("[/、或及和与,]")
_DECORATION: Final = "*＊★:：;；。.、"

_LEVEL_WORDS: Final[Mapping[Level, Sequence[str]]] = {
    "ministry": _split("""
        国务院部门 国务院 部委 中央 中央部门 国家级 国家 部级 部委级 国务院部委 中央部委
        """),
    "province": _split("""
        省级 省 自治区 自治区级 直辖市 直辖市级 省自治区直辖市 省市自治区 省政府 省人民政府 省级政府 省直
        省直部门 省级部门 省直单位 省政府部门 厅局 省厅
        """),
    "city": _split("""
        市级 市 地级 地市级 地级市 地市 设区的市 设区市 设区的市级 自治州 州 州级 盟 盟级 地区 市州 市政府
        市人民政府 市级政府 市直 市直部门 市级部门 市直单位 市政府部门 州直部门 州直
        """),
    "county": _split("""
        县级 县 区级 区 旗 旗级 县级市 县市区 区县 县区 市县区 县市 区县级 县区级 县市区级 县政府 县人民政府
        区政府 区人民政府 县级政府 县级人民政府 县市区政府 县政府办公室 县政府办
        """),
    "township": _split("""
        乡级 乡镇 镇 乡 镇级 乡镇级 街道 街道办 街道办事处 乡镇街道 镇街 街镇 乡镇场 苏木 乡镇政府
        乡镇人民政府 镇政府 乡政府 镇人民政府 乡人民政府 乡镇街道办 乡镇街道办事处 镇街道 乡街道 街道乡镇
        街乡镇 镇办 乡镇办 乡级政府 镇级政府 乡镇街道级 街道乡镇级
        """),
    "department": _split("""
        部门 县直 县直部门 县级部门 县直单位 县级单位 县直机关 县级机关 县政府部门 县政府工作部门 区直
        区直部门 区级部门 区直单位 区政府部门 区政府工作部门 旗直 旗直部门 政府部门 政府工作部门 工作部门
        组成部门 直属机构 县市区部门 县区部门 区县部门 局 委办局 局委办
        县直属单位 县属部门 县属单位 区属部门 区直属单位 直属单位 党政机关 党政部门
        县直党政机关 政府组成部门 县政府组成部门 县政府直属机构 县级政府部门 县级政府工作部门 区级机关
        群团 群团组织 部门单位 垂管 垂管单位 垂管部门
        垂直管理部门 垂直管理单位 驻县单位 事业单位 企事业单位 公共企事业单位 国有企业 派出机构 管委会
        开发区 园区 站所
        """),
}
LEVEL_WORDS: Final[Mapping[str, Level]] = {
    word: level for level in LEVELS for word in (level, LEVEL_NAMES[level], *_LEVEL_WORDS[level])
}


def plain_title(title: str) -> str:
    """A head or a name for comparison: in half width, without blanks, in small letters."""
    return "".join(unicodedata.normalize("NFKC", title).split()).casefold()


@lru_cache(512)
def find_level(text: str) -> Level | None:
    """The level that a word names, whatever signs stand between: 乡镇（街道）, 县、区."""
    plain = plain_title(text)
    bare = re.sub(r"[()/、,.·或和及\[\]-]", "", plain)
    return LEVEL_WORDS.get(plain) or LEVEL_WORDS.get(bare) or LEVEL_WORDS.get(_NOTES.sub("", plain))


def title_field(field: str) -> str:
    """The head that the campaign's own roster has for a field."""
    return FIELDS[field][0]


@dataclass(frozen=True)
class Heads:
    """The head row of a table: the texts of its columns, the field of each, and the number of its last row."""

    table: RosterTable
    number: int
    titles: Sequence[str]
    fields: Sequence[str]

    @cached_property
    def columns(self) -> Mapping[str, Sequence[int]]:
        """The columns of each field that are read: the one whose head says it best; of those that are joined, all."""
        found: dict[str, list[int]] = {}
        for field in FIELDS:
            places = [at for at, held in enumerate(self.fields) if held == field]
            ranks = {at: _rank_title(field, self.titles[at]) for at in places}
            best = min(ranks.values(), default=0)
            found[field] = [at for at in places if field in JOINED or ranks[at] == best]
        return {field: places for field, places in found.items() if places}

    @property
    def missing(self) -> list[str]:
        """The fields that a roster needs and this one has no column of."""
        return [field for field in NEEDED if field not in self.columns]

    @property
    def unused(self) -> list[str]:
        """The heads of columns that are not read."""
        used = {at for places in self.columns.values() for at in places}
        left = [title for at, title in enumerate(self.titles) if at not in used]
        return [title[:LONGEST_QUOTE] for title in left if _strip_notes(title) not in _UNUSED]

    def find_faults(self) -> Iterator[str]:
        """What is missing, with an example, and what is there twice."""
        for field in self.missing:
            yield f"缺少“{title_field(field)}”一栏：请加上这一栏，{NEEDED[field]}。"
        for field, places in self.columns.items():
            if len(places) > 1 and field not in JOINED:
                yield f"“{self.titles[places[0]]}”一栏出现了两次。"
        if self.missing and self.unused:
            yield f"第 {self.number} 行读作表头，其中认不出：{'、'.join(self.unused)}。"

    def list_rows(self) -> Iterator[Sequence[str]]:
        """The rows below the heads."""
        return (row for number, row in self.table.rows if number > self.number)

    def name_fields(self, row: Sequence[str]) -> dict[str, str]:
        """The texts of a row by field."""
        texts = {
            field: [row[at] for at in places if at < len(row) and row[at]] for field, places in self.columns.items()
        }
        return {field: "、".join(dict.fromkeys(each)) if each else "" for field, each in texts.items()}


def find_heads(table: RosterTable) -> Heads | None:
    """The head row of a table, or two rows that are one; None when no row names a column of a roster."""
    first = table.rows[:ROWS_LOOKED_AT]
    single = [Heads(table, number, row, [find_field(title) for title in row]) for number, row in first]
    joined = [heads for (_, upper), lower in pairwise(first) for heads in _join_rows(table, upper, lower)]
    best = max([*single, *joined], key=lambda heads: len(heads.columns), default=None)  # the first of the best
    return best if best is not None and best.columns else None


def _join_rows(table: RosterTable, upper: Sequence[str], below: tuple[int, Sequence[str]]) -> Iterator[Heads]:
    """Two head rows as one, if most of what stands in the lower one names a column."""
    number, lower = below
    titles, fields, above = [], [], ""
    for at in range(max(len(upper), len(lower))):
        high, low = (row[at] if at < len(row) else "" for row in (upper, lower))
        above = high or (above if low else "")
        title, held = _join_titles(above if low else high, low)
        titles.append(title)
        fields.append(held)
    named = [held for held, low in zip(fields, lower, strict=False) if low]
    if 2 * sum(map(bool, named)) >= len(named) > 0:
        yield Heads(table, number, titles, fields)


def _join_titles(high: str, low: str) -> tuple[str, str]:
    """The head of a column that has one above and one below, and its field: 上级 over 代码 is 上级代码."""
    if not high or not low or plain_title(high) == plain_title(low):
        title = low or high
        return title, find_field(title)
    joined = find_field(high + low)
    if joined:
        return high + low, joined
    return f"{high} {low}", "" if _OTHERS.search(high) else find_field(low)


def find_field(title: str) -> str:
    """The field that a head names; empty for none."""
    return _find_field(title[:LONGEST_HEAD])


@lru_cache(maxsize=1024)
def _find_field(title: str) -> str:
    plain = _strip_notes(title)
    chinese = re.sub("[a-z]+(?:-[a-z]+)*", "", plain)  # 单位名称 Name
    for word in (plain, chinese):
        if word in _TITLES:
            return _TITLES[word]
    several = {_TITLES.get(part, "") for part in _EITHER.split(plain)}
    return several.pop() if len(several) == 1 else ""


def _strip_notes(title: str) -> str:
    """A head without what stands in brackets behind it, and without the star of what must be filled in."""
    plain = plain_title(title[:LONGEST_HEAD]).strip(_DECORATION)
    return (_NOTES.sub("", plain) or _NOTES.sub(lambda note: note[0][1:-1], plain)).strip(_DECORATION)


def _rank_title(field: str, title: str) -> int:
    plain = _strip_notes(title)
    return FIELDS[field].index(plain) if plain in FIELDS[field] else len(FIELDS[field])


_TITLES: Final[Mapping[str, str]] = {plain_title(title): field for field, titles in FIELDS.items() for title in titles}
