"""Files that define forms, as commands take them: by path, wherever they lie."""

from __future__ import annotations

from pathlib import Path

from xltool import api, files
from xltool.forms import catalog
from xltool.forms.across import ENDING, OtherForm, read_across
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


def read_beside(path: Path, spec: FormSpec | None = None) -> tuple[OtherForm, ...]:
    """What a file (`….across.toml`) holds a form against, whose definition lies beside it or is known.

    The other forms are looked for in the same way. `XltoolError` with all of its faults.
    """
    text = files.read_file(path)
    if isinstance(text, Finding):
        raise XltoolError(f"{make_visible(path.name)}：{tell_finding(text, None, None)[0]}")

    def find_form(form_id: str) -> FormSpec:
        near = path.parent / f"{form_id.replace('-', '_')}.toml"
        return catalog.read_form(near) if near.is_file() else catalog.load_form(form_id)

    name = path.name.removesuffix(ENDING)
    try:
        return read_across(spec or find_form(name.replace("_", "-")), path.name, text.decode("utf-8"), find_form)
    except UnicodeDecodeError:
        raise XltoolError(f"{make_visible(path.name)} 不是 UTF-8 编码；请另存为 UTF-8。") from None
    except DefinitionError as error:
        raise XltoolError(f"{make_visible(path.name)} 有错，没有通过检查：\n{error}") from None


def open_form(given: str) -> FormSpec:
    """A known form by its id, or the one that a file (`….toml`) defines."""
    return read_definition(Path(given)) if given.endswith(".toml") else api.form(given)
