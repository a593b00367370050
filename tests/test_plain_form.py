"""What a stranger's form showed: amounts in 千元, `/` in a report, rules with lines between, a cell of two periods."""

from __future__ import annotations

import io

import openpyxl
import pytest

import xltool
from xltool.model import NOT_APPLICABLE, Agency, Reading, Submission

FORM = """
id = "clinic"
title = "诊所月报"
authority = "县卫生健康局"
basis = "县卫〔2024〕1号"
years = [2024]
period = "month"
SLASH

[measure.count]
unit = "人次"
decimals = 0

[measure.money]
unit = "UNIT"
decimals = 0
doubtful_from = 100000

[[section]]
heading = "一、诊疗"
table = "month"

[[table]]
id = "month"
name = "表一"
sheet = "表一 诊疗"
title = "诊所月报"
widths = [30, 20]

[[table.block]]
corner = "指标"
rows = [
  { id = "visits", label = "诊疗人次" },
  { id = "income", label = "收入", measure = "money" },
  { id = "beds", label = "床位", not_applicable = true },
  { id = "booked", label = "其中：预约" },
  { id = "files", label = "累积建档人数" },
]
columns = [{ id = "number", label = "数量" }]

[[table.rule]]
id = "booked"
per = "column"
expr = "booked <= visits"
text = "预约不应多于诊疗人次"
basis = "县卫〔2024〕1号"

[[table.rule]]
id = "files"
expr = "files.number >= prior.files.number"
severity = "warning"
text = "累积人数一般不少于上月"
basis = "县卫〔2024〕1号"
"""


@pytest.fixture
def make_form(tmp_path, monkeypatch):
    def make(slash: str = "", unit: str = "千元"):
        (tmp_path / "clinic.toml").write_text(FORM.replace("SLASH", slash).replace("UNIT", unit), "utf-8")
        monkeypatch.setenv("XLTOOL_FORMS", str(tmp_path))
        return xltool.form("clinic")

    return make


def submit(*values, part: str = "05") -> Submission:
    return Submission("clinic", 2024, Agency("330001", "样例诊所", "department"), values, part=part)


def tell(spec, submission, prior=None) -> dict[str, str]:
    [reading] = xltool.check([Reading(submission)], None if prior is None else [prior])
    return {each.rule or each.code: xltool.message(each, spec) for each in reading.findings}


@pytest.mark.parametrize(
    ("unit", "advice"),
    [
        ("千元", "像是按元填的。改法：若按元填写，请除以 1000；"),
        ("万元", "像是按元填的。改法：若按元填写，请除以 10000；"),
        ("亩", "像是按更小的单位填的。改法：若按更小的单位填写，请换算成亩；"),
    ],
)
def test_an_amount_in_a_smaller_unit_is_told_by_what_the_unit_is(make_form, unit, advice):
    spec = make_form(unit=unit)
    assert advice in tell(spec, submit(9, 15_200_000, 5, 3, 8))["amount.doubtful"]
    book = openpyxl.load_workbook(io.BytesIO(xltool.fill(submit(9, 15, 5, 3, 8))))
    said = {str(cell.value) for row in book["校验"] for cell in row}
    assert any(text.startswith(f"金额以{unit}填报") for text in said)


def test_a_jump_is_told_by_what_the_unit_is(make_form):
    said = tell(make_form(), submit(9, 152_000, 5, 3, 8), submit(9, 150, 5, 3, 8, part="04"))
    assert "像是按元填的，除以 1000 是 152 千元" in said["prior.jump"]


@pytest.mark.parametrize(("slash", "printed"), [("", "/"), ('slash = "0"', "0")])
@pytest.mark.parametrize("kind", ["docx", "html", "md"])
def test_a_report_prints_a_slash_as_the_form_says(make_form, slash, printed, kind):
    spec = make_form(slash)
    given = submit(9, 15, NOT_APPLICABLE, 3, 8)
    report = xltool.report(given, kind)
    data = report if isinstance(report, bytes) else report.encode()
    again = xltool.imported(data).reading.submission
    assert again.values == (9, 15, NOT_APPLICABLE if printed == "/" else 0, 3, 8)
    assert spec.slash == printed
    assert not [each for each in xltool.verify(data, given).findings if each.code == "verify.figure"]


def test_one_cell_of_two_months_is_told_by_its_row_and_column(make_form):
    said = tell(make_form(), submit(9, 15, 5, 3, 7), submit(9, 15, 5, 3, 8, part="04"))["month.files"]
    assert "累积建档人数数量 7，上月的累积建档人数数量 8" in said


def test_lines_between_those_of_a_rule_are_not_coloured_with_them(make_form):
    make_form()
    sheet = openpyxl.load_workbook(io.BytesIO(xltool.fill(submit(9, 15, 5, 3, 8))))["表一 诊疗"]
    coloured = [
        str(area.sqref)
        for area in sheet.conditional_formatting
        for rule in area.rules
        if "不平" in rule.formula[0] and "B" in str(area.sqref)
    ]
    own = {name for area in coloured for part in area.split() for name in _list_names(sheet, part)}
    first = next(cell.row for row in sheet for cell in row if cell.value == "诊疗人次")
    assert {f"B{first}", f"B{first + 3}"} <= own
    assert not {f"B{first + 1}", f"B{first + 2}"} & own


def _list_names(sheet, part):
    found = sheet[part]
    rows = found if isinstance(found, tuple) else ((found,),)
    return [cell.coordinate for row in rows for cell in row]
