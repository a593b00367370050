"""缺席 in 办公室.xlsx: what its lines ask for, held against the absences on the record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from xltool.campaign import decisions
from xltool.campaign.decisions import Ruling
from xltool.campaign.desk_asking import Asked, read_withdrawal
from xltool.campaign.desk_reading import DeskLine
from xltool.campaign.desk_sheets import ABSENCE_SHEET, DeskSheet
from xltool.campaign.desk_steps import RECORDED, OnRecord
from xltool.campaign.kept_decisions import describe_absence
from xltool.campaign.roster import Roster
from xltool.campaign.store import Store
from xltool.messages import XltoolError


@dataclass
class Absences:
    """缺席: a line for each agency that need not report."""

    roster: Roster
    store: Store
    sheet: DeskSheet = field(default=ABSENCE_SHEET, init=False)

    def find_key(self, line: DeskLine) -> str:
        agency = line.text("agency")
        if not agency:
            raise XltoolError("没有写“单位”；写上，或者删去这一行的字。")
        named = [code for code, record in self.store.absences().items() if agency in (code, record.name)]
        return named[0] if len(named) == 1 else decisions.find_absentee(self.roster, self.store, agency)[0]

    def read_asked(self, line: DeskLine) -> Asked:
        return read_withdrawal(line, ("agency", "reason", "person", "into"))

    def find_record(self, line: DeskLine | None, key: str) -> OnRecord | None:
        record = self.store.absences().get(key)
        if record is None:
            return None
        into = self.roster.call_agency(record.into) if record.into else ""
        merged = f"并入{into}，" if into else ""
        text = f"{RECORDED}{merged}{record.reason}（{record.person}，{record.at[:10]}）"
        fields = {"into": into, "reason": record.reason, "person": record.person}
        same = line is not None and (line.text("reason"), line.text("person"), self._find_into(line)) == (
            *(record.reason, record.person),
            record.into,
        )
        if same:
            del fields["into"]  # as it was written
        return OnRecord(text, fields, same)

    def begin_result(self, line: DeskLine) -> str:
        into = self._find_into(line)
        merged = f"并入{self.roster.call_agency(into)}，" if into else ""
        return f"{RECORDED}{merged}{line.text('reason')}（{line.text('person')}，"

    def was_said(self, line: DeskLine, key: str) -> bool:
        _, name = decisions.find_absentee(self.roster, self.store, key)
        said = describe_absence(key, name, self._find_into(line), line.text("reason"))
        return self.store.was_noted(line.text("person"), "absent", said)

    def find_withdrawal(self, key: str) -> tuple[str, str]:
        return self.store.find_withdrawal("absent", key)

    def give(self, line: DeskLine, key: str, ruling: Ruling) -> None:
        decisions.excuse_agency(self.roster, self.store, key, self._find_into(line), ruling)

    def withdraw(self, key: str, ruling: Ruling) -> None:
        decisions.withdraw_absence(self.roster, self.store, key, ruling)

    def name_key(self, key: str) -> str:
        return f"{decisions.find_absentee(self.roster, self.store, key)[1]}（{key}）"

    def covers(self, held: str, key: str) -> bool:
        return held == key

    def list_recorded(self) -> Iterator[tuple[str, dict[str, str]]]:
        """A line for each absence on the record, with its key."""
        for code, record in self.store.absences().items():
            listed = code in self.roster.agencies
            yield code, {"agency": self.roster.call_agency(code) if listed else record.name or code}

    def _find_into(self, line: DeskLine) -> str:
        into = line.text("into")
        return decisions.find_entry(self.roster, into).agency.code if into else ""
