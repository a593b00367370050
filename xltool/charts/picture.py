"""What pictures show, before anything is drawn: bars with their labels and amounts, and the same in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never

from xltool.model import NotApplicable, Value, figure_of, summand_of


@dataclass(frozen=True, slots=True)
class Amount:
    """A sum of cells: None when all are blank, `/` when none applies.

    `blanks` are those missing from a sum that has others.
    """

    value: Value
    blanks: int = 0

    @property
    def length(self) -> int:
        """What a bar can show of it."""
        return max(figure_of(self.value) or 0, 0)


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of a picture with an amount for each of its series.

    `rest` marks the sum of those without a bar of their own.
    """

    label: str
    amounts: tuple[Amount, ...]
    rest: bool = False

    @property
    def length(self) -> int:
        """The amounts end to end, as a stacked bar has them."""
        return sum(amount.length for amount in self.amounts)


@dataclass(frozen=True, slots=True)
class Picture:
    """Bars of figures; with several series they lie end to end when `stacked`, beside each other when not."""

    id: str
    title: str
    axis: str  # what the bars stand for
    unit: str
    series: tuple[str, ...]
    bars: tuple[Bar, ...]
    none: str  # what to say when every figure is zero
    stacked: bool = False
    notes: tuple[str, ...] = ()

    @property
    def longest(self) -> int:
        """The length that all others are measured by; 0 when there is nothing to draw."""
        amounts = (amount.length for bar in self.bars for amount in bar.amounts)
        return max((bar.length for bar in self.bars), default=0) if self.stacked else max(amounts, default=0)


def describe_picture(picture: Picture) -> str:
    """Every figure of a picture in a sentence: what somebody reads who does not see it."""
    told = [_describe_bar(picture, bar) for bar in picture.bars]
    return f"{('；' if len(picture.series) > 1 and not picture.stacked else '，').join(told)}。{''.join(picture.notes)}"


def describe_nothing(picture: Picture) -> str:
    """What to say where there is nothing to draw: that there was none, that all is blank, or each figure as it is."""
    amounts = [amount for bar in picture.bars for amount in bar.amounts]
    if all(amount.value is None for amount in amounts):
        said = (
            f"没有可画的数：各项都未填。{''.join(picture.notes)}"
            if amounts
            else f"没有可画的数。{''.join(picture.notes)}"
        )
    elif all(summand_of(amount.value) == 0 and not amount.blanks for amount in amounts):
        said = picture.none + "".join(picture.notes)
    else:
        said = f"没有大于0的数：{describe_picture(picture)}"
    return said


def format_amount(amount: Amount, unit: str) -> str:
    """An amount as a label says it: a blank is 未填 and never 0."""
    aside, figure = describe_doubt(amount), figure_of(amount.value)
    if figure is None:
        return aside
    return f"{figure}{unit}" + (f"（{aside}）" if aside else "")


def describe_doubt(amount: Amount) -> str:
    """What an amount is instead of a plain figure, or what it lacks; nothing for a plain one."""
    match amount.value:
        case int():
            return f"另有{amount.blanks}格未填" if amount.blanks else ""
        case NotApplicable.SLASH:
            return "不适用"
        case None:
            return "未填"
        case _:
            assert_never(amount.value)


def _describe_bar(picture: Picture, bar: Bar) -> str:
    parts = [format_amount(amount, picture.unit) for amount in bar.amounts]
    if len(parts) == 1:
        return f"{bar.label} {parts[0]}"
    named = [f"{name} {part}" for name, part in zip(picture.series, parts, strict=True)]
    if picture.stacked:
        return f"{bar.label} {bar.length}{picture.unit}（{'、'.join(named)}）"
    this, last = (figure_of(amount.value) for amount in bar.amounts)
    known = this is not None and last is not None and not any(amount.blanks for amount in bar.amounts)
    change = _describe_change(this - last, picture.unit) if known and this is not None and last is not None else ""
    return f"{bar.label}：{'，'.join(named)}{change}"


def _describe_change(more: int, unit: str) -> str:
    return f"，{'增加' if more > 0 else '减少'}{abs(more)}{unit}" if more else "，没有增减"
