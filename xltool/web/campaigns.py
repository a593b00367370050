"""The list of campaigns: those opened before and those beside, each with where it stands in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from xltool.campaign.folder import Campaign
from xltool.days import format_day
from xltool.messages import XltoolError
from xltool.web import board, pages
from xltool.web.changes import take_change
from xltool.web.day_words import word_days_left
from xltool.web.shelf import Place
from xltool.web.site import ServedCampaign, Site, look_at, site_of

LIST_ADDRESS: Final = "/campaigns"


@dataclass(frozen=True, slots=True)
class ListedCampaign:
    """A campaign in the list: how it stands, or in `fault` why it cannot be read."""

    served: ServedCampaign
    place: Place
    campaign: Campaign | None = None
    headline: str = ""
    is_done: bool = False
    fault: str = ""

    @property
    def name(self) -> str:
        """What it is called: as its settings say, or else as its folder is."""
        return self.served.root.name if self.campaign is None else f"{self.campaign.name} {self.campaign.period.named}"


def list_campaigns(site: Site) -> list[ListedCampaign]:
    """Every campaign that the shelf knows, as it stands today."""
    return [_describe_campaign(site.serve(place.root), place) for place in site.shelf.list_places()]


def word_list(listed: Sequence[ListedCampaign]) -> str:
    """How many there are and how many are not done, in one sentence."""
    if not listed:
        return "还没有填报任务"
    owing = sum(each.campaign is not None and not each.is_done for each in listed)
    faulty = sum(each.campaign is None for each in listed)
    told = [f"{owing}个还没有办完"] if owing else [] if faulty == len(listed) else ["都办完了"]
    told += [f"{faulty}个读不出来"] if faulty else []
    return f"{len(listed)}个填报任务，{'，'.join(told)}"


def _describe_campaign(served: ServedCampaign, place: Place) -> ListedCampaign:
    if not served.root.is_dir():
        return ListedCampaign(served, place, fault="文件夹不在原处：可能移走了、改了名，或者在没有插上的盘里。")
    try:
        with look_at(served) as look:
            found = look.find_standings()
            headline, is_done = board.word_headline(found), bool(found) and not board.count_owing(found)
            return ListedCampaign(served, place, look.campaign, headline, is_done)
    except XltoolError as error:
        return ListedCampaign(served, place, fault=str(error))


def show_list(request: Request) -> Response:
    """The campaigns that are known."""
    site = site_of(request)
    listed = list_campaigns(site)
    return pages.show_site_page(
        request,
        "campaigns",
        site_page="campaigns",
        heading=word_list(listed),
        listed=listed,
        folder=site.shelf.folder,
        days_left=word_days_left,
        format_day=format_day,
    )


def forget_campaign(request: Request, fields: Mapping[str, str]) -> Response:
    """Takes a campaign from the list; its folder stays as it is."""
    site = site_of(request)
    served = site.find_served(fields.get("campaign", ""))
    if served is None:
        raise HTTPException(404, "单子上没有这个任务。")
    site.shelf.forget(served.root)
    return RedirectResponse(LIST_ADDRESS, 303)


LIST_ROUTES: Final = (
    Route(LIST_ADDRESS, show_list, methods=["GET"]),
    Route(f"{LIST_ADDRESS}/forget", take_change(forget_campaign), methods=["POST"]),
)
