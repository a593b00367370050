"""Two small charts of a campaign: how many agencies are in each state, and when their returns came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from xltool.campaign.standing import AGENCY_STATES, AgencyState, Standing
from xltool.charts.picture import Amount, Bar, Picture
from xltool.report.pictures import write_svg

_MOST_DAYS: Final = 14
"""Over how many days returns have a bar a day; over more, one a week."""
_MOST_WEEKS: Final = 26
"""How many weeks have a bar; what came before them has one together."""
_WEEK: Final = timedelta(days=7)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ShownChart:
    """A chart with its drawing, empty where there is nothing to draw, and its lines as a table."""

    picture: Picture
    svg: str

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Each bar in words."""
        return [(bar.label, f"{bar.length}{self.picture.unit}") for bar in self.picture.bars]


def draw_charts(found: Sequence[Standing], order: Sequence[AgencyState]) -> list[ShownChart]:
    """The charts of a campaign as it stands, the states in an order."""
    return [
        ShownChart(picture, write_svg(picture, "chart-") if picture.longest else "")
        for picture in (count_by_state(found, order), count_by_day(found))
    ]


def count_by_state(found: Sequence[Standing], order: Sequence[AgencyState]) -> Picture:
    """How many agencies are in each state."""
    counts = Counter(standing.state for standing in found)
    bars = tuple(_draw_bar(AGENCY_STATES[state], counts[state]) for state in order)
    return Picture("states", "各种状态几家", "状态", "家", ("家数",), bars, "名录里还没有单位。")


def count_by_day(found: Sequence[Standing]) -> Picture:
    """How many returns, of those that count, were sent on each day, or in each week where they are many."""
    days = Counter(date.fromisoformat(standing.received) for standing in found if standing.received)
    none = "还没有收到报来的文件。"
    if not days:
        return Picture("returns", "哪天报来几家", "日子", "家", ("家数",), (), none)
    first, last = min(days), max(days)
    if (last - first).days < _MOST_DAYS:
        span = [first + _DAY * at for at in range((last - first).days + 1)]
        bars = [_draw_bar(_word(day), days[day]) for day in span]
        return Picture("returns", "哪天报来几家", "日子", "家", ("家数",), tuple(bars), none)
    monday = last - _DAY * last.weekday()
    begins = [monday - _WEEK * at for at in reversed(range(_MOST_WEEKS)) if monday - _WEEK * at + _WEEK > first]
    early = sum(count for day, count in days.items() if day < begins[0])
    bars = [_draw_bar(f"{_word(begins[0])}以前", early)] if early else []
    for begin in begins:
        came = sum(count for day, count in days.items() if begin <= day < begin + _WEEK)
        bars.append(_draw_bar(f"{_word(begin)}至{_word(begin + _WEEK - _DAY)}", came))
    return Picture("returns", "哪一周报来几家", "周", "家", ("家数",), tuple(bars), none)


def _draw_bar(label: str, count: int) -> Bar:
    return Bar(label, (Amount(count),))


def _word(day: date) -> str:
    return f"{day.month}月{day.day}日"
