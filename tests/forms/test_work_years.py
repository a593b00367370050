"""Years of the working-day calendar that an office gives itself."""

from datetime import date

import pytest

from xltool.forms import catalog
from xltool.forms.work_years import load_calendar
from xltool.messages import DefinitionError

GOOD = """
[[year]]
year = 2098
basis = "国办发明电〔2097〕×号"
off = [2098-01-01, 2098-01-31, 2098-04-04, 2098-05-01, 2098-05-02, 2098-10-01, 2098-10-02, 2098-10-03]
work = [2098-02-08]
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(catalog.FOLDERS_VARIABLE, str(tmp_path))
    monkeypatch.setenv("LC_ALL", "C")
    return tmp_path


def test_without_a_file_the_years_of_the_library_are_known(folder):
    assert load_calendar().knows(2024)
    assert not load_calendar().knows(2098)


def test_a_year_of_the_office(folder):
    (folder / "2098.days.toml").write_text(GOOD, "utf-8")
    calendar = load_calendar()
    assert calendar.knows(2098) and calendar.knows(2024)
    assert [calendar.is_working_day(date(2098, 2, day)) for day in (7, 8, 9)] == [True, True, False]
    assert calendar.is_working_day(date(2098, 2, 8))
    assert not calendar.is_working_day(date(2098, 10, 2))
    assert calendar.is_working_day(date(2098, 10, 6))
    assert not [form for form in catalog.list_ids() if "2098" in form]


WRONG = {
    "a day of another year": ("2098-01-31", "2097-01-31", "2097-01-31 is given twice, or is not of 2098"),
    "twice": ("2098-01-31", "2098-01-01", "2098-01-01 is given twice"),
    "a weekday that is worked": ("2098-02-08", "2098-02-10", "2098-02-10 is neither a Saturday nor a Sunday"),
    "off and worked": ("2098-02-08", "2098-05-01", "2098-05-01 is off and worked at once"),
    "not whole": (", 2098-10-02", "", "2098-10-02 is not off"),
    "no days": ("[2098-02-08]", '["2098-02-08"]', "'work' must be a list of days"),
    "no basis": ('basis = "国办发明电〔2097〕×号"\n', "", "a year lacks 'basis'"),
    "no such field": ("work =", "worked =", "a year has no field 'worked'"),
    "no TOML": ("[[year]]", "[[year", "not TOML"),
}


@pytest.mark.parametrize(("old", "new", "told"), WRONG.values(), ids=WRONG)
def test_a_fault_is_told_with_file_and_line(old, new, told, folder):
    assert old in GOOD
    (folder / "2098.days.toml").write_text(GOOD.replace(old, new, 1), "utf-8")
    with pytest.raises(DefinitionError) as error:
        load_calendar()
    assert told in str(error.value)
    assert str(error.value).startswith("2098.days.toml:")


def test_a_year_twice(folder):
    (folder / "2098.days.toml").write_text(GOOD + GOOD, "utf-8")
    with pytest.raises(DefinitionError, match="the year 2098 is given twice"):
        load_calendar()
