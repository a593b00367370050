"""Workbooks with a password: opened with one that fits, and refused with a sentence otherwise."""

import io
from functools import cache
from random import Random

import pytest

from tests.workbook.tamper import codes, filled, given
from xltool import api
from xltool.messages import render


@cache
def locked(password: str, data: bytes | None = None) -> bytes:
    """A workbook as Excel locks it; another time other bytes, so that each is made once."""
    from msoffcrypto.format.ooxml import OOXMLFile

    out = io.BytesIO()
    OOXMLFile(io.BytesIO(data or filled())).encrypt(password, out)
    return out.getvalue()


@pytest.mark.parametrize("password", ["secret", "额敏县2024", "p@ss word"])
def test_a_password_that_fits(password):
    reading = api.read(locked(password), "", ["wrong", password])
    assert reading.submission.values == given().values
    assert codes(reading) == {"file.unlocked"}


def test_no_password_and_wrong_ones():
    for passwords, code in (((), "file.locked"), (("a", "密码"), "file.password")):
        reading = api.read(locked("secret"), "", passwords)
        assert reading.submission is None
        assert [finding.code for finding in reading.findings] == [code]
        assert "密码" in render(reading.findings[0], None, None)
        assert not any(password in render(reading.findings[0], None, None) for password in ("a的", "secret"))


def test_the_password_of_excel_itself_opens_what_is_only_write_protected():
    assert api.read(locked("VelvetSweatshop")).submission.values == given().values


def test_a_locked_file_within_is_not_opened_a_second_time():
    from msoffcrypto.format.ooxml import OOXMLFile

    out = io.BytesIO()
    inner = locked("secret")
    OOXMLFile(io.BytesIO(filled())).encrypt("secret", out)
    assert api.read(inner, "", ["secret"]).submission is not None


@pytest.mark.parametrize("count", [1_000_001, 4_294_967_295])
def test_hashing_without_end_is_refused(count):
    wrong = locked("secret").replace(b'spinCount="100000"', f'spinCount="{count}"'.encode())
    assert wrong != locked("secret")
    [finding] = api.read(wrong, "", ["secret"]).findings
    assert finding.code == "file.limit"
    assert finding.data["allowed"] == 1_000_000


def test_any_damage_is_refused_or_read():
    rng = Random(4)
    data = locked("secret").replace(b'spinCount="100000"', b'spinCount="000001"')
    seen = set()
    for at in range(400):
        wrong = bytearray(data)
        for _ in range(rng.choice([1, 3, 20])):
            wrong[rng.randrange(rng.choice([600, 6000, len(wrong)]))] = rng.randrange(256)
        if at % 7 == 0:
            del wrong[rng.randrange(600, len(wrong)) :]
        reading = api.read(bytes(wrong), "", ["secret"])
        assert reading.submission is None or reading.submission.values == given().values
        seen |= codes(reading)
    assert "file.damaged" in seen
