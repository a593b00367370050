"""The house's own sources as trees, each parsed once however many tests look at it."""

import ast
from functools import cache
from pathlib import Path


@cache
def read_tree(path: Path) -> ast.Module:
    """The tree of a module; whoever looks at it leaves it as it is."""
    return ast.parse(path.read_text("utf-8"))
