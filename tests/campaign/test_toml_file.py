"""What an office types by hand: each slip of the keyboard is told in Chinese, with its line and how to mend it."""

import time
from datetime import date

import pytest

from tests import figures
from xltool import api
from xltool.campaign.corrections import parse_corrections
from xltool.campaign.folder import SETTINGS, load_campaign
from xltool.campaign.texts import parse_texts
from xltool.campaign.toml_file import open_toml
from xltool.forms.source import LARGEST_TOML, MOST_FAULTS
from xltool.messages import DefinitionError, XltoolError
from xltool.model import Submission

SPEC = api.form("ogi-2021")


def correct(data: bytes) -> object:
    return parse_corrections(data, "corrections.toml", SPEC, [f"A-{at}" for at in range(100)])


def write(data: bytes) -> object:
    total = Submission(SPEC.id, 2024, figures.AGENCY, (None,) * len(SPEC.cells))
    return parse_texts(data, "texts.toml", SPEC, total, None)


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


@pytest.mark.parametrize(
    "deadline", ["2025-01-31T10:00:00", "10:00:00", "2025", '"2025年1月"', '"2025-02-30"', '"1月31日"']
)
def test_what_is_no_day_is_no_deadline(tmp_path, deadline):
    (tmp_path / SETTINGS).write_text(f"{GOOD}deadline = {deadline}\n", "utf-8")
    with pytest.raises(XltoolError, match='deadline 应写成 "2025-01-10" 或 "2025年1月10日" 的样子'):
        load_campaign(tmp_path)


@pytest.mark.parametrize("deadline", ["2025年1月31日", "2025.1.31", "2025/01/31", "二〇二五年一月三十一日前"])
def test_years_and_days_in_settings_as_people_write_them(tmp_path, deadline):
    (tmp_path / SETTINGS).write_text(
        f'form = "ogi-2021"\nname = "甲县"\nyear = "2024年度"\ndeadline = "{deadline}"\n', "utf-8"
    )
    campaign = load_campaign(tmp_path)
    assert (campaign.year, campaign.deadline) == (2024, date(2025, 1, 31))


@pytest.mark.parametrize("year", ["true", "2024.0", '"24年"', '["2024"]'])
def test_what_is_no_year_is_told_with_an_example(tmp_path, year):
    (tmp_path / SETTINGS).write_text(f'form = "ogi-2021"\nname = "甲县"\nyear = {year}\n', "utf-8")
    with pytest.raises(XltoolError, match='year 应写成 2024 或 "2024年" 的样子'):
        load_campaign(tmp_path)


KEYS = "".join(f"unbekannt{at} = 1\n" for at in range(20_000))
QUOTED = "".join(f'"overview.no{at}" = "x{{a.b.c{at}}}"\n' for at in range(20_000))
LONG = "a = [" + "'x'," * 100_000 + "]"
ENTRIES = "".join(f'[[correction]]\nkeyy = "a{at}"\nagencies = ["b{at}"]\n' for at in range(10_000))


@pytest.mark.parametrize(
    ("read", "text"),
    [(correct, KEYS), (correct, ENTRIES), (write, KEYS), (write, QUOTED), (write, LONG)],
)
def test_thousands_of_faults_are_told_in_no_time(read, text):
    start = time.process_time()
    with pytest.raises(DefinitionError) as error:
        read(text.encode())
    assert time.process_time() - start < 40  # two seconds where nothing else runs
    assert len(error.value.faults) <= MOST_FAULTS
    assert len(str(error.value)) < 50_000


def test_faults_beyond_the_most_are_counted():
    with pytest.raises(DefinitionError) as error:
        correct("".join(f"u{at} = 1\n" for at in range(MOST_FAULTS + 7)).encode())
    assert f"有 {MOST_FAULTS + 7} 处错" in str(error.value)
    assert str(error.value).endswith("另有 7 处。改好以上各处后再看。")


def test_a_file_that_is_too_large_is_refused_with_the_limit():
    with pytest.raises(DefinitionError, match=f"最多 {LARGEST_TOML} 字节"):
        open_toml(b"#" * (LARGEST_TOML + 1), SETTINGS)
