"""The county's sum as it would be now, for the pages: whose figures go in, what stops it, what was written of it.

What is shown comes from `campaign/county`, which the console's command calls too; here it is held beside the files that
this wrote last, and worded.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from xltool import api, files
from xltool.campaign.county import CountySum, JudgedSum, judge_county, sum_county
from xltool.campaign.county_written import read_corrections, read_texts
from xltool.campaign.gathering import Gathered, gather_standings
from xltool.campaign.signing import SignOff, find_sign_off
from xltool.campaign.standing import Standing
from xltool.campaign.strays import Stray, find_strays
from xltool.messages import XltoolError
from xltool.model import Correction
from xltool.web.job import JobState
from xltool.web.last_year import LastYear
from xltool.web.site import OpenFolder
from xltool.web.steps import Way

PAGE: Final = "/sum"
"""The county's page, and where the addresses of its parts begin."""
OUTPUTS, COUNTY_TEXTS, CORRECTIONS = f"{PAGE}/outputs", f"{PAGE}/texts", f"{PAGE}/corrections"
DISCREPANCIES: Final = f"{PAGE}/discrepancies"
TAKINGS: Final = f"{PAGE}/take"
"""Its parts."""
CAREFUL: Final = "county.careful"
DOUBLE: Final = "county.double"
"""The code of rows that several agencies may have counted, each for itself."""
Read = TypeVar("Read")


@dataclass(frozen=True)
class SumView:
    """The sum as the versions that count, the corrections and the texts give it now.

    `faults` are sentences on what of the office's own writing stops it; without that it is shown all the same. `judged`
    is None where nobody's figures go in. `written` is whether there is a sum in the county's folder as it was written,
    `current` whether that is what it would be now; `job` is how the summing stood before all this was read.
    """

    standings: Sequence[Standing]
    given: Gathered
    strays: Sequence[Stray]
    noted: Sequence[Correction]
    last_year: LastYear
    summed: CountySum | None
    judged: JudgedSum | None
    faults: Sequence[str]
    written: bool
    current: bool
    sign_off: SignOff | None
    job: JobState

    @property
    def waiting(self) -> list[Correction]:
        """Corrections that change nothing until somebody says why, and by whom."""
        return [each for each in self.noted if each.is_waiting]

    @property
    def is_summable(self) -> bool:
        """Whether there is anything to sum, with those left out that have not passed."""
        return bool(self.given.taken) and not self.strays and not self.faults

    @property
    def is_signed(self) -> bool:
        """Whether somebody has signed what the sum would be now."""
        return self.current and self.sign_off is not None and not self.sign_off.changes


def find_sum(look: OpenFolder) -> SumView:
    """The sum of a campaign as it is now; nothing is written."""
    campaign, roster, store = look.campaign, look.roster, look.store
    job = look.served.summing.look()  # before all else: what has ended is shown with what came of it
    standings = look.find_standings()
    given = gather_standings(standings)
    last_year = look.find_last_year()
    faults = [last_year.fault] if last_year.fault else []

    def attempt(read: Callable[[], Read], otherwise: Read) -> Read:
        try:
            return read()
        except XltoolError as error:
            faults.append(str(error))
            return otherwise

    nothing: tuple[Correction, ...] = ()
    noted = attempt(lambda: read_corrections(campaign, roster), nothing)
    summed = judged = None
    if given.taken:
        summed = attempt(
            lambda: sum_county(campaign, roster, store, given, noted=noted, last_year=last_year.submissions),
            None,
        )
    if summed is not None:
        before = summed.beside
        total = summed.consolidation.total
        texts = attempt(lambda: read_texts(campaign, total, before), None)
        judged = judge_county(campaign.spec, summed, given, texts, last_year.submissions)
    written = store.find_written(campaign.layout.sum_file)[0]
    there = bool(written) and files.hash_file(campaign.root / campaign.layout.sum_file) == written
    now = "" if judged is None else hashlib.sha256(api.dump(judged.consolidation.total)).hexdigest()
    return SumView(
        standings,
        given,
        find_strays(roster, store, standings),
        noted,
        last_year,
        summed,
        judged,
        faults,
        there,
        there and now == written and not faults,
        find_sign_off(campaign, store, given),
        job,
    )


def word_sum(view: SumView) -> str:
    """Where the sum stands, in one sentence."""
    if view.job.is_running:
        return f"正在汇总：已核{view.job.done}/{view.job.total}家" if view.job.total else "正在汇总"
    hindrance = _word_hindrance(view)
    if hindrance:
        return hindrance
    return f"{_word_counts(view)}{_word_written(view)}"


def _word_written(view: SumView) -> str:
    """Whether what was summed last is what the sum would be now, and how far it is."""
    if view.written and view.last_year.is_reading:
        return f"；{view.last_year.called}的数还在读，读完才知道汇总以后有没有变动"
    if not view.current:
        again = "；汇总以后又有变动，要再汇总一次" if view.written else ""
        return again or ("，还没有汇总" if view.given.absent else "，可以汇总")
    if view.is_signed and view.sign_off is not None:
        return f"，已汇总，{view.sign_off.signature.person}已签发"
    if view.judged is not None and view.judged.draft:
        return f"，已汇总；报告还是草稿，{word_lacks(view.judged)}"
    return "，已汇总，可以核对、签发"


def _word_hindrance(view: SumView) -> str:
    """Why nothing can be summed, in one sentence; empty where something can."""
    if not view.standings:
        return "名录里还没有单位，没有可以汇总的"
    if view.strays:
        return f"先说明{len(view.strays)}家的去向，再汇总：名录与报送对不上"
    if not view.given.taken:
        return f"{len(view.standings)}家都还没有通过，没有可以汇总的"
    return "先改正下面写错的，再汇总" if view.faults else ""


def _word_counts(view: SumView) -> str:
    """How many are there of all, and how many are not."""
    given = view.given
    settled = len(given.excused) + len(given.covered)
    if given.absent:
        return f"{len(view.standings)}家里{len(given.taken)}家可以汇总，还差{len(given.absent)}家"
    if settled:
        return f"名录{len(view.standings)}家都有着落：{len(given.taken)}家汇总，{settled}家不单独计"
    return f"{len(given.taken)}家都齐了"


def word_lacks(judged: JudgedSum) -> str:
    """Why a report is a draft."""
    errors = sum(each.severity == "error" for each in api.group_opinions(judged.reading))
    parts = [
        f"有{errors}处须改" if errors else "",
        f"{len(judged.gaps.cells)}格空着" if judged.gaps.cells else "",
        f"{len(judged.gaps.texts)}段文字没有写" if judged.gaps.texts else "",
    ]
    return "，".join(filter(None, parts))


def word_rest(view: SumView) -> str:
    """What lies behind the sentence: who is not in it, corrections, what is found in the sum."""
    given = view.given
    parts = []
    if given.excused or given.covered:
        kinds = [
            f"{len(given.excused)}家无需报送" if given.excused else "",
            f"{len(given.covered)}家的数已在上级单位的汇总数里" if given.covered else "",
        ]
        parts.append(f"{'，'.join(filter(None, kinds))}。")
    if view.judged is not None:
        found = [opinion.severity for opinion in api.group_opinions(view.judged.reading)]
        errors, asked = found.count("error"), found.count("warning")
        parts.append(f"汇总数里{errors}处须改。" if errors else "汇总数都平。")
        if asked:
            parts.append(f"{asked}处请核对。")
        applied = len(view.judged.consolidation.applied)
        if applied:
            parts.append(f"更正{applied}条。")
    if view.waiting:
        parts.append(f"{len(view.waiting)}条更正等写明原因和更正人，没有算进去。")
    if view.last_year.is_reading:
        parts.append(f"{view.last_year.called}的数还在读，过一会儿刷新这一页。")
    return "".join(parts)


def list_sum_ways(view: SumView) -> list[Way]:
    """What else can be done about the sum than to run it: each leads somewhere."""
    ways = []
    if view.given.absent:
        ways.append(Way(f"看还差的{len(view.given.absent)}家", "/?show=owing"))
    if view.waiting:
        ways.append(Way(f"写明{len(view.waiting)}条更正的原因", CORRECTIONS))
    doubtful = 0 if view.judged is None else sum(each.code == CAREFUL for each in view.judged.reading.findings)
    if doubtful:
        ways.append(Way(f"核实可能重复计的{doubtful}处", CORRECTIONS))
    if view.judged is not None and view.judged.gaps.texts:
        ways.append(Way(f"写本级文字，还差{len(view.judged.gaps.texts)}段", COUNTY_TEXTS))
    return ways
