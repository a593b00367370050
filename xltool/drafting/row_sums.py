"""Which rows of a draft are totals: by their labels, 合计 and 其中, and by how they are numbered and nested."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from xltool.drafting.adding import FEWEST_PARTS, Direction, add_check, add_guess, add_total, join_parts
from xltool.drafting.draft import DraftBlock, DraftItem, DraftTable, is_ratio
from xltool.drafting.words import Numbering, read_label
from xltool.forms.grammar import PART_OF

_PLACE: Final = re.compile(r"(?:××|XX|\*\*|全|本)?[\u4e00-\u9fff×X]{0,4}[省市县区州旗乡镇]$")
_OWN_LEVEL: Final = re.compile(r"[省市县区州旗]本级")
_AREA_LEVEL: Final = re.compile(r"(?:[市县区州旗镇乡]|县[（(]?市?、?区[）)]?|区县|市县|乡镇)级")
_ZONE: Final = re.compile(r"(?:开发|示范|工业园|高新|新|园)区$|园区$")
_SETTLEMENT: Final = re.compile(r"(?:村|街道|社区|办事处|管委会|管理区|林场|农场)$")
_WHOLE_AREA: Final = re.compile(r"全[省市县区州旗镇乡村]")


def propose_row_sums(table: DraftTable) -> None:
    """Adds to a draft the rows that are sums of others, and those that are parts of another."""
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
        for at in range(len(block.rows)):
            _propose_indented(table, block, at)
        for at in range(len(block.rows)):
            _propose_named_total(table, block, at)
            _propose_parted(table, block, at)
        for at, row in enumerate(block.rows):
            _propose_part(table, block, at, row)


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
    of_which = apart = loose = within = False
    for place, row in enumerate(rows[at + 1 :], start=at + 2):
        told = read_label(row.label)
        number = told.numbering
        if row.heads != heads:
            break
        if number.level == 0:
            if told.of_which:
                apart, within = not level, True
                continue
            if level and _goes_on(rows[place:], Numbering(level, len(found) + 1)):
                loose = loose or not within
                continue
            break
        within = False
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
    return found, (label.says_total or of_which) and not signed and not loose


def _goes_on(rows: Sequence[DraftItem], number: Numbering) -> bool:
    """Whether the next of some numbers comes before one that is less deep, or a total."""
    for row in rows:
        label = read_label(row.label)
        if label.is_total or 0 < label.numbering.level < number.level:
            return False
        if label.numbering.level == number.level:
            return label.numbering == number
    return False


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
        doubt = f"{block.rows[at].short}按{join_parts(parts)}起草"
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
    sure = sure and not _list_nested([each for each in chosen if not read_label(each.label).numbering.level])
    sure = sure and len({read_label(part.label).numbering.level > 0 for part in parts}) == 1
    doubt = "" if sure and len(parts) >= FEWEST_PARTS and not small else f"{row.short}按上下各行起草，请对照原表说明"
    add_total(Direction(table, block, "row"), row, [(1, part) for part in parts], doubt)


def _is_edge(row: DraftItem) -> bool:
    return read_label(row.label).is_total


def _list_outermost(rows: Sequence[DraftItem]) -> list[DraftItem]:
    """Of some rows those that are parts of none of the others: the least deep numbers, and no 其中."""
    nested = _list_nested(rows)
    levels = [read_label(row.label).numbering.level for row in rows if not read_label(row.label).of_which]
    numbered = [level for level in levels if level]
    top = min(numbered, default=0)
    found = []
    for row in rows:
        told = read_label(row.label)
        inside = told.numbering.level > top if top and len({len(each.heads) for each in rows}) == 1 else False
        if (
            told.of_which
            or inside
            or row in nested
            or (top and 0 in levels and told.numbering.level == 0 and _follows_of_which(rows, row))
        ):
            continue
        found.append(row)
    return found


def _list_nested(rows: Sequence[DraftItem]) -> list[DraftItem]:
    """The rows that stand further in than one above them, or without a number between two that have one.

    Names that came between two of them belong there behind the last one, too.
    """
    labels = [read_label(row.label) for row in rows]
    top = min((label.numbering.level for label in labels if label.numbering.level), default=0)
    tops = [at for at, label in enumerate(labels) if top and label.numbering.level == top]
    found, known = [], set[str]()
    least = _FARTHEST
    for at, (row, label) in enumerate(zip(rows, labels, strict=True)):
        further = least < label.indent
        least = min(least, label.indent) if label.words else least
        bare = not label.numbering.level and not label.is_total and bool(tops) and tops[0] < at
        if further or (bare and (at < tops[-1] or label.words in known)):
            found.append(row)
            known.add(label.words)
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


def _is_place(name: str) -> bool:
    return any(pattern.search(name) for pattern in (_PLACE, _ZONE, _SETTLEMENT))


def _propose_areas(table: DraftTable, block: DraftBlock) -> None:
    """××市 = 市本级 + 县区级, and a level of counties = the counties below it, as lists of places are ordered."""
    names = [re.sub(r"[\s\u3000]", "", row.label) for row in block.rows]
    levels = [at for at, name in enumerate(names) if _AREA_LEVEL.fullmatch(name)]
    own = [at for at, name in enumerate(names) if _OWN_LEVEL.fullmatch(name)]
    along = Direction(table, block, "row")
    if _WHOLE_AREA.fullmatch(names[0]) and not own and not levels and all(map(_is_place, names[1:])):
        add_guess(along, block.rows[0], block.rows[1:])
    if not own and not levels:
        return
    joint = [at for at in levels if len(names[at]) > len("县级")]
    for at in levels:
        if at in joint:
            parts = [each for each in levels if each > at and each not in joint]
        else:
            end = next((each for each in levels if each > at), len(names))
            parts = [each for each in range(at + 1, end) if _PLACE.search(names[each]) or _ZONE.search(names[each])]
        if len(parts) >= FEWEST_PARTS:
            add_guess(along, block.rows[at], [block.rows[each] for each in parts])
    for at in own:
        if at and _PLACE.fullmatch(names[at - 1]) and not _OWN_LEVEL.fullmatch(names[at - 1]):
            rest = joint[:1] or [each for each in levels if each > at]
            rest = rest or [each for each in range(at + 1, len(names)) if _is_place(names[each])]
            add_guess(along, block.rows[at - 1], [block.rows[each] for each in (at, *rest)])


def _propose_repeated(table: DraftTable, block: DraftBlock) -> None:
    """Lines of one name each, below which the same names come again: 客运量 over 铁路, 公路; 货运量 over 铁路, 公路."""
    labels = [read_label(row.label) for row in block.rows]
    names = [label.words for label in labels]
    if any(row.heads for row in block.rows):
        return
    own = [at for at, label in enumerate(labels) if not label.of_which]
    numbered = [at for at in own if labels[at].numbering.level]
    again = {names[at] for at in own if at not in numbered and names.count(names[at]) > 1}
    single = [at for at, below in pairwise(own) if names[at] not in again and names[below] in again]
    if len(single) < FEWEST_PARTS or (single[0] != own[0] and not numbered):
        return
    if numbered and not {*single} <= {*numbered}:
        return
    edges = sorted({*single, *numbered})
    ends = [next((edge for edge in edges if edge > at), len(names)) for at in single]
    groups = [range(at + 1, end) for at, end in zip(single, ends, strict=True)]
    parts = [[each for each in group if each in own] for group in groups]
    shared = set.intersection(*({names[each] for each in part} for part in parts))
    if len(shared) < FEWEST_PARTS or min(map(len, parts)) < FEWEST_PARTS:
        return
    for at, group, part in zip(single, groups, parts, strict=True):
        told = block.rows[at].measure
        for row in (block.rows[each] for each in group if told is not None and block.rows[each].measure is None):
            row.measure = told
            row.doubts.append(f"没有印计量单位，按上面的“{block.rows[at].short}”起草")
        add_guess(Direction(table, block, "row"), block.rows[at], [block.rows[each] for each in part])


def _propose_indented(table: DraftTable, block: DraftBlock, at: int) -> None:
    """A line over lines that stand further in, and are no 其中 and no numbered ones: their sum."""
    row, label = block.rows[at], read_label(block.rows[at].label)
    if row.fills_nothing or label.of_which or label.is_total or not label.words:
        return
    parts = _list_deeper(block.rows, at)
    told = [read_label(each.label) for each in parts]
    if not told or told[0].of_which or any(each.numbering.level for each in told):
        return
    if not any(is_ratio(each) for each in parts):
        plain = [each for each, each_label in zip(parts, told, strict=True) if not each_label.of_which]
        add_guess(Direction(table, block, "row"), row, plain)


def _propose_parted(table: DraftTable, block: DraftBlock, at: int) -> None:
    """（一）按公开形式分, a line without a figure over numbered ones: they make up the line above that is less deep."""
    heading, label = block.rows[at], read_label(block.rows[at].label)
    if not heading.fills_nothing or not _PARTED.search(label.words.rstrip("：:")):
        return
    parts, _ = _list_numbered(block.rows, at)
    parts = parts or [each for each in _list_deeper(block.rows, at) if not read_label(each.label).of_which]
    above = [each for each in reversed(block.rows[:at]) if not each.fills_nothing]
    depth = label.numbering.level or _DEEPEST
    whole = next((each for each in above if 0 < read_label(each.label).numbering.level < depth), None)
    if whole is None or len(parts) < FEWEST_PARTS:
        return
    along = Direction(table, block, "row")
    if table.defined_by("row", whole) is None:
        add_guess(along, whole, parts)
    else:
        said = f"{whole.short}应等于{join_parts([(1, part) for part in parts])}"
        doubt = f"按“{label.words}”各项相加起草；不是就删去这条关系"
        add_check(along, ([(1, whole)], [(1, part) for part in parts]), "=", doubt, said)


_PARTED: Final = re.compile(r"^按.{1,16}分(?:类|组)?$")
_FARTHEST: Final = 1000
"""Further in than any label stands."""
_DEEPEST: Final = 9
"""A depth below that of any number."""


def _list_deeper(rows: Sequence[DraftItem], at: int) -> list[DraftItem]:
    """The lines below one that stand further in than it, the least deep of them."""
    indent = read_label(rows[at].label).indent
    found: list[DraftItem] = []
    for row in rows[at + 1 :]:
        if read_label(row.label).indent <= indent or row.heads != rows[at].heads:
            break
        found.append(row)
    nearest = min((read_label(row.label).indent for row in found), default=0)
    return [row for row in found if read_label(row.label).indent == nearest]


_NAMED_TOTAL: Final = re.compile(r"(.+?)(合计|总计|小计|共计)")


def _propose_named_total(table: DraftTable, block: DraftBlock, at: int) -> None:
    """流动资产合计 below what it is of: the lines since its heading or the total before; 总计 goes on over those."""
    row = block.rows[at]
    told = _NAMED_TOTAL.fullmatch(read_label(row.label).words)
    if told is None or row.fills_nothing or table.defined_by("row", row) is not None or row.rate is not None:
        return
    following = block.rows[at + 1 : at + 2]
    if following and read_label(following[0].label).of_which:
        return
    begin = _find_begin(block.rows[:at], told[1], grand=told[2] == "总计")
    rows = block.rows[begin:at] if begin < at else _list_below(block.rows[at + 1 :])
    rows = [each for each in rows if not each.fills_nothing and each.heads == row.heads]
    rules = [rule for each in block.rows if (rule := table.defined_by("row", each)) is not None]
    covered = {part for rule in rules for _, part in rule.right}
    open_rows = [each for each in rows if each not in covered]
    parts = [each for each in _list_outermost(open_rows) if each.rate is None and not is_ratio(each)]
    if not any(read_label(part.label).sign for part in parts):
        add_guess(Direction(table, block, "row"), row, parts)


def _list_below(rows: Sequence[DraftItem]) -> Sequence[DraftItem]:
    """The lines below a total that stands first, up to the next heading or total."""
    ends = (at for at, row in enumerate(rows) if row.fills_nothing or read_label(row.label).says_total)
    return rows[: next(ends, len(rows))]


def _find_begin(above: Sequence[DraftItem], subject: str, *, grand: bool) -> int:
    """Where the lines begin that a total of some subject is of: behind its heading, else the one before, or a total."""
    words = [read_label(row.label).words.strip("：: ") for row in above]
    headings = [at for at, row in enumerate(above) if row.fills_nothing]
    totals = [at for at, each in enumerate(words) if (told := _NAMED_TOTAL.fullmatch(each)) and _ends(told[2], grand)]
    own = [at for at in headings if words[at] == subject]
    return max(own or [*totals, *(headings if not grand else [])], default=-1) + 1


def _ends(word: str, grand: bool) -> bool:
    """Whether what a total says ends what the next one is of."""
    return word == "总计" or not grand


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
