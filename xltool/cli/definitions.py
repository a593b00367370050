"""Files that define forms, as commands take them: by path, wherever they lie."""

from __future__ import annotations

from pathlib import Path

from xltool import api, files
from xltool.forms import catalog
from xltool.messages import DefinitionError, XltoolError, make_visible, tell_finding
from xltool.model import Finding, FormSpec


def read_definition(path: Path) -> FormSpec:
    """The form that a file defines; `XltoolError` with all of its faults, or with why the file cannot be opened."""
    data = files.read_file(path)
    if isinstance(data, Finding):
        raise XltoolError(f"{make_visible(path.name)}：{tell_finding(data, None, None)[0]}")
    try:
        return catalog.read_form(path)
    except DefinitionError as error:
        raise XltoolError(f"{make_visible(path.name)} 有错，没有通过检查：\n{error}") from None


def open_form(given: str) -> FormSpec:
    """A known form by its id, or the one that a file (`….toml`) defines."""
    return read_definition(Path(given)) if given.endswith(".toml") else api.form(given)
