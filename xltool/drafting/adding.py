"""Rules of a draft that rows or columns add up, and what they may say: units, factors, names, what is said already."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Final, NamedTuple, TypeAlias

from xltool.drafting.draft import Axis, DraftBlock, DraftItem, DraftMeasure, DraftRule, DraftTable
from xltool.drafting.words import load_terms
from xltool.forms.grammar import LARGEST_FACTOR, PART_OF
from xltool.forms.written import FINEST

PERIOD_BEFORE: Final = re.compile(r"^(?:上|去|前)(?:年|月|期|季|季度|年度|旬|周)|^同期")
"""What the label of a figure of the period before begins with."""
DIFFERENCE: Final = re.compile(r"增、?减(?:金?额|数|数量|量|值)?$|^(?:比|较)上(?:年|月|期)增、?减(?:金?额|数|量)?$")
"""How the label of a difference to the period before ends."""
FEWEST_PARTS: Final = 2
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
    told = doubt
    if not places:
        places, factors = find_factors(along, target, [part for _, part in parts])
        told = "；".join(filter(None, (doubt, _word_units(along, target, parts, places))))
    if places:
        said = text or f"{target.short}应等于{join_parts(parts)}"
        name = name_rule(table, target)
        rule = DraftRule(name, axis, block, [(1, target)], "=", list(parts), True, places, said, told)
        rule.factors = factors
        table.rules.append(rule)
    return _add_narrower(along, target, parts, doubt) or bool(places)


def _add_narrower(along: Direction, target: DraftItem, parts: Summands, doubt: str) -> bool:
    """Where some of the parts have no cell: the sum of those that have one; whether there is such a place."""
    table, block, axis = along
    done = {place for rule in table.rules if rule.defines and rule.target is target and rule.axis == axis
            for place in rule.places}  # fmt: skip
    found: dict[tuple[DraftItem, ...], list[DraftItem]] = {}
    for place in block.list_places(axis, [target]):
        held = tuple(part for _, part in parts if block.has_cell(axis, part, place))
        if place not in done and FEWEST_PARTS <= len(held) < len(parts):
            found.setdefault(held, []).append(place)
    for held, places in found.items():
        kept = [(times, part) for times, part in parts if part in held]
        fitting = [place for place in block.list_places(axis, [target, *held]) if place in places]
        if fitting:
            why = "；".join(filter(None, (doubt, "别的项在这里没有格")))
            said = f"{target.short}应等于{join_parts(kept)}"
            rule = DraftRule(
                name_rule(table, target), axis, block, [(1, target)], "=", kept, True, fitting, said, why, apart=True
            )
            table.rules.append(rule)
    return bool(found)


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


def join_parts(parts: Summands) -> str:
    """What a sum is of, in words."""
    if all(times == 1 for times, _ in parts) and len(parts) > 4:
        return f"{parts[0][1].short}至{parts[-1][1].short}各项之和"
    words = "".join(f"{'加' if times > 0 else '减'}{part.short}" for times, part in parts)
    return words.removeprefix("加")


def add_guess(along: Direction, target: DraftItem, parts: Sequence[DraftItem]) -> None:
    """A total that only the order of lines tells of; nothing where there are too few parts."""
    if len(parts) >= FEWEST_PARTS:
        named = join_parts([(1, part) for part in parts])
        add_total(along, target, [(1, part) for part in parts], f"{target.short}按{named}起草；不是就删去这条合计")
