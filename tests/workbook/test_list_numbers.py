"""What lists come to in workbooks: LibreOffice counts and adds up what Python does, for terms and lines at random."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from tests.forms.list_terms import make_lines, make_term, write_term
from tests.forms.lists import FORM, submit
from tests.workbook import calc
from xltool.forms import totals
from xltool.forms.list_terms import list_terms, reckon_lists
from xltool.forms.sheet_names import CHECKS
from xltool.forms.spec import parse_spec
from xltool.model import FormSpec, ListRow, Submission
from xltool.reader.read import read_workbook
from xltool.rules.judge import judge_readings
from xltool.workbook import cached_values
from xltool.workbook.layout_plan import (
    DIFFERENCE_COLUMN,
    LEFT_COLUMN,
    RIGHT_COLUMN,
    VERDICT_COLUMN,
    Spot,
    make_plan,
)
from xltool.workbook.write import write_workbook

TERMS, WORKBOOKS = 60, 12
TOTAL_ROWS = '{ id = "listed", label = "清单件数", total = true }, { id = "odd", label = "其他", total = true },'
SEVERAL = 'kind = "several", choices = ["窗口", "网上", "邮寄"]'


def write_rule(name: str, expr: str, more: str = "") -> str:
    """A rule of the first table."""
    return f'[[table.rule]]\nid = "{name}"\nexpr = "{expr}"\ntext = "对"\nbasis = "1号"\n{more}\n'


def make_form(rules: str, every: str = "quarter", several: bool = True) -> FormSpec:
    """The form of `tests.forms.lists` with rules over its lists, and two totals that are computed from these."""
    text = FORM.replace("years = [2024]", f'years = [2024]\nperiod = "{every}"')
    text = text.replace('rows = [{ id = "received"', f'rows = [{TOTAL_ROWS} {{ id = "received"', 1)
    text = text.replace("[[list]]", rules + "[[list]]", 1)
    return parse_spec(text.replace('kind = "text", longest = 60', SEVERAL) if several else text, "permit_cases.toml")


DEFINED = write_rule("listed", "listed.number = count(cases)", "defines = true") + write_rule(
    "odd", "odd.number = received.number - sum(staff.handled where name is not blank)", "defines = true"
)


def make_random() -> FormSpec:
    """A form that asks for much of its lists."""
    rng, plain = Random(5), make_form(DEFINED)
    asked = [make_term(rng.choice([plain.lists[0], *plain.lists]), rng) for _ in range(TERMS)]
    written = [write_term(next(each for each in plain.lists if each.id == term.row_list), term) for term in asked]
    rules = [
        write_rule(f"r{at}", f"received.number {rng.choice(['=', '<=', '>'])} 2 * {each} + 1 * granted.number")
        for at, each in enumerate(written)
    ]
    spec = make_form(DEFINED + "".join(rules))
    assert {*asked} <= {*list_terms(spec)}
    return spec


def submit_lines(spec: FormSpec, lists: dict[str, tuple[ListRow, ...]], *inputs: int) -> Submission:
    """A submission of the second quarter with these lines and figures."""
    values = dict.fromkeys(spec.index, None) | {"whole.received.number": inputs[0], "whole.granted.number": inputs[1]}
    given = replace(submit(spec, (), ()), part="Q2", lists={name: lines for name, lines in lists.items() if lines})
    return totals.recompute_totals(spec, replace(given, values=tuple(values.values())))


def test_libreoffice_counts_and_adds_up_what_we_do(tmp_path) -> None:
    calc.require_office()
    spec, rng = make_random(), Random(7)
    plan = make_plan(spec)
    made = {
        f"w{at}": submit_lines(spec, {each.id: make_lines(each, rng) for each in spec.lists}, rng.randrange(9), 3)
        for at in range(WORKBOOKS)
    }
    made["empty"] = submit_lines(spec, {}, 0, 0)
    many = make_lines(spec.lists[0], rng, 60) * 3
    made["sum"] = replace(
        submit_lines(spec, {"cases": tuple(replace(line, agency="某局") for line in many)}, 3, 3), scope="consolidated"
    )
    files = {name: calc.spoiled(write_workbook(spec, each)) for name, each in made.items()}
    different = set()
    for name, shown in calc.recalculated(files, tmp_path).items():
        cached = cached_values.compute_cached_values(plan, made[name])
        numbers = reckon_lists(spec, made[name])
        for term, spot in plan.numbers.items():
            assert (shown.get(spot) or 0) == (cached[spot] or 0), (name, term, shown.get(spot), cached[spot])
            different.add((term, numbers[term]))
        for check in plan.checks:
            if check.name.startswith("list.repeated"):
                continue  # LibreOffice's MATCH, unlike its '=', takes letters of either width for the same
            for column in (LEFT_COLUMN, RIGHT_COLUMN, DIFFERENCE_COLUMN, VERDICT_COLUMN):
                spot = Spot(CHECKS, plan.lines[check.name], column)
                assert (shown.get(spot) or 0) == (cached.get(spot) or 0), (name, check.name, column)
        for key in ("whole.listed.number", "whole.odd.number"):
            assert shown.get(plan.cells[key]) == cached[plan.cells[key]], (name, key)
    assert len(different) > 3 * TERMS  # or the lines say nothing


def judge(data: bytes, spec: FormSpec):
    reading = read_workbook(data, lambda _: spec, lambda _: ())
    assert reading.submission is not None
    return reading, judge_readings(spec, [reading])[0]


def test_a_workbook_comes_back_as_it_was_filled_in() -> None:
    spec = make_form(DEFINED + write_rule("match", "granted.number = count(cases where result = '准予')"))
    lines = {"cases": (ListRow(("1", "2024-05-01", "准予", None, None, None, None)),)}
    given = submit_lines(spec, lines, 3, 1)
    reading, judged = judge(write_workbook(spec, given), spec)
    assert reading.submission.values == given.values == (1, 3, 3, 1)
    assert [found.code for found in judged.findings] == []
