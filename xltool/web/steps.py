"""The next step as a button: what it does and to how many, and where it leads."""

from __future__ import annotations

from dataclasses import dataclass

from xltool.campaign.next_step import NextStep


@dataclass(frozen=True, slots=True)
class Way:
    """Words that lead to an address of the office page; without one they only say what is to be done."""

    word: str
    address: str = ""


def word_ways(step: NextStep) -> tuple[Way, ...]:
    """What is to be done next, and then what else can be done."""
    if step.task == "urge":
        return _list_urged(step)
    words = {
        "list": "补上单位名录",
        "build": f"给{step.count}家生成工作簿，发给各单位",
        "settle": f"说明{step.count}家名录与报送对不上的单位的去向",
        "correct": f"给{step.count}条更正写明原因和更正人，再汇总",
        "consolidate": "各单位都齐了，汇总",
        "sign": "核对汇总报告，改好以后请负责人签发",
        "publish": f"生成各单位的报告，发布以后记下；还有{step.count}家没有记发布",
        "nothing": "都办完了",
    }
    addresses = {
        "build": "/hand-out",
        "settle": "/sum",
        "correct": "/sum",
        "consolidate": "/sum",
        "sign": "/sum/outputs",
        "publish": "/reports",
    }
    return (Way(words[step.task], addresses.get(step.task, "")),)


def _list_urged(step: NextStep) -> tuple[Way, ...]:
    """Those that owe something, what is most urgent first."""
    overdue = sum(standing.overdue for standing in step.agencies)
    returned = sum(standing.state == "returned" for standing in step.agencies)
    asked = sum(standing.state == "open" for standing in step.agencies)
    missing = sum(standing.state == "missing" for standing in step.agencies)
    ways = (
        (overdue, "催逾期的{}家", "/urge"),
        (returned, "把退回的工作簿发给{}家", "/urge#returned"),
        (asked, "请{}家补说明", "/urge#returned"),
        (0 if overdue else missing, "等{}家报来", "/urge#waiting"),
    )
    return tuple(Way(word.format(count), address) for count, word, address in ways if count)
