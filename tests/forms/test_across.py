"""Rules of a form about another one: read whole, each fault at its place, in both languages; no form knows of them."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from tests.forms.across import ACROSS, PARK, TILL, read_pair, write_forms
from xltool import api
from xltool.cli import main
from xltool.forms import catalog
from xltool.forms.across import list_both_cells, load_across, read_across
from xltool.forms.spec import parse_spec
from xltool.messages import DefinitionError
from xltool.periods import Period


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv(catalog.FOLDERS_VARIABLE, str(tmp_path / "forms"))
    monkeypatch.setenv("LC_ALL", "C")
    return write_forms(tmp_path / "forms")


def run(*arguments):
    return CliRunner().invoke(main, [*map(str, arguments)], prog_name="xltool", catch_exceptions=False)


def test_figures_of_both_forms_are_added_up_at_one_scale():
    _, till, [other] = read_pair()
    assert (other.alias, other.spec, other.agreement) == ("till", till, "same")
    printed, money, children = other.rules
    assert [rule.name for rule in other.rules] == ["till.printed", "till.money", "till.children"]
    assert list_both_cells(other, printed.linear) == (("tickets.sold.total",), ("till.printed.number",))
    assert [(term.row_list, times) for term, times in printed.linear.lists] == [("till_refunds", -1)]
    assert (money.linear.left, money.linear.right) == (
        (("tickets.income.total", 100),),
        (("till_till.takings.number", 1),),
    )
    assert (money.severity, money.remedy) == ("warning", "先核对门票存根。")
    assert children.linear.condition is not None


WRONG = {
    "another form": ('form = "till-book"', 'form = "till-bok"', "no form is named 'till-bok'"),
    "itself": ('form = "till-book"', 'form = "park-visits"', "a form is held against others"),
    "an agreement": ('form = "till-book"', 'form = "till-book"\nperiod = "sane"', "'period' must be same or same_end"),
    "a name taken": ('id = "till"', 'id = "tickets"', "'tickets' is, or begins, the name of a table or list"),
    "a name of the language": ('id = "till"', 'id = "prior"', "'prior' cannot be an id"),
    "another alias": ("till.till.printed", "tll.till.printed", "no other form is called 'tll' here"),
    "a table": ("till.till.printed", "till.tills.printed", "no table is named 'till.tills'"),
    "a row": ("till.till.printed", "till.till.prnted", "table 'till.till' has no row 'prnted'"),
    "a column": ("till.printed.number -", "till.printed.numbers -", "table 'till.till' has no column 'numbers'"),
    "a list": ("count(till.refunds)", "count(till.refund)", "no list is named 'till.refund'"),
    "an own cell": ("= till.till.printed", "= tickets.sould.adult + till.till.printed", "has no row 'sould'"),
    "units": ("10000 * tickets.income.total <= 1 *", "tickets.income.total <=", "this side joins '万元' and '元'"),
    "last year": ("= till.till", "= prior.tickets.sold.adult + till.till", "is of one period alone: no 'prior.'"),
    "one form alone": ("till.till.printed.number >=", "tickets.sold.adult >=", "names figures of both"),
    "parts": (
        "10000 * tickets.income.total <= 1 *",
        "tickets.income.adult, tickets.income.child part_of 1 *",
        "compares figures of both",
    ),
    "a severity": ('severity = "warning"', 'severity = "grave"', "'grave' is not a severity"),
    "the same id": ('id = "money"', 'id = "printed" # again', "a rule 'printed' stands here already"),
    "a field": ('id = "money"', 'id = "money"\ndefines = true', "a rule has no field 'defines'"),
    "a place": ('id = "money"', 'id = "money"\nper = "cell"', "'per' must be row or column"),
    "no name of a place": ('id = "money"', 'id = "money"\nper = "row"', "names table.row, or table.column"),
    "a list at each place": ('id = "printed"', 'id = "printed"\nper = "row"', "what a list comes to is one number"),
    "grammar": ("<= 1 *", "≤ 1 *", "is not part of the rule language"),
    "needs": ("<= 1 * till.till.takings.number", "needs till.till.takings.number", "compares figures of both"),
}


@pytest.mark.parametrize(("old", "new", "told"), WRONG.values(), ids=WRONG)
def test_a_fault_is_told_at_its_place(old, new, told, folder, monkeypatch):
    assert old in ACROSS
    changed = ACROSS.replace(old, new, 1)
    (folder / "park_visits.across.toml").write_text(changed, "utf-8")
    for locale, words in (("C", told), ("zh_CN.UTF-8", "")):
        monkeypatch.setenv("LC_ALL", locale)
        with pytest.raises(DefinitionError) as error:
            load_across(catalog.load_form("park-visits"))
        said = str(error.value)
        assert words in said
        line = changed[: changed.index(new)].count("\n") + 1
        assert any(abs(int(at) - line) <= 3 for at in re.findall(r"^park_visits\.across\.toml:(\d+):", said, re.M)), (
            said
        )
    messages = [line.partition(": ")[2] for line in said.splitlines() if line.startswith("park_visits")]
    assert messages
    assert all(re.search("[\u4e00-\u9fff]", each) for each in messages), said


def test_the_check_of_a_definition_looks_at_what_lies_beside_it(folder, monkeypatch, tmp_path):
    elsewhere = write_forms(tmp_path / "elsewhere")
    monkeypatch.delenv(catalog.FOLDERS_VARIABLE)
    for name in ("park_visits.toml", "park_visits.across.toml"):
        done = run("forms", "check", elsewhere / name)
        assert done.exit_code == 0
        assert "与 till-book 的 3 条" in done.stdout
    (elsewhere / "park_visits.across.toml").write_text(ACROSS.replace("till.till.printed", "till.till.print"), "utf-8")
    for name in ("park_visits.toml", "park_visits.across.toml"):
        done = run("forms", "check", elsewhere / name)
        assert done.exit_code == 1
        assert "did you mean 'printed'?" in done.stderr
    (elsewhere / "park_visits.across.toml").write_bytes("é".encode("latin-1"))
    assert "不是 UTF-8" in run("forms", "check", elsewhere / "park_visits.across.toml").stderr


def test_another_form_with_faults_is_named(folder):
    (folder / "till_book.toml").write_text(TILL.replace('unit = "元"', "unit = 1"), "utf-8")
    with pytest.raises(DefinitionError, match="the definition of form 'till-book' has faults of its own"):
        load_across(catalog.load_form("park-visits"))


def test_another_form_that_has_changed_is_read_again(folder):
    park = catalog.load_form("park-visits")
    [before] = load_across(park)
    assert load_across(park) == (before,)
    (folder / "till_book.toml").write_text(
        TILL.replace("decimals = 0\n\n[[section]]", "decimals = 1\n\n[[section]]"), "utf-8"
    )
    [after] = load_across(park)
    assert after.spec is catalog.load_form("till-book") is not before.spec
    assert after.rules[1].linear.decimals == before.rules[1].linear.decimals + 1


def test_two_files_do_not_share_a_name(folder, tmp_path, monkeypatch):
    second = tmp_path / "second"
    second.mkdir()
    (second / "park_visits.across.toml").write_text(ACROSS, "utf-8")
    monkeypatch.setenv(catalog.FOLDERS_VARIABLE, f"{folder}{':' if folder.drive == '' else ';'}{second}")
    with pytest.raises(DefinitionError, match="another form is called 'till' already"):
        load_across(catalog.load_form("park-visits"))


def test_periods_agree_when_they_are_the_same_or_end_together():
    monthly = TILL.replace("years = [2024]", 'years = [2024]\nperiod = "month"')
    park, till = parse_spec(PARK, "park_visits.toml"), parse_spec(monthly, "till_book.toml")
    with pytest.raises(DefinitionError, match="'park-visits' is of each year, and 'till-book' of each month"):
        read_across(park, "park_visits.across.toml", ACROSS, {"till-book": till}.__getitem__)
    at_end = ACROSS.replace('form = "till-book"', 'form = "till-book"\nperiod = "same_end"')
    [other] = read_across(park, "park_visits.across.toml", at_end, {"till-book": till}.__getitem__)
    assert other.agrees(Period(2024), Period(2024, "12"))
    assert not other.agrees(Period(2024), Period(2024, "11"))
    assert not other.agrees(Period(2024), Period(2023, "12"))
    _, _, [same] = read_pair()
    assert same.agrees(Period(2024), Period(2024))
    assert not same.agrees(Period(2024), Period(2023))
    assert not same.agrees(Period(2024), Period(2024, "12"))


def test_a_form_without_such_data_is_held_against_none():
    assert all(load_across(form) == () for form in catalog.load_all())


def test_the_data_are_no_form_and_change_nothing_of_one(folder):
    park = api.form("park-visits")
    assert "park-visits.across" not in api.forms()
    assert {rule.id for rule in park.rules} == {"tickets.whole"}
    blank = api.fill(api.read(api.dump(_blank(park))).submission)
    (folder / "park_visits.across.toml").unlink()
    assert api.fill(_blank(park)) == blank  # no formula knows of them


def _blank(spec):
    from tests.forms.across import fill

    return fill(spec, {})


def test_the_form_tells_its_rules_about_others(folder):
    assert "跨报表勾稽关系：与 till-book（收银年报）" in run("forms", "park-visits").stdout
    assert "till.money　门票收入不大于收款（核实，park-visits 与 till-book）" in run("explain", "till.money").stdout
