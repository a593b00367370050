"""No module of the house knows one form: neither the ids of the packaged forms nor the words of their field."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import xltool
from tests.trees import read_tree
from xltool.forms import catalog
from xltool.model import FormSpec

HOUSE = Path(xltool.__file__).parent
FORMS = [catalog.load_form(form_id) for form_id in ("ogi-2019", "ogi-2021")]
PACKAGED = catalog.load_all()

OTHER_MEANINGS = {
    "change": "a field of corrections.toml, and what references to last year begin with",
    "count": "the measure of a block that names none, as the guide says",
    "other": "the table of a file of rules across forms that names the form they are held against",
    "published": "the table of a definition about published reports, and what codes of findings about them begin with",
    "received": "when a file came in, in the status of a campaign",
    "refused": "files that could not be read, in the status of a campaign",
    "total": "a field of rows and columns in a definition, and the look of such a cell",
}
"""Ids that are ordinary words too: alone they may stand in a module for something else, in the key of a cell they may
not."""

WORDS = re.compile(
    "信息公开(?!类别)|政务公开|主动公开|条例|规章|规范性文件|申请|复议|诉讼|(?<!报)表[一二三四五六]|行政许可|"
    "行政处罚|行政执法|行政强制|罚没|持证|结转|(?<!重)新收|国办|"
    "第[一二三四五六七八九十]+条|1 ?月 ?31 ?日|12 ?月 ?31 ?日"
)
"""What only the packaged forms speak of; 信息公开类别 stands at the head of any page of a government."""


def list_ids(spec: FormSpec) -> Iterator[str]:
    for table in spec.tables:
        yield table.id
        for line in [line for block in table.blocks for line in (*block.rows, *block.columns)]:
            yield from (line.id, *(head.id for head in line.heads))
        yield from (column.measure.id for block in table.blocks for column in block.columns)
    yield from (text.key for text in spec.texts)
    yield from (piece for rule in spec.rules for piece in (rule.id, rule.id.rpartition(".")[2]))
    yield from (spec.id, spec.id.partition("-")[0])


IDS = {name for spec in FORMS for name in list_ids(spec)}
TABLES, FAMILIES = (
    {table.id for spec in PACKAGED for table in spec.tables},
    {spec.id.partition("-")[0] for spec in PACKAGED},
)
KEYS = re.compile(
    rf"(?<![\w.])(?:{'|'.join(sorted(TABLES))})\.[a-z]|(?<![a-z])(?:{'|'.join(sorted(FAMILIES))})(?![a-z])"
)
"""The beginning of a cell's or a rule's key, or a family's name, anywhere in a string."""


@cache
def list_strings(path: Path) -> list[tuple[int, str]]:
    """Every string of a module with its line: not its docstrings, nor what `--help` shows a person as an example."""
    tree = read_tree(path)
    aside = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "help":
            aside |= {id(part) for part in ast.walk(node.value)}
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in aside
    ]


def find_traces(text: str) -> list[str]:
    """What in a string belongs to one form."""
    alone = [text] if text in IDS and text not in OTHER_MEANINGS else []
    return [*alone, *KEYS.findall(text), *WORDS.findall(text)]


def test_the_ids_are_those_of_the_forms():
    assert len(IDS) > 90
    assert {"applications", "processed_total", "contact.office", "preface", "applications.balance", "ogi"} <= IDS


def test_every_excuse_is_needed():
    said = {text for path in HOUSE.rglob("*.py") for _, text in list_strings(path)}
    assert set(OTHER_MEANINGS) - (IDS & said) == set()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("preface", True),
        ("processed_total", True),
        ("see applications.received.total", True),
        ("ogi-2021", True),
        ("see penalties.this_year.total", True),
        ("enforcement-2024", True),
        ("按条例第四十九条", True),
        ("received", False),
        ("整份报表还没有填。", False),
        ("cogito", False),
    ],
)
def test_a_trace_is_found(text, found):
    assert bool(find_traces(text)) is found


@pytest.mark.parametrize("path", sorted(HOUSE.rglob("*.py")), ids=lambda path: str(path.relative_to(HOUSE)))
def test_no_module_knows_a_form(path):
    assert [f"{path.name}:{line}: {text}" for line, text in list_strings(path) if find_traces(text)] == []


@pytest.mark.parametrize(
    "path",
    sorted(path for kind in ("*.j2", "*.typ") for path in HOUSE.rglob(kind)),
    ids=lambda path: str(path.relative_to(HOUSE)),
)
def test_no_template_knows_a_form(path):
    text = path.read_text("utf-8")
    assert [*KEYS.findall(text), *WORDS.findall(text)] == []
    assert [
        word for word in re.findall(r"[\"']([\w.]+)[\"']", text) if word in IDS and word not in OTHER_MEANINGS
    ] == []
