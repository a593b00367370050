"""The campaigns beside which one runs, each about another form: what every agency reports there, as it is now.

They are only looked at: a neighbour knows nothing of it, and is locked for nobody.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

from xltool import api
from xltool.campaign import folder
from xltool.campaign.kept_decisions import AbsenceRecord
from xltool.campaign.opening import open_store
from xltool.campaign.roster import Roster, is_same_name
from xltool.forms.across import ENDING, OtherForm, OtherReport, OtherReports, load_across
from xltool.messages import DefinitionError, XltoolError
from xltool.model import Agency

_UNSET: Final = f"{folder.SETTINGS} 的 beside 没有写它的任务"


@dataclass(frozen=True, slots=True)
class _Counting:
    """The version of an agency that counts: its number, its file, its document."""

    number: int
    file: str
    document: bytes


@dataclass(frozen=True, slots=True)
class _Neighbour:
    """A campaign as it was when it was looked at."""

    name: str
    roster: Roster
    absences: Mapping[str, AbsenceRecord]
    counting: Mapping[str, _Counting]

    def find_agency(self, agency: Agency) -> Agency | str:
        """Who an agency is there: of its code, or the one of just its name; or why nobody is."""
        entry = self.roster.agencies.get(agency.code)
        if entry is not None:
            same = is_same_name(entry.agency.name, agency.name)
            return entry.agency if same else f"“{self.name}”的名录里，代码 {agency.code} 是{entry.agency.name}"
        named = [each.agency for each in self.roster.entries if is_same_name(each.agency.name, agency.name)]
        return named[0] if len(named) == 1 else f"“{self.name}”的名录里没有这个单位"

    def find_report(self, agency: Agency) -> OtherReport | str:
        """What an agency reports there, or why there is nothing to look at."""
        found = self.find_agency(agency)
        if isinstance(found, str):
            return found
        if found.code in self.absences:
            return f"“{self.name}”里它已记为无需报送（{self.absences[found.code].reason}）"
        version = self.counting.get(found.code)
        if version is None:
            return f"“{self.name}”里它还没有报送"
        submission = api.read(version.document, version.file).submission
        if submission is None:
            return f"“{self.name}”里它的第 {version.number} 版读不出来"
        return OtherReport(submission, f"“{self.name}”第 {version.number} 版 {version.file}")


@dataclass(frozen=True)
class OtherCampaigns:
    """What agencies report on the forms beside which one is held, and the data that say so; empty where none do."""

    forms: tuple[OtherForm, ...] = ()
    fault: str = ""  # of the data
    found: Mapping[str, _Neighbour] = field(default_factory=dict)  # by the ids of their forms

    @property
    def names(self) -> tuple[str, ...]:
        """What the campaigns are called."""
        return tuple(there.name for there in self.found.values())

    def find_reports(self, agency: Agency) -> OtherReports:
        """By the id of the form: what an agency reports on it, or why there is nothing to look at."""
        return {
            other.spec.id: _UNSET if (there := self.found.get(other.spec.id)) is None else there.find_report(agency)
            for other in self.forms
        }

    @cached_property
    def digest(self) -> str:
        """A hash of all that a verdict may rest on beside the submission itself."""
        digest = hashlib.sha256(self.fault.encode("utf-8", "surrogatepass"))
        for line in self._list_facts():
            digest.update(line + b"\n")
        return digest.hexdigest()

    def _list_facts(self) -> Iterator[bytes]:
        for other in self.forms:
            for rule in other.rules:
                yield repr((other.agreement, rule)).encode("utf-8", "surrogatepass")
        for form_id, there in sorted(self.found.items()):
            names = [(each.agency.code, each.agency.name) for each in there.roster.entries]
            away = [(code, record.reason) for code, record in sorted(there.absences.items())]
            yield json.dumps([form_id, there.name, names, away]).encode()
            for code, each in sorted(there.counting.items()):
                yield json.dumps([code, each.number, each.file]).encode() + each.document


def open_neighbours(campaign: folder.Campaign, paths: Sequence[Path] | None = None) -> OtherCampaigns:
    """What stands in the campaigns that the settings name (`beside`), or at these paths, read now.

    Raises `XltoolError` for one that is not there, is of another form or period than the rules are about, or is one
    too many.
    """
    try:
        forms, fault = load_across(campaign.spec), ""
    except DefinitionError as error:
        forms, fault = (), str(error)
    found: dict[str, _Neighbour] = {}
    for path in folder.resolve_paths(campaign, campaign.beside) if paths is None else paths:
        try:
            other = folder.load_campaign(path)
        except XltoolError as error:
            raise XltoolError(f"并行的任务 {path} 打不开（{folder.SETTINGS} 的 beside）：{error}") from error
        known = next((each for each in forms if each.spec.id == other.form), None)
        if fault:
            raise XltoolError(f"{_name_data(campaign)} 有错，不能与 {path} 核对：\n{fault}")
        if known is None:
            raise XltoolError(
                f"{path} 填的是 {other.form}，{_name_data(campaign)} 里没有与它的跨报表勾稽关系；"
                f"请改 {folder.SETTINGS} 的 beside。"
            )
        if not known.agrees(campaign.period, other.period):
            raise XltoolError(
                f"{path} 是{other.period.spoken}的，与本任务的{campaign.period.spoken}对不上；"
                f"请改 {folder.SETTINGS} 的 beside。"
            )
        if other.form in found:
            raise XltoolError(f"{folder.SETTINGS} 的 beside 里，{other.form} 的任务写了两个；只写一个。")
        found[other.form] = _look_at(path, other)
    return OtherCampaigns(forms, fault, found)


def _name_data(campaign: folder.Campaign) -> str:
    return f"{campaign.form.replace('-', '_')}{ENDING}"


def _look_at(path: Path, other: folder.Campaign) -> _Neighbour:
    """What counts in a campaign at this moment."""
    with closing(open_store(other)) as store:
        counting = {each.agency: _Counting(each.number, each.file, each.submission) for each in store.read_counting()}
        return _Neighbour(path.resolve().name, other.read_roster(), store.absences(), counting)
