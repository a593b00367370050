"""What comes again is kept, what comes once is not, and never more than was said."""

from __future__ import annotations

from xltool.spreadsheet.repeats import Repeats


def test_a_piece_is_kept_from_the_second_time_on():
    repeats = Repeats[int](10, 5)
    assert repeats.keep(b"a", 1) == 1
    assert repeats.known == {}
    assert repeats.keep(b"a", 1) == 1
    assert repeats.known == {b"a": 1}


def test_what_comes_once_never_pushes_out_what_comes_again():
    repeats = Repeats[int](10, 5)
    for _ in range(2):
        repeats.keep(b"again", 0)
    for at in range(1_000):
        repeats.keep(b"%d" % at, at)
    assert repeats.known == {b"again": 0}


def test_no_more_and_no_longer_pieces_are_kept_than_was_said():
    repeats = Repeats[int](10, 5)
    for at in range(100):
        for _ in range(2):
            repeats.keep(b"%d" % at, at)
            repeats.keep(b"longer%d" % at, at)
    assert repeats.known == {b"%d" % at: at for at in range(90, 100)}
