"""Signs of a PDF set by the line that they stand on.

What a font says of its own height would move them apart by points.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any, Final, TypeAlias

from xltool.published.aside import AsideText, settle_pieces
from xltool.published.radicals import replace_radicals

Sign: TypeAlias = dict[str, Any]
"""One character as pdfplumber tells it: its edges in points from the upper left corner, its size, its matrix."""

NEAR: Final = 3
"""Points by which the baselines of one line may differ: what pdfplumber allows for upper edges."""
SMALL: Final = 0.8
"""The share of a line's size up to which a sign may be one that was raised or lowered."""
SHIFTED: Final = 0.15
"""The share of its size by which a digit stands beside the line of the others."""
_CHINESE: Final = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f“”‘’—…·〔〕"
_LOOSE: Final = re.compile(rf"(?<=[{_CHINESE}])[ ]+|[ ]+(?=[{_CHINESE}])")
_ABOVE, _BELOW = 0.8, 0.2
"""How much of its size a sign reaches above its line and below it."""


def make_sign(text: str, left: float, right: float, base: float, size: float, *, upright: bool = True) -> Sign:
    """A sign as pdfplumber would tell it, in points; its line is measured from below the page, as in a PDF."""
    top, bottom = base - _ABOVE * size, base + _BELOW * size
    return {
        "object_type": "char", "text": text, "x0": left, "x1": right, "top": top, "bottom": bottom, "doctop": top,
        "y0": -bottom, "y1": -top, "width": right - left, "height": size, "size": size, "upright": upright,
        "fontname": "", "matrix": (size, 0, 0, size, left, -base), "adv": right - left,
    }  # fmt: skip


def place_signs(signs: Iterable[Sign]) -> list[Sign]:
    """The signs with their edges where those of any font of that size would be; what is turned stays as it is."""
    return [
        _place_sign(sign, _find_baseline(sign), sign["size"]) if _is_upright(sign) else sign | {"upright": False}
        for sign in signs
    ]


def level_lines(signs: Sequence[Sign]) -> list[Sign]:
    """The signs of one column of text, all of a line with the same edges.

    Its small signs, and those raised or lowered.
    """
    lines = []
    for line in _cluster_signs(signs):
        largest = max(line, key=itemgetter("size"))
        lines.append((_find_baseline(largest), float(largest["size"]), line))
    levelled = [sign for sign in signs if not sign["upright"]]
    for base, size, line in lines:
        middle = base - size * (_ABOVE - _BELOW) / 2
        hosts = [
            (at, large)
            for at, large, _ in lines
            if size <= SMALL * large and at - _ABOVE * large < middle < at + _BELOW * large
        ]
        at, large = min(hosts, key=lambda host: abs(host[0] - base), default=(base, size))
        levelled += [_place_sign(sign, at, large) for sign in line]
    return levelled


def list_lines(signs: Sequence[Sign]) -> list[list[Sign]]:
    """The upright signs of a page or a cell line by line, from the top to the bottom."""
    return list(_cluster_signs(level_lines([sign for sign in signs if sign["upright"]])))


def turn_signs(signs: Sequence[Sign]) -> list[Sign]:
    """Turned signs as they stand for who turns the page, so that they are upright; each knows what it was.

    Those that go up the page are read with its left edge at the top, those that go down with its right one.
    """
    return [_turn_sign(sign) for sign in signs]


def close_gaps(text: str) -> str:
    """A text without the blanks that the setting puts beside Chinese signs, and with signs in place of radicals."""
    return _LOOSE.sub("", replace_radicals(text))


def read_signs(signs: Sequence[Sign]) -> str:
    """The text of a cell, without the digits that stand beside a figure: much smaller, raised or lowered."""
    whole = _read_text(signs)
    beside = find_beside(signs)
    if not beside:
        return whole
    inline = [sign for sign in signs if not any(sign is other for other in beside)]
    told = settle_pieces([(_read_text(inline), ""), ("".join(sign["text"] for sign in beside), "raised")])
    return AsideText.of(told, whole) if isinstance(told, AsideText) else whole


def _read_text(signs: Sequence[Sign]) -> str:
    """The lines of upright signs, then those of turned ones."""
    from pdfplumber.utils.text import extract_text

    turned = turn_signs([sign for sign in signs if not sign["upright"]])
    parts = [[sign for sign in signs if sign["upright"]], turned]
    return "\n".join(close_gaps(text) for part in parts if (text := extract_text(level_lines(part))))


def _turn_sign(sign: Sign) -> Sign:
    if sign["matrix"][1] > 0:
        across, down = (-sign["bottom"], -sign["top"]), (sign["x0"], sign["x1"])
    else:
        across, down = (sign["top"], sign["bottom"]), (-sign["x1"], -sign["x0"])
    place = {"x0": across[0], "x1": across[1], "top": down[0], "bottom": down[1], "doctop": down[0], "line": down[1]}
    size = down[1] - down[0]
    return sign | place | {"upright": True, "width": across[1] - across[0], "height": size, "turned": sign}


def find_beside(signs: Sequence[Sign]) -> list[Sign]:
    """The digits of a cell that are much smaller than its other ones, or stand a part of a line above or below them."""
    digits = [sign for sign in signs if sign["upright"] and sign["text"][:1].isdigit()]
    if not digits:
        return []
    size = max(sign["size"] for sign in digits)
    large = [sign for sign in digits if sign["size"] > SMALL * size]
    base = _find_usual([_find_baseline(sign) for sign in large])
    rises = {font: _find_usual([_find_rise(s) for s in large if s["fontname"] == font]) for font in _list_fonts(large)}
    return [
        sign
        for sign in digits
        if sign["size"] <= SMALL * size
        or SHIFTED * size < abs(_find_baseline(sign) - base) < _ABOVE * size
        or SHIFTED * size < abs(_find_rise(sign) - rises[sign["fontname"]]) < _ABOVE * size
    ]


def _list_fonts(signs: Sequence[Sign]) -> set[str]:
    return {sign["fontname"] for sign in signs}


def _find_usual(heights: Sequence[float]) -> float:
    """The height that most have, the first of several."""
    return max(heights, key=heights.count)


def _find_rise(sign: Sign) -> float:
    """How far the lower edge is above the line: the same for all signs of a font and a size but those set higher."""
    return float(sign["y0"] - sign["matrix"][5])


def _cluster_signs(signs: Iterable[Sign]) -> Iterator[list[Sign]]:
    """The upright signs in lines, from the top to the bottom."""
    line: list[Sign] = []
    for sign in sorted((sign for sign in signs if sign["upright"]), key=_find_baseline):
        if line and _find_baseline(sign) - _find_baseline(line[-1]) > NEAR:
            yield line
            line = []
        line.append(sign)
    if line:
        yield line


def _find_baseline(sign: Sign) -> float:
    """Points from the upper edge of the page: where the edges of a sign are moved, its line stays."""
    return float(sign["line"] if "line" in sign else sign["bottom"] + sign["y0"] - sign["matrix"][5])


def _is_upright(sign: Sign) -> bool:
    """Whether a sign runs along its page: a quarter turn may leave a trace of the other direction in its matrix."""
    return bool(sign["upright"]) and abs(sign["matrix"][1]) <= abs(sign["matrix"][0])


def _place_sign(sign: Sign, base: float, size: float) -> Sign:
    """The sign with edges for a baseline and a size; that of its own is kept."""
    top = base - _ABOVE * size
    edges = {"top": top, "bottom": base + _BELOW * size, "doctop": sign["doctop"] + top - sign["top"]}
    return sign | edges | {"line": _find_baseline(sign)}
