"""`xltool new --keep-prior`: last year's files in the campaign's own folder."""

from __future__ import annotations

import shutil

import pytest
from click.testing import CliRunner

from tests.campaign.test_priors import published, write_figures
from xltool.campaign import folder, priors
from xltool.cli import main
from xltool.periods import Period

ROSTER = """单位代码,单位名称,级别,上级代码
99-0,样例县政府办公室,部门,
99-1,样例局,部门,99-0
99-2,另一局,部门,99-0
"""


@pytest.fixture
def office(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "名录.csv").write_text(ROSTER, "utf-8")
    return tmp_path


def make(root, *more, year="2024"):
    options = ["--form", "ogi-2021", "--year", year, "--name", "样例县", "--roster", "名录.csv", *more]
    return CliRunner().invoke(main, ["new", root, *options])


def read_last_year(root):
    campaign = folder.load_campaign(root)
    paths = folder.resolve_paths(campaign, campaign.prior)
    return campaign, priors.gather_last_year(paths, campaign.period, campaign.read_roster())


def test_files_and_folders_of_files_are_copied_under_names_of_their_own(office):
    last = office / "去年"
    last.mkdir()
    published(last, "样例局", "docx")
    (last / "说明.txt").write_text("不是数据", "utf-8")
    other = write_figures(office / "别处" / "样例局.json", "99-2", 4)
    (office / "再一处").mkdir()
    shutil.copy(other, office / "再一处" / "样例局.json")
    done = make("今年", "--prior", "去年", "--prior", str(other), "--prior", "再一处", "--keep-prior")
    assert done.exit_code == 0, done.stderr
    for place in ("去年", "别处", "再一处"):
        shutil.rmtree(office / place)
    kept = sorted(path.name for path in (office / "今年" / "上年").iterdir())
    assert kept == ["样例局 (2).json", "样例局.docx", "样例局.json"]
    campaign, found = read_last_year(office / "今年")
    assert campaign.prior == ("上年",) and found.keys() == {"99-1", "99-2"}


def test_a_campaign_of_last_year_is_kept_as_its_submissions_and_its_sum(office):
    assert make("去年", year="2023").exit_code == 0
    write_figures(office / "去年" / "收件" / "样例局.json", "99-1", 7)
    assert CliRunner().invoke(main, ["collect", "-C", "去年", "--jobs", "1"]).exit_code in {0, 3}
    write_figures(office / "去年" / "汇总" / "submission.json", "99-0", 5, scope="consolidated")
    _, before = read_last_year_from(office / "去年")
    done = make("今年", "--prior", "去年", "--keep-prior")
    assert done.exit_code == 0 and "另有上年的汇总数" in done.stdout, done.stderr
    shutil.rmtree(office / "去年")
    _, found = read_last_year(office / "今年")
    assert found.keys() == before.keys() == {"99-1", priors.TOTAL_FILE}
    assert {code: each.values for code, each in found.items()} == {code: each.values for code, each in before.items()}


def read_last_year_from(last):
    roster = folder.load_campaign(last).read_roster()
    return roster, priors.gather_last_year([last], Period(2024), roster)


def test_the_same_again_changes_nothing_and_what_lies_there_is_not_covered(office):
    last = office / "去年"
    last.mkdir()
    published(last, "样例局", "html")
    assert make("今年", "--prior", "去年", "--keep-prior").exit_code == 0
    before = {path: path.read_bytes() for path in (office / "今年").rglob("*") if path.is_file()}
    again = make("今年", "--prior", "去年", "--keep-prior")
    assert again.exit_code == 0 and "已经是" in again.stdout
    assert {path: path.read_bytes() for path in (office / "今年").rglob("*") if path.is_file()} == before
    (office / "另" / "上年").mkdir(parents=True)
    (office / "另" / "上年" / "我的.json").write_text("{}", "utf-8")
    done = make("另", "--prior", "去年", "--keep-prior")
    assert done.exit_code == 1 and "我的.json" in done.stderr
    assert not (office / "另" / "campaign.toml").exists()


def test_a_run_that_was_killed_can_be_run_again(office, monkeypatch):
    last = office / "去年"
    last.mkdir()
    published(last, "样例局", "html")
    published(last, "另一局", "html")
    written = folder.files.write_file

    def fail(path, *arguments, **more):
        if path.name == "样例局.html":
            raise KeyboardInterrupt
        return written(path, *arguments, **more)

    monkeypatch.setattr(folder.files, "write_file", fail)
    assert make("今年", "--prior", "去年", "--keep-prior").exit_code == 130
    monkeypatch.undo()
    monkeypatch.chdir(office)
    assert make("今年", "--prior", "去年", "--keep-prior").exit_code == 0
    assert read_last_year(office / "今年")[1].keys() == {"99-1", "99-2"}
