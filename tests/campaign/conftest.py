"""A campaign in the midst of its work, for the tests of what can happen to its folder."""

from __future__ import annotations

import shutil

import pytest

from tests.campaign.test_decisions import FINANCE, HEAD, WATER, Office


@pytest.fixture(scope="session")
def played(tmp_path_factory):
    """Three agencies have returned, one of them with an error that was let pass and a second version; it is summed."""
    office = Office(tmp_path_factory.mktemp("whole"))
    office.put("a0.xlsx", office.fill(HEAD, 1))
    office.put("a1.xlsx", office.fill(FINANCE, 2))
    office.put("a2.xlsx", office.fill(WATER, 3, wrong=True))
    office.run("collect")
    office.put("a1-2.xlsx", office.fill(FINANCE, 4))
    assert office.run("collect").exit_code in {0, 3}
    assert office.run("consolidate", "--allow-missing").exit_code in {0, 3}
    return office


@pytest.fixture
def office(played, tmp_path):
    copy = Office.__new__(Office)
    copy.root, copy.figures = tmp_path / "某县", dict(played.figures)
    shutil.copytree(played.root, copy.root)
    return copy
