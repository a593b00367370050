"""What in a workbook reaches outside it or would run: told, never opened and never followed."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from xltool.messages import finding, join_first
from xltool.model import Finding
from xltool.spreadsheet.a1 import cell_name
from xltool.spreadsheet.package import Package
from xltool.spreadsheet.sheet import RawSheet

REMEMBERED_FORMULAS, MAX_REMEMBERED_FORMULA = 8_192, 2_048
"""How many formulas that reach nowhere are remembered, of how many characters."""
MAX_EXAMPLES: Final = 4
"""How many places one finding names."""

_MACROS: Final[Mapping[str, str]] = {
    "vbaProject": "VBA 宏",
    "xlMacrosheet": "宏表",
    "xlIntlMacrosheet": "宏表",
    "activeXControlBinary": "ActiveX 控件",
    "control": "控件",
    "attachedToolbars": "自定义工具栏",
    "userCustomization": "自定义界面",
    "extensibility": "自定义界面",
    "webextension": "加载项",
    "taskpanes": "加载项",
}
_MACRO_PARTS: Final = (
    ("vbaproject", "VBA 宏"),
    ("xl/macrosheets/", "宏表"),
    ("xl/intlmacrosheets/", "宏表"),
    ("xl/activex/", "ActiveX 控件"),
)
_LINKS: Final[Mapping[str, str]] = {
    "externalLink": "外部工作簿链接",
    "connections": "数据连接",
    "queryTable": "外部数据查询",
    "oleObject": "嵌入的对象",
    "package": "嵌入的文件",
}
_LINK_PARTS: Final = (
    ("xl/externallinks/", "外部工作簿链接"),
    ("xl/connections.", "数据连接"),
    ("xl/embeddings/", "嵌入的对象"),
)
_EXTERNAL: Final[Mapping[str, str]] = {"ddeLink": "DDE 链接", "oleLink": "OLE 链接"}
_TEXT: Final = re.compile(r'"(?:[^"]|"")*+"?')
_QUOTED: Final = re.compile(r"'(?:[^']|'')*+'?")
_REACHING: Final = re.compile(
    r"(?<!\w)(WEBSERVICE|FILTERXML|IMAGE|RTD|DDE|CALL|REGISTER(?:\.ID)?|EXEC|EXECUTE|EVALUATE|INITIATE|POKE|REQUEST|"
    r"FOPEN|FREAD|FREADLN|FSIZE|FILES|RUN|STOCKHISTORY|TRANSLATE|DETECTLANGUAGE|COPILOT|PY|SQL\.\w+"
    r"|IMPORTDATA|IMPORTXML|IMPORTHTML|IMPORTFEED|IMPORTRANGE|GOOGLE\w+|DUMMYFUNCTION|CUBE\w+)\s*\(",
    re.IGNORECASE,
)
_BOOK: Final = re.compile(
    r"'[^'\[]*\[[^'\]]*\][^']*'!|(?<![\w\]\[@#.])\[[^\[\]]*\][^\[\]\s()+*/&=<>,;-]*!", re.IGNORECASE
)
_CALLED: Final = re.compile(r"(?<![\w.])[\w.]++(?=\s*+\()")
"""A name before a bracket with all that `_REACHING` looks at before it."""
_NEAR_LINK: Final = re.compile(r'HYPERLINK\s*\(\s*"#', re.IGNORECASE)
_LINK: Final = re.compile(r"(?<!\w)HYPERLINK\s*\(", re.IGNORECASE)
_FILE: Final = re.compile(r'"[^"]*(?:\[|://|\\\\|file:)', re.IGNORECASE)


def find_package_links(
    package: Package, sheets: Sequence[RawSheet], names: Sequence[tuple[str, str]]
) -> tuple[Finding, ...]:
    """What of a package runs or reaches outside.

    Its parts and relationships, the formulas of its sheets, and its defined names.

    Raises Refusal when a part of relationships is not well-formed or over a limit.
    """
    macros: dict[str, str] = {}  # place -> what
    links: dict[str, str] = {}
    for name in package.names:
        low = name.lower()
        if low.endswith(".rels"):
            _collect_relationships(package, name, macros, links)
        elif not low.startswith("xl/worksheets/"):
            for start, what in _MACRO_PARTS:
                if low.startswith(start) or f"/{start}" in low:
                    macros.setdefault(name, what)
            for start, what in _LINK_PARTS:
                if low.startswith(start):
                    links.setdefault(name, what)
    links.update(_find_linking_formulas(sheets, names))
    if not macros and b"macroenabled" in package.read("[Content_Types].xml").lower():
        return (finding("file.macro_kind"), *_report_links(macros, links))
    return tuple(_report_links(macros, links))


def find_formula_links(sheets: Sequence[RawSheet], names: Sequence[tuple[str, str]]) -> tuple[Finding, ...]:
    """What of the formulas of any workbook reaches outside it."""
    return tuple(_report_links({}, dict(_find_linking_formulas(sheets, names))))


def classify_link(formula: str) -> str:
    """By which means a formula, without its equals sign, reaches outside its workbook or would run something.

    Nothing for others.
    """
    bare = _TEXT.sub('""', formula) if '"' in formula else formula
    if "|" in bare and "|" in _QUOTED.sub("''", bare):
        return "DDE 链接"
    if "[" in bare and _BOOK.search(bare):
        return "外部工作簿引用"
    if "(" not in bare:
        return ""
    found = _REACHING.search(bare)
    if found is not None:
        return f"{found[1].upper()} 函数"
    upper = bare.upper()
    if "HYPERLINK" in upper and len(_LINK.findall(bare)) > len(_NEAR_LINK.findall(formula)):
        return "HYPERLINK 函数"
    return "INDIRECT 函数" if "INDIRECT" in upper and _FILE.search(formula) else ""


def _collect_relationships(package: Package, rels: str, macros: dict[str, str], links: dict[str, str]) -> None:
    """What one part of relationships tells; plain links in cells are opened by nobody but a reader who clicks."""
    folder, name = posixpath.split(rels)
    for link in package.relationships(posixpath.join(posixpath.dirname(folder), name.removesuffix(".rels"))).values():
        if link.kind in _MACROS:
            macros[link.target] = _MACROS[link.kind]
        elif link.kind == "externalLink" and not link.external and link.target in package:
            root = package.xml(link.target)
            kinds = [_EXTERNAL[word] for child in root if (word := child.tag.rpartition("}")[2]) in _EXTERNAL]
            links[link.target] = kinds[0] if kinds else _LINKS[link.kind]
        elif link.kind in _LINKS:
            links.setdefault(link.target, _LINKS[link.kind])
        elif link.external and link.kind != "hyperlink" and not rels.lower().startswith("xl/externallinks/"):
            links[f"{rels}#{link.kind}"] = "外部关系"


_harmless: Final[set[str]] = set()


def _find_linking_formulas(sheets: Sequence[RawSheet], names: Sequence[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Each place with a formula that reaches outside, and by which means.

    The same few hundred formulas stand in nearly all files.
    """
    texts: list[Iterable[str]] = [[text for _, text in names]]
    for sheet in sheets:
        texts += sheet.formulas.values(), sheet.overlays.conditions
    if all(map(_harmless.issuperset, texts)):  # no set of a thousand is made to find nothing in it
        return
    strange = set[str]().union(*texts) - _harmless
    if not any(map(classify_link, _select_suspects(strange))):
        if len(_harmless) > REMEMBERED_FORMULAS:
            _harmless.clear()
        _harmless.update(text for text in strange if len(text) < MAX_REMEMBERED_FORMULA)
        return
    for sheet in sheets:
        for place, formula in sheet.formulas.items():
            if what := classify_link(formula):
                yield f"“{sheet.name}”{cell_name(*place)}", what
        for text in sorted(sheet.overlays.conditions):
            if what := classify_link(text):
                yield f"“{sheet.name}”的条件格式或数据验证（{text[:20]}）", what
    for name, text in names:
        if what := classify_link(text):
            yield f"名称 {name[:40]}", what


def _select_suspects(formulas: Collection[str]) -> Collection[str]:
    """Those that may reach outside, if any does: a thousand formulas call the same few functions."""
    joined = "\n".join(formulas)
    if any(_REACHING.search(f"{name}(") for name in set(_CALLED.findall(joined))):
        return formulas
    upper = joined.upper()
    marks = [mark for mark in ("[", "|", "HYPERLINK", "INDIRECT") if mark in upper]
    return [text for text in formulas if any(mark in text.upper() for mark in marks)] if marks else ()


def _report_links(macros: Mapping[str, str], links: Mapping[str, str]) -> Iterator[Finding]:
    if macros:
        yield finding("file.macros", what="、".join(dict.fromkeys(macros.values())))
    if links:
        told = [f"{what}（{place[:80]}）" for place, what in links.items()]
        yield finding("file.outside", count=len(told), what=join_first(told, MAX_EXAMPLES))
