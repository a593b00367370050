"""A text as tokens: numbers with their units, years, and the words that the language of a form knows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from xltool.forms.phrases import YEAR_SIGN, Entry, Language, Phrase
from xltool.rules.narrative_numerals import (
    CHINESE,
    MULTIPLES,
    WRITTEN_DIGITS,
    Quantity,
    narrow_digits,
    read_chinese,
    read_digits,
)

NUMBER: Final = "number"
YEAR_WORD: Final = "year"
DATE: Final = "date"
GAP: Final = "gap"
BREAK: Final = "break"
_YEARS: Final = re.compile(r"(?<!\d)((?:19|20)\d\d) ?年(?:度)?", re.ASCII)
_DATES: Final = re.compile(
    r"\d{1,2} ?月?(?:份)? ?[-—－~至到] ?\d{1,2} ?月(?:份)?"
    r"|\d{1,2} ?月(?:份)?(?: ?\d{1,2} ?[日号])?|\d{1,2} ?[日时点](?!常|子)",
    re.ASCII,
)
_MONTHS: Final = re.compile(r"(\d{1,2}) ?(?=[月\-—－~至到])", re.ASCII)
_DAY_SIGNS: Final = "日号"
_ORDINAL: Final = re.compile("第(?:[0-9]+|[零〇一二三四五六七八九十百]+)[条项款号章届次期名个批]?", re.ASCII)
_IN_HUNDRED: Final = "百分之"
_GAP_KIND, _BREAK_KIND, _DATE_KIND, _YEAR_KIND, _NUMBER_KIND, _NEUTRAL_KIND = (
    frozenset((kind,)) for kind in (GAP, BREAK, DATE, YEAR_WORD, NUMBER, "words.neutral")
)
_FIRST_NUMERALS: Final = frozenset("第零〇一二两三四五六七八九十百千万亿")
"""What 第二十条, 百分之三十 and 三十六 begin with."""
_BREAKS: Final = frozenset("，,；;：:（）()【】[]。！？!?")
_TITLE: Final = re.compile(r"《([^《》\n]{1,90})》")
_WEIGHTY: Final = frozenset(
    ("scopes.words", "scopes.others", "words.negations", "words.parts", "words.totals", "others.channels")
)
_NUMBERING: Final = re.compile(r"\d{1,2} ?[.．、](?!\d)", re.ASCII)
"""What stands before the parts of a list: 1.新收申请：45件."""
_HEADING: Final = r"[（(]?[一二三四五六七八九十]{1,2}[）)、][^。！？!?\n，,；;：:\d]{2,30}情况[ \u3000]{1,8}"
"""A heading that stands before its text in one line, as copied pages have it: 二、主动公开政府信息情况 本年度…"""
_SENTENCE: Final = re.compile(
    rf"[ \u3000]{{0,8}}{_HEADING}|[^。！？!?\n]+?(?=[ \u3000]{{1,8}}{_HEADING})|[^。！？!?\n]+[。！？!?]?"
)
_BEFORE_CODE: Final = re.compile(r"[A-Za-z0-9第〔\[－_.№#*+]$|\d[-—－/]$", re.ASCII)
"""What stands before digits that are no count: 第20条, 〔2021〕, A4, the second half of a telephone number."""
_CODE: Final = re.compile(r"[-\d—－/.]+", re.ASCII)
_BEHIND_CODE: Final = re.compile(r"[A-Za-z0-9〕\]_#]|[-—－/]\d|号(?!召)|\.\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class ProseToken:
    """A piece of a text, and what it may be; `start` and `end` are its place in the text."""

    text: str
    start: int
    end: int
    kinds: frozenset[str]
    phrases: tuple[Phrase, ...] = ()
    number: Numeral | None = None
    year: int | None = None
    named_year: int | None = None  # within known words: 结转至2025年

    def is_any(self, *kinds: str) -> bool:
        """Whether it may be one of these."""
        return not self.kinds.isdisjoint(kinds)


@dataclass(frozen=True, slots=True)
class Numeral:
    """A number of a text: its value and fineness, its unit, whether a percentage, what makes it inexact."""

    value: Decimal
    step: Decimal
    unit: str
    is_percent: bool = False
    qualifier: str | None = None
    is_bare: bool = False  # without a unit


def list_months(tokens: Sequence[ProseToken]) -> list[tuple[int, int, bool]]:
    """The months that words name: first, last, and whether it is a day of the last that is named."""
    found = []
    for token in tokens:
        months = _MONTHS.findall(token.text) if token.is_any(DATE) else []
        if months:
            found.append((int(months[0]), int(months[-1]), token.text.rstrip()[-1] in _DAY_SIGNS))
    return found


def split_sentences(text: str) -> Iterator[tuple[int, str]]:
    """The sentences of a text with their places."""
    for match in _SENTENCE.finditer(text):
        if match[0].strip():
            yield match.start(), match[0]


def read_tokens(sentence: str, offset: int, language: Language) -> list[ProseToken]:
    """The tokens of a sentence, which stands in its text at an offset."""
    return _Scanner(sentence, offset, language).scan()


class _Scanner:
    def __init__(self, sentence: str, offset: int, language: Language) -> None:
        self.language = language
        self.sentence, self.offset = sentence, offset
        self.signs, self.places, self.years = _fold_years(narrow_digits(sentence))
        self.tokens: list[ProseToken] = []
        self.gap: int | None = None  # where the unknown signs begin that are not yet a token

    def scan(self) -> list[ProseToken]:
        at = 0
        while at < len(self.signs):
            at = self._take(at)
        self._close_gap(at)
        return self.tokens

    def _take(self, at: int) -> int:
        sign = self.signs[at]
        entry, length = self._find_words(at)
        if sign == "《" or sign in self.language.manner_firsts:
            manner = self._measure_manner(at)
            if manner > length:
                return self._add(at, at + manner, _NEUTRAL_KIND)
        if sign in _BREAKS and entry is None:
            return self._add(at, at + 1, _BREAK_KIND)
        if "0" <= sign <= "9":
            return self._take_number(at)
        end = 0
        if sign in _FIRST_NUMERALS:
            end = self._take_ordinal(at, length) or self._take_hundredths(at) or self._take_chinese(at, length)
        return end or self._take_words(at, entry, length)

    def _take_words(self, at: int, entry: Entry | None, length: int) -> int:
        """Takes known words, a year, or one unknown sign."""
        year = self.years.get(at)
        if entry is not None:
            alone = year if length == 1 else None
            return self._add(at, at + length, entry.kinds, entry.phrases, year=alone)
        return self._add(at, at + 1, _GAP_KIND if year is None else _YEAR_KIND, year=year)

    def _take_ordinal(self, at: int, known: int) -> int:
        """Takes 第二十条; 0 where there is none, or known words are longer: 第三方合法权益."""
        ordinal = _ORDINAL.match(self.signs, at)
        return self._add(at, ordinal.end(), _GAP_KIND) if ordinal and ordinal.end() - at > known else 0

    def _find_words(self, at: int) -> tuple[Entry | None, int]:
        """The longest known words at a place, listed or made of parts."""
        word = self._divide_denial(at, next(self._list_words(at), ""))
        entry, length = self.language.entries.get(word), len(word)
        for compound in self.language.compounds.get(self.signs[at], ()):
            measured = compound.measure(self.signs, at)
            if measured > length:
                entry, length = compound.entry, measured
            elif measured == length and entry is not None:
                entry = _join_entries(entry, compound.entry)
        return entry, length

    def _divide_denial(self, at: int, word: str) -> str:
        """Known words, or the first of them that denies where longer ones begin behind it: 未结转 is 未 结转."""
        for denial in self._list_words(at) if len(word) > 1 else ():
            if "words.negations" in self.language.entries[denial].kinds and denial != word:
                behind = next(self._list_words(at + len(denial)), "")
                is_longer = len(denial) + len(behind) > len(word) and len(behind) > 1
                if is_longer and self.language.entries[behind].phrases:
                    return denial
        return word

    def _measure_manner(self, at: int) -> int:
        """How many signs only say in which way something was done, or name a document; 0 where none do."""
        title = _TITLE.match(self.signs, at) if self.signs[at] == "《" else None
        if title is not None:
            return title.end() - at if title[1] not in self.language.entries else 0
        may_begin = self.signs[at] in self.language.manner_firsts
        manner = self.language.manners.match(self.signs, at) if may_begin else None
        if manner is None or any(self._is_weighty(place) for place in range(at, manner.end())):
            return 0
        return manner.end() - at

    def _is_weighty(self, at: int) -> bool:
        """Whether words at a place say whose or that there was none, which is no manner."""
        entries = self.language.entries
        return any(not _WEIGHTY.isdisjoint(entries[word].kinds) for word in self._list_words(at) if len(word) > 1)

    def _list_words(self, at: int) -> Iterator[str]:
        """The known words that begin at a place, the longest first."""
        signs, entries = self.signs, self.language.entries
        for length in self.language.lengths.get(signs[at : at + 2], ()):
            word = signs[at : at + length]
            if word in entries and len(word) == length:
                yield word
        if signs[at : at + 1] in entries:
            yield signs[at]

    def _take_number(self, at: int) -> int:
        match = WRITTEN_DIGITS.match(self.signs, at)
        assert match is not None
        end = match.end()
        numbering = _NUMBERING.match(self.signs, at)
        if numbering and (not at or self.signs[at - 1] in _BREAKS):
            return self._add(at, numbering.end(), _NEUTRAL_KIND)
        date = _DATES.match(self.signs, at)
        if date:
            return self._add(at, date.end(), _DATE_KIND)
        if _BEFORE_CODE.search(self.signs[max(at - 2, 0) : at]) or _BEHIND_CODE.match(self.signs, end):
            code = _CODE.match(self.signs, end)
            return self._add(at, code.end() if code else end, _GAP_KIND)
        if self._is_kind(end, end + 1, "figures.percent"):
            return self._add_percent(at, end + 1, read_digits(match[0]))
        return self._finish_number(at, end, match[0], None)

    def _take_hundredths(self, at: int) -> int:
        """Takes 百分之三十; 0 where there is none."""
        start = at + len(_IN_HUNDRED)
        if not self.signs.startswith(_IN_HUNDRED, at):
            return 0
        digits, chinese = WRITTEN_DIGITS.match(self.signs, start), CHINESE.match(self.signs, start)
        if digits:
            return self._add_percent(at, digits.end(), read_digits(digits[0]))
        return self._add_percent(at, chinese.end(), read_chinese(chinese[0])) if chinese else 0

    def _take_chinese(self, at: int, known: int) -> int:
        """Chinese numerals where they are counts: before a unit, or 零 alone; 0 where known words are longer."""
        match = CHINESE.match(self.signs, at)
        if match is None or (at and self.signs[at - 1] == "第"):
            return 0
        quantity = read_chinese(match[0])
        if quantity is None and match[0] in MULTIPLES and self.gap is None:
            quantity = read_digits("1", MULTIPLES[match[0]]) if self._find_before() else None  # 近百件
        end, after = self._skip_after(match.end())
        unit = self._find_unit(end)
        if quantity is not None and unit and end + len(unit) - at > known:
            return self._finish_number(at, match.end(), match[0], quantity)
        zero = match[0] in self.language.entries and "words.zeros" in self.language.entries[match[0]].kinds
        if zero and quantity is not None and not quantity.value and not after and known <= end - at:
            return self._add_number(at, match.end(), quantity, "", None)
        return 0

    def _finish_number(self, at: int, end: int, written: str, quantity: Quantity | None) -> int:
        """Takes what stands behind digits: 万, 余, the unit, 左右."""
        times = 1
        end = self._skip_blanks(end)
        if quantity is None:
            if not self._find_amount(end):
                while self.signs[end : end + 1] in MULTIPLES and not self._find_amount(end):
                    times *= MULTIPLES[self.signs[end]]
                    end += 1
            after, word = self._skip_after(end)
            if word and self.signs[after : after + 1] in MULTIPLES and not self._find_amount(after):
                times *= MULTIPLES[self.signs[after]]
                after += 1
            quantity = read_digits(written, times)
        else:
            after, word = self._skip_after(end)
        amount, counter = self._find_amount(self._skip_blanks(after)), self._find_unit(self._skip_blanks(after))
        unit = amount or counter
        if word and not unit:
            word, after = None, end
        if unit:
            after = self._skip_blanks(after) + len(unit)
            last, behind = self._skip_after(after)
            word = word or behind
            after = last if behind else after
        return self._add_number(at, after if unit else self._trim_blanks(after), quantity, unit, word)

    def _add_percent(self, at: int, end: int, quantity: Quantity | None) -> int:
        if quantity is None:
            return self._add(at, end, _GAP_KIND)
        numeral = Numeral(quantity.value, quantity.step, "%", True, self._find_before())
        return self._add(at, end, _NUMBER_KIND, number=numeral)

    def _add_number(self, at: int, end: int, quantity: Quantity | None, unit: str, qualifier: str | None) -> int:
        if quantity is None:
            return self._add(at, end, _GAP_KIND)
        numeral = Numeral(
            quantity.value, quantity.step, unit, False, qualifier or self._find_before(), is_bare=not unit
        )
        return self._add(at, end, _NUMBER_KIND, number=numeral)

    def _find_before(self) -> str | None:
        """A word such as 约 right before a number."""
        if self.gap is not None or not self.tokens or not self.tokens[-1].is_any("figures.before"):
            return None
        return self.tokens[-1].text

    def _find_unit(self, at: int) -> str:
        entries = self.language.entries
        return next((word for word in self._list_words(at) if "figures.counters" in entries[word].kinds), "")

    def _find_amount(self, at: int) -> str:
        return next((unit for unit in self.language.amounts if self.signs.startswith(unit, at)), "")

    def _is_kind(self, start: int, end: int, kind: str) -> bool:
        entry = self.language.entries.get(self.signs[start:end])
        return entry is not None and kind in entry.kinds

    def _skip_after(self, at: int) -> tuple[int, str | None]:
        """Where a word such as 余 behind digits ends, and the word."""
        entries = self.language.entries
        longest = next(self._list_words(at), "")
        word = longest if longest and "figures.after" in entries[longest].kinds else None  # 57件来自自然人
        return at + len(word or ""), word

    def _skip_blanks(self, at: int) -> int:
        while self.signs[at : at + 1] in (" ", "\u3000", "\xa0"):
            at += 1
        return at

    def _trim_blanks(self, at: int) -> int:
        while self.signs[at - 1] in (" ", "\u3000", "\xa0"):
            at -= 1
        return at

    def _add(
        self,
        at: int,
        end: int,
        kinds: frozenset[str],
        phrases: tuple[Phrase, ...] = (),
        *,
        number: Numeral | None = None,
        year: int | None = None,
    ) -> int:
        if kinds == _GAP_KIND:
            self.gap = at if self.gap is None else self.gap
            return end
        self._close_gap(at)
        named = None
        if phrases and self.years:
            named = next((self.years[place] for place in range(at, end) if place in self.years), None)
        start, stop = self.places[at], self.places[end]
        text = self.sentence[start:stop]
        self.tokens.append(
            ProseToken(text, self.offset + start, self.offset + stop, kinds, phrases, number, year, named)
        )
        return end

    def _close_gap(self, end: int) -> None:
        """Adds the unknown signs since the last known words as one."""
        if self.gap is not None:
            start, stop = self.places[self.gap], self.places[end]
            self.tokens.append(
                ProseToken(self.sentence[start:stop], self.offset + start, self.offset + stop, _GAP_KIND)
            )
            self.gap = None


def _join_entries(entry: Entry, other: Entry) -> Entry:
    """What words may be that are both: of tables of which the first says nothing, what the other says."""
    tables = {phrase.table for phrase in entry.phrases}
    more = tuple(phrase for phrase in other.phrases if phrase.table not in tables)
    return Entry(entry.kinds | other.kinds, (*entry.phrases, *more))


def _fold_years(text: str) -> tuple[str, list[int], dict[int, int]]:
    """The text with each year as one sign, the place of each sign, and the years by their places among the signs."""
    parts: list[str] = []
    places: list[int] = []
    years: dict[int, int] = {}
    done = 0
    for match in _YEARS.finditer(text):
        parts.append(text[done : match.start()])
        places += range(done, match.start())
        years[len(places)] = int(match[1])
        parts.append(YEAR_SIGN)
        places.append(match.start())
        done = match.end()
    parts.append(text[done:])
    places += range(done, len(text) + 1)
    return "".join(parts), places, years
