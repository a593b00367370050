"""Finds forms: the packaged definitions and those in the folders of XLTOOL_FORMS; the edition for a report year."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from xltool.forms import spec as definition
from xltool.forms.source import Fault, closest
from xltool.messages import DefinitionError, UnknownFormError
from xltool.model import FormSpec

FOLDERS: Final = "XLTOOL_FORMS"
"""The environment variable with further folders of definitions, separated as in PATH."""


@cache
def data_folder(name: str) -> Path:
    """A folder of packaged data: inside the package in a wheel, beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    packaged = package / "_data" / name
    return packaged if packaged.is_dir() else package.parent / name


def ids() -> tuple[str, ...]:
    """The ids of all known forms; the id of a form is its file name, `ogi_2021.toml` being `ogi-2021`."""
    return tuple(sorted(_files()))


def load(form_id: str) -> FormSpec:
    """The form of that id; raises `UnknownFormError` naming the nearest known one, or `DefinitionError` with all its faults."""
    files = _files()
    if form_id not in files:
        raise UnknownFormError(form_id, tuple(files), closest(form_id, files))
    return _load(*files[form_id])


def every() -> tuple[FormSpec, ...]:
    """All known forms, in the order of their ids; raises `DefinitionError` with the faults of the first faulty one."""
    return tuple(_load(*file) for _, file in sorted(_files().items()))


def edition(family: str, year: int) -> FormSpec | None:
    """The form of a family (`ogi`) that is in force for a report year, or None."""
    found = (_load(*file) for form_id, file in sorted(_files().items()) if form_id.rpartition("-")[0] == family)
    return next((spec for spec in found if spec.covers(year)), None)


def parse(text: str, name: str) -> FormSpec:
    """The form that a definition defines; raises `DefinitionError`."""
    return definition.parse(text, name)


class _File(NamedTuple):
    """A definition's file, and when it was last changed."""

    path: str
    changed: int


def _files() -> dict[str, _File]:
    files: dict[str, _File] = {}
    for folder in reversed(os.environ.get(FOLDERS, "").split(os.pathsep)):
        files |= _listed(folder) if folder else {}
    return files | _packaged()


@cache
def _packaged() -> dict[str, _File]:
    """What comes with the program, which does not change while it runs: every file that is read asks for the forms."""
    return _listed(str(data_folder("workbook_templates")))


def _listed(folder: str) -> dict[str, _File]:
    try:
        with os.scandir(folder) as found:
            entries = sorted((entry for entry in found if entry.name.endswith(".toml")), key=lambda entry: entry.name)
            return {definition.form_id(entry.name): _File(entry.path, entry.stat().st_mtime_ns) for entry in entries}
    except (FileNotFoundError, NotADirectoryError):
        return {}


@cache
def _load(path: str, _changed: int) -> FormSpec:
    file = Path(path)
    data = file.read_bytes()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        fault = Fault(data.count(b"\n", 0, error.start) + 1, 1, "not UTF-8: save this file in the encoding UTF-8")
        raise DefinitionError(f"{file.name}:{fault.line}:{fault.column}: {fault.message}", (fault,)) from None
    return definition.parse(text, file.name)
