"""What an office types by hand: each slip of the keyboard is told in Chinese, with its line and how to mend it."""

import pytest

from xltool.campaign.folder import SETTINGS, load_campaign
from xltool.campaign.toml_file import open_toml
from xltool.messages import DefinitionError

GOOD = 'form = "ogi-2021"\nyear = 2024\nname = "额敏县"\n'
SLIPS = [
    ("name = “额敏县”", 1, "中文引号"),
    ("\nname = 额敏县", 2, "英文双引号"),
    ("deadline = 2025/1/31", 1, "日期要放在英文双引号里"),
    ("deadline = 2025年1月31日", 1, "日期要放在英文双引号里"),
    ('name ＝ "额敏县"', 1, "英文的 ="),
    ('name "额敏县"', 1, "要有等号"),
    ('name = "额敏县', 1, "引号不成对"),
    ("name = '额敏县", 1, "引号不成对"),
    ('prior = ["甲"，"乙"]', 1, "英文的 ,"),
    ('prior = ["甲", "乙"', 1, "括号不成对"),
    ('name = "甲" "乙"', 1, "一行只能写一项"),
    ('name = "甲"\nname = "乙"', 2, "写了两次"),
    ('名称 = "甲"', 1, "含中文"),
    ('prior = "C:\\Users"', 1, "单引号"),
    ("name = '\x01'", 1, "控制字符"),
    ("prior = " + "[" * 5_000 + "]" * 5_000, 1, "嵌套过深"),
    ("year = " + "9" * 5_000, 1, "数字过长"),
]


@pytest.mark.parametrize(("text", "line", "words"), SLIPS)
def test_a_slip_is_told_with_its_line_and_its_remedy(text, line, words):
    with pytest.raises(DefinitionError) as error:
        open_toml(text.encode(), SETTINGS)
    (fault,) = error.value.faults
    assert fault.line == line
    assert words in fault.message
    assert f"{SETTINGS}:{line}:" in str(error.value)
    assert len(str(error.value)) < 700


def test_another_encoding_is_told(tmp_path):
    (tmp_path / SETTINGS).write_bytes(GOOD.encode("gb18030"))
    with pytest.raises(DefinitionError, match=r"campaign\.toml:3:1: 不是 UTF-8 编码；请另存为 UTF-8"):
        load_campaign(tmp_path)


def test_a_deadline_may_stand_without_quotes(tmp_path):
    (tmp_path / SETTINGS).write_text(f"{GOOD}deadline = 2025-01-31\n", "utf-8")
    assert load_campaign(tmp_path).deadline.isoformat() == "2025-01-31"


@pytest.mark.parametrize("deadline", ["2025-01-31T10:00:00", "10:00:00", "2025"])
def test_what_is_no_day_is_no_deadline(tmp_path, deadline):
    (tmp_path / SETTINGS).write_text(f"{GOOD}deadline = {deadline}\n", "utf-8")
    with pytest.raises(Exception, match="deadline 的类型不对"):
        load_campaign(tmp_path)
