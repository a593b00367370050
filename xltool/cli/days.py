"""Years and days as values of options, written as people write them."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from xltool.days import DAY_EXAMPLE, YEAR_EXAMPLE, parse_day, parse_year

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


class Day(click.ParamType):  # type: ignore[type-arg]
    """A day: 2025-01-31, 2025年1月31日."""

    name = "日期"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day; fails with examples."""
        day = value if isinstance(value, date) else parse_day(str(value))
        if day is None:
            self.fail(f"“{value}”不是日期；写成 {DAY_EXAMPLE} 的样子。", param, ctx)
        return day
