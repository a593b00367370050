"""Years and days as values of options, and what is said of those that are none."""

import pytest
from click.testing import CliRunner

from xltool.campaign.folder import load_campaign
from xltool.cli import main

ROSTER = "单位代码,单位名称,级别\nA-0,甲县人民政府,county\n"


def make(folder, *options):
    (folder / "名录.csv").write_text(ROSTER, "utf-8")
    arguments = ["new", folder / "任务", "--form", "ogi-2021", "--name", "甲县", "--roster", folder / "名录.csv"]
    return CliRunner().invoke(main, [*map(str, arguments), *options])


@pytest.mark.parametrize("year", ["2024", "2024年", "２０２４", "二〇二四年度"])
@pytest.mark.parametrize("deadline", ["2025-01-10", "2025年1月10日", "2025.1.10", "2025/1/10"])
def test_a_campaign_is_the_same_however_its_days_are_written(tmp_path, year, deadline):
    result = make(tmp_path, "--year", year, "--deadline", deadline)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "任务" / "campaign.toml").read_text("utf-8") == (
        'form = "ogi-2021"\nyear = 2024\nname = "甲县"\ndeadline = "2025-01-10"\n'
    )
    assert load_campaign(tmp_path / "任务").year == 2024


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--year", "24"], "“24”不是年度；写成 2024 或 2024年 的样子"),
        (["--year", "1949"], "“1949”不是年度"),
        (["--year", "2024", "--deadline", "1月10日"], "“1月10日”不是日期；写成 2025-01-10、2025/1/10"),
        (["--year", "2024", "--deadline", "2025-02-30"], "“2025-02-30”不是日期"),
    ],
)
def test_what_is_none_is_told_with_an_example(tmp_path, options, words):
    result = make(tmp_path, *options)
    assert result.exit_code == 2
    assert words in result.output
    assert not (tmp_path / "任务").exists()
