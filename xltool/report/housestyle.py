"""An office's own .docx as the base of a report's looks.

Its styles and its page setup, read as data and written anew.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element
from xml.sax.saxutils import quoteattr

from xltool import kinds
from xltool.messages import XltoolError, tell_finding
from xltool.model import Finding
from xltool.report import style
from xltool.report.allowed import (
    FONT_PLAN,
    NAME_VALUE,
    NAMESPACES,
    NUMBER_VALUE,
    PARAGRAPH_PLAN,
    RUN_PLAN,
    WORD_VALUE,
    find_child,
    find_children,
    read_attribute,
    rewrite_children,
)
from xltool.report.paper import read_page
from xltool.report.style import Look, ParagraphStyle
from xltool.spreadsheet.package import Package, Refusal

MAX_STYLES: Final = 4000
"""Styles of one file; Word itself comes with some 370, and documents pasted together from others have a thousand."""
MAX_FONTS: Final = 1000
MAX_BENEATH: Final = 50
"""Styles that one may stand on."""

_RESAVE: Final = "请用 Word 或 WPS 打开，另存为 .docx 后再用。"
_DRAWING: Final = ("http://schemas.openxmlformats.org/drawingml/2006/main", "http://purl.oclc.org/ooxml/drawingml/main")
_INDENTED: Final = "报告正文"


@dataclass(frozen=True, slots=True)
class _OfficeStyle:
    """One style of the office's file: who it is, whom it stands on, and the element itself."""

    id: str
    name: str
    kind: str
    based: str
    element: Element


def read_look(data: bytes) -> Look:
    """The look that the bytes of an office's .docx or .dotx give a report.

    Its styles by their names, what it lacks from ours.

    Not taken: content, headers and footers, macros, relationships, embedded things, numbering, table styles. Raises
    `XltoolError` in one sentence for what is no Word document, damaged, hostile, or has no styles or no room for the
    tables.
    """
    if data.startswith(kinds.OLE2) and kinds.has_stream(data, "EncryptedPackage"):
        raise XltoolError("样式文件有打开密码；请取消密码，另存为 .docx 后再用。")
    try:
        package = Package(data)
        main = _find_main_part(package)
        parts = {
            link.kind: link.target
            for link in package.relationships(main).values()
            if not link.external and link.target in package
        }
        if "styles" not in parts:
            raise XltoolError(f"样式文件里没有样式（word/styles.xml），不能用作报告的样式；{_RESAVE}")
        root = package.xml(parts["styles"])
        theme = _read_theme_fonts(package.xml(parts["theme"])) if "theme" in parts else {}
        fonts = _read_font_table(package.xml(parts["fontTable"])) if "fontTable" in parts else {}
        page = read_page(package.xml(main))
    except Refusal as refusal:
        raise XltoolError(_explain_finding(refusal.finding)) from None
    taken = list(_read_styles(root))
    ids, added = _match_styles(taken, root)
    lent = {one.id for one in taken}
    ours = {_plain_name(name) for name in (_INDENTED, *(one.name for one in style.STYLES if ids[one.id] not in lent))}
    # A name is one style's, whatever its kind.
    kept = {one.id: one for one in taken if one.kind == "paragraph" or _plain_name(one.name) not in ours}
    written = [_rewrite_style(one, kept, theme) for one in kept.values()]
    return Look(
        style.write_styles_part(_rewrite_defaults(root, theme), [*written, *added]),
        style.write_font_table(fonts),
        page,
        ids,
    )


def _find_main_part(package: Package) -> str:
    for link in package.relationships("").values():
        if link.kind == "officeDocument" and not link.external and link.target in package:
            if package.xml(link.target).tag in {f"{{{space}}}document" for space in NAMESPACES}:
                return link.target
            break
    raise XltoolError(f"样式文件不是 Word 文档（.docx）；{_RESAVE}")


def _explain_finding(finding: Finding) -> str:
    """Why a file cannot lend its styles, and what to do."""
    if finding.code == "file.not_workbook":
        return f"样式文件不是 Word 文档（.docx），看来是{finding.data['what']}；{_RESAVE}"
    return f"样式文件不能用：{tell_finding(finding, None, None)[0]}{_RESAVE}"


def _read_styles(root: Element) -> Iterator[_OfficeStyle]:
    """The styles of paragraphs and characters with an id and a name, each id and each name once."""
    ids: set[str] = set()
    names: set[tuple[str, str]] = set()
    for element in find_children(root, "style"):
        kind, id = (
            read_attribute(element, "type", WORD_VALUE) or "paragraph",
            read_attribute(element, "styleId", NAME_VALUE),
        )
        name = read_attribute(find_child(element, "name"), "val", NAME_VALUE)
        if (
            kind not in ("paragraph", "character")
            or not id
            or not name
            or id in ids
            or (kind, _plain_name(name)) in names
        ):
            continue
        ids.add(id)
        names.add((kind, _plain_name(name)))
        if len(ids) > MAX_STYLES:
            raise XltoolError(f"样式文件不能用：样式超过 {MAX_STYLES} 个；请删去不用的样式，另存为 .docx 后再用。")
        yield _OfficeStyle(id, name, kind, read_attribute(find_child(element, "basedOn"), "val", NAME_VALUE), element)


def _match_styles(taken: list[_OfficeStyle], root: Element) -> tuple[dict[str, str], list[str]]:
    """For each of our styles the id of the one that stands for it, and the styles that the file lacks."""
    paragraphs = {one.id: one for one in taken if one.kind == "paragraph"}
    named = {_plain_name(one.name): one.id for one in paragraphs.values()}
    for one in paragraphs.values():
        for alias in read_attribute(find_child(one.element, "aliases"), "val", ".{1,400}").split(","):
            named.setdefault(_plain_name(alias), one.id)
    usual = next((one.id for one in paragraphs.values() if read_attribute(one.element, "default", "1|true|on")), "")
    used = {one.id.casefold() for one in taken}
    ids: dict[str, str] = {}
    missing = []
    for ours in style.STYLES:
        found = next((named[name] for name in map(_plain_name, ours.names or (ours.name,)) if name in named), "")
        if ours.id == "Normal":
            found = usual or found
        if ours.id == "BodyText":
            found = found or ids["Normal"]
        if not found:
            found = _free_id(ours.id, used)
            missing.append(ours)
        ids[ours.id] = found
    added = [_write_added(ours, ids) for ours in missing]
    if ids["BodyText"] in paragraphs and not _is_indented(ids["BodyText"], paragraphs):
        body, ids["BodyText"] = ids["BodyText"], _free_id("ReportBody", used)
        indent = f'<w:ind w:firstLineChars="200" w:firstLine="{_read_size(body, paragraphs, root) * 20}"/>'
        added.append(
            f'<w:style w:type="paragraph" w:customStyle="1" w:styleId={quoteattr(ids["BodyText"])}>'
            f'<w:name w:val="{_free_id(_INDENTED, set(named))}"/>'
            f"<w:basedOn w:val={quoteattr(body)}/><w:qFormat/><w:pPr>{indent}</w:pPr></w:style>"
        )
    return ids, added


def _write_added(ours: ParagraphStyle, ids: Mapping[str, str]) -> str:
    return ours.xml(ids[ours.id], style.following_style(ours, ids))


def _free_id(wanted: str, used: set[str]) -> str:
    """An id that no style has yet, even in other case."""
    id, number = wanted, 1
    while id.casefold() in used:
        number += 1
        id = f"{wanted}{number}"
    used.add(id.casefold())
    return id


def _plain_name(name: str) -> str:
    """A name as it is compared: 标题 1, 标题1 and 标题　1 are one, Heading 1 and heading 1 too."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", name)).casefold()


def _walk_beneath(id: str, styles: Mapping[str, _OfficeStyle]) -> Iterator[_OfficeStyle]:
    """A style and those that it stands on, from the top; a circle ends where it closes."""
    seen: set[str] = set()
    while id in styles and id not in seen:
        seen.add(id)
        yield styles[id]
        id = styles[id].based


def _is_circular(one: _OfficeStyle, styles: Mapping[str, _OfficeStyle]) -> bool:
    """Whether a style stands on itself by way of others, or so high on others that it might as well."""
    return any(
        depth >= MAX_BENEATH or other.id == one.id for depth, other in enumerate(_walk_beneath(one.based, styles))
    )


def _is_indented(id: str, styles: Mapping[str, _OfficeStyle]) -> bool:
    """Whether the first line of a paragraph begins elsewhere, by the topmost style that says anything about it."""
    for one in _walk_beneath(id, styles):
        indent = find_child(find_child(one.element, "pPr"), "ind")
        said = [
            read_attribute(indent, name, NUMBER_VALUE)
            for name in ("firstLineChars", "firstLine", "hangingChars", "hanging")
        ]
        if any(said):
            return any(re.search("[1-9]", value) for value in said)
    return False


def _read_size(id: str, styles: Mapping[str, _OfficeStyle], root: Element) -> int:
    """The size of a style's characters in half-points."""
    defaults = find_child(find_child(find_child(root, "docDefaults"), "rPrDefault"), "rPr")
    for properties in (*(find_child(one.element, "rPr") for one in _walk_beneath(id, styles)), defaults):
        size = read_attribute(find_child(properties, "sz"), "val", "[0-9]{1,3}")
        if size:
            return int(size)
    return 20  # what the format says where nobody says anything


def _rewrite_style(one: _OfficeStyle, known: Mapping[str, _OfficeStyle], theme: Mapping[str, str]) -> str:
    """A style anew: its name, whom it stands on, and what is allowed of its looks."""
    marks = "".join(
        f' w:{name}="1"' for name in ("default", "customStyle") if read_attribute(one.element, name, "1|true|on")
    )
    links = "".join(
        f"<w:{name} w:val={quoteattr(other)}/>"
        for name in ("basedOn", "next", "link")
        if (other := read_attribute(find_child(one.element, name), "val", NAME_VALUE)) in known
        and not (name == "basedOn" and _is_circular(one, known))
    )
    looks = rewrite_children(find_child(one.element, "pPr"), PARAGRAPH_PLAN, theme) if one.kind == "paragraph" else ""
    quick = "<w:qFormat/>" if find_child(one.element, "qFormat") is not None else ""
    return (
        (
            f'<w:style w:type="{one.kind}"{marks} w:styleId={quoteattr(one.id)}><w:name w:val={quoteattr(one.name)}/>'
            f"{links}{quick}"
            f"<w:pPr>{looks}</w:pPr><w:rPr>"
            f"{rewrite_children(find_child(one.element, 'rPr'), RUN_PLAN, theme)}</w:rPr></w:style>"
        )
        .replace("<w:pPr></w:pPr>", "")
        .replace("<w:rPr></w:rPr>", "")
    )


def _rewrite_defaults(root: Element, theme: Mapping[str, str]) -> str:
    defaults = find_child(root, "docDefaults")
    run = rewrite_children(find_child(find_child(defaults, "rPrDefault"), "rPr"), RUN_PLAN, theme)
    paragraph = rewrite_children(find_child(find_child(defaults, "pPrDefault"), "pPr"), PARAGRAPH_PLAN, theme)
    return (
        f"<w:rPrDefault><w:rPr>{run}{style.LANGUAGE}</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>"
        f"{paragraph}</w:pPr></w:pPrDefault>"
    )


def _read_theme_fonts(root: Element) -> dict[str, str]:
    """The fonts of a theme by the roles that styles name: majorEastAsia and the like."""
    found: dict[str, str] = {}
    for size in ("major", "minor"):
        for space in _DRAWING:
            fonts = root.find(f".//{{{space}}}{size}Font")
            if fonts is None:
                continue
            named = {kind: _read_typeface(fonts.find(f"{{{space}}}{kind}")) for kind in ("latin", "ea", "cs")}
            hans = next(
                (_read_typeface(font) for font in fonts.findall(f"{{{space}}}font") if font.get("script") == "Hans"), ""
            )
            found |= {f"{size}Ascii": named["latin"], f"{size}HAnsi": named["latin"], f"{size}Bidi": named["cs"]}
            found[f"{size}EastAsia"] = named["ea"] or hans
    return found


def _read_typeface(element: Element | None) -> str:
    name = "" if element is None else element.get("typeface", "")
    return name if re.fullmatch(NAME_VALUE, name) else ""


def _read_font_table(root: Element) -> dict[str, str]:
    """The entries of a font table by name, without fonts that are embedded."""
    found: dict[str, str] = {}
    for element in find_children(root, "font"):
        name = read_attribute(element, "name", NAME_VALUE)
        if name and len(found) < MAX_FONTS:
            found.setdefault(
                name, f"<w:font w:name={quoteattr(name)}>{rewrite_children(element, FONT_PLAN, {})}</w:font>"
            )
    return found
