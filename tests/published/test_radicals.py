"""Signs in place of the characters that they look like."""

from __future__ import annotations

import unicodedata

from xltool.published import radicals


def test_radicals_become_characters():
    assert radicals.replace_radicals("⼀、⺠政⻔⼾⽹，⻅⾴⾯；⽉⽇⽅") == "一、民政门户网，见頁面；月日方"
    assert radicals.replace_radicals("收到12件（其中⾃然⼈９件）") == "收到12件（其中自然人９件）"


def test_each_becomes_one_character_that_is_none_of_them():
    block = "".join(map(chr, range(0x2E80, 0x2FE0)))
    told = radicals.replace_radicals(block)
    assert len(told) == len(block)
    kept = {sign for sign in told if "\u2e80" <= sign <= "\u2fdf" and unicodedata.category(sign) != "Cn"}
    assert not any("\u2f00" <= sign <= "\u2fd5" for sign in kept)
    assert all(
        "RADICAL" in unicodedata.name(sign) for sign in kept
    )  # parts of characters, which no program writes for one
    assert radicals.replace_radicals(told) == told


def test_other_signs_stay():
    text = "额敏县2024年“三安全一稳定”（国办函〔2020〕109号）\t\n😀"
    assert radicals.replace_radicals(text) == text
