"""Packages of npm that tests make use of: in the node_modules that a variable names, or where `.ci/run` puts them."""

from __future__ import annotations

import os
from pathlib import Path


def find_modules(variable: str, name: str) -> Path:
    """The folder node_modules for one purpose; it need not be there."""
    return Path(os.environ.get(variable) or Path.home() / ".cache" / name / "node_modules")
