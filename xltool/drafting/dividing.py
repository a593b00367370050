"""Which rows and columns of a draft are rates of others, as labels and notes say: 率, 占比, 增减幅度, 人均."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from xltool.drafting.adding import DIFFERENCE, PERIOD_BEFORE, Direction
from xltool.drafting.draft import NOT_ADDED, Axis, DraftItem, DraftMeasure, DraftRate, DraftTable, is_ratio
from xltool.drafting.words import read_label

TYPED_RATE: Final = "看来是比率，按填报起草；能由别的格算出来的，写成 rate = …"
_SHARE: Final = re.compile(r"(?:所?占)?(?:总数|合计|总计|总量)?的?(?:比例|比重|占比|百分比)|占比")
_GROWTH: Final = re.compile(r"(?:增、?减|增长|增加|升、?降|变化)?(?:幅度?|率|比例|速度?)$|^[环同]比$")
_GROWS: Final = re.compile(r"增|升、?降|变化|±|^[环同]比$")
_SHARE_GROWS: Final = re.compile(r"占|(?:比例|比重).*(?:增|升|降|变化|变动|较)")
_GROWN: Final = re.compile(r"(?:增、?减|增长|升、?降|变化|±)$")
_RATE: Final = re.compile(r"^(?:本期|本年|当月|本月)?(.{1,8})率$")
_OF: Final = re.compile(r"(.{2,10}?)?(?:为|占|完成|达到?|相当于)(.{2,10}?)(?:数|额)?的?(?:比例|比重|百分比|百分数)?")
"""执行数为调整预算数的%, 完成预算%: what is divided, where it is named, and by what."""
_DONE: Final = re.compile(r"累计|完成|执行|实际|决算|支出|收入")
_OWED: Final = re.compile(r"^(?:应|需|须)")
_NEGATED: Final = re.compile(r"[未不无没]")
_ASKED: Final = re.compile(r"满意")
"""Rates of what people answered, whose denominator is seldom all that was handled."""
_ANSWERED: Final = re.compile(r"评价|参评|回访|测评|调查|问卷")
_PER_HEAD: Final = re.compile(r"[人户]均|平均每[人户]")
_ALIKE: Final = (("结案", "办结"), ("完成", "办结"))
_FROM_WAN: Final = 10_000


def propose_rates(table: DraftTable) -> None:
    """Adds to a draft the rates that its labels tell of; each is to be looked at, since a label says little."""
    for block in table.blocks:
        axes: tuple[Axis, ...] = ("column", "row")
        for axis in axes:
            for item in block.items(axis):
                if item.rate is None and table.defined_by(axis, item) is None and item.measure is not None:
                    _propose_rate(Direction(table, block, axis), item, item.measure)


def _is_sum(item: DraftItem) -> bool:
    return read_label(item.label).is_total


def add_rate(along: Direction, item: DraftItem, rate: DraftRate, doubt: str) -> bool:
    """Makes an item a rate of others; False where it is one, or a sum, or they cannot be divided anywhere."""
    table, block, axis = along
    terms = [term for _, term in (*rate.numerator, *rate.denominator)]
    if item.rate is not None or item in terms or table.defined_by(axis, item) is not None:
        return False
    if any(term.rate is not None for term in terms) or not any(
        rate.has_cells(axis, place) for place in block.items("row" if axis == "column" else "column")
    ):
        return False
    item.rate = rate
    item.doubts[:] = [told for told in item.doubts if told != TYPED_RATE and "按“" not in told]
    item.doubts += [doubt] if doubt else []
    return True


def _propose_rate(along: Direction, item: DraftItem, measure: DraftMeasure) -> None:
    words = read_label(item.label).words.rstrip("%％")
    found: DraftRate | None = None
    if measure.kind == "percent" or measure.unit in {"%", "％", "‰"}:
        if _SHARE.fullmatch(words):
            found = find_share(along, item)
        elif _SHARE_GROWS.search(words) and _GROWS.search(words):  # 占比增减 is no growth of what the share is of
            return
        elif _GROWS.search(words) and (_GROWTH.search(words) or _GROWN.search(words)):
            found = _find_growth(along, item)
        elif told := _RATE.search(words):
            found = _find_answered(along, item, told[1]) if _ASKED.search(words) else _find_rate(along, item, told[1])
        elif told := _OF.fullmatch(words):
            found = _find_named(along, item, told[1] or "", told[2])
    elif measure.kind == "average" and _PER_HEAD.search(words):
        found = _find_average(along, item, "户" if "户均" in words else "人")
    if found is not None:
        add_rate(along, item, found, f"按“{_word(found)}”四舍五入起草，请对照原表；要由单位自己填就删去 rate")


def _word(rate: DraftRate) -> str:
    sides = ["".join(f"{'加' if times > 0 else '减'}{term.short}" for times, term in side).removeprefix("加")
             for side in (rate.numerator, rate.denominator)]  # fmt: skip
    return f"{sides[0]}÷{rate.at.short if rate.at else ''}{sides[1]}"


def list_figures(along: Direction, item: DraftItem) -> list[DraftItem]:
    """The other items along an axis that hold figures which can be divided."""
    kinds = {each: (each.measure or along.block.measure).kind for each in along.block.items(along.axis)}
    return [each for each, kind in kinds.items() if each is not item and kind not in NOT_ADDED and not is_ratio(each)]


def find_share(along: Direction, item: DraftItem) -> DraftRate | None:
    """占比 of the one figure beside it, in the whole that the block has one line for."""
    figures = [each for each in list_figures(along, item) if each.heads == item.heads] or list_figures(along, item)
    other: Axis = "row" if along.axis == "column" else "column"
    wholes = [each for each in along.block.items(other) if along.table.defined_by(other, each) and not each.heads]
    if len(figures) != 1 or len(wholes) != 1:
        return None
    return DraftRate([(1, figures[0])], [(1, figures[0])], wholes[0])


def _find_growth(along: Direction, item: DraftItem) -> DraftRate | None:
    """增减幅度, 环比: what was added, or this figure less the one before, of what there was before."""
    figures = list_figures(along, item)
    last = [each for each in figures if PERIOD_BEFORE.search(each.label)]
    changes = [each for each in figures if DIFFERENCE.search(read_label(each.label).words) and each.heads == item.heads]
    if len(last) != 1 or len(changes) > 1:
        return None
    if changes:
        return DraftRate([(1, changes[0])], [(1, last[0])])
    now = [each for each in figures if each not in last and each.heads == last[0].heads]
    chosen = now if len(now) == 1 else list_counterparts(now, last[0])
    return DraftRate([(1, chosen[0]), (-1, last[0])], [(1, last[0])]) if len(chosen) == 1 else None


def list_counterparts(figures: Sequence[DraftItem], last: DraftItem) -> list[DraftItem]:
    """Of figures of this period those that are of what one of the period before is of: 累计完成 of 上年同期累计.

    Where this says of nothing, 去年同期, it is of all there is in the year so far.
    """
    wanted = name_period_free(last)
    if wanted:
        return [each for each in figures if name_period_free(each) == wanted]
    return next((found for word in _SO_FAR if (found := [each for each in figures if word.search(each.label)])), [])


_SO_FAR: Final = tuple(map(re.compile, (r"本年累计|全年累计|至本[月期]", r"累计", r"^(?:本|当)(?:年|月|期|季)")))


def _find_named(along: Direction, item: DraftItem, part: str, whole: str) -> DraftRate | None:
    """完成预算%: what the label names, or what is said to be done, of what it names."""
    figures = list_figures(along, item)
    wholes = [each for each in figures if whole in read_label(each.label).words]
    if len(wholes) != 1:
        return None
    rest = [each for each in figures if each is not wholes[0] and not PERIOD_BEFORE.match(each.label)]
    part = part.removesuffix("数")
    named = [each for each in rest if part and read_label(each.label).words.removesuffix("数") == part]
    heads = {each: {head.label.removesuffix("数") for head in each.heads} for each in rest if _is_sum(each)}
    below = [each for each, labels in heads.items() if part in labels]
    done = [each for each in rest if not part and _DONE.search(each.label)]
    done = [each for each in done if each.heads == item.heads] or done
    latest = next((found for word in _SO_FAR if (found := [each for each in done if word.search(each.label)])), done)
    chosen = named or below or latest
    return DraftRate([(1, chosen[0])], [(1, wholes[0])]) if len(chosen) == 1 else None


def _find_answered(along: Direction, item: DraftItem, stem: str) -> DraftRate | None:
    """满意率: those who say so, of those who were asked, where both are counted."""
    figures = list_figures(along, item)
    done = [each for each in figures if _tells_of(each, stem) and each.heads == item.heads]
    asked = [each for each in figures if _ANSWERED.search(each.label) and each not in done]
    return DraftRate([(1, done[0])], [(1, asked[0])]) if len(done) == len(asked) == 1 else None


def _find_rate(along: Direction, item: DraftItem, stem: str) -> DraftRate | None:
    """持证率: those of whom the label says 持证, of all."""
    figures = list_figures(along, item)
    near = [each for each in figures if each.heads == item.heads]
    done = [each for each in near if _tells_of(each, stem)] or [each for each in figures if _tells_of(each, stem)]
    if not done:
        return _find_rate_of_head(figures, item, stem)
    if len({each.heads for each in done}) > 1 or len(_list_measures(along, done)) > 1:
        return None
    rest = [each for each in figures if each not in done and len(_list_measures(along, [each, *done])) == 1]
    wholes = [each for each in rest if _is_whole(each)]
    beside = [each for each in rest if each.heads == done[0].heads == item.heads and each.heads]
    if len(beside) == 1:
        wholes = beside
    elif not wholes and len(rest) == 1:
        wholes = rest
    elif len(wholes) != 1:
        wholes = _list_before(along, item, done, rest)
    if len(wholes) != 1:
        return None
    return DraftRate([(1, each) for each in done], [(1, wholes[0])])


def _find_rate_of_head(figures: Sequence[DraftItem], item: DraftItem, stem: str) -> DraftRate | None:
    """开工率 beside 户数 below 开工: those of all that is planned, where one figure is."""
    done = [each for each in figures if each.heads and each.heads == item.heads and stem in each.heads[-1].label]
    planned = [
        each
        for each in figures
        if each.heads != item.heads and _PLANNED.search("".join((*(head.label for head in each.heads), each.label)))
    ]
    wholes = [each for each in planned if _is_sum(each)] or planned
    return DraftRate([(1, done[0])], [(1, wholes[0])]) if len(done) == len(wholes) == 1 else None


_PLANNED: Final = re.compile(r"计划|任务|目标|指标")


def _list_before(
    along: Direction, item: DraftItem, done: Sequence[DraftItem], rest: Sequence[DraftItem]
) -> list[DraftItem]:
    """What is owed, 应办结数; else what stands right before what was done of it, the rate right behind."""
    owed = [each for each in rest if _OWED.search(each.label) and each.heads == item.heads]
    near = [each for each in owed if _has_in_order(_OWED.sub("", read_label(each.label).words), done[0].label[-3:-1])]
    if len(near or owed) == 1:
        return near or owed
    items = along.block.items(along.axis)
    at = items.index(item)
    before = items[max(0, at - 2) : at]
    return before[:1] if len(before) == 2 and [before[1]] == [*done] and before[0] in rest else []


def _is_whole(item: DraftItem) -> bool:
    label = read_label(item.label)
    return label.is_total or label.says_total


def _tells_of(item: DraftItem, stem: str) -> bool:
    """Whether a label has the signs of a stem in their order, and does not deny it."""
    words = read_label(item.label).words
    stems = [stem, *(stem.replace(one, other) for one, other in _ALIKE if one in stem)]
    denied = _NEGATED.search(words) is not None and _NEGATED.search(stem) is None
    return not denied and any(_has_in_order(words, each) for each in stems)


def _has_in_order(text: str, signs: str) -> bool:
    left = iter(text)
    return all(sign in left for sign in signs)


def name_period_free(item: DraftItem) -> str:
    """A label without what it says of a period: 累计 of 上年同期累计 and of 本年累计完成数."""
    return _PERIODS.sub("", read_label(item.label).words)


_PERIODS: Final = re.compile(r"(?:上|去|前|本|当)(?:年度?|月|期|季度?)|同期|完成|实际|执行|发生|[数额量]$")


def _list_measures(along: Direction, items: Sequence[DraftItem]) -> set[tuple[str, int]]:
    return {(measure.unit, measure.decimals) for item in items for measure in [item.measure or along.block.measure]}


def _find_average(along: Direction, item: DraftItem, head: str) -> DraftRate | None:
    """人均: the sum of money that stands under the same period, by the number of people."""
    figures = list_figures(along, item)
    people = [each for each in figures if re.search(rf"{head}数", each.label) and not read_label(each.label).of_which]
    money = [each for each in _list_money(along, figures) if _is_whole(each) or len(each.heads) == 0]
    period = re.match(r"(?:当|本)[年月期]", item.label)
    named = [each for each in money if period and any(h.label.startswith(period[0]) for h in each.heads)]
    chosen = named or money
    if not people or len(chosen) != 1:
        return None
    unit = (chosen[0].measure or along.block.measure).unit
    times = _FROM_WAN if unit == "万元" else 1
    item.measure = DraftMeasure("元" if unit in {"万元", "元"} else unit, 2, False, "average")
    return DraftRate([(times, chosen[0])], [(1, people[0])])


def _list_money(along: Direction, figures: Sequence[DraftItem]) -> Iterator[DraftItem]:
    yield from (each for each in figures if (each.measure or along.block.measure).unit in {"万元", "元", "亿元"})
