"""Mails in the inbox: their attachments under their own names, mails within mails, nothing raised by damage."""

import os
import time
from email.message import EmailMessage
from random import Random

import pytest

from tests.campaign.test_inbox import zipped
from xltool import api, workers
from xltool.campaign import mail as mails
from xltool.campaign.inbox import find_files
from xltool.campaign.mail import MOST_ATTACHMENTS, Attachment
from xltool.messages import render

XLSX = ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet")


def read_attachments(data):
    return mails.read_attachments(data, workers.Patience())


def mail(*attached, text="见附件。", subject="年报"):
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.invalid", "b@example.invalid", subject
    message.set_content(text)
    for name, data in attached:
        if isinstance(data, EmailMessage):
            message.add_attachment(data)
        else:
            message.add_attachment(data, maintype=XLSX[0], subtype=XLSX[1], filename=name)
    return message


def found(folder, data, name="来信.eml"):
    (folder / name).write_bytes(data)
    return [(item.name, item.data, item.skipped) for item in find_files([folder])]


def test_attachments_are_files_of_their_own(tmp_path):
    data = bytes(mail(("教科局 年报.xlsx", b"PK one"), ("第二份.xlsx", b"two")))
    assert found(tmp_path, data) == [
        ("来信.eml/教科局 年报.xlsx", b"PK one", False),
        ("来信.eml/第二份.xlsx", b"two", False),
    ]


def test_an_archive_in_a_mail_is_opened_and_an_archive_in_that_is_told(tmp_path):
    inner = zipped(**{"三.xlsx": b"three"})
    [one, two] = found(tmp_path, bytes(mail(("几份.zip", zipped(**{"一.xlsx": b"one", "里.zip": inner})))))
    assert one == ("来信.eml/几份.zip/一.xlsx", b"one", False)
    assert two[:2] == ("来信.eml/几份.zip/里.zip", None)


def test_a_mail_in_an_archive_and_a_mail_forwarded(tmp_path):
    data = zipped(**{"信.eml": bytes(mail(("一.xlsx", b"one")))})
    assert [item[1] for item in found(tmp_path, data, "信.zip")] == [b"one"]
    (tmp_path / "信.zip").unlink()
    [(name, content, _)] = found(tmp_path, bytes(mail(("", mail(("一.xlsx", b"one"))))))
    assert (name, content) == ("来信.eml/附件1.eml/一.xlsx", b"one")


def test_mails_within_mails_without_end(tmp_path):
    message = mail(("一.xlsx", b"one"))
    for _ in range(6):
        message = mail(("", message))
    [(_, content, _)] = found(tmp_path, bytes(message))
    assert content is None


def test_a_mail_without_attachment_and_pictures_of_its_text(tmp_path):
    assert [item.reason for item in find_files([write(tmp_path / "a.eml", bytes(mail()))])] == ["邮件里没有附件"]
    message = mail(("一.xlsx", b"one"))
    picture = EmailMessage()
    picture.set_content(
        b"png", maintype="image", subtype="png", disposition="inline", filename="标志.png", cid="<logo>"
    )
    message.attach(picture)
    states = {
        name: skipped for name, _, skipped in found(tmp_path / "", bytes(message), "b.eml") if name.startswith("b")
    }
    assert states == {"b.eml/一.xlsx": False, "b.eml/标志.png": True}


def test_names_in_the_code_of_chinese_windows():
    data = (
        b"From: a@example.invalid\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n"
        b'Content-Type: application/octet-stream; name="=?gb2312?B?0rsueGxzeA==?="\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\nb25l\r\n--x--\r\n"
    )
    assert read_attachments(data) == [Attachment("一.xlsx", b"one")]


@pytest.mark.parametrize(
    "header",
    [
        'filename="报表.xlsx"'.encode("gb18030"),  # bare bytes, as old mail programs write them
        'filename="报表.xlsx"'.encode(),
        b"filename*=gb2312''%B1%A8%B1%ED.xlsx",
        b"filename*=utf-8''%E6%8A%A5%E8%A1%A8.xlsx",
        b"filename*0*=gbk''%B1%A8;\r\n filename*1*=%B1%ED.xlsx",
        b"filename*=no-such-code''%E6%8A%A5%E8%A1%A8.xlsx",
        b'filename="%E6%8A%A5%E8%A1%A8.xlsx"',
        b'filename="=?UTF-8?Q?=E6=8A=A5=E8=A1=A8.xlsx?="',
        b'filename="=?gbk?B?saix?=\r\n =?gbk?B?7S54bHN4?="',  # a sign cut in two between two words
        b"filename==?gb18030?B?saix7S54bHN4?=",
    ],
)
def test_names_however_a_mail_program_writes_them(header):
    data = b"MIME-Version: 1.0\r\nContent-Disposition: attachment;\r\n " + header + b"\r\n\r\none"
    assert read_attachments(data) == [Attachment("报表.xlsx", b"one")]


def test_an_attachment_without_a_name_is_a_file_all_the_same():
    data = (
        b"MIME-Version: 1.0\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: "
        b"base64\r\n\r\nb25l\r\n"
    )
    assert read_attachments(data) == [Attachment("附件1", b"one")]


@pytest.mark.parametrize("code", [b"b25", b"b2*5l", b"b25l=b25l", b"b25lb", "b25l一".encode()])
def test_an_attachment_whose_code_is_broken_is_told_and_not_read(code):
    data = (
        b"MIME-Version: 1.0\r\nContent-Type: application/x; name=a.xls\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        + code
    )
    [found] = read_attachments(data)
    assert (found.name, found.data, found.skipped) == ("a.xls", None, False)
    assert "损坏" in found.reason


def test_the_code_may_be_broken_into_lines_anyhow():
    data = (
        b"MIME-Version: 1.0\r\nContent-Type: application/x; name=a\r\nContent-Transfer-Encoding: BASE64 "
        b"\r\n\r\nb2 \r\n\r\n 5\tl \r\n"
    )
    assert read_attachments(data) == [Attachment("a", b"one")]


def test_a_mail_attached_as_a_file(tmp_path):
    inner = bytes(mail(("一.xlsx", b"one")))
    assert found(tmp_path, bytes(mail(("转发.eml", inner)))) == [("来信.eml/转发.eml/一.xlsx", b"one", False)]


def test_a_forwarded_mail_without_files_and_a_signature_are_passed_over(tmp_path):
    message = mail(("", mail()), ("一.xlsx", b"one"))
    message.add_attachment(b"sign", maintype="application", subtype="pkcs7-signature", filename="smime.p7s")
    states = {name: (data, skipped) for name, data, skipped in found(tmp_path, bytes(message))}
    assert states["来信.eml/一.xlsx"] == (b"one", False)
    assert states["来信.eml/smime.p7s"] == (None, True)
    assert sum(skipped for _, skipped in states.values()) == 2


def test_more_attachments_than_anyone_sends_are_told_at_once():
    [one] = read_attachments(bytes(mail(*((f"{at}.xlsx", b"x") for at in range(MOST_ATTACHMENTS + 1)))))
    assert (one.name, one.data) == ("", None)
    assert str(MOST_ATTACHMENTS) in one.reason
    assert (
        len(read_attachments(bytes(mail(*((f"{at}.xlsx", b"x") for at in range(MOST_ATTACHMENTS))))))
        == MOST_ATTACHMENTS
    )


def test_a_mail_built_to_keep_the_parser_busy_is_told():
    head = b"MIME-Version: 1.0\r\n"
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (at, at) for at in range(800))
    for hostile in (
        head + b'Content-Type: multipart/mixed; boundary="' + b'";"' * 10**6,
        head + b"Content-Disposition: attachment; " + b'filename="";' * 10**5,
        head + b"content-type: x;\r\n" + b' a="\r\n' * 10**5,
        head + nested + b"\n" * 8 * 2**20,
    ):
        assert all(item.data is None for item in read_attachments(hostile))


def test_winmail_dat_is_told_with_what_to_do(tmp_path):
    reading = api.read(b"\x78\x9f\x3e\x22\x01\x00" + b"\0" * 90)
    assert "winmail.dat" in render(reading.findings[0], None, None)


def test_names_are_only_shown():
    [(name, *_)] = read_attachments(bytes(mail(("../../..\\u202e\\坏.xlsx".replace("\\u202e", "\u202e"), b"one"))))
    assert "/" not in name
    assert "\\" not in name
    assert "\u202e" not in name


def test_any_damage_is_told_or_read():
    rng = Random(7)
    data = bytes(mail(("教科局.xlsx", bytes(range(256)) * 8), ("", mail(("二.xlsx", b"two")))))
    for _ in range(600):
        wrong = bytearray(data)
        for _ in range(rng.choice([1, 4, 30])):
            wrong[rng.randrange(len(wrong))] = rng.randrange(256)
        assert all(
            isinstance(item.name, str) and (item.data is None) == bool(item.reason)
            for item in read_attachments(bytes(wrong))
        )


def test_archives_that_only_others_unpack_are_told(tmp_path):
    for at, start in enumerate((b"Rar!\x1a\x07\x01\x00", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b\x08")):
        [item] = find_files([write(tmp_path / f"{at}.xlsx", start + b"\0" * 40)])
        assert item.data is None
        assert "解压" in item.reason


def write(path, data):
    path.write_bytes(data)
    return path


def nested(parts: int, lines: int) -> bytes:
    """Parts within parts, each with a boundary of its own that every line is held against."""
    heads = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (at, at) for at in range(parts)
    )
    return b"From: a@example.invalid\r\nSubject: x\r\nMIME-Version: 1.0\r\n" + heads + b"\r\n" + b"-\r\n" * lines


def count_seconds():
    """Seconds of the processor that workers have taken which have ended."""
    times = os.times()
    return times.children_user + times.children_system


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_mail_that_would_block_is_lost_in_a_worker(tmp_path, wrapped):
    data = nested(250, 590_000)
    if wrapped:
        message = mail()
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename="里.eml")
        data = bytes(message)
    own, theirs = time.process_time(), count_seconds()
    assert all(content is None for _, content, _ in found(tmp_path, data))
    assert count_seconds() - theirs < workers.WORKER_SECONDS + 3
    assert time.process_time() - own < count_seconds() - theirs


def test_mails_that_block_share_the_time_of_the_archive_that_they_came_in(tmp_path, monkeypatch):
    """The others in it are taken all the same."""
    monkeypatch.setattr(workers, "WORKER_SECONDS", 2)
    monkeypatch.setattr(workers.Patience, "__init__", lambda self: setattr(self, "seconds", 2.0))
    packed = zipped(
        **{f"{at}.eml": nested(250, 590_000) for at in range(4)}, **{"好.eml": bytes(mail(("表.xlsx", b"one")))}
    )
    theirs = count_seconds()
    items = {name.rpartition("/")[2]: content for name, content, _ in found(tmp_path, packed)}
    assert count_seconds() - theirs < 6
    assert items.pop("表.xlsx") == b"one"
    assert len(items) == 4 and not any(items.values())
