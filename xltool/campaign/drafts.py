"""Mails to agencies as drafts (.eml), with a workbook attached, to be opened and sent from any mail program."""

from __future__ import annotations

import hashlib
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

from xltool.campaign.folder import Campaign
from xltool.campaign.refused import word_refused
from xltool.campaign.roster import RosterEntry
from xltool.campaign.standing import Standing, describe_tasks
from xltool.campaign.weighed import group_verdicts
from xltool.codes import GRADES, NOTHING_TO_DO
from xltool.days import word_deadline

MOST_IN_MAIL: Final = 10
"""So many opinions a mail tells; all of them are in the workbook that is attached."""
_XLSX: Final = "vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def draft_blank(  # noqa: PLR0917
    campaign: Campaign, entry: RosterEntry, name: str, data: bytes, deadline: str, link: str = ""
) -> bytes:
    """The mail that brings an agency its blank; `deadline` in words, `link` is its own to the door.

    Same input, same bytes.
    """
    by = f"请于{deadline}前" if deadline else "请按通知规定的日期"
    body = (
        f"附件是贵单位 {campaign.period.spoken}{campaign.spec.title}的填报工作簿。请打开附件，按“填报说明”填写，"
        f"表头显示“可以报送”后保存，{by}把工作簿作为附件发回。\n\n"
        f"请只用附件填写，不要改名为其他格式，不要用别的单位的工作簿。\n{_offer_link(link)}"
    )
    return _write_draft(campaign, entry, "请填报", body, (name, data))


def draft_return(campaign: Campaign, standing: Standing, name: str, data: bytes | None, link: str = "") -> bytes:
    """The mail with which a return goes back to be corrected, or to be explained: opinions by cause, gravest first."""
    spec, opened = campaign.spec, standing.state == "open"
    lines = [
        f"贵单位报来的 {campaign.period.spoken}{spec.title}（第 {standing.number} 版）"
        f"{'有待说明' if opened else '要改正后重新报送'}：{describe_tasks(standing)}。\n"
    ]
    opinions = group_verdicts(spec, standing.unsettled)
    for at, opinion in enumerate(opinions[:MOST_IN_MAIL], 1):
        said, remedy, _ = opinion.tell(spec)
        lines.append(f"{at}. [{GRADES[opinion.severity]}] {said}")
        if remedy and remedy != NOTHING_TO_DO:
            lines.append(f"   改法：{remedy}")
    if len(opinions) > MOST_IN_MAIL:
        lines.append(f"还有 {len(opinions) - MOST_IN_MAIL} 条，见附件。")
    book = "附件" if data is not None else "另发的"
    where = "“退回意见”表写明各条在哪一格、怎样改"
    do = "请在它的“校验”表“说明”栏写明，或改正，" if opened else "请直接在里面改正，要说明的写在“校验”表的“说明”栏，"
    lines.append(
        f"\n{book}是退回的工作簿，{where}。{do}保存后{say_by(standing)}把它作为附件发回。\n{_offer_link(link)}"
    )
    return _write_draft(campaign, standing.entry, "请说明" if opened else "请改正", "\n".join(lines), (name, data))


def draft_reminder(campaign: Campaign, standing: Standing, name: str, data: bytes | None, link: str = "") -> bytes:
    """The mail that urges an agency of which nothing has been taken in, its blank once more attached."""
    came = f"贵单位发来的{word_refused(standing.refused)}。" if standing.refused else ""
    lacks = "因此还没有报送" if came else "还没有报送"
    attached = "附件是下发给贵单位的工作簿，请用它填写" if data is not None else "请用下发给贵单位的工作簿填写"
    body = (
        f"{came}贵单位 {campaign.period.spoken}{campaign.spec.title}{lacks}。{attached}，"
        f"表头显示“可以报送”后保存为 .xlsx，不设打开密码，{say_by(standing)}把它作为附件发来。\n\n"
        f"已经发出的，请告知发出的时间和方式。\n{_offer_link(link)}"
    )
    return _write_draft(campaign, standing.entry, "催报：请报送", body, (name, data))


def _offer_link(link: str) -> str:
    """The other way to hand in, as a paragraph on lines of its own; nothing where there is no door."""
    if not link:
        return ""
    return (
        f"\n也可以在网上报送，不用发邮件：打开下面的网址，交上工作簿，一两秒就看到审核意见，改好以后按“确认报送”。\n{link}\n"
        "这个网址只给贵单位用，请不要转给别的单位。\n"
    )


def say_by(standing: Standing) -> str:
    """By when, as the beginning of a request: the agency's own deadline, and whether it has passed."""
    words = word_deadline(standing.deadline, standing.told)
    if not words:
        return "请尽快"
    passed = "已逾期" if standing.overdue else "已过" if standing.days_overdue else ""
    return f"请尽快（期限{words}，{passed}）" if passed else f"请于{words}前"


def _write_draft(
    campaign: Campaign, entry: RosterEntry, request: str, body: str, attached: tuple[str, bytes | None]
) -> bytes:
    name, data = attached
    message = EmailMessage(policy=SMTP)
    message["To"] = entry.email
    message["Subject"] = f"{request}{campaign.period.title}{campaign.spec.title}（{entry.agency.name}）"
    message["X-Unsent"] = "1"  # opens as a draft in Outlook and Foxmail
    message.set_content(f"{entry.agency.name}{entry.contact}：\n\n{body}\n{campaign.name}{campaign.spec.office}\n")
    if data is not None:
        message.add_attachment(data, maintype="application", subtype=_XLSX, filename=name)
        message.set_boundary(f"=_xltool_{hashlib.sha256(data).hexdigest()[:24]}")
    return message.as_bytes()
