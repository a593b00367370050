"""What to write to an agency in a chat, a line each: with its blank, and when something is still to come from it."""

from __future__ import annotations

from typing import Final

from xltool.campaign.drafts import say_by
from xltool.campaign.folder import Campaign
from xltool.campaign.links import NO_LINKS, Links
from xltool.campaign.refused import word_refused
from xltool.campaign.standing import Standing, describe_tasks
from xltool.campaign.weighed import group_verdicts
from xltool.rules.opinions import find_first_sentence

LONGEST_REASON: Final = 120
"""Signs of what is wrong."""


def word_message(campaign: Campaign, standing: Standing, links: Links = NO_LINKS) -> str:
    """What to write to an agency in a chat: its name, what is wrong in one sentence, by when, and its own link."""
    return _word_request(campaign, standing) + _offer_link(standing, links)


def word_blank(campaign: Campaign, standing: Standing, links: Links = NO_LINKS) -> str:
    """What to write to an agency in a chat together with its blank: what it is, by when, and its own link."""
    title = f"{campaign.period.title}{campaign.spec.title}"
    said = f"{standing.entry.agency.name}：发来贵单位{title}的填报工作簿，{say_by(standing)}填好发回。"
    return said + _offer_link(standing, links)


def _offer_link(standing: Standing, links: Links) -> str:
    link = links.write_link(standing.entry.agency.code)
    return f"也可以在网上报送（网址只给贵单位用）：{link}" if link else ""


def _word_request(campaign: Campaign, standing: Standing) -> str:
    title = f"{campaign.period.title}{campaign.spec.title}"
    name, by = standing.entry.agency.name, say_by(standing)
    if standing.refused and standing.state == "missing":
        came = f"贵单位发来的{word_refused(standing.refused)}"
        return f"{name}：{came}；{by}用下发的工作簿填好，存为 .xlsx、不设打开密码，重新报来。"
    if standing.state == "missing":
        return f"{name}：贵单位{title}还没有报送，{by}报来。"
    spec, opened = campaign.spec, standing.state == "open"
    opinions = group_verdicts(spec, [each for each in standing.unsettled if each.asks or not opened])
    first = find_first_sentence(opinions[0].tell(spec)[0])
    first = first if len(first) <= LONGEST_REASON else f"{first[:LONGEST_REASON]}…"
    head = f"{name}：贵单位报来的{title}（第 {standing.number} 版）{'待说明' if opened else '已退回'}"
    do = "在“校验”表的“说明”栏写明或改正后" if opened else "改好"
    return f"{head}：{first}。共 {describe_tasks(standing)}，见退回的工作簿，{by}{do}发回。"
