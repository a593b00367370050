"""Years and days as values of options, written as people write them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

import click

from xltool.days import DAY_EXAMPLE, YEAR_EXAMPLE, parse_day, parse_year
from xltool.periods import PERIOD_EXAMPLE, Period, parse_period

Command = TypeVar("Command", bound=Callable[..., None])
FIRST_YEAR, LAST_YEAR = 2000, 2100
"""The years that a report can be of."""


class Year(click.ParamType):  # type: ignore[type-arg]  # click 8.1 has no such argument
    """The year of a report: 2024, 2024年."""

    name = "年度"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The year; fails with an example."""
        year = value if isinstance(value, int) else parse_year(str(value))
        if year is None or not FIRST_YEAR <= year <= LAST_YEAR:
            self.fail(f"“{value}”不是年度；写成 {YEAR_EXAMPLE} 的样子（{FIRST_YEAR} 至 {LAST_YEAR}）。", param, ctx)
        return year


class PartOfYear(click.ParamType):  # type: ignore[type-arg]
    """The period of a report that is for a part of a year, or a school year: 2024-05, 2024年第三季度."""

    name = "报告期"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Period:
        """The period; fails with examples."""
        period = value if isinstance(value, Period) else parse_period(str(value))
        if period is None or not period.part or not FIRST_YEAR <= period.year <= LAST_YEAR:
            self.fail(f"“{value}”不是报告期；写成 {PERIOD_EXAMPLE} 的样子，整年的用 --year。", param, ctx)
        return period


def period_option(command: Command) -> Command:
    """Adds the option that says the period of a report which is not of a whole year, beside `--year`."""
    text = f"不按年报的表的报告期，代替 --year，如 {PERIOD_EXAMPLE}。"
    return click.option("--period", metavar="报告期", type=PartOfYear(), help=text)(command)


def choose_period(year: int | None, period: Period | None) -> Period | None:
    """The period that was told, by `--year` or by `--period`, if by either; a usage error for both."""
    if year is not None and period is not None:
        raise click.UsageError("--year 和 --period 只写一个：整年的写 --year，其他的写 --period。")
    return Period(year) if year is not None else period


class Day(click.ParamType):  # type: ignore[type-arg]
    """A day: 2025-01-31, 2025年1月31日."""

    name = "日期"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day; fails with examples."""
        day = value if isinstance(value, date) else parse_day(str(value))
        if day is None:
            self.fail(f"“{value}”不是日期；写成 {DAY_EXAMPLE} 的样子。", param, ctx)
        return day
