"""What became of the roster since the first blanks went out, and what follows for returns and for last year's figures.

The roster of then is kept with the campaign's facts, so that no agency vanishes, and none appears, without a word.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from xltool.campaign.folder import Campaign
from xltool.campaign.kept_blanks import Issue
from xltool.campaign.names import workbook_name
from xltool.campaign.roster import Roster, RosterEntry, is_same_name
from xltool.campaign.roster_reading import parse_roster
from xltool.campaign.store import Store
from xltool.codes import LEVEL_NAMES

_REMEMBERED = "roster"


@dataclass(frozen=True, slots=True)
class RosterChange:
    """One change: of whom, what it is, and what follows from it."""

    code: str
    what: str
    follows: str

    @property
    def sentence(self) -> str:
        """What is told of it."""
        return f"{self.what}。{self.follows}"


def remember_roster(roster: Roster, store: Store) -> None:
    """Keeps the roster as it is when blanks are issued for the first time."""
    if roster.entries:
        store.remember(_REMEMBERED, roster.to_csv().decode("utf-8"))


def read_first_roster(store: Store) -> Roster | None:
    """The roster as it was when blanks were issued for the first time; None where that was not kept."""
    kept = store.remembered(_REMEMBERED)
    return None if kept is None else _parse_first(kept)


@lru_cache(maxsize=8)
def _parse_first(kept: str) -> Roster:
    """It is asked for at every page of a server, and never changes."""
    return parse_roster(kept.encode("utf-8"))


def find_roster_changes(
    campaign: Campaign, roster: Roster, store: Store, last_year: Collection[str] | None = None
) -> list[RosterChange]:
    """Every change since the first blanks went out, in the order of the roster of then, new agencies behind.

    `last_year` are the codes that have figures of last year, where the caller knows them. Nothing while no blanks are
    out, or where an older xltool issued them and kept no roster.
    """
    before = read_first_roster(store)
    if before is None:
        return []
    told = _Teller(campaign, roster, before, store, last_year)
    return [
        *(change for entry in before.entries for change in told.compare(entry)),
        *(told.describe_new(entry) for entry in roster.entries if told.is_new(entry)),
    ]


class _Teller:
    """Tells changes one by one."""

    def __init__(
        self, campaign: Campaign, roster: Roster, before: Roster, store: Store, last_year: Collection[str] | None
    ) -> None:
        self.campaign, self.roster, self.before, self.last_year = campaign, roster, before, last_year
        self.earlier = campaign.period.words.before
        self.absences, self.versions, self._store = store.absences(), store.count_versions(), store
        self.now = {entry.agency.name: entry for entry in roster.entries if entry.agency.code not in before.agencies}
        self.moved = {
            entry.agency.code: after
            for entry in before.entries
            if entry.agency.code not in roster.agencies
            for after in self.now.values()
            if is_same_name(entry.agency.name, after.agency.name)
        }

    @cached_property
    def issues(self) -> Mapping[str, Issue]:
        """The blanks that are out, read when something has changed."""
        return self._store.issues()

    def is_new(self, entry: RosterEntry) -> bool:
        """Whether an agency was not there, under its code or any other."""
        return entry.agency.code not in self.before.agencies and entry not in self.moved.values()

    def compare(self, old: RosterEntry) -> Iterator[RosterChange]:
        """What became of one agency of then."""
        code, name = old.agency.code, old.agency.name
        new = self.roster.agencies.get(code)
        if new is None:
            yield self._describe_gone(old)
            return
        if not is_same_name(name, new.agency.name):
            yield RosterChange(code, f"更名：{code} {name} → {new.agency.name}", self._tell_renamed(new))
        if old.agency.level != new.agency.level:
            levels = " → ".join(LEVEL_NAMES.get(each.agency.level or "", "（未写）") for each in (old, new))
            yield RosterChange(
                code, f"级别改了：{code} {new.agency.name} {levels}", f"按新的级别审核；{self._reissue(new)}"
            )
        if old.parent != new.parent:
            parents = f"{old.parent or '（无）'} → {new.parent or '（无）'}"
            yield RosterChange(
                code, f"上级改了：{code} {new.agency.name} {parents}", "汇总时按新的上级；报过的版本照旧。"
            )

    def describe_new(self, entry: RosterEntry) -> RosterChange:
        """An agency that was not there."""
        code = entry.agency.code
        issued = "已下发。" if code in self.issues else "还没有下发，执行 xltool build。"
        last = (
            ""
            if self.last_year is None or code in self.last_year
            else f"{self.earlier}的数里没有它，不与{self.earlier}比较。"
        )
        heirs = [record.name for record in self.absences.values() if record.into == code]
        merged = f"并入它的：{'、'.join(heirs)}，它的{self.earlier}数含这些单位的。" if heirs else ""
        return RosterChange(code, f"新增：{code} {entry.agency.name}", f"{issued}{merged or last}")

    def _describe_gone(self, old: RosterEntry) -> RosterChange:
        code, name = old.agency.code, old.agency.name
        record, after = self.absences.get(code), self.moved.get(code)
        count = self.versions.get(code, 0)
        kept = f"报过的 {count} 版留着，不计入汇总。" if count else ""
        if record is not None:
            into = (
                f"并入 {record.into}，其{self.earlier}数含它的。" if record.into else f"它的{self.earlier}数不再比较。"
            )
            what = f"撤并：{code} {name} 已不在名录里，记为无需报送（{record.reason}，{record.person}）"
            return RosterChange(code, what, f"{kept}{into}")
        if after is not None:
            new = after.agency.code
            return RosterChange(
                code,
                f"代码改了：{name} {code} → {new}",
                f"用 {code} 的工作簿报回来的收不下。{kept}名录里改回 {code}；一定要改的，执行 xltool build 重新下发，"
                f"再执行 xltool absent {code} --into {new} --reason 理由 --by 姓名。",
            )
        return RosterChange(
            code,
            f"删去：{code} {name} 已不在名录里",
            f"{kept}没有说明它的去向以前不能汇总：放回名录；撤销、并入的，执行 xltool absent {code} --reason 理由 "
            f"--by 姓名，并入其他单位的加 --into 单位代码（{self.earlier}的数随之并入）；分成几个的，"
            "各写一行，再记它无需报送。",
        )

    def _tell_renamed(self, new: RosterEntry) -> str:
        code = new.agency.code
        count = self.versions.get(code, 0)
        said = f"报过的 {count} 版是用旧名称报的，同一单位的执行 xltool use 说明一次。" if count else ""
        return f"{self._reissue(new)}{said}{self.earlier}的数按代码照旧对应。"

    def _reissue(self, new: RosterEntry) -> str:
        """Whether the blank that is out is that of the agency as it is now."""
        issue = self.issues.get(new.agency.code)
        fits = issue is not None and issue.file == workbook_name(self.campaign, new.agency)
        return "" if fits else "下发的工作簿还是旧的，执行 xltool build 后重新发给它。"
