"""放行 in 办公室.xlsx: what its lines ask for, held against the words on the record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from xltool.campaign import decisions
from xltool.campaign.decisions import Ruling
from xltool.campaign.desk_asking import BETWEEN, Asked, read_tick, split_names
from xltool.campaign.desk_reading import DeskLine
from xltool.campaign.desk_sheets import TICK, WAIVER_SHEET, WITHDRAWAL, DeskSheet
from xltool.campaign.desk_steps import RECORDED, OnRecord
from xltool.campaign.folder import Campaign
from xltool.campaign.kept_decisions import describe_waiver
from xltool.campaign.roster import Roster
from xltool.campaign.standing import Standing
from xltool.campaign.store import Store
from xltool.campaign.weighed import group_verdicts
from xltool.messages import XltoolError
from xltool.report.text import clean_line

_LONGEST_GIST: Final = 1_000


@dataclass
class Waivers:
    """放行: a line for each opinion that is not settled, and for each word on the record."""

    campaign: Campaign
    roster: Roster
    store: Store
    standings: Mapping[str, Standing]
    sheet: DeskSheet = field(default=WAIVER_SHEET, init=False)

    def find_key(self, line: DeskLine) -> str:
        code = decisions.find_entry(self.roster, line.text("agency")).agency.code if line.text("agency") else ""
        rules = list(split_names(line.text("rule")))
        if not code or not rules:
            raise XltoolError(f"没有写“{'单位' if not code else '规则'}”；照列出的行填，或者删去这一行的字。")
        return BETWEEN.join([code, *rules])

    def read_asked(self, line: DeskLine) -> Asked:
        asked = read_tick(line.text("tick"))
        if asked is None:
            raise XltoolError(f"“放行”一栏的“{line.text('tick')[:20]}”看不懂；放行选 {TICK}，收回选“{WITHDRAWAL}”。")
        return asked

    def find_record(self, line: DeskLine | None, key: str) -> OnRecord | None:
        code, *rules = key.split(BETWEEN)
        given = [waiver for waiver in self.store.waivers().get(code, ()) if waiver.rule in rules]
        if not given:
            return None
        first = given[0]
        standing = self.standings.get(code)
        lapses = [] if standing is None else [each for each in standing.lapsed if each.waiver in given]
        left = set() if standing is None else {verdict.name for verdict in standing.findings if verdict.unsettled}
        same = line is not None and all(
            (waiver.reason, waiver.person) == (line.text("reason"), line.text("person")) for waiver in given
        )
        missing = left & set(rules) - {waiver.rule for waiver in given}
        told = ""
        if line is not None and line.text("result").startswith(RECORDED):
            # what the line asked for and was taken back elsewhere is not given again unless it is asked for anew
            withdrawn = {rule for rule in missing if self.store.find_withdrawal("waive", f"{code} {rule}")[0]}
            missing -= withdrawn
            told = f"；其中{BETWEEN.join(sorted(withdrawn))}已撤销，仍要放行的，清空本格" if withdrawn else ""
        fields = {"reason": first.reason, "person": first.person, "tick": "" if lapses else TICK}
        if line is not None and read_tick(line.text("tick")) == "give" and not lapses:
            del fields["tick"]  # as it was written
        text = f"{lapses[0].sentence}。仍要放行的，重新选 {TICK}。" if lapses else f"{RECORDED}{first.word}{told}"
        return OnRecord(text, fields, same and (not missing or bool(lapses)), bool(lapses))

    def begin_result(self, line: DeskLine) -> str:
        return f"{RECORDED}{line.text('reason')}（{line.text('person')}，"

    def was_said(self, line: DeskLine, key: str) -> bool:
        code, *rules = key.split(BETWEEN)
        reason, person = line.text("reason"), line.text("person")
        return any(self.store.was_noted(person, "waive", describe_waiver(code, rule, reason)) for rule in rules)

    def find_withdrawal(self, key: str) -> tuple[str, str]:
        code, *rules = key.split(BETWEEN)
        return max(self.store.find_withdrawal("waive", f"{code} {rule}") for rule in rules)

    def give(self, line: DeskLine, key: str, ruling: Ruling) -> None:  # noqa: ARG002
        code, *rules = key.split(BETWEEN)
        entry, asking, faults = self.roster.agencies[code], [], []
        standing = decisions.find_own_standing(self.campaign, self.store, entry, ruling.at)
        for rule in rules:
            try:
                decisions.match_findings(standing, rule)
            except XltoolError as error:  # a newer version no longer has it
                faults.append(error)
            else:
                asking.append(rule)
        if not asking:
            raise faults[0]
        decisions.waive_findings(self.campaign, self.store, entry, asking, ruling)
        self._look_again(code, ruling.at)

    def withdraw(self, key: str, ruling: Ruling) -> None:
        code, *rules = key.split(BETWEEN)
        entry = self.roster.agencies[code]
        given = [waiver.rule for waiver in self.store.waivers().get(code, ()) if waiver.rule in rules]
        decisions.withdraw_waivers(self.store, entry, given, ruling)
        self._look_again(code, ruling.at)

    def name_key(self, key: str) -> str:
        code, *rules = key.split(BETWEEN)
        return f"{self.roster.agencies[code].agency.name}（{code}）{BETWEEN.join(rules)}"

    def covers(self, held: str, key: str) -> bool:
        (code, *rules), (other, *asked) = held.split(BETWEEN), key.split(BETWEEN)
        return code == other and set(asked) <= set(rules)

    def list_due(self) -> Iterator[tuple[str, dict[str, str]]]:
        """A line for each opinion on a return that is not settled, with its key."""
        for code, standing in self.standings.items():
            if standing.state not in {"returned", "open"}:
                continue
            for opinion in group_verdicts(self.campaign.spec, standing.unsettled):
                names = [n for n in dict.fromkeys(v.name for v in opinion.verdicts) if n not in decisions.SHARED_CODES]
                gist = clean_line(opinion.tell(self.campaign.spec)[0])[:_LONGEST_GIST]
                fields = {"agency": self.roster.call_agency(code), "finding": gist, "rule": BETWEEN.join(names)}
                yield BETWEEN.join([code, *names]), fields

    def list_recorded(self) -> Iterator[tuple[str, dict[str, str]]]:
        """A line for each word on the record, with its key."""
        for code, given in self.store.waivers().items():
            for waiver in given if code in self.roster.agencies else ():
                yield (
                    BETWEEN.join([code, waiver.rule]),
                    {"agency": self.roster.call_agency(code), "rule": waiver.rule},
                )

    def _look_again(self, code: str, at: datetime) -> None:
        found = decisions.find_own_standing(self.campaign, self.store, self.roster.agencies[code], at)
        self.standings = {**self.standings, code: found}
