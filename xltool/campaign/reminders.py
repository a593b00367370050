"""催报: whom to urge and how to reach them, what they still owe, a message for each, and mail drafts."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Final, TypeAlias

from xltool import files
from xltool.campaign.chat_lines import word_message
from xltool.campaign.documents import Deliverable, Placed, clear_document, find_current, place_documents, strip_mark
from xltool.campaign.drafts import draft_reminder, draft_return
from xltool.campaign.folder import Campaign
from xltool.campaign.links import NO_LINKS, Links, find_links
from xltool.campaign.names import DRAFT_ENDING, draft_name, workbook_name
from xltool.campaign.refused import word_refused
from xltool.campaign.returns import name_return
from xltool.campaign.roster import Roster
from xltool.campaign.standing import AGENCY_STATES, Standing, describe_tasks
from xltool.campaign.store import Store
from xltool.csvfile import as_csv
from xltool.days import word_deadline
from xltool.messages import XltoolError
from xltool.model import Agency, Finding
from xltool.workbook.paper import Paper

ReminderRow: TypeAlias = tuple[str | int, ...]
HEADER: Final[ReminderRow] = (
    *("单位代码", "单位名称", "联系人", "电话", "邮箱", "状态", "要办的事", "报送期限", "逾期天数", "消息"),
)
REMINDERS_FILE: Final = "催报"
"""The list and the messages, in the campaign's folder; the ending of the name of a draft, too."""
DRAFTED_TOGETHER: Final = 50
"""Drafts that are in memory at once: each holds a workbook."""
_PAPERS: Final = {REMINDERS_FILE: Paper(broadest={1: 30, 6: 40})}


def list_urged(standings: Iterable[Standing]) -> list[Standing]:
    """Those that still owe something, but for one whose figures a superior's accepted sum holds."""
    return [standing for standing in standings if standing.owes and standing.covered is None]


def list_reachable(owing: Iterable[Standing], issued: Container[str]) -> list[Standing]:
    """Those that have something to be urged with: a return, or a blank that was made; `issued` are codes."""
    return [standing for standing in owing if standing.state != "missing" or standing.entry.agency.code in issued]


def list_reminders(campaign: Campaign, urged: Iterable[Standing], links: Links = NO_LINKS) -> list[ReminderRow]:
    """A header and one row for every agency that is urged; 0 days when not overdue."""
    return [HEADER, *(_reminder_row(campaign, standing, links) for standing in urged)]


def write_lists(campaign: Campaign, store: Store, urged: Sequence[Standing], *, replace: bool = False) -> list[Placed]:
    """The list of whom to urge, as a workbook and as CSV, and the messages, a line each, in the campaign folder."""
    from xltool.workbook.listing import write_listing  # and with it the writer: what only looks need not wait for it

    rows = list_reminders(campaign, urged, find_links(campaign, store))
    sheets: dict[str, list[ReminderRow]] = {
        REMINDERS_FILE: [row[:-1] for row in rows],
        "消息": [(row[1], row[-1]) for row in rows],
    }
    messages = "".join(f"{row[-1]}\r\n" for row in rows[1:])
    lists = [
        Deliverable(f"{REMINDERS_FILE}.xlsx", write_listing(sheets, papers=_PAPERS)),
        Deliverable(f"{REMINDERS_FILE}.csv", as_csv(rows)),
        Deliverable(f"{REMINDERS_FILE}消息.txt", messages.encode("utf-8-sig")),
    ]
    return place_documents(campaign, store, lists, replace=replace)


def write_drafts(
    campaign: Campaign, store: Store, urged: Sequence[Standing], *, replace: bool = False
) -> Iterator[Placed]:
    """A mail draft for each agency that is urged, beside the workbook that it brings; those of others are cleared.

    Raises `XltoolError` where a workbook cannot be read, or what is settled not be taken away.
    """
    wanted = {_name_draft(campaign, standing) for standing in urged}
    links = find_links(campaign, store)
    for start in range(0, len(urged), DRAFTED_TOGETHER):
        group = [make_draft(campaign, store, standing, links) for standing in urged[start : start + DRAFTED_TOGETHER]]
        yield from place_documents(campaign, store, group, replace=replace)
    _clear_drafts(campaign, store, _list_drafts(campaign, store) - wanted, replace=replace)


def list_unattached(campaign: Campaign, store: Store, urged: Iterable[Standing]) -> list[Standing]:
    """Those whose workbook does not lie there as it was written: their mails bring nothing."""
    return [each for each in urged if find_current(campaign, store, name_workbook(campaign, each)) is None]


def clear_answered(campaign: Campaign, roster: Roster, store: Store) -> None:
    """Clears the reminders of agencies away that have returned since, but for hand work; raises `XltoolError`."""
    returned = [roster.agencies[code].agency for code in store.list_counting() if code in roster.agencies]
    answered = {_name_reminder(campaign, agency) for agency in returned}
    _clear_drafts(campaign, store, _list_drafts(campaign, store) & answered)


def is_of_reminders(campaign: Campaign, file: str) -> bool:
    """Whether a document, by its path in the campaign folder, is one that `xltool remind` writes."""
    place, _, name = file.rpartition("/")
    return _is_draft(campaign, file) or (not place and name.startswith(REMINDERS_FILE))


def _is_draft(campaign: Campaign, file: str) -> bool:
    place, _, name = file.rpartition("/")
    if not name.endswith(DRAFT_ENDING):
        return False
    return place == campaign.layout.returned or (place == campaign.layout.outbox and f"_{REMINDERS_FILE}" in name)


def _list_drafts(campaign: Campaign, store: Store) -> set[str]:
    return {strip_mark(name) for name in store.written() if _is_draft(campaign, name)}


def _clear_drafts(campaign: Campaign, store: Store, names: Iterable[str], *, replace: bool = False) -> None:
    for name in sorted(names):
        try:
            clear_document(campaign, store, name, replace=replace)
        except OSError as error:
            raise XltoolError(f"{name} 已用不着，但删不掉：{files.name_reason(error)}。") from error


def make_draft(campaign: Campaign, store: Store, standing: Standing, links: Links) -> Deliverable:
    """The mail draft for an agency that is urged, as a file of the campaign; `XltoolError` as `write_drafts`."""
    file = name_workbook(campaign, standing)
    attached = _read_attachment(campaign, store, file)
    draft = draft_reminder if standing.state == "missing" else draft_return
    link = links.write_link(standing.entry.agency.code)
    mail = draft(campaign, standing, file.rpartition("/")[2], attached, link)
    return Deliverable(_name_draft(campaign, standing), mail)


def _read_attachment(campaign: Campaign, store: Store, file: str) -> bytes | None:
    """The workbook as it was written last; None where it is not there. Raises `XltoolError` when it cannot be read."""
    place = find_current(campaign, store, file)
    path = campaign.root / (place or file)
    if not path.exists():
        return None
    data = files.read_file(path)
    if isinstance(data, Finding):  # a mail without what it brings would go out unnoticed
        raise XltoolError(f"{place or file} 读不出来：{data.data.get('why', '文件过大')}；排除以后再执行一次。")
    ours = place is not None or hashlib.sha256(data).hexdigest() == store.find_written(file)[0]
    return data if ours else None


def name_workbook(campaign: Campaign, standing: Standing) -> str:
    """The workbook that goes with a mail: the blank, or the return that goes back."""
    if standing.state == "missing":
        return f"{campaign.layout.outbox}/{workbook_name(campaign, standing.entry.agency)}"
    return f"{campaign.layout.returned}/{name_return(campaign, standing)}"


def _name_draft(campaign: Campaign, standing: Standing) -> str:
    if standing.state == "missing":
        return _name_reminder(campaign, standing.entry.agency)
    return draft_name(name_workbook(campaign, standing))


def _name_reminder(campaign: Campaign, agency: Agency) -> str:
    name = workbook_name(campaign, agency, f"_{REMINDERS_FILE}")
    return f"{campaign.layout.outbox}/{draft_name(name)}"


def _reminder_row(campaign: Campaign, standing: Standing, links: Links) -> ReminderRow:
    e = standing.entry
    return (
        e.agency.code,
        e.agency.name,
        e.contact,
        e.phone,
        e.email,
        AGENCY_STATES[standing.state],
        _describe_task(standing),
        word_deadline(standing.deadline, standing.told),
        standing.days_overdue,
        word_message(campaign, standing, links),
    )


def _describe_task(standing: Standing) -> str:
    if standing.state == "missing":
        return f"未报送；发来的{word_refused(standing.refused)}" if standing.refused else "未报送"
    return f"{'已退回' if standing.state == 'returned' else '待说明'}，{describe_tasks(standing)}"
