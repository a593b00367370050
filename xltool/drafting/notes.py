"""Rules that a form prints in its notes: as arithmetic with the numbers of lines or columns, or in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from xltool.drafting.adding import Direction, add_check, add_total
from xltool.drafting.dividing import add_rate
from xltool.drafting.draft import Axis, DraftBlock, DraftItem, DraftMeasure, DraftRate, DraftTable
from xltool.drafting.words import read_label, read_ordinal
from xltool.forms.written import read_number

_PLAIN: Final = str.maketrans("（）＝＋－–—−≥≤﹥﹤＞＜　", "()=+----≥≤><>< ")
_TERM: Final = r"(?:序号|指标|代码|第)?\(?[A-Za-z]?[0-9]{1,3}\)?(?:行|栏|列|项)?"
_MORE: Final = r"(?:…+|\.{3,})"
_SIDE: Final = rf"{_TERM}(?:\s*[+\-]\s*(?:{_TERM}|{_MORE}))*"
_SIGN: Final = r"(?:>=|<=|[=≥≤><])"
_FORMULA: Final = re.compile(rf"(?<![表0-9A-Za-z/×.])({_SIDE}(?:\s*{_SIGN}\s*{_SIDE})+)(?!\s*[/×÷*0-9.%])")
_NUMBER: Final = re.compile(r"[A-Za-z]?[0-9]{1,3}")
_SIGNS: Final = {"=": "=", "≥": ">=", ">=": ">=", "≤": "<=", "<=": "<=", ">": ">", "<": "<"}
_WORDED: Final = re.compile(
    r"第([一二三四五六七八九十]+)项((?:[加减、和与]+第[一二三四五六七八九十]+项)*)(?:之和|之差|的和)?[，,]?\s*(?:应)?(?:当)?"
    r"(等于|大于等于|大于或等于|不小于|不少于|小于等于|小于或等于|不大于|不多于|不超过)"
    r"第([一二三四五六七八九十]+)项((?:[加减、和与]+第[一二三四五六七八九十]+项)*)(?:之和|之差|的和)?"
)
_NAMED: Final = re.compile(
    r"([\u4e00-\u9fff][\u4e00-\u9fff0-9()、“”]{1,24}?)\s*=\s*([(]?[\u4e00-\u9fff][^=。;；,，]{2,80}?)(?=[。;；,，]|\s*$|[0-9]\.)"
)
"""生师比=在校学生数/专任教师数: a formula in the words of labels."""
_HUNDRED: Final = re.compile(r"\s*[×*x]\s*100\s*[%％]?\s*$")
_STEP: Final = re.compile(r"([加减、和与])第([一二三四五六七八九十]+)项")
_SENSE: Final = {"等于": "=", **dict.fromkeys(("大于等于", "大于或等于", "不小于", "不少于"), ">=")}
_RATIO: Final = re.compile(r"([0-9A-Z]{1,3})[=＝]([0-9A-Z]{1,3})[/÷]([0-9A-Z]{1,3})")
_SCALED: Final = re.compile(
    r"(?<![0-9A-Za-z])([0-9A-Z]{1,3})\s*=\s*([0-9A-Z]{1,3})(?:\s*[×*]\s*([0-9]{2,6}))?\s*[/÷]\s*"
    r"(?:\(\s*([0-9A-Z]{1,3})\s*[×*]\s*([0-9]{2,6})\s*\)|([0-9A-Z]{1,3}))(\s*[×*]\s*100\s*%?)?(?![0-9/÷×*])"
)
"""12=7*10000/4, 5=4/(1*10000)*100: a quotient with what makes units of its sides alike, and a hundred for %."""
_GROWN: Final = re.compile(
    rf"({_TERM})\s*=\s*\(\s*({_TERM})\s*([+\-])\s*({_TERM})\s*\)\s*[/÷]\s*({_TERM})(?:\s*[×*]\s*100\s*%?)?(?![0-9/÷×*])"
)
"""3栏=(1栏-2栏)/2栏×100%: a growth, or a part that is the sum of two."""
_PRODUCT: Final = re.compile(r"([0-9A-Z]{1,3})=([0-9A-Z]{1,3})([/÷×*])([0-9]+(?:\.[0-9]+)?)")
_INVERSE: Final = {f"1{'0' * places}": f"0.{'0' * (places - 1)}1" for places in range(1, 6)}
"""What is divided by, and what is multiplied by instead."""
_QUOTIENT: Final = re.compile(
    r"[0-9A-Z]{1,3}\s*[=＝]\s*[0-9A-Z]{1,3}\s*[/÷×*]\s*[0-9]+(?:\.[0-9]+)?|[0-9]{1,3}\s*[×*]\s*[0-9]{1,3}"
)


def propose_printed_rules(tables: Sequence[DraftTable], texts: Sequence[tuple[int, str]]) -> None:
    """Adds to drafts the rules that notes print; each text with the number of the table that it stands at."""
    for at, text in texts:
        near = [tables[at], *(table for place, table in enumerate(tables) if place != at)]
        plain = text.translate(_PLAIN)
        for scaled in _SCALED.finditer(plain):
            taken = _take_scaled(near, scaled)
            if not taken and scaled[7]:
                near[0].told.append(f"说明里的“{scaled[0]}”是乘除，写不成勾稽关系")
            if taken or scaled[7]:
                plain = plain.replace(scaled[0], "，")
        for grown in _GROWN.finditer(plain):
            if _take_growth(near, grown):
                plain = plain.replace(grown[0], "，")
        for match in _FORMULA.finditer(plain):
            _take_formula(near, match[1].strip())
        for found in _QUOTIENT.findall(plain):
            if not _take_quotient(near, found) and not _take_product(near, found):
                near[0].told.append(f"说明里的“{found}”是乘除，写不成勾稽关系")
        for worded in _WORDED.finditer(text):
            _take_words(near[0], worded)
        for named in _NAMED.finditer(text.translate(_PLAIN)):
            _take_names(near[0], named[1], named[2])


def _take_formula(near: Sequence[DraftTable], formula: str) -> None:
    pieces = re.split(rf"\s*({_SIGN})\s*", formula)
    sides = [list(_list_terms(piece)) for piece in pieces[::2]]
    signs = pieces[1::2]
    numbers = {number for side in sides for _, number in side}
    told = _name_axis(formula)
    places = [(table, *place) for table in near for place in _find_items(table, numbers) if told in {None, place[1]}]
    if not places:
        if _take_threshold(near, formula):
            return
        near[0].told.append(f"说明里的“{formula}”没有对上本表的行次或栏次")
        return
    # lines and columns may bear the same numbers: those are meant that have one unit
    fitting = [(t, b, a, i) for t, b, a, i in places if b.list_places(a, [i[number] for number in numbers])]
    table, block, axis, items = (fitting or places)[0]
    both = "行次和栏次都有这些号，按行次起草" if len({a for t, b, a, _ in fitting if b is block}) > 1 else ""
    terms = [[(times, items[number]) for times, number in side] for side in sides]
    for sign, one, other in zip(signs, terms, terms[1:], strict=False):
        text = f"原表说明：{formula}"
        whole = one[0][1] if len(one) == 1 else None
        named = whole is not None and read_label(whole.label).is_total
        if axis == "column" and len({item.heads for _, item in (*one, *other)}) > 1 and sign == "=" and not named:
            if not add_check(
                Direction(table, block, axis), (one, other), "=", both, text
            ):  # a breakdown, beside the figure itself
                table.told.append(f"说明里的“{formula}”涉及不同的计量单位，写不成勾稽关系")
            continue
        first = terms[0] if len(terms[0]) == 1 and terms[0][0][0] == 1 else one
        if (
            sign == "="
            and len(first) == 1
            and first[0][0] == 1
            and add_total(Direction(table, block, axis), first[0][1], other, both, text)
        ):
            continue
        if (
            sign == "="
            and len(other) == 1
            and other[0][0] == 1
            and add_total(Direction(table, block, axis), other[0][1], one, both, text)
        ):
            continue
        if not add_check(
            Direction(table, block, axis), (first if sign == "=" else one, other), _SIGNS[sign], both, text
        ):
            table.told.append(f"说明里的“{formula}”涉及不同的计量单位，写不成勾稽关系")


def _take_quotient(near: Sequence[DraftTable], formula: str) -> bool:
    """05=03/01, where lines or columns bear these numbers."""
    match = _RATIO.fullmatch(re.sub(r"\s", "", formula))
    if match is None:
        return False
    target, above, below = (normalise_code(match[at]) for at in (1, 2, 3))
    for table in near:
        for block, axis, items in _find_items(table, {target, above, below}):
            rate = DraftRate([(1, items[above])], [(1, items[below])])
            if add_rate(Direction(table, block, axis), items[target], rate, "四舍五入是按常例写的，截尾的改成 cut"):
                return True
    return False


def _take_scaled(near: Sequence[DraftTable], match: re.Match[str]) -> bool:
    """12=7*10000/4, where lines or columns bear the numbers of what is divided."""
    target, above, below = (normalise_code(each) for each in (match[1], match[2], match[4] or match[6]))
    for table in near:
        for block, axis, items in _find_items(table, {target, above, below}):
            unit = (items[target].measure or block.measure).unit
            if match[7] and unit not in {"%", "％"}:
                continue  # a figure a hundred times as large, which no rate says
            rate = DraftRate([(int(match[3] or 1), items[above])], [(int(match[5] or 1), items[below])])
            if add_rate(Direction(table, block, axis), items[target], rate, "四舍五入是按常例写的，截尾的改成 cut"):
                return True
    return False


def _take_growth(near: Sequence[DraftTable], match: re.Match[str]) -> bool:
    """3=(1-2)/2, where lines or columns bear these numbers."""
    codes = [_NUMBER.search(match[at]) for at in (1, 2, 4, 5)]
    target, first, second, below = (normalise_code(code[0]) for code in codes if code is not None)
    told = _name_axis(match[0])
    for table in near:
        for block, axis, items in _find_items(table, {target, first, second, below}):
            times = -1 if match[3] == "-" else 1
            rate = DraftRate([(1, items[first]), (times, items[second])], [(1, items[below])])
            doubt = "四舍五入是按常例写的，截尾的改成 cut"
            if told in {None, axis} and add_rate(Direction(table, block, axis), items[target], rate, doubt):
                return True
    return False


def _name_axis(formula: str) -> Axis | None:
    """Whether a formula says that its numbers are of lines, 行, or of columns, 栏; None where it says nothing."""
    return "row" if "行" in formula else "column" if re.search("[栏列]", formula) else None


def _take_product(near: Sequence[DraftTable], formula: str) -> bool:
    """05=03×10000 or 05=03/10000, where lines or columns bear the first two numbers: a factor, which may join units."""
    match = _PRODUCT.fullmatch(re.sub(r"\s", "", formula))
    if match is None:
        return False
    factor = match[4] if match[3] in "×*" else _INVERSE.get(match[4], "")
    target, part = (normalise_code(match[at]) for at in (1, 2))
    doubt = f"“{match[4]}”按倍数写，不是行次或栏次"
    if not factor or read_number(factor) is None or target == part:
        return False
    for table in near:
        for block, axis, items in _find_items(table, {target, part}):
            sides = [(1, items[target])], [(1, items[part])]
            if add_check(Direction(table, block, axis), sides, "=", doubt, f"原表说明：{formula}", factor=factor):
                return True
    return False


def _take_threshold(near: Sequence[DraftTable], formula: str) -> bool:
    """01≥60, where a line or column bears the first number and none the second."""
    pieces = re.split(rf"\s*({_SIGN})\s*", formula)
    if len(pieces) != 3 or pieces[1] == "=" or not pieces[2].isdigit():
        return False
    code = normalise_code(pieces[0])
    for table in near:
        for block, axis, items in _find_items(table, {code}):
            doubt = f"没有行次或栏次“{pieces[2]}”，按数写"
            sides: tuple[list[tuple[int, DraftItem]], list[tuple[int, DraftItem]]] = ([(1, items[code])], [])
            text = f"原表说明：{formula}"
            if add_check(Direction(table, block, axis), sides, _SIGNS[pieces[1]], doubt, text, number=pieces[2]):
                return True
    return False


def _list_terms(side: str) -> Iterator[tuple[int, str]]:
    """The terms of a side with their signs; what … leaves out is filled in."""
    sign, last, skipped = 1, 0, False
    for piece in re.split(rf"({_MORE}|[+\-])", side):
        word = piece.strip()
        if word in {"+", "-"}:
            sign = 1 if word == "+" else -1
        elif word and re.fullmatch(_MORE, word):
            skipped = True
        elif number := _NUMBER.search(word):
            code = normalise_code(number[0])
            if skipped and code.isdigit():
                yield from ((sign, str(between)) for between in range(last + 1, int(code)))
            yield sign, code
            last, skipped = int(code) if code.isdigit() else 0, False


def normalise_code(text: str) -> str:
    """A printed number of a line or column as it is compared: without brackets and leading zeros."""
    bare = re.sub(r"[\s（）()]", "", text).upper()
    return bare.lstrip("0") or bare


def _find_items(table: DraftTable, numbers: set[str]) -> Iterator[tuple[DraftBlock, Axis, dict[str, DraftItem]]]:
    """The rows, or the columns, of a block that bear all of some numbers."""
    for block in table.blocks:
        axes: tuple[Axis, ...] = ("row", "column")
        for axis in axes:
            known = {item.code: item for item in block.items(axis) if item.code}
            if numbers <= set(known):
                yield block, axis, known


def _take_words(table: DraftTable, match: re.Match[str]) -> None:
    """第一项加第二项之和，等于第三项加第四项之和, of the rows that are numbered 一、二、三、四、"""
    for block in table.blocks:
        sides = [
            [_find_numbered(table, block, read_ordinal(match[first])), *_list_steps(table, block, match[rest])]
            for first, rest in ((1, 2), (4, 5))
        ]
        terms = [[term for found in side for term in found] for side in sides]
        if all(all(side) for side in sides) and all(terms):
            sign = _SENSE.get(match[3], "<=")
            add_check(Direction(table, block, "row"), (terms[0], terms[1]), sign, "", match[0])
            return
    table.told.append(f"说明里的“{match[0]}”没有对上本表的各项")


def _take_names(table: DraftTable, target: str, right: str) -> None:
    """A formula whose terms are labels of lines, or of columns: a quotient, or a sum."""
    quotient = re.split(r"[/÷]", _HUNDRED.sub("", right))
    pieces = re.split(r"([+\-])", right)
    for block in table.blocks:
        axes: tuple[Axis, ...] = ("column", "row")
        for axis in axes:
            whole = _find_called(block.items(axis), target)
            if whole is None:
                continue
            along = Direction(table, block, axis)
            if len(quotient) == 2:
                above, below = (_find_called(block.items(axis), each.strip(" ()")) for each in quotient)
                if above is not None and below is not None:
                    _add_named_rate(along, whole, DraftRate([(1, above)], [(1, below)]), f"{target}={right}")
                    return
            elif len(pieces) > 1:
                terms = [(-1 if sign == "-" else 1, _find_called(block.items(axis), each.strip(" ()")))
                         for sign, each in zip(["+", *pieces[1::2]], pieces[::2], strict=True)]  # fmt: skip
                found = [(times, item) for times, item in terms if item is not None]
                if len(found) == len(terms):
                    add_total(along, whole, found, "", f"原表说明：{target}={right}")
                    return


def _add_named_rate(along: Direction, item: DraftItem, rate: DraftRate, told: str) -> None:
    measure = item.measure
    if measure is None or (measure.kind == "count" and not measure.decimals):
        unit = "%" if "%" in told or "％" in told else "比"
        item.measure = DraftMeasure(unit, 2, signed=False, kind="percent" if unit == "%" else "average")
    if not add_rate(along, item, rate, f"按原表说明“{told}”四舍五入起草，两位小数是猜的"):
        item.measure = measure


def _find_called(items: Sequence[DraftItem], name: str) -> DraftItem | None:
    """The one line or column that is called so: by its label, or by that of its head and its own."""
    wanted = re.sub(r"[\s“”]", "", name)

    def call(item: DraftItem) -> set[str]:
        words = read_label(item.label).words
        above = [read_label(head.label).words for head in item.heads[-1:]]
        return {words, words.removesuffix("数"), *(f"{head}{words}" for head in above)}

    found = [item for item in items if wanted in call(item) or wanted.removesuffix("数") in call(item)]
    return found[0] if len(found) == 1 else None


def _list_steps(table: DraftTable, block: DraftBlock, text: str) -> Iterator[list[tuple[int, DraftItem]]]:
    for step in _STEP.finditer(text):
        times = -1 if step[1] == "减" else 1
        yield [(times * each, item) for each, item in _find_numbered(table, block, read_ordinal(step[2]))]


def _find_numbered(table: DraftTable, block: DraftBlock, ordinal: int) -> list[tuple[int, DraftItem]]:
    """The row that bears a number of the first depth; below a head of that number its total, or its rows."""
    for row in block.rows:
        if not row.heads and read_label(row.label).numbering == (1, ordinal):
            return [(1, row)]
    below = [row for row in block.rows if row.heads and read_label(row.heads[0].label).numbering == (1, ordinal)]
    totals = [row for row in below if table.defined_by("row", row) is not None and len(row.heads) == 1]
    whole = [row for row in totals if read_label(row.label).is_total]
    return [(1, row) for row in (whole or below)]
