"""What is compiled of a ledger, as data: read whole, every fault with its place."""

import re

import pytest

from xltool.forms import catalog
from xltool.forms.compiled import load_plan
from xltool.forms.spec import parse_spec
from xltool.messages import DefinitionError

FILE = catalog.data_folder("workbook_templates") / "ogi_ledger.compiled.toml"
TEXT = FILE.read_text("utf-8")
FORM = catalog.data_folder("workbook_templates") / "ogi_ledger.toml"


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Loads the packaged data, changed, as those of a form of an office."""
    monkeypatch.setenv(catalog.FOLDERS_VARIABLE, str(tmp_path))
    monkeypatch.setenv("LC_ALL", "C")

    def load_changed(old="", new=""):
        assert old in TEXT
        (tmp_path / "my_ledger.compiled.toml").write_text(TEXT.replace(old, new, 1) if old else TEXT, "utf-8")
        return load_plan(parse_spec(FORM.read_text("utf-8").replace("ogi-ledger", "my-ledger"), "my_ledger.toml"))

    return load_changed


def test_all_inputs_of_the_two_tables_are_counted(load):
    plan = load()
    tables = {cell.key.partition(".")[0] for cell in plan.cells}
    assert {cell.key for cell in plan.cells} == {
        cell.key for cell in plan.target.cells if cell.table.id in tables and not cell.total
    }
    assert len(plan.cells) == 6 * 24 + 12
    assert len(plan.assumptions) == 6
    assert all(each.terms for each in plan.cells)


def test_a_form_without_such_data_compiles_nothing():
    assert load_plan(catalog.load_form("ogi-2021")) is None


def test_the_data_are_no_form_of_their_own(load):
    load()
    assert [form for form in catalog.list_ids() if "ledger" in form] == ["ogi-ledger"]


WRONG = {
    "another form": ('target = "ogi-2021"', 'target = "ogi-2020"', "no form is named 'ogi-2020'"),
    "another list": ('list = "cases"', 'list = "case"', "no list is named 'case'"),
    "a column of a condition": ("received < period.start", "recieved < period.start", "has no column 'recieved'"),
    "a column of a term": ('restart = "mended"', 'restart = "mend"', "list 'cases' has no column 'mend'"),
    "a choice": ('"不予处理：重复申请"', '"重复"', "'重复' is none of the choices of 'result'"),
    "a cell": ('row = "carried_in"', 'row = "carried"', "no input of the other form is named 'applications.carried"),
    "a total": (
        'column = "pending"',
        'column = "total"',
        "no input of the other form is named 'disputes.review.total'",
    ),
    "a split": ('rows = "results"', 'rows = "result"', "no split is named 'result'"),
    "both": ('row = "received"', 'row = "received"\nrows = "results"', "a count has either 'row' or 'rows'"),
    "days": ("limit = 20", "limit = -1", "'limit' must be 0 to 1000"),
    "a field": ('case = "number"', 'case = "number"\ncases = 1', "what is compiled has no field 'cases'"),
    "a language": ("answered is blank", "answered is empty", "expected 'blank' or 'not blank' here"),
}


@pytest.mark.parametrize(("old", "new", "told"), WRONG.values(), ids=WRONG)
def test_a_fault_is_told_at_its_place(old, new, told, load, monkeypatch):
    with pytest.raises(DefinitionError) as error:
        load(old, new)
    said = str(error.value)
    assert told in said
    line = TEXT[: TEXT.index(old)].count("\n") + 1
    assert any(abs(int(at) - line) <= 3 for at in re.findall(r"^my_ledger\.compiled\.toml:(\d+):", said, re.M)), said
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    with pytest.raises(DefinitionError) as error:
        load(old, f"{new} ")
    assert re.search("[\u4e00-\u9fff]", str(error.value).splitlines()[0])
