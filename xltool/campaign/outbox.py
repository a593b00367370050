"""What goes out: one locked workbook for each agency, the list of what was sent to whom, and mail drafts."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Final

from xltool import files
from xltool.campaign.folder import OUTBOX, Campaign
from xltool.campaign.names import workbook_name
from xltool.campaign.opening import ensure_key, find_sealed_name, is_key_replaced, remember_facts
from xltool.campaign.roster import Roster, RosterEntry
from xltool.campaign.roster_changes import remember_roster
from xltool.campaign.seal import make_seal
from xltool.campaign.standing import find_deadline, find_told_deadline
from xltool.campaign.store import Issue, Store
from xltool.csvfile import as_csv
from xltool.days import word_deadline
from xltool.model import Submission
from xltool.workbook.listing import write_listing
from xltool.workbook.stamp import Master

LIST_FILE: Final = "分发清单"
LIST_HEADS: Final = ("单位代码", "单位名称", "级别", "文件", "编号", "sha256")
_XLSX: Final = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Built:
    """One workbook that was made."""

    entry: RosterEntry
    file: str
    serial: str
    sha256: str
    data: bytes


def build_outbox(
    campaign: Campaign,
    roster: Roster,
    store: Store,
    *,
    at: str,
    prior: Callable[[str], Submission | None],
    mail: bool = False,
) -> Iterator[Built]:
    """Writes each agency's workbook into outbox/, then the list beside it and the ledger.

    The same roster and figures give the same bytes.

    An agency keeps its serial for good, so a workbook built again is the same; a new agency gets the next number.
    """
    key, sealed = ensure_key(campaign, store), find_sealed_name(campaign, store)
    master = Master(campaign.spec, campaign.year)
    remember_facts(campaign, store)
    remember_roster(roster, store)
    issued, numbers, extensions = store.issues(), _number_agencies(roster, store), store.extensions()
    made: list[Issue] = []
    for entry in roster.entries:
        agency = entry.agency
        serial = make_seal(key, campaign.form, campaign.year, sealed, agency.code, numbers[agency.code])
        if agency.code in issued and is_key_replaced(store):  # what is out already stays as it is
            serial = issued[agency.code].serial
        deadline, told = find_deadline(campaign, extensions.get(agency.code)), issued.get(agency.code)
        words = word_deadline(deadline, find_told_deadline(told))
        data = master.stamp(agency, serial, prior(agency.code), words)
        name = workbook_name(campaign, agency)
        files.write_file(campaign.root / OUTBOX / name, data)
        if mail:
            files.write_file(
                campaign.root / OUTBOX / name.replace(".xlsx", ".eml"), draft_mail(campaign, entry, name, data, words)
            )
        built = Built(entry, name, serial, hashlib.sha256(data).hexdigest(), data)
        first = (told.deadline if told is not None else "") or (deadline.isoformat() if deadline else "")
        made.append(Issue(agency.code, serial, name, built.sha256, at, first))
        yield built
    store.issue(made)
    _write_list(campaign.root, roster, made)


def draft_mail(campaign: Campaign, entry: RosterEntry, name: str, data: bytes, deadline: str) -> bytes:
    """A mail to the agency with its workbook attached, to be opened and sent from any mail program.

    `deadline` in words.

    Same input, same bytes.
    """
    message = EmailMessage(policy=SMTP)
    message["To"] = entry.email
    message["Subject"] = f"请填报{campaign.year}年{campaign.spec.title}（{entry.agency.name}）"
    message["X-Unsent"] = "1"  # opens as a draft in Outlook and Foxmail
    by = f"请于{deadline}前" if deadline else "请按通知规定的日期"
    message.set_content(
        f"{entry.agency.name}{entry.contact}：\n\n"
        f"附件是贵单位 {campaign.year} 年度{campaign.spec.title}的填报工作簿。请打开附件，按“填报说明”填写，"
        f"表头显示“可以报送”后保存，{by}把工作簿作为附件发回。\n\n"
        f"请只用附件填写，不要改名为其他格式，不要用别的单位的工作簿。\n\n{campaign.name}{campaign.spec.office}\n"
    )
    message.add_attachment(data, maintype="application", subtype=_XLSX, filename=name)
    message.set_boundary(f"=_xltool_{hashlib.sha256(data).hexdigest()[:24]}")
    return message.as_bytes()


def _number_agencies(roster: Roster, store: Store) -> dict[str, int]:
    issued = {code: int(issue.serial.partition("-")[0]) for code, issue in store.issues().items()}
    following = max(issued.values(), default=0)
    for entry in roster.entries:
        if entry.agency.code not in issued:
            following += 1
            issued[entry.agency.code] = following
    return issued


def _write_list(folder: Path, roster: Roster, made: Sequence[Issue]) -> None:
    agencies = roster.agencies
    rows = [
        LIST_HEADS,
        *(
            (i.agency, agencies[i.agency].agency.name, agencies[i.agency].agency.level, i.file, i.serial, i.sha256)
            for i in made
        ),
    ]
    files.write_file(folder / f"{LIST_FILE}.csv", as_csv(rows))
    files.write_file(folder / f"{LIST_FILE}.xlsx", write_listing({LIST_FILE: rows}))
