"""What stands around the tables of a blank: its title, titles and units of tables, notes, fields of head and foot."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from xltool.drafting.blank import BlankPart
from xltool.drafting.squares import SquareTable
from xltool.drafting.words import load_terms

_LONGEST_HEADING: Final = 60
_NOTE: Final = re.compile(
    r"^[\s\u3000]*(?:填[报表写])?(?:说明|注|备注|备\s*注|附注|指标解释|审核关系|平衡关系|逻辑关系)[\s\u3000]*[：:0-9１]"
)
_FIELD: Final = re.compile(
    r"(?:^|[\s\u3000])([^\s\u3000：:，。；、_＿□]{1,16}|填[\s\u3000]{1,2}报[\s\u3000]{1,2}人"
    r"|(?<![^\s\u3000])[\u4e00-\u9fff][\s\u3000]+[\u4e00-\u9fff])[\s\u3000]*[：:]"
)
_NOT_GIVEN: Final = re.compile(r"[\s\u3000_＿×XX年月日季度〔〕\[\]—/-]*(?:200|20)?[\s\u3000_＿×年月日季度]*")
_DAY: Final = re.compile(r"年[\s\u3000_＿×]*月[\s\u3000_＿×]*日|日期$")
_BODY: Final = re.compile(r"(?:单位|机构|机关|部门|名称|人)(?:[（(].*[）)])?$")
"""How the label of somebody ends, who is no day though a day is asked for behind it: 编制单位：　　年　月　日."""
_TICKS: Final = re.compile(r"□[\s\u3000]*[\u4e00-\u9fff]")
_TEMPLATE: Final = re.compile(r"(?:格式)?(?:模板|模版|样表|样式|空表|空白表)$")
_HEADING: Final = re.compile(
    r"^[\s\u3000]*(?:[一二三四五六七八九十]{1,3}[、.．]|表[一二三四五六七八九十0-9]+|（[一二三四五六七八九十]{1,3}）|附表)"
)
_WRITE: Final = re.compile(r"^[（(].*(?:文字|描述|填写|阐述|报告).*[）)]$")
_PREFIX: Final = re.compile(r"^[0-9]{1,2}[\s\u3000]+")
_PERIOD_ALONE: Final = re.compile(
    r"[（(]?(?:截[至止]|统计(?:时间|时段|期间))?[：:]?[\s\u3000_＿×XxХ0-9—－–~～-]*(?:年|学年|季|月)[\s\u3000_＿×XxХ0-9年月日季度第学初末期上下半至到—－–~～-]*[）)]?"
)
"""A line that says for which period alone: （××××年第×季度）, 20××—20××学年初."""
_FORM_NUMBER: Final = re.compile(r"[\u4e00-\u9fff]{1,6}[0-9]{1,3}(?:[-—－–][0-9]{1,3})?表(?:[（(][^（）()]*[）)])?")
"""A line that says the number of the form alone: 村会01表."""


class Field(NamedTuple):
    """Something to fill in above or below the tables: its label, where it is printed, and its kind."""

    label: str
    place: str
    day: bool
    boxes: int


class PrintedFact(NamedTuple):
    """Something that the blank itself fills in: 制表机关：农业部."""

    label: str
    text: str


@dataclass(frozen=True)
class TablePaper:
    """A table with the title above it, the units of its figures (of all of them the first), and the notes below it."""

    table: SquareTable
    title: str
    units: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def unit(self) -> str:
        """The unit of what tells no other; '' where none is printed."""
        return self.units[0] if self.units else ""


@dataclass(frozen=True)
class WrittenSection:
    """A section to be written: it stands before the table of that number."""

    heading: str
    before: int


@dataclass(frozen=True)
class BlankPaper:
    """A blank with all that stands around its tables."""

    title: str
    fields: tuple[Field, ...]
    told: tuple[PrintedFact, ...]
    tables: tuple[TablePaper, ...]
    writings: tuple[WrittenSection, ...]
    above: tuple[str, ...]


def read_paper(parts: Sequence[BlankPart]) -> BlankPaper:
    """A blank's tables with what stands around each."""
    gaps: list[list[str]] = [[]]
    tables: list[SquareTable] = []
    for part in parts:
        if isinstance(part, SquareTable):
            tables.append(part)
            gaps.append([])
        elif part.strip(" \u3000"):
            gaps[-1].append(part.strip(" \u3000"))
    title = _find_title(gaps[0], tables[0])
    fields: list[Field] = []
    told: list[PrintedFact] = []
    papers, writings = [], []
    carried: list[str] = gaps[0]
    for at, table in enumerate(tables):
        notes, rest = _part_gap(gaps[at + 1])
        place = "head" if at == 0 else ""
        heading = ""
        units: tuple[str, ...] = ()
        for place_, text in enumerate(carried):
            found = _read_fields(text, place or "head") if text != title else ([], [])
            if place:
                fields += found[0]
                told += found[1]
            elif found[0] or found[1]:
                known = {field.label for field in fields}
                fields += [field for field in found[0] if field.label not in known]
            units = load_terms().find_unit_line(text) or units
            following = carried[place_ + 1] if place_ + 1 < len(carried) else ""
            if _HEADING.match(text) and len(text) <= _LONGEST_HEADING and _WRITE.match(following):
                writings.append(WrittenSection(text, at))
            elif (
                not (found[0] or found[1] or _WRITE.match(text) or load_terms().find_unit_line(text) or _is_aside(text))
                and text != title
            ):
                heading = text if len(text) <= _LONGEST_HEADING else heading
        unit = load_terms().find_unit(heading or title)
        papers.append(TablePaper(table, heading, units or ((unit,) if unit else ()), tuple(notes)))
        carried = rest
    for place_, text in enumerate(carried):
        found = _read_fields(text, "foot")
        fields += found[0]
        following = carried[place_ + 1] if place_ + 1 < len(carried) else ""
        if _HEADING.match(text) and _WRITE.match(following):
            writings.append(WrittenSection(text, len(tables)))
    return BlankPaper(title, tuple(fields), tuple(told), tuple(papers), tuple(writings), tuple(gaps[0]))


def _is_aside(text: str) -> bool:
    """Whether a line tells the period or the number of the form alone."""
    return _PERIOD_ALONE.fullmatch(text) is not None or _FORM_NUMBER.fullmatch(text) is not None


def _find_title(above: Sequence[str], table: SquareTable) -> str:
    lines = [
        text
        for text in above
        if not any(_read_fields(text, "head")) and not load_terms().find_unit_line(text) and not _is_aside(text)
    ]
    lines = [text for text in lines if not _HEADING.match(text)] or lines  # those are of the tables
    named = [
        text
        for text in lines
        if re.search(
            r"(?:表|报告|台账|情况|年报|月报|统计|清单|目录)(?:[（(].*[）)])?(?:格式|模板|样表|格式模板)*$", text
        )
    ]
    found = (named or lines or [table.list_row(0)[0].text])[0]
    return _TEMPLATE.sub("", re.sub(r"[\s\u3000]+", "", found)) or found


def _part_gap(gap: Sequence[str]) -> tuple[list[str], list[str]]:
    """What stands between two tables: notes of the one above, and what belongs to the one below.

    Notes may stand behind the fields at the foot, too.
    """
    notes: list[str] = []
    rest: list[str] = []
    within = True
    for text in gap:
        numbered = bool(notes) and re.match(r"^[0-9①-⑳（(]", text) is not None
        sentence = text.endswith(("。", "；", ";")) or len(text) > _LONGEST_HEADING
        if _NOTE.match(text) or (within and (numbered or (sentence and not _HEADING.match(text)))):
            notes.append(text)
            within = True
        else:
            rest.append(text)
            within = False
    return notes, rest


def _read_fields(text: str, place: str) -> tuple[list[Field], list[PrintedFact]]:
    """The fields of a line: what stands before a colon with nothing behind it, and what is told there."""
    if _NOTE.match(text):
        return [], []
    line = _PREFIX.sub("", load_terms().cut_unit_line(text))
    marks = list(_FIELD.finditer(line))
    fields, told = [], []
    for at, mark in enumerate(marks):
        behind = line[mark.end() : marks[at + 1].start() if at + 1 < len(marks) else len(line)]
        label = re.sub(r"[\s\u3000]", "", mark[1])
        boxes = behind.count("□")
        if boxes and not _TICKS.search(behind):
            fields.append(Field(label, place, day=False, boxes=boxes))
        elif _NOT_GIVEN.fullmatch(behind) or _TICKS.search(behind):
            day = _DAY.search(behind.strip() or label) is not None and _BODY.search(label) is None
            fields.append(Field(label, place, day=day, boxes=0))
        elif len(behind.strip()) <= _LONGEST_HEADING and not behind.strip().endswith("。"):
            told.append(PrintedFact(label, behind.strip(" \u3000")))
    return fields, told
