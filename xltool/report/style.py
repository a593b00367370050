"""How an official document looks, after GB/T 9704-2012: measures, fonts and styles, as the constant parts of a Word document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# Lengths are in twips, twentieths of a point. The text area is 156 x 225 mm rounded up to whole characters and lines, 28 of 15.8 pt
# and 22 of 29 pt: rounded down, the last character of a line and the last line of a page would not fit.
PAGE_WIDTH: Final = 11906
PAGE_HEIGHT: Final = 16838
TOP: Final = 2098  # 37 mm
LEFT: Final = 1588  # 28 mm
TEXT_WIDTH: Final = 28 * 316
TEXT_HEIGHT: Final = 22 * 580
FOOTER: Final = 1304  # from the lower edge: the page number stands 7 mm below the text

TABLE_SIZE: Final = 21  # half-points; at 10.5 pt the four-character heads of table 4 fall into two lines of two characters

_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_W: Final = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'

# The name that offices have installed, and what Word and WPS may take in its place rather than any font at all.
_FONTS: Final = {
    "方正小标宋简体": ("华文中宋,STZhongsong,宋体,SimSun,Noto Serif CJK SC", "roman"),
    "仿宋_GB2312": ("仿宋,FangSong,华文仿宋,STFangsong,Noto Serif CJK SC", "modern"),
    "楷体_GB2312": ("楷体,KaiTi,华文楷体,STKaiti,Noto Serif CJK SC", "modern"),
    "黑体": ("SimHei,华文黑体,Noto Sans CJK SC", "modern"),
    "宋体": ("SimSun,华文宋体,STSong,Noto Serif CJK SC", "roman"),
}


# For figures and letters: it or its metric twin is on nearly every computer, so that figures stay narrow whatever stands in for the rest.
_LATIN: Final = "Times New Roman"


@dataclass(frozen=True, slots=True)
class _Style:
    id: str
    name: str
    font: str
    size: int  # half-points
    paragraph: str  # what else its w:pPr says, in the order of the schema
    run: str = ""
    latin: str = _LATIN


_EXACT: Final = '<w:spacing w:before="0" w:after="0" w:line="580" w:lineRule="exact"/>'
_SINGLE: Final = '<w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/>'
_TIGHT: Final = '<w:spacing w:val="-4"/>'  # 16 pt characters every 15.8 pt: 28 of them on a line
_INDENT: Final = '<w:ind w:firstLineChars="200" w:firstLine="632"/>'
_RED: Final = '<w:color w:val="C00000"/>'
_EDGES: Final = "".join(f'<w:{side} w:val="single" w:sz="12" w:space="6" w:color="C00000"/>' for side in ("top", "left", "bottom", "right"))
_BOX: Final = f"<w:pBdr>{_EDGES}</w:pBdr>"
_INSET: Final = '<w:ind w:left="40" w:right="20"/>'
_KEEP: Final = "<w:keepNext/><w:keepLines/>"
_PLAIN: Final = '<w:widowControl w:val="0"/>'
_EVEN: Final = '<w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/>'  # no gap between 2024 and 年, which would shift the characters
_OFF_GRID: Final = '<w:snapToGrid w:val="0"/>'

_STYLES: Final = (
    _Style("Normal", "Normal", "仿宋_GB2312", 32, f'{_PLAIN}{_EVEN}{_EXACT}<w:jc w:val="both"/>'),
    _Style(
        "Title",
        "Title",
        "方正小标宋简体",
        44,
        f'{_KEEP}{_PLAIN}<w:spacing w:before="0" w:after="580" w:line="700" w:lineRule="exact"/><w:jc w:val="center"/>',
    ),
    _Style("Heading1", "heading 1", "黑体", 32, f'{_KEEP}{_PLAIN}{_EXACT}{_INDENT}<w:outlineLvl w:val="0"/>', _TIGHT),
    _Style("Heading2", "heading 2", "楷体_GB2312", 32, f'{_KEEP}{_PLAIN}{_EXACT}{_INDENT}<w:outlineLvl w:val="1"/>', _TIGHT),
    _Style("BodyText", "Body Text", "仿宋_GB2312", 32, f"{_PLAIN}{_INDENT}", _TIGHT),
    _Style("TableText", "表格文字", "宋体", TABLE_SIZE, f'{_PLAIN}{_OFF_GRID}{_SINGLE}<w:jc w:val="center"/>'),
    _Style("TableHead", "表格表头", "宋体", TABLE_SIZE, f'<w:keepNext/>{_PLAIN}{_OFF_GRID}{_SINGLE}<w:jc w:val="center"/>'),
    _Style("TableLabel", "表格项目", "宋体", TABLE_SIZE, f'{_PLAIN}{_OFF_GRID}{_SINGLE}{_INSET}<w:jc w:val="left"/>'),
    _Style("TableNote", "表格附注", "宋体", TABLE_SIZE, f'{_PLAIN}<w:spacing w:before="0" w:after="0" w:line="320" w:lineRule="exact"/>'),
    _Style(
        "DraftMark",
        "草稿标记",
        "黑体",
        28,
        f'{_PLAIN}{_BOX}{_OFF_GRID}<w:spacing w:before="60" w:after="480" w:line="240" w:lineRule="auto"/><w:jc w:val="center"/>',
        _RED,
    ),
    _Style("Header", "header", "宋体", 21, f'{_PLAIN}{_OFF_GRID}{_SINGLE}<w:jc w:val="center"/>', _RED),
    _Style("Footer", "footer", "宋体", 28, f"{_PLAIN}{_OFF_GRID}{_SINGLE}", latin="宋体"),
)


def styles() -> str:
    """The styles part."""
    paragraphs = "".join(_style(style) for style in _STYLES)
    return _HEAD + (
        f"<w:styles {_W}><w:docDefaults><w:rPrDefault><w:rPr>{_fonts('仿宋_GB2312', _LATIN)}"
        '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>'
        f"{paragraphs}"
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont"><w:name w:val="Default Paragraph Font"/></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/></w:style>'
        '<w:style w:type="numbering" w:default="1" w:styleId="NoList"><w:name w:val="No List"/></w:style></w:styles>'
    )


def settings() -> str:
    """The settings part: odd and even pages differ in where the page number stands."""
    return _HEAD + (
        f'<w:settings {_W}><w:zoom w:percent="100"/><w:evenAndOddHeaders/><w:characterSpacingControl w:val="doNotCompress"/><w:compat>'
        '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>'
        '<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/></w:settings>'
    )


def font_table() -> str:
    """The font table: each font with its likenesses, so that a computer without it does not choose any other."""
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{likenesses}"/><w:charset w:val="86"/><w:family w:val="{family}"/>'
        f'<w:pitch w:val="default"/></w:font>'
        for name, (likenesses, family) in _FONTS.items()
    )
    return f"{_HEAD}<w:fonts {_W}>{fonts}</w:fonts>"


def page_number(*, odd: bool) -> str:
    """The footer line 「— 1 —」: at the right of odd pages and at the left of even ones, one character from the edge."""
    side, inset = ("right", 'w:rightChars="100" w:right="280"') if odd else ("left", 'w:leftChars="100" w:left="280"')
    return (
        f'<w:p {_W}><w:pPr><w:pStyle w:val="Footer"/><w:ind {inset}/><w:jc w:val="{side}"/></w:pPr>'
        '<w:r><w:t xml:space="preserve">— </w:t></w:r><w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
        '<w:r><w:t xml:space="preserve"> —</w:t></w:r></w:p>'
    )


def header(text: str) -> str:
    """The header line of every page."""
    return f'<w:p {_W}><w:pPr><w:pStyle w:val="Header"/></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'


def _style(style: _Style) -> str:
    kind = ' w:default="1"' if style.id == "Normal" else "" if style.name.isascii() else ' w:customStyle="1"'
    based = "" if style.id == "Normal" else '<w:basedOn w:val="Normal"/>'
    following = '<w:next w:val="BodyText"/>' if style.id.startswith(("Title", "Heading")) else ""
    return (
        f'<w:style w:type="paragraph"{kind} w:styleId="{style.id}"><w:name w:val="{style.name}"/>{based}{following}<w:qFormat/>'
        f"<w:pPr>{style.paragraph}</w:pPr>"
        f'<w:rPr>{_fonts(style.font, style.latin)}{style.run}<w:sz w:val="{style.size}"/><w:szCs w:val="{style.size}"/></w:rPr></w:style>'
    )


def _fonts(name: str, latin: str) -> str:
    # The hint keeps quotation marks and dashes, which belong to both scripts, as wide as characters.
    return f'<w:rFonts w:hint="eastAsia" w:ascii="{latin}" w:hAnsi="{latin}" w:eastAsia="{name}" w:cs="{latin}"/>'
