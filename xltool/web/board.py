"""The board: where a campaign stands in one sentence, its counts, its days left, and its agencies as a list.

What is shown comes from `campaign/standing` and `campaign/next_step`; here it is only worded, chosen and put in order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from xltool.campaign.holding import find_outdated
from xltool.campaign.next_step import choose_next_step
from xltool.campaign.refused import word_refused
from xltool.campaign.standing import AGENCY_STATES, AgencyState, Standing, count_states
from xltool.campaign.weighed import group_verdicts
from xltool.model import FormSpec
from xltool.web import pages
from xltool.web.addresses import locate_agency
from xltool.web.board_charts import draw_charts
from xltool.web.day_words import word_days_left, word_month_day
from xltool.web.filters import Filter
from xltool.web.site import look_at, served_of
from xltool.web.steps import word_ways

ORDER: Final[tuple[AgencyState, ...]] = ("returned", "missing", "open", "accepted", "absent")
"""The states, what is most urgent first."""
BAR: Final[tuple[AgencyState, ...]] = ("accepted", "open", "returned", "missing", "absent")
"""The states as the bar has them, from what is done to what is not."""
GROUPS: Final[Mapping[AgencyState, str]] = {
    "returned": "要改好重报",
    "missing": "还没有收到能用的",
    "open": "没有错，差书面说明",
    "accepted": "齐了",
    "absent": "已记明原因",
}
"""What a state means, at the head of its agencies."""


@dataclass(frozen=True, slots=True)
class Line:
    """One agency in the list; `task` is what is still to be done about it, in a sentence."""

    standing: Standing
    task: str

    @property
    def code(self) -> str:
        """Its code."""
        return self.standing.entry.agency.code

    @property
    def name(self) -> str:
        """Its name."""
        return self.standing.entry.agency.name


@dataclass(frozen=True, slots=True)
class Group:
    """Agencies under one head; a list that is not in the order of states is one group without a head."""

    state: AgencyState | None
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Query:
    """What of the list is asked for: a filter, words to look for, the order."""

    show: str = ""
    words: str = ""
    order: str = ""

    def address(self, **changed: str) -> str:
        """The page with this query, or with another part of it."""
        parts = {"show": self.show, "q": self.words, "sort": self.order, **changed}
        given = urlencode({name: value for name, value in parts.items() if value})
        return f"/?{given}" if given else "/"


_CHOICES: Final[Mapping[str, tuple[str, Callable[[Standing], bool]]]] = {
    "": ("全部", lambda _: True),
    "owing": ("没有办完", lambda s: s.owes and s.covered is None),
    "overdue": ("逾期", lambda s: s.overdue),
    "late": ("迟报", lambda s: s.late),
    "aside": ("有要您定的版本", lambda s: bool(s.aside)),
}
"""The filters beside the states: their words, and whom they show."""
UNREAD_FILES: Final = "unread"
"""The filter that shows files instead of agencies."""
_ORDERS: Final[Mapping[str, Callable[[Standing], Any]]] = {
    "": lambda s: ORDER.index(s.state),
    "code": lambda s: s.entry.agency.code,
    "name": lambda s: s.entry.agency.name,
    "due": lambda s: (-s.days_overdue if s.overdue else 1, -s.days_late),
    "errors": lambda s: -s.errors,
    "open": lambda s: -s.open,
    "received": lambda s: (s.received is None, s.received),
}
"""The orders in which the list may be had, by what of a standing."""


def word_headline(found: Sequence[Standing]) -> str:
    """Where the campaign stands, in one sentence."""
    if not found:
        return "名录里还没有单位"
    passed = sum(standing.state == "accepted" for standing in found)
    owing = count_owing(found)
    overdue = sum(standing.overdue for standing in found)
    if not owing:
        return f"{len(found)}家都齐了" if passed == len(found) else f"{len(found)}家都办完了，{passed}家通过"
    if owing == len(found):
        return f"{len(found)}家都还没有办完" + (f"，其中{overdue}家逾期" if overdue else "")
    return f"{len(found)}家里{passed}家通过，还有{owing}家没有办完" + (f"，其中{overdue}家逾期" if overdue else "")


def count_owing(found: Sequence[Standing]) -> int:
    """How many agencies are not done."""
    return sum(map(_CHOICES["owing"][1], found))


def word_rest(found: Sequence[Standing]) -> str:
    """What lies behind the sentence: of what kind those are that are not done."""
    owing = [standing for standing in found if _CHOICES["owing"][1](standing)]
    parts = []
    for overdue, head in ((True, "逾期的"), (False, "没有到期的")):
        kinds = [
            f"{count}家{word}"
            for state, word in (("missing", "没有报"), ("returned", "退回后没有重报"))
            if (count := sum(s.state == state and s.overdue == overdue for s in owing))
        ]
        if kinds:
            parts.append(f"{head}：{'，'.join(kinds)}。")
    asked = sum(standing.state == "open" for standing in owing)
    if asked:
        parts.append(f"{'另有' if parts else ''}{asked}家报了，差书面说明。")
    covered = sum(standing.covered is not None and standing.owes for standing in found)
    if covered:
        parts.append(f"{covered}家的数在上级的汇总里。")
    return "".join(parts)


def choose_standings(found: Sequence[Standing], query: Query) -> list[Standing]:
    """The agencies that a query asks for, in its order."""
    _, wanted = _CHOICES.get(query.show, ("", lambda s: s.state == query.show))
    words = query.words.split()
    chosen = [
        standing
        for standing in found
        if wanted(standing)
        and all(word in f"{standing.entry.agency.code} {standing.entry.agency.name}" for word in words)
    ]
    return sorted(chosen, key=_ORDERS.get(query.order, _ORDERS[""]))


def is_known_query(query: Query) -> bool:
    """Whether the page has such a filter and such an order."""
    return query.show in {*_CHOICES, *AGENCY_STATES, UNREAD_FILES} and query.order in _ORDERS


def group_lines(spec: FormSpec, chosen: Sequence[Standing], query: Query) -> list[Group]:
    """The list as it is shown: under a head for each state, unless another order is asked for."""
    lines = [Line(standing, describe_task(spec, standing)) for standing in chosen]
    if query.order:
        return [Group(None, lines)] if lines else []
    found = [(state, [line for line in lines if line.standing.state == state]) for state in ORDER]
    return [Group(state, held) for state, held in found if held]


def list_filters(found: Sequence[Standing], unread: int, query: Query) -> list[Filter]:
    """The filters that show something, and the one that is on."""
    counts = {show: (word, sum(map(holds, found))) for show, (word, holds) in _CHOICES.items()}
    counts[UNREAD_FILES] = ("没有收下的文件", unread)
    if query.show in AGENCY_STATES:
        state: AgencyState = next(state for state in AGENCY_STATES if state == query.show)
        counts[state] = (AGENCY_STATES[state], sum(standing.state == state for standing in found))
    return [
        Filter(word, count, query.address(show=show), show == query.show)
        for show, (word, count) in counts.items()
        if count or show in {"", query.show}
    ]


def describe_task(spec: FormSpec, standing: Standing) -> str:
    """What is still to be done about one agency: its first opinion, and how many more there are."""
    if standing.absence is not None:
        return standing.absence.reason
    if standing.state == "missing":
        if standing.covered is not None:
            return "数在上级的汇总里"
        sent = "" if standing.sent is None else f"{word_month_day(standing.sent.day)}已下发，"
        return word_refused(standing.refused) if standing.refused else f"{sent}没有来件"
    if not standing.owes:
        return ""
    asking = [verdict for verdict in standing.unsettled if verdict.severity == "error" or verdict.asks]
    return group_verdicts(spec, asking)[0].tell(spec)[0]


def show_board(request: Request) -> Response:
    """Where the campaign stands."""
    asked = request.query_params
    query = Query(asked.get("show", ""), asked.get("q", "").strip(), asked.get("sort", ""))
    if not is_known_query(query):
        raise HTTPException(404, "没有这样的筛选或次序。")
    served = served_of(request)
    served.site.shelf.remember(served.root, served.site.today())
    served.refresh_launchers()
    with look_at(served) as look:
        found = look.find_standings()
        unmatched = look.find_unmatched(found)
        step = choose_next_step(look.campaign, look.roster, look.store, found)
        chosen = choose_standings(found, query)
        return pages.show_page(
            request,
            "board",
            look.campaign,
            tab="board",
            found=found,
            headline=word_headline(found),
            rest=word_rest(found),
            outdated=find_outdated(look.campaign, look.roster, look.store),
            ways=word_ways(step),
            tally=count_states(found, unmatched),
            bar=BAR,
            states=AGENCY_STATES,
            groups_words=GROUPS,
            query=query,
            filters=list_filters(found, len(unmatched), query),
            groups=group_lines(look.campaign.spec, chosen, query),
            unmatched=unmatched if query.show == UNREAD_FILES else (),
            days_left=word_days_left,
            month_day=word_month_day,
            locate_agency=locate_agency,
        )


def show_charts(request: Request) -> Response:
    """The campaign in two charts."""
    with look_at(served_of(request)) as look:
        found = look.find_standings()
        charts, headline = draw_charts(found, BAR), word_headline(found)
        return pages.show_page(request, "board_charts", look.campaign, tab="board", headline=headline, charts=charts)


BOARD_ROUTES: Final = (
    Route("/", show_board, methods=["GET"]),
    Route("/charts", show_charts, methods=["GET"]),
)
