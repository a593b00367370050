"""The plan of the house as a test: which modules there are, which rooms each may enter, who alone may use what."""

import ast
import re
from pathlib import Path

import xltool

HOUSE = Path(xltool.__file__).parent
ROOMS = {  # each room and the rooms below it that it may enter; rooms of one line do not know each other
    "model": set(),
    "codes": {"model"},
    "messages": {"model", "codes"},
    "kinds": set(),
    "csvfile": set(),
    "digits": set(),
    "workers": set(),
    "files": {"codes", "digits", "model", "messages"},
    "forms": {"codes", "model", "messages"},
    "rules": {"codes", "model", "messages", "forms"},
    "charts": {"codes", "model", "messages", "forms"},
    "spreadsheet": {"codes", "digits", "model", "messages", "kinds"},
    "workbook": {"codes", "model", "messages", "forms", "rules", "charts", "spreadsheet"},
    "report": {"codes", "model", "messages", "kinds", "csvfile", "forms", "rules", "charts", "spreadsheet"},
    "published": {"codes", "digits", "model", "messages", "kinds", "forms", "rules", "spreadsheet"},
    "reader": {"codes", "digits", "model", "messages", "kinds", "forms", "rules", "spreadsheet", "workbook"},
    "api": {
        "codes", "model", "messages", "kinds", "forms", "rules", "charts", "spreadsheet", "workbook", "reader", "report", "published",
    },
    "readings": {
        "codes", "model", "messages", "kinds", "forms", "spreadsheet", "workbook", "reader", "published", "api", "workers",
    },
    "campaign": {
        "codes", "kinds", "csvfile", "readings", "workers", "model", "messages", "forms", "rules", "charts", "spreadsheet", "workbook",
        "reader", "report", "api", "files",
    },
    "cli": {
        "codes", "digits", "kinds", "csvfile", "campaign", "readings", "workers", "model", "messages", "forms", "rules", "charts",
        "spreadsheet", "workbook", "reader", "report", "published", "api", "files",
    },
}  # fmt: skip
MODULES = {
    "": {
        "__init__",
        "api",
        "codes",
        "csvfile",
        "digits",
        "files",
        "kinds",
        "messages",
        "model",
        "readings",
        "workers",
    },
    "campaign": {
        "__init__",
        "consolidate",
        "contributions",
        "corrections",
        "county",
        "discrepancies",
        "folder",
        "inbox",
        "intake",
        "mail",
        "names",
        "outbox",
        "page",
        "passwords",
        "priors",
        "reminders",
        "reports",
        "returns",
        "roster",
        "seal",
        "standing",
        "store",
        "texts",
        "toml_file",
    },
    "charts": {
        "__init__",
        "compose",
        "picture",
    },
    "cli": {
        "__init__",
        "build",
        "campaign_options",
        "check",
        "chinese",
        "collect",
        "console",
        "consolidate",
        "demo",
        "diagnostics",
        "doctor",
        "explain",
        "fill",
        "forms",
        "import",
        "new",
        "output",
        "passwords",
        "prior_files",
        "read",
        "readback",
        "report",
        "reports",
        "status",
        "style",
        "verify",
        "waive",
    },
    "forms": {
        "__init__",
        "catalog",
        "cell_checks",
        "checks",
        "document",
        "fields",
        "grammar",
        "label",
        "layout",
        "linear",
        "memo",
        "operators",
        "number",
        "references",
        "ruleset",
        "sheet_names",
        "source",
        "spec",
        "tables",
        "text",
        "totals",
    },
    "published": {
        "__init__",
        "boilerplate",
        "document",
        "docx",
        "html",
        "pdf",
        "radicals",
        "read",
        "sections",
        "tables",
        "text",
        "title",
        "verify",
    },
    "reader": {
        "__init__",
        "appearance",
        "evidence",
        "formulas",
        "identity",
        "locate",
        "read",
        "texts",
    },
    "report": {
        "__init__",
        "allowed",
        "assemble",
        "data",
        "docx",
        "fonts",
        "grids",
        "housestyle",
        "html",
        "looks",
        "markdown",
        "office",
        "paper",
        "pdf",
        "pictures",
        "plain",
        "printing",
        "style",
        "template",
        "text",
        "typeset",
    },
    "rules": {
        "matrix",
        "stack",
        "view",
        "__init__",
        "cells",
        "judge",
        "localise",
        "prior_year",
        "texts",
        "validate",
    },
    "spreadsheet": {
        "__init__",
        "a1",
        "book",
        "encryption",
        "external_links",
        "number_format",
        "ods",
        "open",
        "overlays",
        "package",
        "sheet",
        "styles",
        "xls",
    },
    "workbook": {
        "__init__",
        "cached_values",
        "cell_formats",
        "charts",
        "context",
        "digest",
        "engine",
        "formula",
        "front",
        "layout_plan",
        "listing",
        "mark",
        "marks",
        "notice",
        "page",
        "places",
        "prior",
        "ranges",
        "sheets",
        "stamp",
        "write",
    },
}
ALONE = {  # packages that only these modules may import
    "xlsxwriter": {"workbook/engine"},
    "docx": {"report/docx"},
    "pdfplumber": {"published/pdf"},
    "pandas": {"api", "campaign/contributions"},
    "jinja2": {"report/template"},
    "typst": {"report/typeset"},
    "numpy": {"rules", "campaign/consolidate"},
    "click": {"cli"},
    "zipfile": {"report/docx", "campaign/inbox"},
    "msoffcrypto": {"spreadsheet/encryption"},
    "olefile": {"spreadsheet/encryption"},
}


ONCE = {  # what is done in one way, by the one module that does it
    r'" 等': "messages",
    "最接近的是": "messages",
    r"get_close_matches|chr\(39\)": "forms/source",
    "east_asian_width|0x2[Ee]7[Ff]": "forms/text",
    r"isascii\(\) and .*\.is(digit|decimal|numeric)\(": "digits",
    r'"退回意见"|"填报说明"|"_xltool"': "forms/sheet_names",
    r'"error": 0|"error", "warning"': "model",
}


def modules():
    for path in sorted(HOUSE.rglob("*.py")):
        yield path.relative_to(HOUSE).with_suffix("").as_posix(), ast.parse(path.read_text("utf-8"))


def imports(tree, *, top_only=False):
    """Every imported module by full name; with `top_only` those that importing the module itself brings in."""
    skipped = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            skipped.update(id(child) for child in ast.walk(node))
        if top_only and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            skipped.update(id(child) for child in ast.walk(node))
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name their room in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_what_is_done_in_one_way_stands_once():
    for path in HOUSE.rglob("*.py"):
        name, text = path.relative_to(HOUSE).with_suffix("").as_posix(), path.read_text("utf-8")
        for pattern, place in ONCE.items():
            assert (re.search(pattern, text) is not None) == (name == place), (name, pattern)


def test_every_module_is_in_the_plan():
    found = {}
    for name, _ in modules():
        room, _, module = name.rpartition("/")
        found.setdefault(room, set()).add(module)
    assert found == MODULES


def test_imports_run_downward_only():
    for name, tree in modules():
        room = name.split("/")[0]
        if room == "__init__":
            continue
        for target in imports(tree):
            parts = target.split(".")
            if parts[0] == "xltool" and len(parts) > 1 and parts[1] in ROOMS and parts[1] != room:
                assert parts[1] in ROOMS[room], f"{name} imports {target}"


def test_some_packages_have_one_door():
    for name, tree in modules():
        for target in imports(tree):
            package = target.split(".")[0]
            if package in ALONE:
                assert name in ALONE[package] or name.split("/")[0] in ALONE[package], f"{name} imports {target}"


def test_only_the_workbook_room_says_a1():
    for name, tree in modules():
        if name.split("/")[0] in {"spreadsheet", "workbook", "reader", "cli", "api"}:
            continue
        assert not any("a1" in target.split(".") for target in imports(tree)), name


def test_pandas_is_imported_where_frames_are_handed_out():
    for name, tree in modules():
        heavy = {target.split(".")[0] for target in imports(tree, top_only=True)} & {"pandas"}
        assert not heavy, f"{name} imports {heavy} when it is imported"


def test_help_imports_nothing_heavy():
    import subprocess
    import sys

    program = "import sys; from xltool.cli import main\ntry: main(['--help'])\nexcept SystemExit: print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stderr.split()}
    assert not loaded & {"numpy", "pandas", "xlsxwriter", "docx", "lxml", "jinja2", "tomllib", "json"}
    assert "xltool.messages" not in done.stderr.split()
