"""Parts of a zip deflated in pieces: what is kept of beginnings and ends is used as it is, and unzippers read it."""

from __future__ import annotations

import io
import zipfile
import zlib

from hypothesis import given
from hypothesis import strategies as st

from xltool.spreadsheet.packed import begin_part, end_part, inflate_part, join_zip_parts, pack_part, read_zip_parts

CONTENTS = st.one_of(st.binary(max_size=200), st.binary(max_size=6).map(lambda piece: piece * 9_000))
"""Small ones, and longer ones than deflating looks back."""


@given(CONTENTS, st.lists(CONTENTS, min_size=2, max_size=3), st.none() | CONTENTS)
def test_pieces_make_the_part(beginning, rests, last):
    begun, end = begin_part(beginning), None if last is None else end_part(last)
    for rest in rests:  # each from the same beginning
        whole, packed = beginning + rest + (last or b""), begun.finish(rest, end)
        assert inflate_part(packed) == whole
        assert (packed.checksum, packed.length) == (zlib.crc32(whole), len(whole))
        assert end is None or packed.deflated.endswith(end.deflated)


@given(CONTENTS)
def test_what_has_no_pieces_is_deflated_as_zipfile_does(content):
    [written] = read_zip_parts(zipped({"part": content}))
    assert pack_part(content) == written.packed


@given(CONTENTS, CONTENTS, CONTENTS)
def test_zipfile_reads_what_was_joined(beginning, rest, last):
    entries = (*read_zip_parts(zipped({"first": b"1", "part": b"2", "third": b"3"})),)
    changed = {"part": begin_part(beginning).finish(rest, end_part(last))}
    with zipfile.ZipFile(io.BytesIO(join_zip_parts(entries, changed))) as archive:
        assert archive.testzip() is None
        assert [archive.read(name) for name in archive.namelist()] == [b"1", beginning + rest + last, b"3"]


def zipped(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()
