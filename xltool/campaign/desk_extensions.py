"""延期 in 办公室.xlsx: what its lines ask for, held against the deadlines on the record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from xltool.campaign import decisions
from xltool.campaign.decisions import Ruling
from xltool.campaign.desk_asking import Asked, read_withdrawal
from xltool.campaign.desk_reading import DeskLine
from xltool.campaign.desk_sheets import EXTENSION_SHEET, DeskSheet
from xltool.campaign.desk_steps import RECORDED, OnRecord
from xltool.campaign.folder import Campaign
from xltool.campaign.kept_decisions import describe_extension
from xltool.campaign.roster import Roster
from xltool.campaign.store import Store
from xltool.days import DAY_EXAMPLE, format_day, parse_day
from xltool.messages import XltoolError


@dataclass
class Extensions:
    """延期: a line for each agency that has a deadline of its own."""

    campaign: Campaign
    roster: Roster
    store: Store
    sheet: DeskSheet = field(default=EXTENSION_SHEET, init=False)

    def find_key(self, line: DeskLine) -> str:
        if not line.text("agency"):
            raise XltoolError("没有写“单位”；写上，或者删去这一行的字。")
        return decisions.find_entry(self.roster, line.text("agency")).agency.code

    def read_asked(self, line: DeskLine) -> Asked:
        return read_withdrawal(line, ("agency", "day", "reason", "person"))

    def find_record(self, line: DeskLine | None, key: str) -> OnRecord | None:
        told = self.store.extensions().get(key)
        if told is None:
            return None
        day = format_day(date.fromisoformat(told.day))
        same = line is not None and (told.day, told.reason, told.person) == (
            *(self._read_day(line).isoformat(), line.text("reason")),
            line.text("person"),
        )
        fields = {"reason": told.reason, "person": told.person} | ({} if same else {"day": told.day})
        return OnRecord(f"{RECORDED}延至{day}，{told.reason}（{told.person}，{told.at[:10]}）", fields, same)

    def begin_result(self, line: DeskLine) -> str:
        return f"{RECORDED}延至{format_day(self._read_day(line))}，{line.text('reason')}（{line.text('person')}，"

    def was_said(self, line: DeskLine, key: str) -> bool:
        said = describe_extension(key, self._read_day(line).isoformat(), line.text("reason"))
        return self.store.was_noted(line.text("person"), "extend", said)

    def find_withdrawal(self, key: str) -> tuple[str, str]:
        return self.store.find_withdrawal("extend", key)

    def give(self, line: DeskLine, key: str, ruling: Ruling) -> None:
        day = self._read_day(line)
        decisions.extend_deadline(self.campaign, self.store, self.roster.agencies[key], day, ruling)

    def withdraw(self, key: str, ruling: Ruling) -> None:
        decisions.withdraw_extension(self.store, self.roster.agencies[key], ruling)

    def name_key(self, key: str) -> str:
        return f"{self.roster.agencies[key].agency.name}（{key}）"

    def covers(self, held: str, key: str) -> bool:
        return held == key

    def list_recorded(self) -> Iterator[tuple[str, dict[str, str]]]:
        """A line for each extension on the record, with its key."""
        for code in self.store.extensions():
            if code in self.roster.agencies:
                yield code, {"agency": self.roster.call_agency(code)}

    @staticmethod
    def _read_day(line: DeskLine) -> date:
        day = parse_day(line.text("day"))
        if day is None:
            given = f"“{line.text('day')[:20]}”不是日期" if line.text("day") else "没有写“延至”"
            raise XltoolError(f"{given}；写成 {DAY_EXAMPLE} 的样子。")
        return day
