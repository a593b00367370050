"""How xltool calls itself, and what it advises where a library lacks: installed, and as the one folder."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

from xltool import itself, office
from xltool.cli import diagnostics
from xltool.messages import XltoolError
from xltool.report import pdf, typeset

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(params=[False, True])
def frozen(request, monkeypatch):
    if request.param:
        monkeypatch.setattr(sys, "frozen", True, raising=False)
    return request.param


def test_the_program_is_this_interpreter_or_the_one_file(frozen):
    assert itself.find_program() == ((sys.executable,) if frozen else (sys.executable, "-P", "-m", "xltool"))


def test_no_message_asks_for_pip_where_nothing_can_be_installed(frozen, monkeypatch):
    monkeypatch.setattr(typeset, "is_available", lambda: False)
    monkeypatch.setattr(office, "find_program", lambda: None)
    told = [each.remedy for each in diagnostics._check_pdf_printers()]
    with pytest.raises(XltoolError) as raised:
        pdf.to_pdf(None)
    told.append(str(raised.value))
    assert any("pip install" in said for said in told) != frozen
    assert any("重新解压" in said for said in told) == frozen


def test_every_library_that_the_project_names_is_loaded_under_its_own_name():
    """What doctor says of a library is asked of the library, so that a new one needs no line in xltool."""
    written = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    modules = diagnostics._list_modules()
    for requirement in written:
        name, oldest = requirement.partition(";")[0].split(">=")
        if "sys_platform" not in requirement:
            assert diagnostics._check_library(name, oldest.strip(), modules[diagnostics._normalise(name)]) is None
