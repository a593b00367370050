"""Several versions of one agency at once: which counts, why, what differs; the dates that files carry."""

from __future__ import annotations

import io
import os
import re
import zipfile
from datetime import datetime
from email.message import EmailMessage

import openpyxl
import pytest

from tests.campaign.test_decisions import BY, FINANCE, Office
from xltool import api
from xltool.campaign.arrivals import Arrival, find_order
from xltool.campaign.inbox import find_files
from xltool.workbook.layout_plan import make_plan

KEY = "disclosure.licensing.decisions"
EARLY, LATE = datetime(2025, 1, 10, 2), datetime(2025, 1, 20, 2)
"""In universal time; ten o'clock in Beijing."""
PLAN = make_plan(api.form("ogi-2021"))


def write_version(office, figure, saved=None):
    """A workbook of the finance bureau with a figure of its own, saved at a time by its own account."""
    book = openpyxl.load_workbook(io.BytesIO(office.fill(FINANCE, 1)))
    spot = PLAN.cells[KEY]
    book[spot.sheet][spot.address] = figure
    buffer = io.BytesIO()
    book.save(buffer)
    return set_save_time(buffer.getvalue(), saved)


def set_save_time(data, saved):
    """The workbook with another time of saving in its core properties, or none."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.infolist():
            content = source.read(member)
            if member.filename == "docProps/core.xml":
                whole = rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)"
                told = b"" if saved is None else rb"\g<1>" + f"{saved.isoformat()}Z".encode() + rb"\g<2>"
                content = re.sub(whole, told, content)
            target.writestr(member.filename, content)
    return buffer.getvalue()


def pack(*members, dates=()):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for at, (name, data) in enumerate(members):
            date = dates[at] if dates else (1980, 1, 1, 0, 0, 0)
            archive.writestr(zipfile.ZipInfo(name, date), data)
    return buffer.getvalue()


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


def read_counting(office):
    office.run("consolidate", "--allow-missing")
    return office.total()


@pytest.mark.parametrize("order", [("final", "draft"), ("draft", "final")])
@pytest.mark.parametrize("told", ["saved", "member", "saved against member"])
def test_of_two_in_an_archive_the_one_saved_later_counts_whatever_its_place(office, order, told):
    saved = {"final": LATE, "draft": EARLY} if told != "member" else {"final": None, "draft": None}
    figures = {"final": 46, "draft": 45}
    dates = {"final": (2025, 1, 20, 10, 0, 0), "draft": (2025, 1, 10, 10, 0, 0)}
    if told == "saved against member":
        dates = {"final": dates["draft"], "draft": dates["final"]}
    members = [(f"{name}.xlsx", write_version(office, figures[name], saved[name])) for name in order]
    office.put("报送.zip", pack(*members, dates=[dates[name] for name in order]))
    output = office.run("collect").output
    assert read_counting(office) == 46
    word = "文件日期" if told == "member" else "保存时间"
    [line] = [line for line in output.splitlines() if "同一次收到两个版本" in line]
    number = order.index("final") + 1
    assert f"以第 {number} 版" in line and word in line and "2025-01-20 10:00" in line and "2025-01-10 10:00" in line
    assert "1 格不同（表二" in line and f"xltool use {FINANCE} {3 - number} --reason" in line
    assert ("旧版本" in output) is (order[0] == "final")
    assert ("替代第 1 版（报送.zip/draft.xlsx）" in line) is (order[0] == "draft")
    aside = [each["file"] for each in office.status()[1][FINANCE]["aside"]]
    assert aside == (["报送.zip/draft.xlsx"] if order[0] == "final" else [])
    assert ("不计入的版本" in office.run("status").output) is bool(aside)
    used = office.run("use", FINANCE, order.index("draft") + 1, *BY)
    assert used.exit_code == 0
    assert read_counting(office) == 45
    assert office.status()[1][FINANCE]["aside"] == []  # what was chosen counts


def test_where_no_time_tells_the_last_taken_counts_and_that_is_said(office):
    office.put("报送.zip", pack(("b.xlsx", write_version(office, 45)), ("a.xlsx", write_version(office, 46))))
    output = office.run("collect").output
    assert "以第 2 版为准：两个文件的时间看不出先后，按收到的次序" in output
    assert read_counting(office) == 46


def test_of_two_files_in_the_inbox_the_date_of_the_file_tells(office):
    for name, figure, day in (("a.xlsx", 46, 1737338400), ("b.xlsx", 45, 1736474400)):
        office.put(name, write_version(office, figure))
        os.utime(office.root / "inbox" / name, (day, day))
    output = office.run("collect").output
    assert "以第 2 版为准：第 2 版的文件日期是 2025-01-20 10:00，第 1 版的是 2025-01-10 10:00" in output
    assert read_counting(office) == 46


def test_of_two_mails_the_date_of_the_mail_tells(office):
    for name, figure, date in (
        ("a.eml", 46, "Mon, 20 Jan 2025 10:00:00 +0800"),
        ("b.eml", 45, "Fri, 10 Jan 2025 02:00:00 +0000"),
    ):
        mail = EmailMessage()
        mail["Date"], mail["Subject"] = date, "年报"
        mail.set_content("见附件")
        mail.add_attachment(write_version(office, figure), maintype="application", subtype="xlsx", filename="年报.xlsx")
        office.put(name, mail.as_bytes())
        os.utime(office.root / "inbox" / name, (1740000000, 1740000000))
    output = office.run("collect").output
    assert (
        "以第 1 版（a.eml/年报.xlsx）为准：第 2 版的文件日期是 2025-01-10 10:00，第 1 版的是 2025-01-20 10:00" in output
    )
    assert read_counting(office) == 46


def test_a_version_that_comes_later_replaces_and_its_age_is_doubted(office):
    office.put("a.xlsx", write_version(office, 46, LATE))
    assert "替代" not in office.run("collect").output
    office.put("b.xlsx", write_version(office, 45, EARLY))
    output = office.run("collect").output
    assert "替代第 1 版（a.xlsx），1 格不同（表二" in output
    assert "以第 2 版为准，但它反而旧：第 2 版的保存时间是 2025-01-10 10:00，第 1 版的是 2025-01-20 10:00" in output
    assert "同一次" not in output
    assert read_counting(office) == 45
    office.put("c.xlsx", write_version(office, 47, datetime(2025, 1, 21)))
    output = office.run("collect").output
    assert "替代第 2 版（b.xlsx），1 格不同" in output and "反而旧" not in output


def test_three_at_once_and_one_that_only_says_other_words(office):
    figures = {"a": (45, EARLY), "b": (47, LATE), "c": (46, datetime(2025, 1, 15))}
    office.put("三版.zip", pack(*((f"{n}.xlsx", write_version(office, *given)) for n, given in figures.items())))
    output = office.run("collect").output
    assert read_counting(office) == 47
    assert output.count("同一次收到两个版本") == 2
    assert "共 3 个文件：通过 2，旧版本 1。" in output
    told, agencies = office.status()
    assert agencies[FINANCE]["versions"] == 3 and told["counts"]["unmatched"] == 0


def test_versions_that_differ_in_nothing_that_was_filled_in_say_so(office):
    office.put("a.xlsx", write_version(office, 46, EARLY))
    office.run("collect")
    office.put("b.xlsx", write_version(office, 46, LATE))
    assert "替代第 1 版（a.xlsx），各格相同\n" in office.run("collect").output


def test_every_kind_of_file_carries_its_date(tmp_path):
    inner = pack(("x.txt", b"1"), ("y.txt", b"2"), dates=[(2025, 1, 2, 3, 4, 6), (1980, 1, 1, 0, 0, 0)])
    mail = EmailMessage()
    mail["Date"] = "Sun, 05 Jan 2025 23:00:00 +0000"
    mail.set_content("x")
    mail.add_attachment(b"3", maintype="application", subtype="octet-stream", filename="z.txt")
    mail.add_attachment(inner, maintype="application", subtype="zip", filename="in.zip")
    for name, data in (("f.txt", b"4"), ("p.zip", inner), ("m.eml", mail.as_bytes())):
        (tmp_path / name).write_bytes(data)
        os.utime(tmp_path / name, (1736474400, 1736474400))
    dates = {found.name: found.dated for found in find_files([tmp_path])}
    file, member, sent = datetime(2025, 1, 10, 10), datetime(2025, 1, 2, 3, 4, 6), datetime(2025, 1, 6, 7)
    assert dates == {
        "f.txt": file,
        "p.zip/x.txt": member,
        "p.zip/y.txt": file,
        "m.eml/z.txt": sent,
        "m.eml/in.zip/x.txt": member,
        "m.eml/in.zip/y.txt": sent,
    }


@pytest.mark.parametrize(
    "date", ["", "gestern", "99 Foo 9999 99:99:99", "Fri, 31 Dec 9999 23:59:59 -1400", "x" * 100_000]
)
def test_a_mail_without_a_true_date_has_that_of_its_file(tmp_path, date):
    (tmp_path / "m.eml").write_bytes(
        f"Date: {date}\nMIME-Version: 1.0\nContent-Type: application/x; name=z.txt\n\nabc".encode()
    )
    os.utime(tmp_path / "m.eml", (1736474400, 1736474400))
    [found] = find_files([tmp_path])
    assert found.dated == datetime(2025, 1, 10, 10)


def test_times_within_a_minute_are_told_to_the_second():
    one = Arrival(1, "a", datetime(2025, 1, 1, 8, 0, 1))
    other = Arrival(2, "b", datetime(2025, 1, 1, 8, 0, 2))
    assert find_order(other, one) == (True, "第 2 版的保存时间是 2025-01-01 08:00:02，第 1 版的是 2025-01-01 08:00:01")
    assert find_order(one, other)[0] is False
