"""Finds forms: the packaged definitions and those in the folders of XLTOOL_FORMS; the edition for a report year.

A file name with two dots (`county_survey.spring.toml`) is a former version of a form, kept for the workbooks that were
made with it.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from xltool.forms import spec as definition
from xltool.forms.fault_words import wants_chinese, word_fault
from xltool.forms.memo import note_source
from xltool.forms.source import LARGEST_TOML, Fault, find_closest
from xltool.messages import DefinitionError, UnknownFormError
from xltool.model import FormSpec

FOLDERS_VARIABLE: Final = "XLTOOL_FORMS"
"""The environment variable with further folders of definitions, separated as in PATH."""
_DATA: Final = ("phrases", "terms", "compiled", "days", "across")
"""What stands before the ending of files that are no definitions: data beside them."""
_NAME: Final = re.compile("[^.].*" + "".join(rf"(?<!\.{word})" for word in _DATA) + r"\.toml", re.DOTALL)
_EDITION: Final = re.compile(r"(.+)-[0-9]{4}")
"""A form that ends in a year is an edition of what stands before it."""
_FORMER: Final = "."
"""In a file's name without its ending: what stands before it is the form's, what follows is the office's own word for
the version."""


@cache
def data_folder(name: str) -> Path:
    """A folder of packaged data: inside the package in a wheel, beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    packaged = package / "_data" / name
    return packaged if packaged.is_dir() else package.parent / name


def list_ids() -> tuple[str, ...]:
    """The ids of all known forms; the id of a form is its file name, `ogi_2021.toml` being `ogi-2021`."""
    return tuple(sorted(_list_present()))


def load_form(form_id: str) -> FormSpec:
    """The form of that id.

    Raises `UnknownFormError` naming the nearest known one, or `DefinitionError` with all its faults.
    """
    files = _list_present()
    if form_id not in files:
        raise UnknownFormError(form_id, tuple(files), find_closest(form_id, files))
    return _load_file(*files[form_id])


def hash_form(form_id: str) -> str:
    """The SHA-256 of the definition of a form that is known."""
    return hashlib.sha256(_read_definition(Path(_list_present()[form_id].path))).hexdigest()


def hash_definitions() -> str:
    """A digest of all definitions and of the data beside them, packaged and of offices, by their names."""
    digest = hashlib.sha256()
    given = os.environ.get(FOLDERS_VARIABLE, "").split(os.pathsep)
    for folder in [data_folder("workbook_templates"), *(Path(folder) for folder in given if folder)]:
        digest.update(b"folder\0")
        for path in sorted(folder.glob("*.toml")):
            try:
                held = hashlib.sha256(_read_definition(path)).digest()
            except (DefinitionError, OSError):
                held = b"unread"
            digest.update(path.name.encode() + b"\0" + held)
    return digest.hexdigest()


def read_definition_text(form_id: str) -> str:
    """The text of the definition of a form that is known."""
    return _read_text(*_list_present()[form_id])


def load_all() -> tuple[FormSpec, ...]:
    """All known forms without a fault, in the order of their ids: one that has some hides no other.

    `find_faults` has those.
    """
    return tuple(_load_sound(file for _, file in sorted(_list_present().items())))


def find_faults() -> Iterator[tuple[str, DefinitionError | OSError]]:
    """The ids of the forms that cannot be used, and what is wrong with each: its definition, or its file."""
    for form_id, file in sorted(_list_present().items()):
        try:
            _load_file(*file)
        except (DefinitionError, OSError) as error:
            yield form_id, error


def _load_sound(found: Iterable[_File]) -> Iterator[FormSpec]:
    for file in found:
        with suppress(DefinitionError, OSError):
            yield _load_file(*file)


def find_family(form_id: str) -> str:
    """What a form is an edition of: `ogi` of `ogi-2021`; nothing where its id does not end in a year."""
    edition = _EDITION.fullmatch(form_id)
    return edition[1] if edition else ""


def find_edition(family: str, year: int) -> FormSpec | None:
    """The form of a family (`ogi`) that is in force for a report year, or None."""
    found = (file for form_id, file in sorted(_list_present().items()) if find_family(form_id) == family)
    return next((spec for spec in _load_sound(found) if spec.covers(year)), None)


def load_former(form_id: str) -> Iterator[FormSpec]:
    """The former versions of a form, in the order of their file names.

    Those with a fault are left out, `find_former_faults` has them.
    """
    for name, file in sorted(_list_files().items()):
        if _FORMER in name and definition.form_id(name) == form_id:
            try:
                yield _load_file(*file)
            except DefinitionError:
                continue


def read_phrase_files(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The files of phrases of these names, in this order: name and text, the packaged one before those of offices.

    Raises `DefinitionError` for one that cannot be read as a text.
    """
    for name in names:
        yield from read_data_files(f"{name}.phrases.toml")


def read_data_files(pattern: str) -> Iterator[tuple[str, str]]:
    """The files of data beside definitions whose names fit a pattern: name and text, the packaged ones first.

    Raises `DefinitionError` for one that cannot be read as a text.
    """
    yield from _read_packaged(pattern)
    for folder in os.environ.get(FOLDERS_VARIABLE, "").split(os.pathsep):
        yield from _read_folder(Path(folder), pattern) if folder else ()


@cache
def _read_packaged(pattern: str) -> tuple[tuple[str, str], ...]:
    """The files of data that come with the program, of few patterns: every text that is judged asks for its phrases."""
    return tuple(_read_folder(data_folder("workbook_templates"), pattern))


def _read_folder(folder: Path, pattern: str) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob(pattern)):
        with suppress(FileNotFoundError, NotADirectoryError):
            yield path.name, _read_text(str(path), path.stat().st_mtime_ns)


def find_former_faults() -> Iterator[DefinitionError]:
    """What is wrong with former versions of forms: a reading passes over them without a word."""
    for name, file in sorted(_list_files().items()):
        if _FORMER in name:
            try:
                _load_file(*file)
            except DefinitionError as error:
                yield error


def read_form(path: Path) -> FormSpec:
    """The form that a file defines, wherever it lies; raises `DefinitionError` with all its faults, or `OSError`."""
    return _load_file(str(path), path.stat().st_mtime_ns)


def parse_form(text: str, name: str) -> FormSpec:
    """The form that a definition defines; raises `DefinitionError`."""
    return definition.parse_spec(text, name)


class _File(NamedTuple):
    """A definition's file, and when it was last changed."""

    path: str
    changed: int


def _list_present() -> Mapping[str, _File]:
    """The definitions in force, by the ids of their forms."""
    return _select_present(tuple(_list_files().items()))


@lru_cache(maxsize=8)
def _select_present(files: tuple[tuple[str, _File], ...]) -> Mapping[str, _File]:
    return {definition.form_id(name): file for name, file in files if _FORMER not in name}


def _list_files() -> Mapping[str, _File]:
    """All definitions by their file names without `.toml`: the packaged one first, then that of the first folder."""
    given = os.environ.get(FOLDERS_VARIABLE, "")
    if not given:
        return _list_packaged()
    files: dict[str, _File] = {}
    for folder in reversed(given.split(os.pathsep)):
        files |= _list_folder(folder) if folder else {}
    return files | _list_packaged()


@cache
def _list_packaged() -> dict[str, _File]:
    """What comes with the program, which does not change while it runs: every file that is read asks for the forms."""
    return _list_folder(str(data_folder("workbook_templates")))


def _read_definition(file: Path) -> bytes:
    """The bytes of a definition; a device, a pipe or a file without end is never read."""
    status = file.stat()
    if not stat.S_ISREG(status.st_mode):
        why = "not a regular file"
    elif status.st_size > LARGEST_TOML:
        why = f"{status.st_size} bytes, a definition has at most {LARGEST_TOML}"
    else:
        return file.read_bytes()
    raise _make_error(file, Fault(1, 1, why))


def _list_folder(folder: str) -> dict[str, _File]:
    try:
        with os.scandir(folder) as found:
            entries = sorted((entry for entry in found if _NAME.fullmatch(entry.name)), key=lambda entry: entry.name)
            return {entry.name.removesuffix(".toml"): _File(entry.path, entry.stat().st_mtime_ns) for entry in entries}
    except (FileNotFoundError, NotADirectoryError):
        return {}


@cache
def _load_file(path: str, changed: int) -> FormSpec:
    text, name = _read_text(path, changed), Path(path).name
    spec = definition.parse_spec(text, name)
    note_source(spec, f"{name} {hashlib.sha256(text.encode()).hexdigest()}")
    return spec


@cache
def _read_text(path: str, _changed: int) -> str:
    """The text of a definition or of phrases; raises `DefinitionError` where it is none."""
    file = Path(path)
    data = _read_definition(file)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        fault = Fault(data.count(b"\n", 0, error.start) + 1, 1, "not UTF-8: save this file in the encoding UTF-8")
        raise _make_error(file, fault) from None


def _make_error(file: Path, fault: Fault) -> DefinitionError:
    """The error for a file that is no text of a definition, in the language of whoever looks."""
    told = word_fault(fault.message) if wants_chinese() else fault.message
    return DefinitionError(f"{file.name}:{fault.line}:{fault.column}: {told}", (fault,))
