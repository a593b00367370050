"""What words of official forms mean to somebody who drafts one: numbering, units, totals, kinds of figures.

The words themselves are data, `general.terms.toml` beside the packaged forms.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from xltool.digits import parse_whole
from xltool.forms import catalog

FigureKind: TypeAlias = Literal["count", "money", "points", "percent", "average", "remark", "text", "date", "yes_no"]

_CHINESE: Final = "一二三四五六七八九十"
_CIRCLED: Final = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_IN_BRACKETS: Final = "㈠㈡㈢㈣㈤㈥㈦㈧㈨㈩"
_DIGITS_IN_BRACKETS: Final = "⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽⑾⑿⒀⒁⒂⒃⒄⒅⒆⒇"
_WITH_STOP: Final = "⒈⒉⒊⒋⒌⒍⒎⒏⒐⒑⒒⒓⒔⒕⒖⒗⒘⒙⒚⒛"
_OF_WHICH: Final = re.compile(r"^[\s\u3000]*其\s*中\s*[：:]?\s*")
_SIGNED: Final = re.compile(r"^[\s\u3000]*(加|减)\s*[：:]\s*")
_NUMBERED: Final[tuple[tuple[int, re.Pattern[str]], ...]] = (
    (1, re.compile(rf"([{_CHINESE}]+)\s*[、.．﹑]\s*")),
    (2, re.compile(rf"[（(]\s*([{_CHINESE}]+)\s*[）)]\s*")),
    (2, re.compile(rf"([{_IN_BRACKETS}])\s*")),
    (3, re.compile(r"([0-9]{1,2})\s*[、.．﹑](?![0-9])\s*")),
    (3, re.compile(rf"([{_WITH_STOP}])\s*")),
    (4, re.compile(r"[（(]\s*([0-9]{1,2})\s*[）)]\s*")),
    (4, re.compile(rf"([{_DIGITS_IN_BRACKETS}])\s*")),
    (5, re.compile(rf"([{_CIRCLED}])\s*")),
)
_UNIT_TOLD: Final = re.compile(r"[（(【]\s*(?:计量)?(?:单位)?\s*[：:]?\s*([^（）()：:]{1,8}?)\s*[）)】]")
_UNIT_LINE: Final = re.compile(
    r"[（(]?(?<![报编制表送管责办人])(?:计量|金额)?单\s*位\s*[：:]\s*"
    r"([^\s\u3000，,。；;（）()、]{1,8}(?:[、，,][^\s\u3000，,。；;（）()、]{1,8})*)(?:[\s\u3000]|[）)]|$)"
)
_PER: Final = re.compile(r"[^/\s]{1,6}/[\u4e00-\u9fff·]{1,4}")
_ASIDE: Final = re.compile(r"[（(][^（）()]*[）)]")
_TOTAL: Final = re.compile(r"(?:合|总|小|共)计(?:数|额|量)?|总(?:数|量|额)")
_TOTAL_WITHIN: Final = re.compile(r"(?:合计|总计|小计|共计|总数|总量|总额|总面积|总[^的和体结部]{0,4}$)")


_LETTERED: Final[tuple[tuple[int, re.Pattern[str]], ...]] = (
    (6, re.compile(r"[\s\u3000]*([A-H])(?:[\s\u3000]+|[、.．﹑][\s\u3000]*)(?=[\u4e00-\u9fff])")),
    (7, re.compile(r"[\s\u3000]*(I{1,3}|IV|VI{0,3}|[Ⅰ-Ⅹ])(?:[\s\u3000]+|[、.．﹑][\s\u3000]*)(?=[\u4e00-\u9fff])")),
)
_ROMAN: Final = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")


class Numbering(NamedTuple):
    """The number before a label: how deep (一、 1, （一） 2, 1. 3, （1） 4, ① 5, A 6, II 7), and which; 0 for none."""

    level: int
    ordinal: int


@dataclass(frozen=True, slots=True)
class Label:
    """A label taken apart: 其中, 加 or 减 before it, its number, the words alone, and how far it stands in."""

    text: str
    of_which: bool
    sign: int
    numbering: Numbering
    words: str
    indent: int

    @property
    def is_total(self) -> bool:
        """Whether it says nothing but that it is a total."""
        return _TOTAL.fullmatch(self.words) is not None

    @property
    def says_total(self) -> bool:
        """Whether it says of a thing that all of it is counted here: 申请总数."""
        return _TOTAL_WITHIN.search(self.words) is not None


@cache
def read_label(text: str) -> Label:
    """A printed label taken apart."""
    before = text[: len(text) - len(text.lstrip(" \u3000"))]
    indent = before.count("\u3000") + before.count(" ") // 2
    for level, pattern in _LETTERED:
        match = pattern.match(text)
        if match is not None:
            rest = re.sub(r"[\s\u3000]+", "", text[match.end() :])
            words = _ASIDE.sub("", rest) or rest
            return Label(text, False, 0, Numbering(level, read_ordinal(match[1])), words, indent)
    rest = re.sub(r"[\s\u3000]+", "", text)
    of_which = _OF_WHICH.match(rest) is not None
    rest = _OF_WHICH.sub("", rest)
    told = _SIGNED.match(rest)
    sign = 0 if told is None else 1 if told[1] == "加" else -1
    rest = _SIGNED.sub("", rest)
    for level, pattern in _NUMBERED:
        match = pattern.match(rest)
        if match is not None and rest[match.end() :]:
            told = _SIGNED.match(rest[match.end() :])
            sign = sign if told is None else 1 if told[1] == "加" else -1
            words = _ASIDE.sub("", _SIGNED.sub("", rest[match.end() :]))
            return Label(text, of_which, sign, Numbering(level, read_ordinal(match[1])), words, indent)
    return Label(text, of_which, sign, Numbering(0, 0), _ASIDE.sub("", rest) or rest, indent)


def read_ordinal(text: str) -> int:
    """The number that some numerals mean; 0 for what is none."""
    for signs in (_CIRCLED, _IN_BRACKETS, _DIGITS_IN_BRACKETS, _WITH_STOP):
        if text in signs:
            return signs.index(text) + 1
    if (whole := parse_whole(text, 4)) is not None:
        return whole
    if text in _ROMAN:
        return _ROMAN.index(text) + 1
    if len(text) == 1 and (text in "ABCDEFGH" or "Ⅰ" <= text <= "Ⅹ"):
        return ord(text) - ord("A" if text < "Z" else "Ⅰ") + 1
    tens, mark, ones = text.rpartition("十")
    if not mark:
        return _CHINESE.index(ones) + 1 if ones and ones in _CHINESE else 0
    value = 10 * (_CHINESE.index(tens) + 1 if tens and tens in _CHINESE else 1)
    return value + (_CHINESE.index(ones) + 1 if ones and ones in _CHINESE else 0)


@dataclass(frozen=True)
class FormWords:
    """The words of the field."""

    names: Mapping[str, str]
    units: Mapping[str, str]
    decimals: Mapping[str, int]
    kinds: tuple[tuple[str, str], ...]
    signed: tuple[str, ...]
    counted: str
    beside_fines: tuple[str, ...]
    alike: tuple[Mapping[str, int], ...]

    def find_counted(self, label: str) -> str:
        """The unit that a label ends in before 数: 件 of 制发件数; '' where it does not."""
        words = read_label(label).words
        return words[-2] if len(words) > 1 and words[-1] == "数" and words[-2] in self.counted else ""

    def find_factor(self, unit: str, other: str) -> Fraction | None:
        """How many of one unit another one is; None where they are of no one kind."""
        kind = next((each for each in self.alike if unit in each and other in each), None)
        return Fraction(1) if unit == other else None if kind is None else Fraction(kind[other], kind[unit])

    def find_kind(self, *labels: str) -> FigureKind:
        """What kind of figures stand under labels, the nearest first; `count` where none tells."""
        for label in labels:
            bare = re.sub(r"[\s\u3000]+", "", label)
            for word, kind in self.kinds:
                if re.search(word, bare):
                    return kind  # type: ignore[return-value]  # the file is ours, and a test reads it
        return "count"

    def is_unit(self, text: str) -> bool:
        """Whether a text is a unit, or one for each of something: 元/年人."""
        word = text.strip()
        return word in self.units or (_PER.fullmatch(word) is not None and word.partition("/")[0] in self.units)

    def find_decimals(self, unit: str) -> int:
        """How many digits a unit has behind the point: for one of each something, those of what is divided."""
        return self.decimals.get(unit, self.decimals.get(unit.partition("/")[0], 0))

    def find_unit(self, label: str) -> str:
        """The unit that a label says in brackets; '' where it says none."""
        for match in _UNIT_TOLD.finditer(label):
            if self.is_unit(match[1]):
                return match[1]
        return ""

    def find_unit_line(self, text: str) -> tuple[str, ...]:
        """The units that a line above a table says; none where it says none."""
        match = _UNIT_LINE.search(text)
        units = tuple(re.split("[、，,]", match[1])) if match is not None else ()
        return units if all(map(self.is_unit, units)) else ()

    def cut_unit_line(self, text: str) -> str:
        """A line without the units that it says."""
        return _UNIT_LINE.sub("\u3000", text) if self.find_unit_line(text) else text

    def is_signed(self, *labels: str) -> bool:
        """Whether figures under labels may be negative."""
        return any(word in label for label in labels for word in self.signed)


@cache
def load_terms() -> FormWords:
    """The packaged words."""
    path = catalog.data_folder("workbook_templates") / "general.terms.toml"
    data: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    kinds = tuple((word, kind) for kind, words in data["kinds"].items() for word in words)
    return FormWords(
        data["names"], data["units"], data["decimals"], kinds, tuple(data["signed"]["words"]), data["counted"]["words"],
        tuple(data["beside_fines"]["words"]),
        tuple(data["alike"].values()),
    )  # fmt: skip
