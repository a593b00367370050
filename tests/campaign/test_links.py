"""The links of the agencies' door: the same whenever they are written, one an agency, revoked one by one."""

from __future__ import annotations

import csv
import io
import re

import pytest

from tests.campaign.test_decisions import FINANCE, HEAD, WATER, Office, made, office  # noqa: F401
from xltool.campaign.folder import load_campaign
from xltool.campaign.links import Links, parse_base
from xltool.campaign.opening import open_store
from xltool.campaign.seal import make_seal
from xltool.campaign.store import Store
from xltool.messages import XltoolError
from xltool.periods import Period

BASE = "https://baosong.example.invalid"
KEY = bytes(range(32))


def list_links(office, *arguments):  # noqa: F811
    done = office.run("links", *arguments)
    assert done.exit_code == 0, done.output
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [*rows[0]] == ["code", "name", "link"]
    return {row["code"]: row["link"] for row in rows}


def test_each_agency_has_a_link_of_its_own_that_is_always_the_same(office):  # noqa: F811
    first = list_links(office, "--base", BASE)
    assert [*first] == [HEAD, FINANCE, WATER] and len({*first.values()}) == 3
    for code, link in first.items():
        assert re.fullmatch(rf"{BASE}/b/{re.escape(code)}/[0-9a-f]{{32}}", link)
    assert list_links(office) == first, "the address is kept with the campaign"
    key = (office.root / "campaign.key").read_bytes()
    told = office.run("links").output
    assert key.hex() not in told and key.hex()[:32] not in told


def test_another_campaign_has_other_links(office, tmp_path):  # noqa: F811
    (tmp_path / "又").mkdir()
    other = Office(tmp_path / "又")
    mine, theirs = (list_links(each, "--base", BASE) for each in (office, other))
    assert not {*mine.values()} & {*theirs.values()}


def test_a_revoked_link_is_replaced_and_no_other(office):  # noqa: F811
    first = list_links(office, "--base", BASE)
    done = office.run("links", "--revoke", FINANCE)
    assert "某县财政局" in done.stderr and "作废" in done.stderr
    second = list_links(office)
    assert second[FINANCE] != first[FINANCE]
    assert {code for code in first if first[code] == second[code]} == {HEAD, WATER}
    third = list_links(office, "--revoke", "某县财政局", "--revoke", WATER)
    assert third[FINANCE] not in {first[FINANCE], second[FINANCE]} and third[WATER] != first[WATER]
    store = open_store(load_campaign(office.root))
    events = store._rows("SELECT detail FROM event WHERE what = 'link' ORDER BY id")
    store.close()
    assert [row[0] for row in events] == [
        f"报送入口的网址：{BASE}",
        f"{FINANCE} 换成第 2 个链接，以前的作废",
        f"{FINANCE} 换成第 3 个链接，以前的作废",
        f"{WATER} 换成第 2 个链接，以前的作废",
    ]


def test_an_agency_that_is_none_revokes_nothing(office):  # noqa: F811
    first = list_links(office, "--base", BASE)
    done = office.run("links", "--revoke", FINANCE, "--revoke", "654221-999")
    assert done.exit_code == 1 and "单位名录里没有“654221-999”" in done.stderr
    assert list_links(office) == first


def test_the_address_is_asked_for_once_and_may_change(office):  # noqa: F811
    done = office.run("links")
    assert done.exit_code == 1 and done.stdout == "" and "--base" in done.stderr
    first = list_links(office, "--base", f"{BASE}/")
    moved = list_links(office, "--base", "https://www.example.invalid/a/b/")
    assert all(link.startswith("https://www.example.invalid/a/b/b/") for link in moved.values())
    assert [each.rpartition("/")[2] for each in moved.values()] == [each.rpartition("/")[2] for each in first.values()]


@pytest.mark.parametrize(
    "given, kept",
    [
        ("https://A.Example.invalid/", "https://a.example.invalid"),
        ("http://127.0.0.1:8443", "http://127.0.0.1:8443"),
        ("http://[::1]:80/x//", "http://[::1]:80/x"),
        (" https://a.invalid/报送 ", "https://a.invalid/%E6%8A%A5%E9%80%81"),
    ],
)
def test_addresses_are_kept_in_one_way(given, kept):
    assert parse_base(given) == kept


@pytest.mark.parametrize(
    "given",
    ["a.invalid", "ftp://a.invalid", "https://", "https://a.invalid/?x=1", "https://a.invalid/#x", "https://u@a.invalid",
     "https://a.invalid:x", "https://[::1", "https://a.invalid/a b", "https://a.invalid/\tb", "javascript:alert(1)",
     "https://a.invalid/" + "x" * 300],
)  # fmt: skip
def test_what_is_no_address_is_refused(given):
    with pytest.raises(XltoolError, match="网址"):
        parse_base(given)


def test_a_link_tells_nothing_of_the_key_the_stamp_or_the_form_token():
    links = Links(KEY, {"B": 2}, BASE)
    told = {links.make_secret("A"), links.make_form_token("A"), links.make_secret("B"), links.make_form_token("B"),
            Links(KEY, {}, BASE).make_secret("B"), Links(bytes(32), {}, BASE).make_secret("A"),
            make_seal(KEY, "A", Period(1), "", "A", 1).partition("-")[2]}  # fmt: skip
    assert len(told) == 7
    assert KEY.hex() not in repr(links) and repr(KEY) not in repr(links)


def test_numbers_survive_what_is_mended(office):  # noqa: F811
    list_links(office, "--base", BASE, "--revoke", FINANCE)
    before = list_links(office)
    data = bytearray((office.root / "campaign.db").read_bytes())
    at = data.index("财政局".encode())  # a row of another table is damaged
    data[at : at + 3] = "坏".encode()
    (office.root / "campaign.db").write_bytes(data)
    done = office.run("doctor", "--mend")
    assert "重建" in done.output
    assert list_links(office) == before


def test_what_the_numbers_stand_in_is_checked(tmp_path):
    store = Store(tmp_path / "campaign.db")
    store.revoke_link("A", "2025-01-01T00:00:00", "王某")
    store._db.execute("UPDATE meta SET value = '1' WHERE name = 'link of A'")
    with pytest.raises(XltoolError, match="已损坏或被改动"):
        store.link_numbers()
    store.close()
