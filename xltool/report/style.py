"""How an official document looks, after GB/T 9704-2012.

Measures, fonts and styles, as the constant parts of a Word document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final
from xml.sax.saxutils import quoteattr

from xltool.report import fonts

# Lengths are in twips, twentieths of a point. The text area is 156 x 225 mm rounded up to whole characters and lines,
# 28 of 15.8 pt and 22 of 29 pt: rounded down, the last character of a line and the last line of a page would not fit.
PAGE_WIDTH: Final = 11906
PAGE_HEIGHT: Final = 16838
TOP_MARGIN: Final = 2098  # 37 mm
LEFT_MARGIN: Final = 1588  # 28 mm
TEXT_WIDTH: Final = 28 * 316
TEXT_HEIGHT: Final = 22 * 580
FOOTER: Final = 1440  # from the lower edge: the dashes beside the page number stand 7 mm below the text

TABLE_SIZE: Final = (
    20  # half-points, as in the official blank forms: 不予公开 fits beside its merge, 商业企业 falls into two and two
)

_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_W: Final = f'xmlns:w="{W}"'

_LATIN: Final = fonts.LATIN[0]
_TITLE, _BODY, _LEVEL1, _LEVEL2, _SONG = (chain.names[0] for chain in fonts.CHAINS)
_CLASSES: Final = {"roman": ("02010600030101010101", "variable"), "modern": ("02010609060101010101", "fixed")}
"""By family the PANOSE class of 宋体, and of 仿宋, 楷体 and 黑体, which Word goes by where it knows no name; and the
pitch."""


@dataclass(frozen=True, slots=True)
class Page:
    """Paper, margins and document grid of a report."""

    width: int = PAGE_WIDTH
    height: int = PAGE_HEIGHT
    top: int = TOP_MARGIN
    right: int = PAGE_WIDTH - LEFT_MARGIN - TEXT_WIDTH
    bottom: int = PAGE_HEIGHT - TOP_MARGIN - TEXT_HEIGHT
    left: int = LEFT_MARGIN
    header: int = FOOTER
    footer: int = FOOTER
    gutter: int = 0
    # 22 lines a page. The 28 characters a line are in the styles: a grid of characters narrower than they are, as Word
    # takes it, makes LibreOffice give each of them two places.
    grid: str = '<w:docGrid w:type="lines" w:linePitch="580"/>'

    @property
    def text_width(self) -> int:
        return self.width - self.left - self.right - self.gutter

    @property
    def text_height(self) -> int:
        return self.height - self.top - self.bottom

    def xml(self) -> tuple[str, ...]:
        """The elements of the section properties, in the order of the schema."""
        turned = ' w:orient="landscape"' if self.width > self.height else ""
        sides = ("top", "right", "bottom", "left", "header", "footer", "gutter")
        margins = " ".join(f'w:{side}="{getattr(self, side)}"' for side in sides)
        return (
            f'<w:pgSz {_W} w:w="{self.width}" w:h="{self.height}"{turned}/>',
            f"<w:pgMar {_W} {margins}/>",
            f'<w:cols {_W} w:space="425"/>',
            *((self.grid.replace("<w:docGrid", f"<w:docGrid {_W}"),) if self.grid else ()),
        )


@dataclass(frozen=True, slots=True)
class ParagraphStyle:
    """One paragraph style: what a report calls it, its name in Word, its looks, and its names elsewhere."""

    id: str
    name: str
    font: str
    size: int  # half-points
    paragraph: str  # what else its w:pPr says, in the order of the schema
    run: str = ""
    latin: str = _LATIN
    names: tuple[str, ...] = ()  # in the files of offices, the best first; where there are none, its own

    def xml(self, id: str, following: str = "") -> str:
        """The style under an id, with the id of the style after it."""
        kind = ' w:default="1"' if self.id == "Normal" else "" if self.name.isascii() else ' w:customStyle="1"'
        after = f"<w:next w:val={quoteattr(following)}/>" if following else ""
        return (
            f'<w:style w:type="paragraph"{kind} w:styleId={quoteattr(id)}><w:name w:val="{self.name}"/>'
            f"{after}<w:qFormat/>"
            f"<w:pPr>{self.paragraph}</w:pPr>"
            f'<w:rPr>{_write_run_fonts(self.font, self.latin)}{self.run}<w:sz w:val="{self.size}"/><w:szCs '
            f'w:val="{self.size}"/></w:rPr></w:style>'
        )


_EXACT: Final = '<w:spacing w:before="0" w:after="0" w:line="580" w:lineRule="exact"/>'
_SINGLE: Final = '<w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/>'
_TIGHT: Final = '<w:spacing w:val="-4"/>'  # 16 pt characters every 15.8 pt: 28 of them on a line
_INDENT: Final = '<w:ind w:firstLineChars="200" w:firstLine="632"/>'
LANGUAGE: Final = '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/>'
_RED: Final = '<w:color w:val="C00000"/>'
_EDGES: Final = "".join(
    f'<w:{side} w:val="single" w:sz="12" w:space="6" w:color="C00000"/>' for side in ("top", "left", "bottom", "right")
)
_BOX: Final = f"<w:pBdr>{_EDGES}</w:pBdr>"
_INSET: Final = '<w:ind w:left="40" w:right="20"/>'
_KEEP: Final = "<w:keepNext/><w:keepLines/>"
# No control of single lines: every page has its 22. No gap between 2024 and 年 either, which would shift the
# characters.
_PLAIN: Final = '<w:widowControl w:val="0"/>'
# Stops may hang over the edge of the text, as Word has it anyway; LibreOffice (7.4), which would not print a stop that
# finds no room there in a justified line, takes the same words to mean the opposite, and breaks the line before.
_EVEN: Final = '<w:overflowPunct/><w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/>'
_OFF_GRID: Final = '<w:snapToGrid w:val="0"/>'  # in a paragraph for its lines, in a run for its characters
_BOTH: Final = '<w:jc w:val="both"/>'
_CENTRE: Final = '<w:jc w:val="center"/>'
_TABLE: Final = f"{_PLAIN}{_EVEN}{_OFF_GRID}{_SINGLE}"
_HEADING: Final = f"{_KEEP}{_PLAIN}{_EVEN}{_EXACT}{_INDENT}{_BOTH}"

# Each says everything about itself, for beneath it may be whatever an office's own file calls 正文.
STYLES: Final = (
    ParagraphStyle("Normal", "Normal", _BODY, 32, f"{_PLAIN}{_EVEN}{_EXACT}{_BOTH}", names=("Normal", "正文")),
    ParagraphStyle(
        "Title",
        "Title",
        _TITLE,
        44,
        f'{_KEEP}{_PLAIN}{_EVEN}{_OFF_GRID}<w:spacing w:before="0" w:after="580" w:line="700" w:lineRule="exact"/>'
        f"{_CENTRE}",
        _OFF_GRID,
        names=("Title", "标题", "公文标题"),
    ),
    ParagraphStyle(
        "Heading1",
        "heading 1",
        _LEVEL1,
        32,
        f'{_HEADING}<w:outlineLvl w:val="0"/>',
        _TIGHT,
        names=("heading 1", "标题1", "一级标题"),
    ),
    ParagraphStyle(
        "Heading2",
        "heading 2",
        _LEVEL2,
        32,
        f'{_HEADING}<w:outlineLvl w:val="1"/>',
        _TIGHT,
        names=("heading 2", "标题2", "二级标题"),
    ),
    ParagraphStyle(
        "Heading3",
        "heading 3",
        _BODY,
        32,
        f'{_HEADING}<w:outlineLvl w:val="2"/>',
        _TIGHT,
        names=("heading 3", "标题3", "三级标题"),
    ),
    ParagraphStyle(
        "BodyText",
        "Body Text",
        _BODY,
        32,
        f"{_PLAIN}{_EVEN}{_EXACT}{_INDENT}{_BOTH}",
        _TIGHT,
        names=(
            "报告正文",
            "公文正文",
            "正文首行缩进",
            "Body Text First Indent",
            "正文缩进",
            "Normal Indent",
            "Body Text",
            "正文文本",
        ),
    ),
    ParagraphStyle("TableText", "表格文字", _SONG, TABLE_SIZE, f"{_TABLE}{_CENTRE}", _OFF_GRID),
    ParagraphStyle("TableHead", "表格表头", _SONG, TABLE_SIZE, f"<w:keepNext/>{_TABLE}{_CENTRE}", _OFF_GRID),
    ParagraphStyle("TableLabel", "表格项目", _SONG, TABLE_SIZE, f'{_TABLE}{_INSET}<w:jc w:val="left"/>', _OFF_GRID),
    ParagraphStyle(
        "TableNote",
        "表格附注",
        _SONG,
        TABLE_SIZE,
        f'{_PLAIN}{_EVEN}{_OFF_GRID}<w:spacing w:before="0" w:after="0" w:line="320" w:lineRule="exact"/>{_BOTH}',
        _OFF_GRID,
    ),
    ParagraphStyle(
        "DraftMark",
        "草稿标记",
        _LEVEL1,
        28,
        f'{_PLAIN}{_BOX}{_EVEN}{_OFF_GRID}<w:spacing w:before="60" w:after="480" w:line="240" w:lineRule="auto"/>'
        f"{_CENTRE}",
        f"{_OFF_GRID}{_RED}",
    ),
    ParagraphStyle("DraftHeader", "草稿页眉", _SONG, 21, f"{_TABLE}{_CENTRE}", f"{_OFF_GRID}{_RED}"),
    ParagraphStyle("PageNumber", "公文页码", _SONG, 28, f"{_TABLE}{_CENTRE}", _OFF_GRID, latin=_SONG),
)

DEFAULTS: Final = (
    '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont"><w:name w:val="Default Paragraph '
    'Font"/></w:style>',
    '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/></w:style>',
    '<w:style w:type="numbering" w:default="1" w:styleId="NoList"><w:name w:val="No List"/></w:style>',
)
"""What is neither a paragraph nor looks like anything; a styles part should have them."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """How one report looks.

    The styles part, the font table, the page, and for each style of ours its id in that part.
    """

    styles: str
    font_table: str
    page: Page
    ids: Mapping[str, str]


def official_look() -> Look:
    """The look after GB/T 9704-2012."""
    ids = {style.id: style.id for style in STYLES}
    defaults = f"<w:rPr>{_write_run_fonts(_BODY, _LATIN)}{LANGUAGE}</w:rPr>"
    written = [style.xml(style.id, following_style(style, ids)) for style in STYLES]
    return Look(
        write_styles_part(f"<w:rPrDefault>{defaults}</w:rPrDefault><w:pPrDefault/>", [*written, *DEFAULTS]),
        write_font_table({}),
        Page(),
        ids,
    )


def following_style(style: ParagraphStyle, ids: Mapping[str, str]) -> str:
    """The id of the style that the paragraph after one of this style gets; empty for that same one."""
    return ids["BodyText"] if style.id.startswith(("Title", "Heading")) else ""


def write_styles_part(defaults: str, written: Iterable[str]) -> str:
    """The styles part of what is in its document defaults and its styles."""
    return f"{_HEAD}<w:styles {_W}><w:docDefaults>{defaults}</w:docDefaults>{''.join(written)}</w:styles>"


def write_settings() -> str:
    """The settings part: odd and even pages differ in where the page number stands."""
    return _HEAD + (
        f'<w:settings {_W}><w:zoom w:percent="100"/><w:evenAndOddHeaders/><w:characterSpacingControl '
        f'w:val="doNotCompress"/><w:compat>'
        '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
        "</w:compat>"
        '<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/></w:settings>'
    )


def write_font_table(known: Mapping[str, str]) -> str:
    """The font table.

    Each font of ours with the one to take in its place, and so on down its chain, and fonts known already, as XML.

    Word takes one name of at most 31 characters, whatever the standard says of a list (MS-OI29500 2.1.262).
    """
    entries = {_LATIN: _write_font(_LATIN, "", "00", ("02020603050405020304", "variable"), "roman")}
    for chain in fonts.CHAINS:
        names = [face[0] for face in chain.faces]
        for name, instead in zip_longest(names, names[1:], fillvalue=""):
            entries[name] = _write_font(name, instead, "86", _CLASSES[chain.family], chain.family)
    return f"{_HEAD}<w:fonts {_W}>{''.join((entries | dict(known)).values())}</w:fonts>"


def _write_font(name: str, instead: str, charset: str, look: tuple[str, str], family: str) -> str:
    other = f'<w:altName w:val="{instead}"/>' if instead else ""
    return (
        f'<w:font w:name="{name}">{other}<w:panose1 w:val="{look[0]}"/><w:charset w:val="{charset}"/><w:family '
        f'w:val="{family}"/>'
        f'<w:pitch w:val="{look[1]}"/></w:font>'
    )


def write_page_number(look: Look, *, odd: bool) -> str:
    """The footer line 「— 1 —」.

    At the right of odd pages and at the left of even ones, one character from the edge.
    """
    side, inset = ("right", 'w:rightChars="100" w:right="280"') if odd else ("left", 'w:leftChars="100" w:left="280"')
    return (
        f"<w:p {_W}><w:pPr><w:pStyle w:val={quoteattr(look.ids['PageNumber'])}/><w:ind {inset}/><w:jc "
        f'w:val="{side}"/></w:pPr>'
        '<w:r><w:t xml:space="preserve">— </w:t></w:r><w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r>'
        "</w:fldSimple>"
        '<w:r><w:t xml:space="preserve"> —</w:t></w:r></w:p>'
    )


def write_header(look: Look, text: str) -> str:
    """The header line of every page."""
    return (
        f"<w:p {_W}><w:pPr><w:pStyle w:val={quoteattr(look.ids['DraftHeader'])}/></w:pPr><w:r><w:t>{text}</w:t>"
        f"</w:r></w:p>"
    )


def _write_run_fonts(name: str, latin: str) -> str:
    # The hint keeps quotation marks and dashes, which belong to both scripts, as wide as characters.
    return f'<w:rFonts w:hint="eastAsia" w:ascii="{latin}" w:hAnsi="{latin}" w:eastAsia="{name}" w:cs="{latin}"/>'
