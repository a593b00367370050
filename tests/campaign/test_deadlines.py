"""Late is measured by when a return was sent; an agency may have longer; the deadline is told in all that is sent."""

from __future__ import annotations

import io
import os
import zipfile
from contextlib import closing
from datetime import date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import openpyxl
import pytest

from tests.campaign.test_decisions import BY, FINANCE, HEAD, WATER, made, office  # noqa: F401  the campaign of three agencies
from xltool.campaign.store import Store

NOON = datetime(2025, 1, 20, 4).timestamp()  # by the clock of the computer
EXTENDED = ("extend", WATER, "2025年2月10日", *BY)


@pytest.fixture
def due(office):  # noqa: F811
    """The campaign of three, due at the end of January 2025."""
    settings = office.root / "campaign.toml"
    settings.write_text(settings.read_text("utf-8") + 'deadline = "2025-01-31"\n', "utf-8")
    return office


def mailed(data, day):
    message = EmailMessage()
    message["Date"] = day
    message.set_content("年报见附件。")
    message.add_attachment(data, maintype="application", subtype="octet-stream", filename="年报.xlsx")
    return message.as_bytes()


def zipped(data):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("来件.eml", data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("brought", "received", "sent", "late"),
    [
        ("file", None, "2025-01-20", False),
        ("file", "2025年2月5日", "2025-02-05", True),
        ("file", "2025/1/31", "2025-01-31", False),
        ("mail", "2025-02-05", "2025-01-31", False),  # the mail knows better
        ("mail", None, "2025-01-31", False),
        ("late mail", "2025-01-05", "2025-02-01", True),
        ("mail in a zip", "2025-02-05", "2025-01-31", False),
    ],
)
def test_the_day_on_which_a_return_was_sent(due, brought, received, sent, late):
    data = due.fill(FINANCE)
    if "mail" in brought:  # eleven at night in Beijing, or an hour and more later
        data = mailed(data, f"Fri, 31 Jan 2025 {17 if 'late' in brought else 15}:00:00 +0000")
    if "zip" in brought:
        data = zipped(data)
    path = due.root / "inbox" / ("来件.xlsx" if brought == "file" else "来件.zip" if "zip" in brought else "来件.eml")
    path.write_bytes(data)
    os.utime(path, (NOON, NOON))
    assert due.run("collect", *(() if received is None else ("--received", received))).exit_code == 0
    told = due.status()[1][FINANCE]
    assert (told["received"], told["late"], told["overdue"]) == (sent, late, False)
    due.run("collect", "--received", "2025-03-01")
    assert due.status()[1][FINANCE]["received"] == sent, "what came before was sent when it was sent"


def test_what_was_refused_first_was_sent_then(due):
    path = due.root / "inbox" / "来件.xlsx"
    path.write_bytes(due.fill(WATER))
    roster = (due.root / "roster.csv").read_text("utf-8-sig")
    due.read_roster("".join(line for line in roster.splitlines(True) if WATER not in line))
    due.run("collect", "--received", "2025-01-30")
    due.read_roster(roster)
    due.run("collect", "--received", "2025-02-20")
    assert due.status()[1][WATER]["received"] == "2025-01-30"


def test_one_agency_has_longer_and_is_told_so(due):
    assert due.run("build", "--mail").exit_code == 0
    done = due.run(*EXTENDED)
    assert done.exit_code == 0 and "报送期限 2025年2月10日（原为2025年1月31日）。会议决定（王某）" in done.output
    assert due.run("build", "--mail").exit_code == 0
    later = "2025年2月10日（原为2025年1月31日）"
    for code, words in ((WATER, later), (FINANCE, "2025年1月31日")):
        [blank], [mail] = ((due.root / "outbox").glob(f"{code}_*.{kind}") for kind in ("xlsx", "eml"))
        guide = openpyxl.load_workbook(blank).worksheets[0]
        [row] = [row for row in guide.iter_rows(values_only=True) if row[0] == "报送期限"]
        assert row[2].startswith(words + "；")
        draft = message_from_bytes(mail.read_bytes(), policy=default)
        assert f"请于{words}前" in draft.get_body(("plain",)).get_content()
    again = {path.name: path.read_bytes() for path in (due.root / "outbox").iterdir()}
    due.run("build", "--mail")
    assert {path.name: path.read_bytes() for path in (due.root / "outbox").iterdir()} == again
    (due.root / "inbox" / "错.xlsx").write_bytes(due.fill(WATER, wrong=True))
    due.run("collect", "--received", "2025-02-05")
    [back] = (due.root / "returned").glob("*.xlsx")
    assert f"报送期限：{later}" in str(openpyxl.load_workbook(back).worksheets[0]["A2"].value)
    assert not due.status()[1][WATER]["late"] and due.status()[1][WATER]["deadline"] == "2025-02-10"
    assert due.status()[1][HEAD]["overdue"] is (date.today() > date(2025, 1, 31))
    assert "延期：\n  A2 某县水利局：延至 2025-02-10，会议决定（王某）" in due.run("status").output


def test_an_extension_is_taken_back_and_what_is_sent_next_says_so(due):
    for words, told in (((), "要写明延到哪一天"), (("2025-02-10", "--withdraw"), "撤销延期的，不用写日期")):
        done = due.run("extend", WATER, *words, *BY)
        assert done.exit_code == 2 and told in done.output
    done = due.run("extend", WATER, "--withdraw", *BY)
    assert done.exit_code == 1 and "某县水利局（A2）没有延期，不用撤销" in done.output
    due.run("build", "--mail")
    due.run(*EXTENDED)
    due.run("build", "--mail")
    (due.root / "inbox" / "错.xlsx").write_bytes(due.fill(WATER, wrong=True))
    due.run("collect", "--received", "2025-02-05")
    assert not due.status()[1][WATER]["late"]
    done = due.run("extend", "某县水利局", "--withdraw", "--reason", "人已到岗", "--by", "李某")
    assert done.exit_code == 0
    assert "（A2）：已撤销延期（原延至2025年2月10日），报送期限 2025年1月31日。人已到岗（李某）" in done.output
    told = due.status()[1][WATER]
    assert (told["deadline"], told["late"]) == ("2025-01-31", True)
    output = due.run("status").output
    assert "延期：" not in output and "2025-02-05 报送，迟 5 天" in output
    with closing(Store(due.root / "campaign.db")) as store:
        rows = store._rows("SELECT person, detail FROM event WHERE what = 'extend' ORDER BY id")
        assert [tuple(row) for row in rows] == [("王某", "A2 延至 2025-02-10：会议决定"), ("李某", "A2 撤销：人已到岗")]
        assert not store.check_rows()

    back = "2025年1月31日（原为2025年2月10日）"
    due.run("build", "--mail")
    [blank], [mail] = ((due.root / "outbox").glob(f"{WATER}_*.{kind}") for kind in ("xlsx", "eml"))
    guide = openpyxl.load_workbook(blank).worksheets[0]
    [row] = [row for row in guide.iter_rows(values_only=True) if row[0] == "报送期限"]
    assert row[2].startswith(back + "；")
    assert f"请于{back}前" in message_from_bytes(mail.read_bytes(), policy=default).get_body(("plain",)).get_content()
    due.run("collect")
    [returned] = (due.root / "returned").glob("*.xlsx")
    assert f"报送期限：{back}" in str(openpyxl.load_workbook(returned).worksheets[0]["A2"].value)
    due.run("extend", WATER, "2025-02-20", *BY)
    assert due.status()[1][WATER]["deadline"] == "2025-02-20", "and given again"


@pytest.mark.parametrize(
    ("words", "told"), [(("2025-01-30",), "不是延期"), (("明天",), "不是日期"), (("2025-02-30",), "不是日期")]
)
def test_what_is_no_extension_is_refused(due, words, told):
    done = due.run("extend", WATER, *words, *BY)
    assert done.exit_code in {1, 2} and told in done.output
    assert due.status()[1][WATER]["deadline"] == "2025-01-31"
