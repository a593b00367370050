"""What all tests share.

The two editions, and the folder beside the repository with the official form and real reports.
"""

from __future__ import annotations

import os
from multiprocessing.util import get_temp_dir
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from xltool import office
from xltool.forms import catalog
from xltool.model import FormSpec

for _name in ("LC_ALL", "LC_MESSAGES", "LANG"):
    if os.environ.get(_name, "").lower().startswith("zh"):
        os.environ[_name] = "C.UTF-8"  # faults of definitions are told in English then, as the documents show them

os.environ["XLTOOL_CACHE"] = ""  # nothing is kept from one command to the next, but by the tests that say so

settings.register_profile("repeatable", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("repeatable")

get_temp_dir()  # made once a process: not in the folder of the one test that has its own for temporary files

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def spec() -> FormSpec:
    return catalog.load_form("ogi-2021")


@pytest.fixture(scope="session")
def spec_2019() -> FormSpec:
    return catalog.load_form("ogi-2019")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference files; they belong to others and are not in the repository."""
    if not SHARED.is_dir():
        pytest.skip("no folder 'shared' beside the repository: the reference files are not here")
    return SHARED


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is all of PATH, for a soffice of our own making."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(office, "_PLACES", {})
    (tmp_path / "bin").mkdir()
    return tmp_path / "bin" / "soffice"
