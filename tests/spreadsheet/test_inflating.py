"""Whatever inflates the parts of a workbook, what is read and what is refused are the same."""

from __future__ import annotations

import zlib
from random import Random

import pytest

from tests.workbook.parts import packed, parts, strings
from xltool.spreadsheet import package
from xltool.spreadsheet.package import Package, Refusal

isal_zlib = pytest.importorskip("isal.isal_zlib", reason="isal is not installed: pip install 'xltool[fast]'")


def read(data: bytes):
    """All parts of a package, or the code and the facts of its refusal."""
    try:
        found = Package(data)
    except Refusal as refusal:
        return refusal.finding.code, refusal.finding.data
    return {name: found.read(name) for name in found.names}


def spoil(data: bytes, random: Random) -> bytes:
    """A package in whose deflated parts a few bits are others."""
    changed = bytearray(data)
    start = data.index(b"PK\1\2")
    for _ in range(random.randint(1, 3)):
        changed[random.randrange(start)] ^= 1 << random.randrange(8)
    return bytes(changed)


def test_what_is_installed_inflates():
    assert (isal_zlib, zlib) == package._ENGINES


@pytest.mark.parametrize("seed", range(300))
def test_both_read_the_same_and_refuse_the_same(seed, monkeypatch):
    random = Random(seed)
    table = strings(*(f"<t>{random.getrandbits(64)}</t>" for _ in range(200)))
    data = packed(parts('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', sst=table))
    given = spoil(data, random) if seed else data
    found = read(given)
    monkeypatch.setattr(package, "_ENGINES", (zlib,))
    assert read(given) == found
    assert bool(seed) or isinstance(found, dict)


def test_neither_inflates_beyond_the_limits(monkeypatch):
    data = packed(parts(f"<!--{' ' * 20_000_000}-->"))
    for engines in ((isal_zlib, zlib), (zlib,)):
        monkeypatch.setattr(package, "_ENGINES", engines)
        code, facts = read(data)
        assert code == "file.limit"
        assert facts["found"] == facts["allowed"] + 1
