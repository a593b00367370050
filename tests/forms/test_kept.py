"""What is derived from a form is kept for the next process: never stale, never of others, never in the way."""

from __future__ import annotations

import dataclasses
import os

import pytest

from xltool.forms import catalog, kept, memo, phrases
from xltool.forms.kept import make_or_recall
from xltool.reader import blank
from xltool.workbook import digest, formula
from xltool.workbook.layout_plan import Plan

MADE = {"words": ["甲", "乙"], "places": [[1, 2], [3, 4]]}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder in which this process keeps what it makes, until the test is over."""
    monkeypatch.setenv(kept.CACHE_VARIABLE, str(tmp_path / "kept"))
    monkeypatch.setattr(kept, "_opened", [True])
    kept._find_folder.cache_clear()
    yield tmp_path / "kept"
    kept._find_folder.cache_clear()


def made_again(*sources: str) -> bool:
    """Whether something is made anew; what comes of it is the same either way."""
    calls = []

    def make():
        calls.append(1)
        return MADE

    assert make_or_recall("some", sources or ("one", "two"), make) == MADE
    return bool(calls)


def test_made_once_for_the_same_sources(folder):
    assert made_again()
    assert not made_again()
    assert made_again("one", "other")
    assert not made_again("one", "other")
    assert [path.name for path in folder.iterdir()] == ["some.json"]


def test_nothing_is_kept_of_what_has_no_source(folder):
    assert made_again("", "two")
    assert made_again("", "two")
    assert not folder.exists()


def test_another_program_takes_nothing(folder, monkeypatch):
    made_again()
    monkeypatch.setattr(kept, "_describe_program", lambda: "another")
    assert made_again()


def test_a_module_that_changes_is_another_program(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "_PROGRAM", tmp_path / "program")
    (tmp_path / "program" / "room").mkdir(parents=True)
    module = tmp_path / "program" / "room" / "module.py"
    told = set()
    for text, changed in (("a = 1", 1), ("a = 12", 1), ("a = 12", 2)):
        module.write_text(text)
        os.utime(module, (changed, changed))
        told.add(kept._describe_program.__wrapped__())
    assert len(told) == 3
    assert kept._describe_program.__wrapped__() in told


@pytest.mark.parametrize(
    "spoil", [lambda data: b"", lambda data: data[:-1], lambda data: data + b" ", lambda data: data[:128] + b"[]"]
)
def test_what_is_not_whole_is_made_anew(folder, spoil):
    made_again()
    path = folder / "some.json"
    path.write_bytes(spoil(path.read_bytes()))
    assert made_again()
    assert not made_again()


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
def test_what_others_can_write_is_not_taken(folder):
    made_again()
    (folder / "some.json").chmod(0o666)
    assert made_again()
    (folder / "some.json").unlink()
    (folder / "some.json").mkdir()
    assert made_again()
    kept._find_folder.cache_clear()
    folder.chmod(0o777)
    assert made_again()
    assert made_again()


@pytest.mark.parametrize("given", ["", "{file}/below", "{file}", "\ud800"])
def test_a_folder_that_cannot_be_does_no_harm(given, tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.write_text("")
    monkeypatch.setattr(kept, "_opened", [True])
    kept._find_folder.cache_clear()
    monkeypatch.setattr(os, "environ", {kept.CACHE_VARIABLE: given.format(file=file)})
    assert made_again()
    assert made_again()
    kept._find_folder.cache_clear()


def test_who_imports_the_library_keeps_nothing(folder, monkeypatch):
    monkeypatch.setattr(kept, "_opened", [])
    assert made_again()
    assert not folder.exists()


def derive(form_id):
    """What is kept of a form, by plans and a language that are made for this call alone."""
    spec = catalog.load_form(form_id)
    plans = [Plan(spec, prior, controls) for prior in (False, True) for controls in (False, True)]
    again = dataclasses.replace(spec)
    memo.note_source(again, memo.find_source(spec))
    language = phrases.load_language(again)
    fields = {each.name: getattr(language, each.name) for each in dataclasses.fields(language)}
    return (
        [(formula.list_formulas(plan), digest.compute_digest(plan), blank.read_blank(plan)) for plan in plans],
        fields | {"manners": language.manners.pattern},
    )


@pytest.mark.parametrize("form_id", catalog.list_ids())
def test_recalled_is_what_is_made(form_id, folder, monkeypatch):
    """Whatever is kept of the packaged forms is, taken from the folder, what it is without one."""
    monkeypatch.setattr(kept, "_opened", [])
    made = derive(form_id)
    monkeypatch.setattr(kept, "_opened", [True])
    assert derive(form_id) == made
    for module, name in (
        (formula, "_write_formulas"),
        (digest, "_compute_digest"),
        (blank, "_describe_blank"),
        (phrases, "_write_draft"),
    ):
        monkeypatch.delattr(module, name)
    assert derive(form_id) == made
