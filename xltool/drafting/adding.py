"""Which rows and columns of a draft are totals, by what their labels say: 合计, 其中, and numbers below a number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

from xltool.drafting.draft import Axis, DraftBlock, DraftItem, DraftMeasure, DraftRule, DraftTable
from xltool.drafting.words import load_terms, read_label
from xltool.forms.grammar import LARGEST_FACTOR, PART_OF
from xltool.forms.written import FINEST

_THIS: Final = re.compile(r"^(?:本|当)(?:年|月|期|季|季度|年度)")
PERIOD_BEFORE: Final = re.compile(r"^(?:上|去|前)(?:年|月|期|季|季度|年度)")
"""What the label of a figure of the period before begins with."""
DIFFERENCE: Final = re.compile(r"增、?减(?:金?额|数|数量|量|值)?$|^(?:比|较)上(?:年|月|期)增、?减(?:金?额|数|量)?$")
"""How the label of a difference to the period before ends."""
_PLACE: Final = re.compile(r"(?:××|XX|\*\*|全|本)?[\u4e00-\u9fff×X]{0,4}[省市县区州旗乡镇]$")
_OWN_LEVEL: Final = re.compile(r"[省市县区州旗]本级")
_AREA_LEVEL: Final = re.compile(r"(?:[市县区州旗镇乡]|县[（(]?市?、?区[）)]?|区县|市县|乡镇)级")
_ZONE: Final = re.compile(r"(?:开发|示范|工业园|高新|新|园)区$|园区$")

FEWEST_PARTS: Final = 2


def propose_sums(table: DraftTable) -> None:
    """Adds to a draft the totals that its labels tell of."""
    for block in table.blocks:
        for at in range(len(block.rows)):
            _propose_net(table, block, at)
        for at, row in enumerate(block.rows):
            _propose_row(table, block, at, row)
            _propose_of_which(table, block, at)
        for at in range(len(block.rows)):
            _propose_last(table, block, at)
        _propose_named_line(table, block)
        _propose_areas(table, block)
        _propose_repeated(table, block)
        _propose_columns(table, block)
        _propose_changes(table, block)
        _propose_alike(table, block)
        for at, row in enumerate(block.rows):
            _propose_part(table, block, at, row)


Summands: TypeAlias = Sequence[tuple[int, DraftItem]]
"""One side of a rule: items with what each is multiplied by."""


class Direction(NamedTuple):
    """The rows or the columns of a block, as what adds up."""

    table: DraftTable
    block: DraftBlock
    axis: Axis

    def measure_of(self, item: DraftItem, place: DraftItem) -> DraftMeasure:
        """The measure in which an item has its figure at a place across."""
        return self.block.measure_of(item, place) if self.axis == "row" else self.block.measure_of(place, item)


def find_factors(
    along: Direction, target: DraftItem, parts: Sequence[DraftItem]
) -> tuple[list[DraftItem], tuple[str, ...]]:
    """Where parts in other units of one kind add up to a target, and by what each is multiplied; the same everywhere.

    The target's decimals become as many as that needs.
    """
    found: dict[tuple[str, ...], list[DraftItem]] = {}
    for place in along.block.list_places(along.axis, [target, *parts], joined=True):
        whole, measures = along.measure_of(target, place), [along.measure_of(part, place) for part in parts]
        factors = [load_terms().find_factor(whole.unit, each.unit) for each in measures]
        written = tuple(write_factor(each) for each in factors if each is not None)
        if len(written) == len(parts) and all(written):
            found.setdefault(written, []).append(place)
    factors_of = max(found, key=lambda each: len(found[each]), default=())
    places = found.get(factors_of, [])
    for place in places:
        _refine(along, target, place, [
            along.measure_of(part, place).decimals + max(0, -count_noughts(factor))
            for part, factor in zip(parts, factors_of, strict=True)
        ])  # fmt: skip
    return places, factors_of


def _refine(along: Direction, target: DraftItem, place: DraftItem, decimals: Sequence[int]) -> None:
    """Gives a target as many decimals as its parts have in its unit."""
    measure = along.measure_of(target, place)
    holder = target if along.axis == "column" or place.measure is None else place
    finest = min(max(decimals), FINEST)
    if holder is target and measure.decimals < finest:
        target.measure = measure._replace(decimals=finest)


def write_factor(factor: Fraction) -> str:
    """A factor as a definition writes it; '' for one that cannot be written."""
    scaled = factor * 10**FINEST
    if scaled.denominator > 1 or not 0 < factor <= LARGEST_FACTOR:
        return ""
    whole, rest = divmod(int(scaled), 10**FINEST)
    return f"{whole}.{rest:0{FINEST}}".rstrip("0").rstrip(".") if rest else str(whole)


def count_noughts(factor: str) -> int:
    """How many noughts a factor ends in; less than none where it has so many decimals."""
    decimals = len(factor.partition(".")[2])
    return -decimals if decimals else len(factor) - len(factor.rstrip("0"))


def add_total(
    along: Direction,
    target: DraftItem,
    parts: Summands,
    doubt: str,
    text: str = "",
) -> bool:
    """Makes an item the sum of others wherever that can be said; False where it is a total already or cannot be one."""
    table, block, axis = along
    if table.defined_by(axis, target) is not None or not parts or any(part is target for _, part in parts):
        return False
    if any(_rests_on(table, axis, part, target) for _, part in parts):
        return False
    places = block.list_places(axis, [target, *(part for _, part in parts)])
    factors: tuple[str, ...] = ()
    if not places:
        places, factors = find_factors(along, target, [part for _, part in parts])
        doubt = "；".join(filter(None, (doubt, _word_units(along, target, parts, places))))
    if not places:
        return False
    told = text or f"{target.short}应等于{_join_parts(parts)}"
    rule = DraftRule(name_rule(table, target), axis, block, [(1, target)], "=", list(parts), True, places, told, doubt)
    rule.factors = factors
    table.rules.append(rule)
    return True


def _word_units(along: Direction, target: DraftItem, parts: Summands, places: Sequence[DraftItem]) -> str:
    """The doubt about parts in units of one kind that are added up."""
    units = [along.measure_of(part, place).unit for place in places[:1] for _, part in parts]
    whole = "".join(along.measure_of(target, place).unit for place in places[:1])
    return f"各项的单位不同（{'、'.join(dict.fromkeys(units))}），按折合成“{whole}”相加起草" if units else ""


def add_check(
    along: Direction,
    sides: tuple[Summands, Summands],
    sign: str,
    doubt: str,
    text: str,
    *,
    factor: str = "",
    number: str = "",
) -> bool:
    """Adds a rule that defines nothing, if none says it already; False where it can be said of no cells.

    With a `factor` before the one item on its right, or a `number` there in place of items.
    """
    table, block, axis = along
    left, right = sides
    places = block.list_places(axis, [item for _, item in (*left, *right)], bool(factor))
    if not places:
        return False
    rule = DraftRule(
        name_rule(table, left[0][1]),
        axis,
        block,
        list(left),
        sign,
        list(right),
        False,
        places,
        text,
        doubt,
        factor=factor,
        number=number,
    )
    if not any(each.block is block and _state_relation(each) == _state_relation(rule) for each in table.rules):
        table.rules.append(rule)
    return True


def _state_relation(rule: DraftRule) -> tuple[object, ...]:
    """What a rule says, whichever side stands first."""
    sides = [frozenset((times, item.id) for times, item in side) for side in (rule.left, rule.right)]
    sides[1] |= {(0, f"{rule.factor}*{rule.number}")} if rule.factor or rule.number else set()
    if rule.sign in {">=", ">"}:
        return rule.axis, rule.sign.replace(">", "<"), sides[1], sides[0]
    sign = "<=" if rule.sign == PART_OF else rule.sign
    return rule.axis, sign, *(sides if sign != "=" else [frozenset(sides)])


def name_rule(table: DraftTable, item: DraftItem) -> str:
    """An id for a rule about an item, which no other of the table has."""
    taken = {rule.id for rule in table.rules}
    count = 1
    while (name := item.id if count == 1 else f"{item.id}_{count}") in taken:
        count += 1
    return name


def _rests_on(table: DraftTable, axis: Axis, item: DraftItem, target: DraftItem) -> bool:
    """Whether a total is computed, by whatever way, from another item."""
    rule = table.defined_by(axis, item)
    return rule is not None and any(part is target or _rests_on(table, axis, part, target) for _, part in rule.right)


def _join_parts(parts: Summands) -> str:
    if all(times == 1 for times, _ in parts) and len(parts) > 4:
        return f"{parts[0][1].short}至{parts[-1][1].short}各项之和"
    words = "".join(f"{'加' if times > 0 else '减'}{part.short}" for times, part in parts)
    return words.removeprefix("加")


# ---------------------------------------------------------------- rows


def _propose_row(table: DraftTable, block: DraftBlock, at: int, row: DraftItem) -> None:
    label = read_label(row.label)
    if len(row.absent) == len(block.columns):
        return
    if label.is_total:
        _propose_group_total(table, block, row)
        return
    parts, certain = _list_numbered(block.rows, at)
    nets = [table.defined_by("row", part) for part in parts if _NET.search(read_label(part.label).words)]
    inside = {part for rule in nets if rule for _, part in rule.right}  # 净值 stands for what it is left of
    parts = [part for part in parts if part not in inside]
    taken = {part for rule in table.rules if rule.defines and rule.axis == "row" for _, part in rule.right}
    if len(parts) >= FEWEST_PARTS and not taken.issuperset(parts):  # a note says whose parts they are
        doubt = "" if certain else f"按编号看，{row.short}是下面{len(parts)}项之和；不是就删去这条合计"
        add_total(Direction(table, block, "row"), row, [(1, part) for part in parts], doubt)


def _list_numbered(rows: Sequence[DraftItem], at: int) -> tuple[list[DraftItem], bool]:
    """The rows that are numbered from 1 on below a row, and whether it is certain that they are all of it."""
    label = read_label(rows[at].label)
    own, heads = label.numbering.level, rows[at].heads
    found: list[DraftItem] = []
    level = 0
    of_which = apart = False
    for row in rows[at + 1 :]:
        told = read_label(row.label)
        number = told.numbering
        if row.heads != heads:
            break
        if number.level == 0:
            if told.of_which:
                apart = not level
                continue
            break
        if own and number.level <= own:
            break
        if not level:
            if number.ordinal != 1 or apart:  # numbered right below 其中, they are parts of that
                break
            level, of_which = number.level, told.of_which
        if number.level < level or (number.level == level and number.ordinal != len(found) + 1):
            break
        if number.level == level:
            found.append(row)
    if any(len(row.absent) > len(rows[at].absent) for row in found):
        return [], False
    signed = any(read_label(row.label).sign for row in found)
    return found, (label.says_total or of_which) and not signed


_NET: Final = re.compile(r"净(?:值|额|收入|收益|利润)$")


def _propose_net(table: DraftTable, block: DraftBlock, at: int) -> None:
    """净值 right below what it is left of: the line before 减, less the lines with 减, all numbered alike."""
    label = read_label(block.rows[at].label)
    if not _NET.search(label.words) or label.sign:
        return
    parts: list[tuple[int, DraftItem]] = []
    for row in reversed(block.rows[:at]):
        told = read_label(row.label)
        if told.of_which or told.numbering.level > label.numbering.level:
            continue
        if told.numbering.level != label.numbering.level or row.heads != block.rows[at].heads:
            return
        parts.insert(0, (told.sign or 1, row))
        if not told.sign:
            break
    if len(parts) >= FEWEST_PARTS and any(times < 0 for times, _ in parts):
        doubt = f"{block.rows[at].short}按{_join_parts(parts)}起草"
        add_total(Direction(table, block, "row"), block.rows[at], parts, doubt)


def _propose_of_which(table: DraftTable, block: DraftBlock, at: int) -> None:
    """其中 over lines without numbers of which the last is 其他: they are all of the line above."""
    row, first = block.rows[at], read_label(block.rows[at + 1].label) if at + 1 < len(block.rows) else None
    own = read_label(row.label)
    if first is None or not first.of_which or first.numbering.level or not own.numbering.level:
        return
    parts = [block.rows[at + 1]]
    for below in block.rows[at + 2 :]:
        told = read_label(below.label)
        if told.numbering.level or told.of_which or told.is_total or below.heads != row.heads:
            break
        parts.append(below)
    if len(parts) > FEWEST_PARTS and _OTHERS.search(parts[-1].label):
        doubt = f"“其中”最后一项是“{parts[-1].short}”，按{row.short}是这{len(parts)}项之和起草；不是就删去这条合计"
        add_total(Direction(table, block, "row"), row, [(1, part) for part in parts], doubt)


_OTHERS: Final = re.compile(r"其[他它]")


def _propose_last(table: DraftTable, block: DraftBlock, at: int) -> None:
    """四、资产总计 with nothing below it, behind lines of its depth which are all totals: their sum."""
    row = block.rows[at]
    label = read_label(row.label)
    level, ordinal = label.numbering
    if level == 0 or ordinal <= FEWEST_PARTS or not label.says_total or label.is_total:
        return
    if at + 1 < len(block.rows) and read_label(block.rows[at + 1].label).numbering.level > level:
        return
    before = [each for each in block.rows[:at] if read_label(each.label).numbering.level == level]
    parts = before[len(before) - ordinal + 1 :]
    numbers = [read_label(part.label).numbering.ordinal for part in parts]
    if numbers == [*range(1, ordinal)] and all(table.defined_by("row", part) for part in parts):
        doubt = f"{row.short}按上面{len(parts)}项合计之和起草；不是就删去这条合计"
        add_total(Direction(table, block, "row"), row, [(1, part) for part in parts], doubt)


def _propose_group_total(table: DraftTable, block: DraftBlock, row: DraftItem) -> None:
    """合计 in the last row (or the first) of a group: the rows of its group that are in no other total."""
    rows = [each for each in block.rows if each.heads[: len(row.heads)] == row.heads]
    here = rows.index(row)
    edges = [place for place, each in enumerate(rows) if each is not row and _is_edge(each)]
    above = rows[max((place + 1 for place in edges if place < here), default=0) : here]
    below = rows[here + 1 : min((place for place in edges if place > here), default=len(rows))]
    small = read_label(row.label).words.startswith("小")
    chosen = above or below
    whole = not above
    if not small and edges:  # over subtotals
        subtotals = [rows[place] for place in edges if read_label(rows[place].label).words.startswith("小")]
        if subtotals:
            chosen = subtotals + [each for each in above if not subtotals]
    parts = _list_outermost(chosen)
    if len(parts) == 0:
        return
    sure = (
        bool(row.heads)
        or (whole and all(read_label(part.label).numbering.level for part in parts))
        or (not any(read_label(part.label).of_which for part in parts))
    )
    doubt = "" if sure and len(parts) >= FEWEST_PARTS and not small else f"{row.short}按上下各行起草，请对照原表说明"
    add_total(Direction(table, block, "row"), row, [(1, part) for part in parts], doubt)


def _is_edge(row: DraftItem) -> bool:
    return read_label(row.label).is_total


def _list_outermost(rows: Sequence[DraftItem]) -> list[DraftItem]:
    """Of some rows those that are parts of none of the others: the least deep numbers, and no 其中."""
    levels = [read_label(row.label).numbering.level for row in rows if not read_label(row.label).of_which]
    numbered = [level for level in levels if level]
    top = min(numbered, default=0)
    found = []
    heads: set[int] = set()
    for row in rows:
        told = read_label(row.label)
        depth = len(row.heads)
        heads.add(depth)
        inside = told.numbering.level > top if top and len({len(each.heads) for each in rows}) == 1 else False
        if (
            told.of_which
            or inside
            or (top and 0 in levels and told.numbering.level == 0 and _follows_of_which(rows, row))
        ):
            continue
        found.append(row)
    return found


def _follows_of_which(rows: Sequence[DraftItem], row: DraftItem) -> bool:
    at = rows.index(row)
    return at > 0 and read_label(rows[at - 1].label).of_which


def _propose_named_line(table: DraftTable, block: DraftBlock) -> None:
    """The last or the first line of a list, named after the county or 合计 while all others bear no name: their sum."""
    if len(block.rows) < FEWEST_PARTS + 1:
        return
    for line, others in ((block.rows[-1], block.rows[:-1]), (block.rows[0], block.rows[1:])):
        named = line.absent.get(block.columns[0].id, "").strip() if not line.label.strip() else ""
        bare = all(not row.label.strip() and not row.absent for row in others)
        if bare and named and (_PLACE.search(named) or read_label(named).is_total):
            where = "最后一行" if line is block.rows[-1] else "第一行"
            doubt = "" if read_label(named).is_total else f"{where}“{named}”按其余各行之和起草"
            line.short = re.sub(r"[\s\u3000]", "", named)
            parts = [(1, row) for row in others]
            add_total(Direction(table, block, "row"), line, parts, doubt, f"“{line.short}”应等于其余各行之和")
            return


def _propose_areas(table: DraftTable, block: DraftBlock) -> None:
    """××市 = 市本级 + 县区级, and a level of counties = the counties below it, as lists of places are ordered."""
    names = [re.sub(r"[\s\u3000]", "", row.label) for row in block.rows]
    levels = [at for at, name in enumerate(names) if _AREA_LEVEL.fullmatch(name)]
    own = [at for at, name in enumerate(names) if _OWN_LEVEL.fullmatch(name)]
    if not own and not levels:
        return
    along = Direction(table, block, "row")
    joint = [at for at in levels if len(names[at]) > len("县级")]
    for at in levels:
        if at in joint:
            parts = [each for each in levels if each > at and each not in joint]
        else:
            end = next((each for each in levels if each > at), len(names))
            parts = [each for each in range(at + 1, end) if _PLACE.search(names[each]) or _ZONE.search(names[each])]
        if len(parts) >= FEWEST_PARTS:
            _add_guess(along, block.rows[at], [block.rows[each] for each in parts])
    for at in own:
        if at and _PLACE.fullmatch(names[at - 1]) and not _OWN_LEVEL.fullmatch(names[at - 1]):
            rest = joint[:1] or [each for each in levels if each > at]
            _add_guess(along, block.rows[at - 1], [block.rows[each] for each in (at, *rest)])


def _propose_repeated(table: DraftTable, block: DraftBlock) -> None:
    """Lines of one name each, below which the same names come again: 客运量 over 铁路, 公路; 货运量 over 铁路, 公路."""
    names = [read_label(row.label).words for row in block.rows]
    if any(read_label(row.label).numbering.level or row.heads for row in block.rows):
        return
    own = [at for at, row in enumerate(block.rows) if not read_label(row.label).of_which]
    again = {name for name in names if names.count(name) > 1}
    single = [at for at, below in pairwise(own) if names[at] not in again and names[below] in again]
    if len(single) < FEWEST_PARTS or single[0] != own[0]:
        return
    groups = [range(at + 1, end) for at, end in zip(single, [*single[1:], len(names)], strict=True)]
    parts = [[each for each in group if each in own] for group in groups]
    shared = set.intersection(*({names[each] for each in part} for part in parts))
    if len(shared) < FEWEST_PARTS or min(map(len, parts)) < FEWEST_PARTS:
        return
    for at, group, part in zip(single, groups, parts, strict=True):
        told = block.rows[at].measure
        for row in (block.rows[each] for each in group if told is not None and block.rows[each].measure is None):
            row.measure = told
            row.doubts.append(f"没有印计量单位，按上面的“{block.rows[at].short}”起草")
        _add_guess(Direction(table, block, "row"), block.rows[at], [block.rows[each] for each in part])


def _add_guess(along: Direction, target: DraftItem, parts: Sequence[DraftItem]) -> None:
    """A total that only the order of lines tells of."""
    named = _join_parts([(1, part) for part in parts])
    add_total(along, target, [(1, part) for part in parts], f"{target.short}按{named}起草；不是就删去这条合计")


def _propose_part(table: DraftTable, block: DraftBlock, at: int, row: DraftItem) -> None:
    """其中 as one part of the row above it: not more than that."""
    label = read_label(row.label)
    if not label.of_which or len(row.absent) == len(block.columns):
        return
    whole = next(
        (
            above
            for above in reversed(block.rows[:at])
            if not read_label(above.label).of_which
            and (not label.numbering.level or read_label(above.label).numbering.level < label.numbering.level)
        ),
        None,
    )
    rule = None if whole is None else table.defined_by("row", whole)
    if whole is None or len(whole.absent) == len(block.columns) or (rule and any(p is row for _, p in rule.right)):
        return
    add_check(Direction(table, block, "row"), ([(1, row)], [(1, whole)]), PART_OF,
        f"“其中”按属于“{whole.short}”起草；属于别的行就改这条关系",
        f"{row.short}不应多于{whole.short}",
    )  # fmt: skip


# ---------------------------------------------------------------- columns


def _propose_columns(table: DraftTable, block: DraftBlock) -> None:
    """合计 among columns: the others below its head, or the columns of which each is 其中."""
    for column in block.columns:
        if not read_label(column.label).is_total:
            continue
        group = [
            each for each in block.columns if each is not column and each.heads[: len(column.heads)] == column.heads
        ]
        at = block.columns.index(column)
        if column.heads:
            parts = [each for each in group if not _is_inner_total(each, column)]
        else:
            before = [each for each in group if block.columns.index(each) < at]
            parts = before or [each for each in group if block.columns.index(each) > at]
            parts = [each for each in parts if not _is_inner_total(each, column)]
        parts = [each for each in parts if block.list_places("column", [column, each])]
        some = any(read_label(each.label).of_which for each in parts)
        others = [each for each in group if not read_label(each.label).is_total and each not in parts]
        sure = len(parts) >= FEWEST_PARTS and not some and (bool(column.heads) or not others)
        doubt = "" if sure else f"{column.short}按{_join_parts([(1, each) for each in parts])}起草，请对照原表说明"
        add_total(Direction(table, block, "column"), column, [(1, each) for each in parts], doubt)


def _is_inner_total(item: DraftItem, column: DraftItem) -> bool:
    """Whether a column is itself a total of some of the others."""
    return (
        read_label(item.label).is_total
        and (len(item.heads) > len(column.heads) or read_label(item.label).words.startswith("小"))
        and not read_label(column.label).words.startswith("小")
    )


def _propose_changes(table: DraftTable, block: DraftBlock) -> None:
    """增减额 beside the figures of this year and of the year before."""
    for column in block.columns:
        if not DIFFERENCE.search(read_label(column.label).words):
            continue
        stem = [(each, PERIOD_BEFORE.sub("", each.label), _THIS.sub("", each.label)) for each in block.columns]
        last = [(each, rest) for each, rest, _ in stem if rest != each.label]
        now = [(each, rest) for each, _, rest in stem if rest != each.label]
        pairs = [(new, old) for new, one in now for old, other in last if one == other and new.heads == old.heads]
        if len(pairs) == 1:
            new, old = pairs[0]
            add_total(Direction(table, block, "column"), column, [(1, new), (-1, old)],
                f"{column.short}按{new.short}减{old.short}起草；要由单位自己填就删去这条",
            )  # fmt: skip


def _propose_alike(table: DraftTable, block: DraftBlock) -> None:
    """A column that is called as one below each of several heads: 按时办结数 beside 按时办结 of two channels."""
    for column in block.columns:
        name = read_label(column.label).words.removesuffix("数")
        parts = [
            each
            for each in block.columns
            if len(each.heads) > len(column.heads)
            and each.heads[: len(column.heads)] == column.heads
            and read_label(each.label).words.removesuffix("数") == name
        ]
        if len(parts) >= FEWEST_PARTS and len({each.heads for each in parts}) == len(parts):
            add_total(Direction(table, block, "column"), column, [(1, each) for each in parts],
                f"{column.short}按各组“{parts[0].short}”之和起草",
            )  # fmt: skip
