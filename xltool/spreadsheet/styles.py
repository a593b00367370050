"""The style part of a workbook.

Which cell formats do not show a cell's content plainly, and which conditional ones would not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Final, TypeAlias, TypeVar
from xml.etree.ElementTree import Element

from xltool import digits
from xltool.spreadsheet.cell import FALSE
from xltool.spreadsheet.package import Package
from xltool.spreadsheet.sheet import WHOLE_NUMBER, Display

Colour: TypeAlias = tuple[int, int, int]
_T = TypeVar("_T")

NEAR_COLOURS: Final = 40
"""How far apart two colours are, on the scale of 255 and in each of red, green and blue, that no eye tells apart on a
screen."""
SMALLEST_FONT: Final = 2
"""Points below which letters are a line of dust."""
PLAIN: Final = frozenset({"General", "G/通用格式", "@"})
HARMLESS: Final = PLAIN | {"0", "#,##0", "#,##0.00", "0.00"}
"""Number formats that a condition may give: they show the figure."""
REMEMBERED_STYLES: Final = 2**18
"""Bytes of styles and theme up to which what they say is remembered: the workbooks of a campaign share them."""

WHITE, BLACK = (255, 255, 255), (0, 0, 0)
# ECMA-376 18.8.27: the first eight are repeated.
_PALETTE: Final = (
    "000000FFFFFFFF000000FF000000FFFFFF00FF00FF00FFFF000000FFFFFFFF000000FF000000FFFFFF00FF00FF00FFFF"
    "800000008000000080808000800080008080C0C0C08080809999FF993366FFFFCCCCFFFF660066FF80800066CCCCCCFF"
    "000080FF00FFFFFF0000FFFF8000808000000080800000FF00CCFFCCFFFFCCFFCCFFFF9999CCFFFF99CCCC99FFFFCC99"
    "3366FF33CCCC99CC00FFCC00FF9900FF6600666699969696003366339966003300333300993300993366333399333333"
    "000000FFFFFF"
)
_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2})?([0-9A-Fa-f]{6})")
# ECMA-376 18.8.30, those of zh-cn among them; the dates of 27 to 58 are what a Chinese Excel shows.
_BUILTIN: Final[Mapping[int, str]] = {
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    5: '"¥"#,##0;"¥"\\-#,##0',
    6: '"¥"#,##0;[Red]"¥"\\-#,##0',
    7: '"¥"#,##0.00;"¥"\\-#,##0.00',
    8: '"¥"#,##0.00;[Red]"¥"\\-#,##0.00',
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "yyyy/m/d",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy/m/d h:mm",
    27: 'yyyy"年"m"月"',
    28: 'm"月"d"日"',
    29: 'm"月"d"日"',
    30: "m-d-yy",
    31: 'yyyy"年"m"月"d"日"',
    32: 'h"时"mm"分"',
    33: 'h"时"mm"分"ss"秒"',
    34: '上午/下午h"时"mm"分"',
    35: '上午/下午h"时"mm"分"ss"秒"',
    36: 'yyyy"年"m"月"',
    37: "#,##0 ;(#,##0)",
    38: "#,##0 ;[Red](#,##0)",
    39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;[Red](#,##0.00)",
    41: '_ * #,##0_ ;_ * \\-#,##0_ ;_ * "-"_ ;_ @_ ',
    42: '_ "¥"* #,##0_ ;_ "¥"* \\-#,##0_ ;_ "¥"* "-"_ ;_ @_ ',
    43: '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ',
    44: '_ "¥"* #,##0.00_ ;_ "¥"* \\-#,##0.00_ ;_ "¥"* "-"??_ ;_ @_ ',
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mmss.0",
    48: "##0.0E+0",
    49: "@",
    50: 'yyyy"年"m"月"',
    51: 'm"月"d"日"',
    52: 'yyyy"年"m"月"',
    53: 'm"月"d"日"',
    54: 'm"月"d"日"',
    55: '上午/下午h"时"mm"分"',
    56: '上午/下午h"时"mm"分"ss"秒"',
    57: 'yyyy"年"m"月"',
    58: 'm"月"d"日"',
}


class Displays(dict[str | None, Display | None]):
    """The displays that are not plain, by the index of a cell format as a cell writes it.

    None for the others, and for no index the first.
    """

    def __missing__(self, written: str | None) -> Display | None:
        return self.get(str(index)) if written is not None and (index := _parse_whole(written)) is not None else None


@dataclass(frozen=True, slots=True)
class Styles:
    """What the style part says, as far as it could mislead an eye."""

    displays: Displays
    watched: bool
    """Whether any display is neither plain nor that of a count."""
    masks: Mapping[int, str]
    """What the differential formats of conditions would hide or change, by index."""
    colours: _Colours
    backgrounds: frozenset[Colour]

    def describe_mask(self, formatted: Element | None) -> str:
        """What a differential format would hide or change, in words; nothing when it does not."""
        return "" if formatted is None else _describe_mask(formatted, self.colours, self.backgrounds)


@dataclass(frozen=True, slots=True)
class _Colours:
    """What the colours of a workbook are: of its theme, and of its palette."""

    theme: tuple[Colour | None, ...]
    palette: tuple[Colour | None, ...]

    def find_colour(self, element: Element | None, default: Colour | None) -> Colour | None:
        """The colour of an element such as `fgColor`; None where it cannot be told."""
        if element is None:
            return default
        theme, rgb, indexed = (element.get(name) for name in ("theme", "rgb", "indexed"))
        found = default
        if theme is not None:
            at = _parse_whole(theme)
            found = self.theme[at] if at is not None and at < len(self.theme) else None
        elif rgb is not None:
            found = parse_rgb(rgb)
        elif indexed is not None:
            at = _parse_whole(indexed)
            found = self.palette[at] if at is not None and at < len(self.palette) else default
        return _apply_tint(found, element.get("tint"))


_OFFICE: Final = _Colours((WHITE, BLACK), ())
_remembered: Final[dict[tuple[bytes, bytes], Styles]] = {}


def read_styles(package: Package, part: str | None, theme: str | None) -> Styles:
    """What the style part of a workbook says, with the colours of its theme part.

    Raises Refusal when either is not well-formed or over a limit; what is missing or odd in them counts as plain.
    """
    key = tuple(package.read(name) if name is not None and name in package else b"" for name in (part, theme))
    known = _remembered.get((key[0], key[1]))
    if known is not None:
        return known
    root = package.xml(part) if part is not None and key[0] else None
    styles = _read_root(root, package.xml(theme) if theme is not None and key[1] else None)
    if sum(map(len, key)) <= REMEMBERED_STYLES:
        if len(_remembered) >= 8:
            _remembered.clear()
        _remembered[key[0], key[1]] = styles
    return styles


def _read_root(root: Element | None, theme: Element | None) -> Styles:
    if root is None:
        return Styles(Displays(), False, {}, _OFFICE, frozenset({WHITE}))
    space = root.tag.rpartition("}")[0]
    space = f"{space}}}" if space else ""
    palette = [
        parse_rgb(entry.get("rgb", ""))
        for entry in root.iterfind(f"{space}colors/{space}indexedColors/{space}rgbColor")
    ]
    whole = [parse_rgb(_PALETTE[at : at + 6]) for at in range(0, len(_PALETTE), 6)]
    colours = _Colours(_read_theme(theme), tuple(palette + whole[len(palette) :]))
    formats = dict(_BUILTIN)
    for entry in root.iterfind(f"{space}numFmts/{space}numFmt"):
        number = _parse_whole(entry.get("numFmtId", ""))
        if number is not None:
            formats[number] = entry.get("formatCode", "General")
    fonts = [_read_font(font, space, colours) for font in root.iterfind(f"{space}fonts/{space}font")]
    fills = [_read_fill(fill, space, colours) for fill in root.iterfind(f"{space}fills/{space}fill")]
    displays, backgrounds = Displays(), {WHITE}
    for at, cell in enumerate(root.iterfind(f"{space}cellXfs/{space}xf")):
        colour, dust, struck = _item_at(fonts, cell.get("fontId"), (BLACK, False, False))
        behind = _item_at(fills, cell.get("fillId"), WHITE)
        if behind is not None:
            backgrounds.add(behind)
        code = formats.get(_parse_whole(cell.get("numFmtId", "0")) or 0, "General")
        unseen = dust or are_alike(colour, behind)
        plain = code in PLAIN or code.lower() == "general"
        display = (
            None
            if plain and not unseen and not struck
            else WHOLE_NUMBER
            if code == WHOLE_NUMBER.format and not unseen and not struck
            else Display(code, unseen, struck)
        )
        displays[str(at)] = display
        if at == 0:
            displays[None] = display
    found = frozenset(backgrounds)
    masks = {at: _describe_mask(dxf, colours, found) for at, dxf in enumerate(root.iterfind(f"{space}dxfs/{space}dxf"))}
    watched = any(display is not None and display is not WHOLE_NUMBER for display in displays.values())
    return Styles(displays, watched, {at: mask for at, mask in masks.items() if mask}, colours, found)


def _describe_mask(dxf: Element, colours: _Colours, backgrounds: Iterable[Colour]) -> str:
    """What a differential format does, in any namespace.

    Its fill's colour is that of the background, unlike a cell's.
    """
    parts = {child.tag.rpartition("}")[2]: child for child in dxf}
    told = []
    code = parts["numFmt"].get("formatCode", "") if "numFmt" in parts else "General"
    if code not in HARMLESS and code.lower() != "general":
        told.append(f"数字格式“{code[:30]}”")
    inner = {
        element.tag.rpartition("}")[2]: element
        for part in ("font", "fill")
        if part in parts
        for element in parts[part].iter()
    }
    if {"color", "bgColor", "fgColor", "sz"} & inner.keys():
        colour = colours.find_colour(inner.get("color"), BLACK)
        filled = inner.get("bgColor", inner.get("fgColor"))
        behind = backgrounds if filled is None else [colours.find_colour(filled, WHITE)]
        if any(are_alike(front, back) for front, back in product([colour], behind)) or _is_too_small(inner.get("sz")):
            told.append("与底色相同的字")
    return "、".join(told)


def _read_theme(root: Element | None) -> tuple[Colour | None, ...]:
    """The colours of a theme in the order in which cells number them: light and dark change places."""
    scheme = (
        None if root is None else next((element for element in root.iter() if element.tag.endswith("}clrScheme")), None)
    )
    if scheme is None:
        return _OFFICE.theme
    found: list[Colour | None] = []
    for entry in scheme:
        colour = entry[0] if len(entry) else None
        found.append(
            None if colour is None else parse_rgb(colour.get("val", "")) or parse_rgb(colour.get("lastClr", ""))
        )
    if len(found) < 4:
        return _OFFICE.theme
    return (found[1], found[0], found[3], found[2], *found[4:])


def _read_font(font: Element, space: str, colours: _Colours) -> tuple[Colour | None, bool, bool]:
    """The colour of a font, whether it is too small to be seen, and whether it strikes through."""
    strike = font.find(f"{space}strike")
    struck = strike is not None and strike.get("val") not in FALSE
    return colours.find_colour(font.find(f"{space}color"), BLACK), _is_too_small(font.find(f"{space}sz")), struck


def _read_fill(fill: Element, space: str, colours: _Colours) -> Colour | None:
    pattern = fill.find(f"{space}patternFill")
    if pattern is None:
        return None if len(fill) else WHITE
    kind = pattern.get("patternType", "none")
    if kind == "none":
        return WHITE
    return colours.find_colour(pattern.find(f"{space}fgColor"), BLACK) if kind == "solid" else None


def _is_too_small(size: Element | None) -> bool:
    points = re.fullmatch(r"([0-9]{0,4})(?:\.[0-9]*)?", size.get("val", "")) if size is not None else None
    return points is not None and int(points[1] or 0) < SMALLEST_FONT


def are_alike(one: Colour | None, other: Colour | None) -> bool:
    """Whether no eye tells two colours apart on a screen; None is a colour that is not known."""
    return (
        one is not None
        and other is not None
        and all(abs(mine - its) < NEAR_COLOURS for mine, its in zip(one, other, strict=True))
    )


def _apply_tint(colour: Colour | None, tint: str | None) -> Colour | None:
    """A colour made lighter or darker, by a share from -1 to 1: near enough to what Excel reckons by hue and light."""
    if (
        colour is None
        or tint is None
        or not re.fullmatch(r"[+-]?(?:0?\.[0-9]{1,30}|[01](?:\.0*)?)(?:[Ee]-?[0-9]{1,2})?", tint)
    ):
        return colour
    share = Decimal(tint)
    red, green, blue = (int(light + (255 - light) * share if share > 0 else light + light * share) for light in colour)
    return red, green, blue


def parse_rgb(text: str) -> Colour | None:
    """A colour from its six hexadecimal digits, two more before them or none; None for anything else."""
    match = _HEX.fullmatch(text)
    if match is None:
        return {"window": WHITE, "windowText": BLACK}.get(text)
    return int(match[1][:2], 16), int(match[1][2:4], 16), int(match[1][4:], 16)


def _item_at(items: Sequence[_T], index: str | None, default: _T) -> _T:
    at = _parse_whole(index or "0")
    return items[at] if at is not None and at < len(items) else default


def _parse_whole(text: str) -> int | None:
    return digits.parse_whole(text, 9)
