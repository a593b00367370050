"""How the house is written, as far as no linter holds it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import xltool
from tests.trees import read_tree

HOUSE = Path(xltool.__file__).parent
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def packed(tree: ast.Module) -> Iterator[int]:
    """The lines at which a statement packs three comprehensions into two lines or nests them three deep."""
    for statement in ast.walk(tree):
        if not isinstance(statement, ast.stmt):
            continue
        starts: list[int] = []
        stack = [(node, 0) for node in ast.iter_child_nodes(statement)]
        while stack:
            node, depth = stack.pop()
            if isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case):
                continue
            if isinstance(node, COMPREHENSIONS):
                starts.append(node.lineno)
                depth += 1
                if depth == 3:
                    yield node.lineno
            stack += [(child, depth) for child in ast.iter_child_nodes(node)]
        starts.sort()
        yield from (first for first, third in zip(starts, starts[2:], strict=False) if third - first < 2)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("x = [a for a in y], [b for b in y], [c for c in y]", [1]),
        ("x = (\n    [a for a in y], [b for b in y],\n    [c for c in y],\n)", [2]),
        ("x = [\n    [\n        [c for c in b]\n        for b in a\n    ]\n    for a in y\n]", [3]),
        ("x = [[b for b in a] for a in y]\nz = [b for b in x]", []),
        ("if any(a for a in y):\n    x = [[b for b in a] for a in y]", []),
        ("x = {\n    1: [a for a in y],\n    2: [b for b in y],\n    3: 0,\n    4: [c for c in y],\n}", []),
    ],
)
def test_packed_comprehensions_are_found(source: str, found: list[int]) -> None:
    assert list(packed(ast.parse(source))) == found


def test_no_line_packs_three_comprehensions() -> None:
    trees = {path: read_tree(path) for path in HOUSE.rglob("*.py")}
    assert [f"{path.relative_to(HOUSE)}:{line}" for path, tree in sorted(trees.items()) for line in packed(tree)] == []


PARTICIPLE = re.compile(
    r"_?(\w+ed|broken|drawn|found|given|held|hidden|known|left|made|put|said|seen|shown|taken|told|written)$"
)
PUBLIC = {"imported"}  # what other programs call is not renamed


def name_functions() -> Iterator[tuple[str, str]]:
    for path in sorted(HOUSE.rglob("*.py")):
        for node in read_tree(path).body:
            if isinstance(node, ast.FunctionDef):
                yield f"{path.relative_to(HOUSE)}:{node.lineno}", node.name


def test_functions_say_what_they_do() -> None:
    assert [
        (place, name)
        for place, name in name_functions()
        if "_" not in name.strip("_") and PARTICIPLE.match(name) and name not in PUBLIC
    ] == []


def test_a_public_name_has_one_meaning_in_the_house() -> None:
    """Types, their aliases and constants; a type that stands for any type means the same everywhere."""
    homes: dict[str, set[str]] = {}
    for path in sorted(HOUSE.rglob("*.py")):
        for node in read_tree(path).body:
            if isinstance(node, ast.ClassDef):
                names = [node.name]
            elif isinstance(node, ast.AnnAssign):
                names = [ast.unparse(node.target)]
            elif isinstance(node, ast.Assign) and "TypeVar" not in ast.unparse(node.value):
                names = [name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)]
            else:
                continue
            for name in names:
                if not name.startswith("_"):
                    homes.setdefault(name, set()).add(path.relative_to(HOUSE).as_posix())
    assert {name: where for name, where in homes.items() if len(where) > 1} == {}
