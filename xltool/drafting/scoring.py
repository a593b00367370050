"""得分 = 分值 − 扣分: columns computed from a number that the blank prints in each row, less what is filled in."""

from __future__ import annotations

import re
from typing import Final

from xltool.drafting.adding import Direction, name_rule
from xltool.drafting.draft import NOT_ADDED, DraftBlock, DraftItem, DraftRule, DraftTable
from xltool.drafting.words import read_label
from xltool.forms.label import normalise_label
from xltool.forms.mosaic import ON_FROM_ABOVE
from xltool.forms.printed_numbers import is_nothing
from xltool.forms.written import read_number

_SCORE: Final = re.compile(r"(?:[自互初复考评核实际最终]{0,4})(?:得分|评分|分数)")
_DEDUCTED: Final = re.compile(r"(?:应|实际)?(?:扣分|减分|扣减分)(?:值|数|情况)?")
_POINTS: Final = re.compile(r"(?:标准|基本|基础|规定|总|满)?分(?:值|数)?|满分(?:值)?|权重|标准分(?:值)?")


def propose_scores(table: DraftTable) -> None:
    """Adds to a draft the scores that its heads tell of, and that no more can be deducted than there is."""
    for block in table.blocks:
        named = enumerate((*block.shape.before, *block.shape.after))
        heads = [(at, head) for at, head in named if _names(_POINTS, head)]
        scores = [each for each in block.columns if _names(_SCORE, each.label) and _is_figure(block, each)]
        deducted = [each for each in block.columns if _names(_DEDUCTED, each.label) and _is_figure(block, each)]
        if len(heads) == len(scores) == len(deducted) == 1 and not re.search("['\"]", heads[0][1]):
            _propose_score(Direction(table, block, "column"), heads[0], scores[0], deducted[0])


def _names(pattern: re.Pattern[str], label: str) -> bool:
    return pattern.fullmatch(read_label(label).words) is not None


def _is_figure(block: DraftBlock, column: DraftItem) -> bool:
    kind = (column.measure or block.measure).kind
    return column.rate is None and kind not in NOT_ADDED


def _propose_score(along: Direction, head: tuple[int, str], score: DraftItem, deducted: DraftItem) -> None:
    table, block, _ = along
    at, name = head
    full = [row for row in block.rows if not {score.id, deducted.id} & row.absent.keys()]
    printed = {row: text for row, text in _read_numbers(block, at).items() if row in full}
    numbers = {row: number for row, text in printed.items() if (number := read_number(text)) is not None}
    blank = [row for row, text in printed.items() if is_nothing(text)]
    if not numbers or len(numbers) + len(blank) < len(printed):
        return  # a text that is no number stands among them
    sums = {row: rule for row in numbers if (rule := table.defined_by("row", row)) and score in rule.places}
    inner = {part for rule in sums.values() for _, part in rule.right}
    broken = [
        row
        for row, rule in sums.items()
        if any(part not in numbers for _, part in rule.right)
        or sum(times * numbers[part] for times, part in rule.right) != numbers[row]
    ]
    plain = [row for row in numbers if row not in broken]
    said = f"{score.short}应等于{normalise_label(name)}减{deducted.short}"
    doubt = f"按“{score.short}=所印的{name}－{deducted.short}”起草；要由单位自己填就删去这条关系"
    if plain and not (inner and not inner & {*plain}):
        rule = DraftRule(
            name_rule(table, score), "column", block, [(1, score)], "=", [(-1, deducted)], True, plain, said, doubt
        )
        rule.printed, rule.apart = name, bool(broken)
        score.alone = deducted.alone = True
        table.rules.append(rule)
    for rows, told, why in (
        (broken, said, f"{name}各项没有印全，或者相加不等于所印的总数，只作核对"),
        ([*numbers], f"{deducted.short}不应多于{normalise_label(name)}", f"按{deducted.short}不超过所印的{name}起草"),
    ):
        if rows:
            left, right = ([(1, score)], [(-1, deducted)]) if rows is broken else ([(1, deducted)], [])
            sign = "=" if rows is broken else "<="
            check = DraftRule(name_rule(table, left[0][1]), "column", block, left, sign, right, False, rows, told, why)
            check.printed, check.apart = name, rows is broken
            table.rules.append(check)
    rule_text = f"{score.id} = '{name}' - {deducted.id}"
    how = "并删去这里的 typed" if plain else f"{score.short}写 total = true，关系写 {rule_text}"
    for row in blank:
        row.doubts.append(f"“{name}”没有印数；知道的写进 printed，{how}，{score.short}就由公式算")


def _read_numbers(block: DraftBlock, at: int) -> dict[DraftItem, str]:
    """What each row prints in a printed column, that of a row above where it goes on."""
    found, last = {}, ""
    for row in block.rows:
        text = row.printed[at] if at < len(row.printed) else ""
        last = last if text == ON_FROM_ABOVE else text.strip()
        found[row] = last
    return found
