from __future__ import annotations

import os
import time

import pytest

from tests.packaged import PACKAGED
from xltool import api
from xltool.forms import catalog
from xltool.messages import DefinitionError, UnknownFormError, XltoolError

from .test_spec import GOOD


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of further forms that the catalogue knows."""
    monkeypatch.setenv(catalog.FOLDERS_VARIABLE, str(tmp_path))
    return tmp_path


def test_the_packaged_forms(monkeypatch):
    monkeypatch.delenv(catalog.FOLDERS_VARIABLE, raising=False)
    assert catalog.list_ids() == PACKAGED
    assert tuple(catalog.load_form(form_id).id for form_id in catalog.list_ids()) == PACKAGED
    assert {spec.id for spec in catalog.load_all() if spec.usual} == {"ogi-2019", "ogi-2021"}


@pytest.mark.parametrize(
    ("year", "form_id"), [(2018, None), (2019, "ogi-2019"), (2020, "ogi-2019"), (2021, "ogi-2021"), (2035, "ogi-2021")]
)
def test_the_edition_of_a_year(year, form_id):
    found = catalog.find_edition("ogi", year)
    assert (found and found.id) == form_id
    assert catalog.find_edition("county", year) is None


def test_an_unknown_form_is_told_with_the_nearest():
    with pytest.raises(
        UnknownFormError, match=r"没有名为 ogi-2012 的报表，最接近的是 ogi-20[12][129]；现有：.*ogi-2019、ogi-2021"
    ):
        catalog.load_form("ogi-2012")
    with pytest.raises(UnknownFormError, match=r"没有名为 x 的报表；现有："):
        catalog.load_form("x")


def test_folders_of_ones_own(folder):
    (folder / "county_survey.toml").write_text(GOOD, "utf-8")
    assert "county-survey" in catalog.list_ids()
    assert catalog.load_form("county-survey").title == "季度检查表"


def test_the_first_folder_wins_and_a_packaged_form_cannot_be_replaced(folder, tmp_path_factory, monkeypatch):
    second = tmp_path_factory.mktemp("second")
    monkeypatch.setenv(catalog.FOLDERS_VARIABLE, os.pathsep.join(map(str, [folder, second, folder / "nowhere"])))
    (folder / "county_survey.toml").write_text(GOOD, "utf-8")
    (second / "county_survey.toml").write_text(GOOD.replace("季度检查表", "别的"), "utf-8")
    (folder / "ogi_2021.toml").write_text(GOOD, "utf-8")
    assert catalog.load_form("county-survey").title == "季度检查表"
    assert catalog.load_form("ogi-2021").title == "政府信息公开工作年度报告"


def test_former_versions_are_no_forms_of_their_own(folder, tmp_path_factory, monkeypatch):
    second = tmp_path_factory.mktemp("second")
    monkeypatch.setenv(catalog.FOLDERS_VARIABLE, os.pathsep.join(map(str, [folder, second])))
    (folder / "county_survey.toml").write_text(GOOD, "utf-8")
    (folder / "county_survey.2023.toml").write_text(GOOD.replace("季度检查表", "半年检查表"), "utf-8")
    (folder / "county_survey.2022.toml").write_text(GOOD.replace("季度检查表", "年度检查表"), "utf-8")
    (second / "county_survey.2022.toml").write_text(GOOD.replace("季度检查表", "别的"), "utf-8")
    (second / "county_survey.2024.toml").write_text(GOOD.replace("季度检查表", "双月检查表"), "utf-8")
    (folder / "zz_survey.toml").write_text(GOOD.replace("county-survey", "zz-survey"), "utf-8")
    (folder / "county_survey.broken.toml").write_text("id = ", "utf-8")
    (second / "county_survey.faulty.toml").write_text("id = ", "utf-8")
    (second / "county_surveys.2022.toml").write_text(GOOD.replace("county-survey", "county-surveys"), "utf-8")
    (second / "._county_survey.toml").write_bytes(b"\0\5\x16\7")  # what another system leaves beside a copied file
    known = sorted(["county-survey", *PACKAGED, "zz-survey"])
    assert [*catalog.list_ids()] == [spec.id for spec in catalog.load_all()] == known
    assert "季度检查表" in [spec.title for spec in catalog.load_all()]
    assert [spec.title for spec in catalog.load_former("county-survey")] == ["年度检查表", "半年检查表", "双月检查表"]
    assert list(catalog.load_former("ogi-2021")) == list(catalog.load_former("../county-survey")) == []
    assert [str(fault).partition(":")[0] for fault in catalog.find_former_faults()] == [
        "county_survey.broken.toml",
        "county_survey.faulty.toml",
    ]


def test_a_changed_file_is_read_again(folder):
    file = folder / "county_survey.toml"
    file.write_text(GOOD, "utf-8")
    os.utime(file, ns=(1, 1))
    assert catalog.load_form("county-survey") is catalog.load_form("county-survey")
    file.write_text(GOOD.replace("季度检查表", "月度检查表"), "utf-8")
    os.utime(file, ns=(2, 2))
    assert catalog.load_form("county-survey").title == "月度检查表"


def test_a_broken_definition_hides_no_other_and_is_named(folder):
    (folder / "county_survey.toml").write_text(GOOD.replace("faulty <= open", "faulty <= opne"), "utf-8")
    (folder / "ogi_2031.toml").write_text("id = ", "utf-8")
    assert tuple(spec.id for spec in catalog.load_all()) == PACKAGED
    assert catalog.find_edition("ogi", 2035).id == "ogi-2021"
    assert [(form_id, str(why).partition(":")[0]) for form_id, why in catalog.find_faults()] == [
        ("county-survey", "county_survey.toml"),
        ("ogi-2031", "ogi_2031.toml"),
    ]
    with pytest.raises(XltoolError, match="报表 county-survey、ogi-2031 的定义有错，没有查"):
        api.explain("no.such.rule")
    assert "第一项加第二项" in api.explain("applications.balance")


def test_faults_name_the_file(folder):
    (folder / "county_survey.toml").write_text(GOOD.replace("faulty <= open", "faulty <= opne"), "utf-8")
    with pytest.raises(
        DefinitionError,
        match=r"(?s)^county_survey\.toml:54:19: table 'accounts' has no row 'opne'.*did you mean 'open'",
    ):
        catalog.load_form("county-survey")


def test_a_file_of_notepad(folder):
    (folder / "county_survey.toml").write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert catalog.load_form("county-survey").id == "county-survey"
    (folder / "other_survey.toml").write_bytes(GOOD.replace("county-survey", "other-survey").encode("gb18030"))
    with pytest.raises(
        DefinitionError, match=r"^other_survey\.toml:2:1: not UTF-8: save this file in the encoding UTF-8$"
    ):
        catalog.load_form("other-survey")


def test_a_definition_without_end_is_never_read(tmp_path, monkeypatch):
    monkeypatch.setenv(catalog.FOLDERS_VARIABLE, str(tmp_path))
    (tmp_path / "a_1.toml").symlink_to("/dev/zero")
    (tmp_path / "a_2.toml").write_text("[[rule]]\nid = 'x'\n" * 200_000, encoding="utf-8")
    for form_id, why in (("a-1", "not a regular file"), ("a-2", "a definition has at most")):
        start = time.process_time()
        with pytest.raises(DefinitionError, match=why):
            catalog.load_form(form_id)
        assert time.process_time() - start < 20
