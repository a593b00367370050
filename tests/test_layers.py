"""The plan of the house as a test: which modules there are, which rooms each may enter, who alone may use what."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import xltool
from tests.trees import read_tree

HOUSE = Path(xltool.__file__).parent
ROOMS = {  # each room and the rooms below it that it may enter; rooms of one line do not know each other
    "__init__": {"api"},
    "model": set(),
    "periods": {"days", "model"},
    "codes": {"model"},
    "messages": {"model", "periods", "codes"},
    "__main__": {"cli"},
    "itself": set(),
    "kinds": set(),
    "csvfile": set(),
    "days": set(),
    "digits": set(),
    "workers": set(),
    "working_days": set(),
    "copies": {"itself", "workers"},
    "office": {"codes", "itself", "model", "messages"},
    "files": {"codes", "digits", "model", "messages"},
    "forms": {"codes", "days", "model", "periods", "messages", "working_days"},
    "frames": {"codes", "model", "periods", "messages", "forms"},
    "rules": {"codes", "model", "periods", "messages", "forms", "working_days"},
    "charts": {"codes", "model", "periods", "messages", "forms"},
    "spreadsheet": {"codes", "digits", "model", "messages", "kinds"},
    "workbook": {"codes", "days", "digits", "model", "periods", "messages", "forms", "rules", "charts", "spreadsheet"},
    "report": {
        "codes", "itself", "model", "periods", "messages", "kinds", "csvfile", "office", "forms", "rules", "charts",
        "spreadsheet",
    },
    "published": {
        "codes", "digits", "itself", "model", "periods", "messages", "kinds", "office", "forms", "rules", "spreadsheet",
    },
    "reader": {"codes", "digits", "model", "periods", "messages", "kinds", "forms", "rules", "spreadsheet", "workbook"},
    "drafting": {"codes", "digits", "model", "messages", "kinds", "forms", "spreadsheet", "published"},
    "preview": {"codes", "model", "periods", "messages", "forms", "rules", "workbook", "report"},
    "api": {
        "codes", "model", "periods", "messages", "kinds", "forms",
        "frames", "rules", "charts", "spreadsheet", "workbook", "reader",
        "report",
        "published",
    },
    "plain": {"model"},
    "sources": {"codes", "files", "itself", "model", "messages"},
    "readings": {
        "codes", "model", "messages", "kinds", "forms", "spreadsheet", "workbook", "reader", "published", "api",
        "sources", "workers",
    },
    "batches": {"codes", "forms", "itself", "messages", "model", "office", "plain", "readings", "sources", "workers"},
    "batch_workers": {"api", "codes", "forms", "messages", "model", "periods"},
    "cluster": {"batches", "codes", "files", "itself", "messages", "model", "plain", "readings", "sources"},
    "campaign": {
        "codes", "days", "itself", "kinds", "csvfile", "readings", "workers", "model", "periods", "messages", "forms",
        "rules", "charts", "spreadsheet", "workbook", "reader", "report", "api", "files",
    },
    "web": {
        "codes", "days", "digits", "campaign", "model", "periods", "messages", "forms", "rules", "workbook", "report",
        "api", "files", "charts", "copies",
    },
    "cli": {
        "cluster", "sources", "web", "drafting", "preview",
        "codes", "days", "digits", "itself", "kinds", "office", "csvfile", "campaign", "readings", "workers", "model",
        "periods", "messages", "forms", "rules", "charts", "spreadsheet", "workbook", "reader", "report",
        "published", "api", "files",
    },
}  # fmt: skip
MODULES = {
    "": {
        "__init__",
        "__main__",
        "api",
        "batch_workers",
        "batches",
        "cluster",
        "codes",
        "copies",
        "csvfile",
        "days",
        "digits",
        "files",
        "frames",
        "itself",
        "kinds",
        "messages",
        "model",
        "office",
        "periods",
        "plain",
        "preview",
        "readings",
        "sources",
        "workers",
        "working_days",
    },
    "campaign": {
        "__init__",
        "acceptances",
        "accepting",
        "alike",
        "answers",
        "archive",
        "arrivals",
        "chat_lines",
        "consolidate",
        "contributions",
        "corrections",
        "county",
        "county_edits",
        "county_written",
        "database",
        "discrepancies",
        "distribution",
        "decisions",
        "deposits",
        "desk",
        "desk_county",
        "desk_reading",
        "desk_requests",
        "desk_extensions",
        "desk_absences",
        "desk_waivers",
        "desk_steps",
        "desk_asking",
        "desk_sheets",
        "desk_writing",
        "documents",
        "doubles",
        "edits",
        "drafts",
        "events",
        "export",
        "folder",
        "gathering",
        "layout",
        "inbox",
        "lock",
        "intake",
        "collecting",
        "noting",
        "answering",
        "settling",
        "replacing",
        "attribution",
        "fates",
        "kept_blanks",
        "kept_decisions",
        "kept_documents",
        "kept_facts",
        "kept_files",
        "kept_findings",
        "kept_last_years",
        "kept_links",
        "kept_priors",
        "kept_reports",
        "kept_versions",
        "launchers",
        "links",
        "mail",
        "mentions",
        "names",
        "neighbours",
        "next_step",
        "holding",
        "inspection",
        "mending",
        "opening",
        "salvage",
        "outbox",
        "page",
        "passwords",
        "plain_edits",
        "priors",
        "record",
        "refused",
        "reminders",
        "report_making",
        "reports",
        "rejudging",
        "rereading",
        "returns",
        "roster",
        "roster_reading",
        "roster_notes",
        "roster_faults",
        "roster_lines",
        "roster_choice",
        "roster_draft",
        "roster_changes",
        "roster_codes",
        "roster_heads",
        "roster_tables",
        "roster_template",
        "roster_zeros",
        "schema",
        "seal",
        "signing",
        "standing",
        "status_document",
        "strays",
        "standings",
        "judging",
        "deadlines",
        "weighed",
        "store",
        "taking",
        "texts",
        "ticks",
        "toml_file",
        "trial_workers",
        "tree",
        "tree_campaign",
        "tree_files",
        "tree_page",
        "tree_prior",
        "tree_sum",
        "tree_walk",
        "trials",
        "waivers",
        "zipped",
    },
    "charts": {
        "__init__",
        "compose",
        "picture",
    },
    "cli": {
        "__init__",
        "accept",
        "absent",
        "alike",
        "agencies",
        "beside_files",
        "build",
        "campaign_options",
        "check",
        "chinese",
        "collect",
        "console",
        "consolidate",
        "consolidate_tree",
        "correct",
        "days",
        "definitions",
        "demo",
        "diagnostics",
        "engines",
        "doctor",
        "evidence",
        "explain",
        "rules",
        "export",
        "extend",
        "facts",
        "fill",
        "forms",
        "forms_carry",
        "forms_diff",
        "forms_preview",
        "import",
        "ledger",
        "links",
        "new",
        "output",
        "passwords",
        "places",
        "prior_files",
        "publish",
        "sent",
        "read",
        "refresh_returns",
        "remind",
        "readback",
        "report",
        "reports",
        "roster",
        "second_reading",
        "serve",
        "sign",
        "situation",
        "status",
        "style",
        "text",
        "use",
        "verify",
        "waive",
        "whose_options",
    },
    "drafting": {
        "__init__",
        "adding",
        "blank",
        "build",
        "column_sums",
        "dividing",
        "draft",
        "entries",
        "figures",
        "make",
        "names",
        "notes",
        "papers",
        "proof",
        "row_sums",
        "scoring",
        "shape",
        "share_words",
        "shares",
        "squares",
        "words",
        "write",
    },
    "forms": {
        "__init__",
        "accepted",
        "across",
        "catalog",
        "carried_contents",
        "carrying",
        "cell_checks",
        "cell_names",
        "charts",
        "checks",
        "choices",
        "compiled",
        "controls",
        "counterparts",
        "cover_conditions",
        "demands",
        "differences",
        "document",
        "document_parts",
        "entries",
        "fault_words",
        "field_kinds",
        "fields",
        "grammar",
        "instead",
        "kept",
        "label",
        "layout",
        "linear",
        "line_rules",
        "list_checks",
        "list_demands",
        "list_document",
        "list_grammar",
        "list_joins",
        "list_rows",
        "list_terms",
        "lists",
        "memo",
        "mosaic",
        "operators",
        "parts",
        "phrases",
        "printed_numbers",
        "rates",
        "number",
        "references",
        "ruleset",
        "sheet_names",
        "source",
        "spec",
        "stated",
        "tables",
        "text",
        "toml_slips",
        "totals",
        "units",
        "work_years",
        "written",
    },
    "published": {
        "__init__",
        "aside",
        "baseline",
        "boilerplate",
        "document",
        "docx",
        "field_lines",
        "heads",
        "foreign",
        "html",
        "levels",
        "ofd",
        "pages",
        "pdf",
        "radicals",
        "read",
        "contents",
        "figures",
        "missing",
        "doubts",
        "unofficial",
        "opening",
        "imported",
        "hints",
        "row_lists",
        "scan",
        "sections",
        "tables",
        "rows_across",
        "rows_down",
        "row_faults",
        "recognised",
        "table_lines",
        "table_figures",
        "labels",
        "text",
        "title",
        "traditional",
        "unruled",
        "unruled_columns",
        "unruled_heads",
        "unruled_labels",
        "unruled_lines",
        "unruled_pieces",
        "verify",
        "vocabulary",
        "whose",
    },
    "reader": {
        "__init__",
        "appearance",
        "blank",
        "entries",
        "evidence",
        "formulas",
        "identity",
        "leftovers",
        "locate",
        "matching",
        "moves",
        "penmarks",
        "read",
        "row_lists",
        "second",
        "texts",
        "ticks",
    },
    "report": {
        "__init__",
        "allowed",
        "assemble",
        "data",
        "docx",
        "gaps",
        "fonts",
        "grids",
        "housestyle",
        "html",
        "html_table",
        "looks",
        "markdown",
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
        "across",
        "concerns",
        "matrix",
        "opinions",
        "stack",
        "view",
        "__init__",
        "case_days",
        "cells",
        "judge",
        "breaks",
        "broken_lines",
        "broken_once",
        "blocks",
        "cause",
        "cause_finder",
        "causes",
        "close_cells",
        "consequences",
        "control_totals",
        "compiling",
        "copied",
        "equalities",
        "exchanges",
        "explanations",
        "likeness",
        "list_faults",
        "misprints",
        "moves",
        "persons",
        "plausible",
        "facts",
        "narrative_changes",
        "narrative_clauses",
        "narrative_counts",
        "narrative_figures",
        "narrative_lone",
        "narrative_shares",
        "narrative_totals",
        "narrative_doubts",
        "narrative_grammar",
        "narrative_groups",
        "narrative_nothing",
        "narrative_numerals",
        "narrative_parts",
        "narrative_readings",
        "narrative_statements",
        "narrative_sums",
        "narrative_times",
        "narrative_tokens",
        "narrative_words",
        "prior_year",
        "selftest",
        "sentences",
        "settled",
        "signatures",
        "slips",
        "smallest",
        "stated",
        "suspects",
        "texts",
        "validate",
        "wording",
        "witnesses",
        "usual",
    },
    "spreadsheet": {
        "__init__",
        "a1",
        "book",
        "cell",
        "cell_markup",
        "encryption",
        "external_links",
        "number_format",
        "ods",
        "ods_styles",
        "open",
        "overlays",
        "package",
        "packed",
        "plain_markup",
        "repeats",
        "rows",
        "save_time",
        "sheet",
        "sheet_frame",
        "sources",
        "strings",
        "styles",
        "written_row",
        "xls",
    },
    "web": {
        "__init__",
        "addresses",
        "agency",
        "agency_decisions",
        "agency_report",
        "agency_texts",
        "agency_versions",
        "app",
        "board",
        "board_charts",
        "bodies",
        "bundles",
        "calling",
        "cell_parts",
        "campaigns",
        "changes",
        "check_file",
        "check_rules",
        "collecting",
        "compile_ledger",
        "county",
        "county_corrections",
        "county_files",
        "county_takings",
        "county_texts",
        "day_words",
        "deciding",
        "desk_visits",
        "door",
        "door_answers",
        "door_closing",
        "door_confirming",
        "door_desk",
        "door_files",
        "door_guard",
        "door_handing_in",
        "door_limits",
        "door_pages",
        "door_review",
        "door_server",
        "door_site",
        "door_trial",
        "downloads",
        "drafts",
        "explained_opinions",
        "filters",
        "form_choice",
        "form_preview",
        "guard",
        "hand_out",
        "headers",
        "history",
        "job",
        "job_events",
        "job_marks",
        "keys",
        "last_year",
        "marked_table",
        "new_campaign",
        "numbered_opinions",
        "opinion_words",
        "origins",
        "pages",
        "password",
        "password_guard",
        "reports",
        "roster_view",
        "server",
        "sessions",
        "shelf",
        "site",
        "static_files",
        "steps",
        "sum_view",
        "take_in",
        "text_editor",
        "uploads",
        "urge",
    },
    "workbook": {
        "__init__",
        "blank_list",
        "cached_figure",
        "cached_values",
        "cell_formats",
        "cell_conditions",
        "charts",
        "colours",
        "context",
        "controls",
        "digest",
        "engine",
        "entries",
        "formula",
        "frames",
        "front",
        "helpers",
        "layout_plan",
        "list_conditions",
        "list_numbers",
        "listing",
        "paper",
        "mark",
        "marks",
        "notice",
        "page",
        "places",
        "prior",
        "quotients",
        "ranges",
        "row_lists",
        "run_on",
        "sheets",
        "contents",
        "draw",
        "filling",
        "markup",
        "masters",
        "mould",
        "occasion",
        "stamp",
        "tick_marks",
        "stated",
        "stated_values",
        "told",
        "widths",
        "write",
    },
}
ALONE = {  # packages that only these rooms and modules may import
    "chinese_calendar": {"working_days"},
    "click": {"cli"},
    "distributed": {"cluster"},
    "docx": {"report/docx"},  # published/docx reads the parts itself, with lxml
    "fsspec": {"sources"},
    "isal": {"spreadsheet/package"},
    "jinja2": {"report/template"},
    "lxml": {"published/docx", "published/html"},
    "msoffcrypto": {"spreadsheet/encryption"},
    "numpy": {"rules", "campaign/consolidate", "model"},  # where vectors are computed; the model names their type
    "olefile": {"kinds", "published/foreign", "spreadsheet/encryption"},
    "openpyxl": {
        "reader/second",
        "campaign/desk_writing",
        "drafting/blank",
    },  # second readings; what people edit; borders
    "pandas": {"frames", "api", "campaign/contributions", "campaign/export"},  # where frames are handed out
    "pdfplumber": {"published/baseline", "published/pages", "published/pdf"},
    "platformdirs": {"forms/kept", "web/shelf"},
    "pyarrow": {"campaign/export"},
    "pypinyin": {"drafting/names"},
    "python_multipart": {"web/uploads"},
    "psutil": {"files", "workers", "office"},
    "sqlite3": {"campaign/database", "campaign/salvage", "campaign/schema"},
    "starlette": {"web"},
    "tomlkit": {"campaign/plain_edits"},
    "typst": {"report/typeset"},
    "uvicorn": {"web/server"},
    "xlrd": {"spreadsheet/xls"},
    "xlsxwriter": {"workbook/engine"},
    "zipfile": {
        "report/docx",
        "campaign/zipped",
        "campaign/desk_writing",
        "web/bundles",
        "workbook/engine",
    },  # the last streams what xlsxwriter holds
}
SAYS_A1 = {  # rooms that know cells by address; all others name them by key
    "spreadsheet",
    "workbook",
    "reader",  # compares where cells are in a returned file with where they should be
    "campaign/desk_reading",  # the office's own workbook, of no form
    "campaign/desk_writing",
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
        yield path.relative_to(HOUSE).with_suffix("").as_posix(), read_tree(path)


def imports(tree, *, at_start=False):
    """Every imported module by full name, also inside functions and for types alone.

    With `at_start` only those that importing the module itself brings in.
    """
    skipped = set()
    if at_start:
        for node in ast.walk(tree):
            for_types = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
            if for_types or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                skipped.update(id(child) for child in ast.walk(node))
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name their room in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def import_graph(trees):
    """For each module the modules of the house that it imports; names from a module count as the module."""
    graph = {}
    for name, tree in trees.items():
        graph[name] = set()
        for target in imports(tree):
            parts = target.split(".")
            if parts[0] != "xltool":
                continue
            for length in range(len(parts), 0, -1):
                path = "/".join(parts[1:length])
                found = next((way for way in (path, f"{path}/__init__".lstrip("/")) if way in trees), None)
                if found is not None:
                    graph[name].add(found)
                    break
    return graph


def circles(graph):
    """The groups of modules that import each other by whatever way round: Tarjan's strongly connected components."""
    order, lowest, stack, found = {}, {}, [], []

    def visit(node):
        order[node] = lowest[node] = len(order)
        stack.append(node)
        for target in sorted(graph[node]):
            if target not in order:
                visit(target)
            if target in stack:
                lowest[node] = min(lowest[node], lowest[target])
        if lowest[node] == order[node]:
            group = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(group) > 1 or node in graph[node]:
                found.append(sorted(group))

    for node in sorted(graph):
        if node not in order:
            visit(node)
    return found


def parsed(**sources):
    return {name.replace("__of__", "/"): ast.parse(source) for name, source in sources.items()}


@pytest.mark.parametrize(
    "back",
    [
        "from xltool.room import one",
        "def work():\n    from xltool.room.one import name",
        "if TYPE_CHECKING:\n    from xltool.room.one import name",
        "import xltool.room.one",
    ],
)
def test_a_circle_of_any_kind_is_found(back):
    trees = parsed(room__of__one="from xltool.room.two import name", room__of__two="import re", room__of__three=back)
    assert circles(import_graph(trees)) == []
    trees["room/two"] = ast.parse("from xltool.room import three")
    assert circles(import_graph(trees)) == [["room/one", "room/three", "room/two"]]


def test_no_modules_import_each_other():
    graph = import_graph(dict(modules()))
    assert graph["report/docx"] >= {"report/style", "model"}
    assert circles(graph) == []


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


def test_every_room_is_in_the_plan():
    assert set(ROOMS) == {name.split("/")[0] for name, _ in modules()}
    for room, below in ROOMS.items():
        assert below <= set(ROOMS) - {room}, room
        for lower in below:
            assert room not in ROOMS[lower], f"{room} and {lower} enter each other"


def test_imports_run_downward_only():
    for name, tree in modules():
        room = name.split("/")[0]
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


def test_few_rooms_say_a1():
    for name, tree in modules():
        if not {name, name.split("/")[0]} & SAYS_A1:
            assert not any("a1" in target.split(".") for target in imports(tree)), name


def test_what_takes_long_to_import_is_imported_where_it_is_used():
    for name, tree in modules():
        slow = {target.split(".")[0] for target in imports(tree, at_start=True)} & {"pandas", "openpyxl"}
        assert not slow, f"{name} imports {slow} when it is imported"


def test_the_model_needs_nothing_but_python():
    [tree] = [tree for name, tree in modules() if name == "model"]
    assert {target.split(".")[0] for target in imports(tree, at_start=True)} <= sys.stdlib_module_names


def test_help_imports_nothing_heavy():
    start = "import sys; from xltool.cli import main"
    program = f"{start}\ntry: main(['--help'])\nexcept SystemExit: print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in done.stderr.split()}
    assert not loaded & {
        "numpy",
        "pandas",
        "xlsxwriter",
        "docx",
        "lxml",
        "jinja2",
        "tomllib",
        "json",
        "starlette",
        "uvicorn",
    }
    assert "xltool.messages" not in done.stderr.split()


ASIDE = {
    "faults",
    "fuzz",
    "golden",
    "hostile",
    "packaging",
}  # folders of tests about no room: runners, files to compare with, attacks, recipes


def test_the_tests_mirror_the_rooms():
    tests = Path(__file__).parent
    rooms = {name.split("/")[0] for name, _ in modules() if "/" in name}
    folders = {path.parent.name for path in tests.rglob("test_*.py")} - {tests.name}
    assert rooms <= folders <= rooms | ASIDE
    for path in tests.rglob("test_*.py"):
        room = "" if path.parent == tests else path.parent.name
        homes = {home for home, names in MODULES.items() if path.stem.removeprefix("test_") in names}
        assert not homes or room in homes, f"{path.name} is about a module of {homes}"
