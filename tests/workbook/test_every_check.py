"""Every kind of cell check and every operator on forms that nobody wrote: LibreOffice counts what Python counts.

The forms are made at random, with what the packaged ones do not have: signed cells in rows that only some levels may
fill in, several measures with doubtful amounts, rows side by side, each operator once a column.
"""

from __future__ import annotations

from collections import defaultdict
from random import Random

import pytest

from tests.workbook import calc
from xltool.forms import spec as definition
from xltool.forms import totals
from xltool.forms.cell_checks import CELL_CHECKS, EntryCheck
from xltool.forms.controls import list_control_totals
from xltool.forms.operators import OPERATORS
from xltool.forms.sheet_names import CHECKS
from xltool.model import LEVELS, NOT_APPLICABLE, Agency, FormSpec, Submission, Value
from xltool.rules.prior_year import align_prior
from xltool.workbook import cached_values
from xltool.workbook.formula import ASK, FAIL, OF_EACH, OPEN, PASS, TOLD
from xltool.workbook.layout_plan import LEFT_COLUMN, VERDICT_COLUMN, Plan, Spot, make_plan
from xltool.workbook.notice import Notice
from xltool.workbook.told import ToldDoubt
from xltool.workbook.write import write_workbook

FORMS, WORKBOOKS = 6, 7
"""So many forms, and workbooks of each; one in two shows last year's figures."""

MEASURES = """
[measure.count]
unit = "件"
decimals = 0
maximum = {most}
[measure.money]
unit = "万元"
decimals = {decimals}
maximum = 100000
doubtful_from = {doubtful}
[measure.change]
unit = "个"
decimals = {signed_decimals}
maximum = 5000
signed = true
"""


def make_form(number: int) -> FormSpec:
    """A form with two tables of random size; every operator has a rule in the first."""
    rng = Random(number)
    head = f'id = "made-{number}"\ntitle = "随机表"\nauthority = "办公室"\nbasis = "1号"\nyears = [2024]\n'
    measures = MEASURES.format(
        most=rng.choice([50, 9_999_999]),
        decimals=rng.choice([1, 2, 6]),
        doubtful=rng.choice([1, 100, 10_000]),
        signed_decimals=rng.choice([0, 1]),
    )
    texts = "".join(
        f'[[text]]\nkey = "t{at}"\nlabel = "第{at}段"\nrequired = {str(rng.random() < 0.6 or at == 0).lower()}\n'
        for at in range(rng.randint(1, 4))
    )
    keys = [f'"t{at}"' for at in range(texts.count("[[text]]"))]
    sections = f'[[section]]\nheading = "一、文字"\ntexts = [{", ".join(keys)}]\n'
    sections += "".join(f'[[section]]\nheading = "{name}"\ntable = "{name}"\n' for name in ("first", "second"))
    first = _table(
        "first",
        rng,
        'control = "登记簿"\n' * (number % 2),
        "",
        rng.randint(4, 7),
        rng.randint(2, 4),
        _rules(number % 2),
    )
    second = _table("second", rng, "", "across = true\n", rng.randint(1, 3), rng.randint(1, 3), "")
    return definition.parse_spec("\n".join([head, measures, texts, sections, first, second]), f"made_{number}.toml")


REGULATED = {
    "column": [
        "r0 + r1 <= 40",
        "r2 >= 2.5",
        "r0 < 100 - r1",
        "r2 = 3",
        "r2 > 0",
        "0.75 * r0 <= r1 + 0.35",
        "r1 = 1000 * r2 - 7",
        "r1, r2 part_of r0",
        "if r0 + r1 > 3 then r2 = 0",
        "if r2 <= 40 then 2 * r0 >= r1 + 0.5",
        'r0 + r1 = r2"\ntolerance = "0.5"\nrounded = "因四舍五入',
    ],
    "": [
        "r0.c0 <= 10000 * r0.c1",
        "0.0001 * r0.c0 + r0.c1 = 2 * r1.c1",
        "0.1 * r0.c1 < 1 * r0.c0 + 3",
        "1 * r1.c1 >= r1.c0",
    ],
}
"""Rules with numbers: of a regulation, of units; per column, and over columns of different measures."""


def _rules(totalled: int) -> str:
    """A rule for each operator; in one form of two a total besides, which a register of cases may have too."""
    total = '[[table.rule]]\nid = "total"\nper = "column"\nexpr = "r3 = r0 + r1"\ndefines = true\n'
    total += 'text = "和"\nbasis = "1号"\n'
    severities = [
        "error" if operator.compares and at % 2 == 0 else "warning" for at, operator in enumerate(OPERATORS.values())
    ]
    said = [("column", f"r0 + r1 {operator.sign} r2") for operator in OPERATORS.values()]
    said += [(per, expr) for per, exprs in REGULATED.items() for expr in exprs]
    return total * totalled + "".join(
        f'[[table.rule]]\nid = "rule_{at}"\n{f"per = {chr(34)}{per}{chr(34)}" if per else ""}\nexpr = "{expr}"\n'
        f'severity = "{severity}"\ntext = "对"\nbasis = "1号"\n'
        for at, ((per, expr), severity) in enumerate(zip(said, [*severities, *["error"] * len(said)], strict=False))
    )


def _table(name: str, rng: Random, control: str, across: str, rows: int, columns: int, rules: str) -> str:
    names = ("count", "money", "change")
    levels = [
        f", levels = [{', '.join(f'{chr(34)}{level}{chr(34)}' for level in rng.sample(LEVELS, rng.randint(1, 4)))}]"
    ]
    odd = [", not_applicable = true", ", total = true" if control else ", not_applicable = true"]
    lines = [
        f'{{ id = "r{at}", label = '
        f'"{name}行{at}"{rng.choice([*levels, "", ""])}{odd[at // 2] if at in {1, 3} else odd[0] * (at % 2)} }}'
        for at in range(rows)
    ]
    heads = [
        f'{{ id = "c{at}", label = "{name}栏{at}", measure = '
        f'"{names[at % 3] if across == "" else rng.choice(names)}" }}'
        for at in range(columns)
    ]
    widths = [10] * (rows * columns if across else columns + 1)
    block = f'[[table.block]]\n{across}corner = "项目"\nrows = [{", ".join(lines)}]\ncolumns = [{", ".join(heads)}]\n'
    titles = f'id = "{name}"\nname = "{name}"\nsheet = "表 {name}"\ntitle = "{name}"\nwidths = {widths}\n{control}'
    titles += 'note = "因四舍五入不等"\n'
    return f"[[table]]\n{titles}\n{block}{rules}"


def make_values(spec: FormSpec, rng: Random) -> tuple[Value, ...]:
    """Figures around every limit of their measures, blanks and slashes among them; sometimes nothing at all."""
    if rng.random() < 0.15:
        return (None,) * len(spec.cells)
    found: list[Value] = []
    blanks = rng.choice([0, 0, 0.1])
    for cell in spec.cells:
        measure = cell.measure
        scale, most = measure.scale, measure.maximum * measure.scale
        start = (measure.doubtful_from or 7) * scale
        amounts = [
            0,
            0,
            scale,
            3 * scale,
            40 * scale,
            start,
            start + 1,
            start - 1,
            most,
            most + scale,
            -scale,
            -most - scale,
        ]
        found.append(rng.choice([NOT_APPLICABLE, None]) if rng.random() < blanks else rng.choice(amounts))
    return tuple(found)


def make_submission(spec: FormSpec, rng: Random) -> Submission:
    texts = {text.key: rng.choice(["", "  ", "\n", "\u3000", " 写了。"]) for text in spec.texts}
    why = {
        check.name: "属实。" for check in make_plan(spec).checks if check.severity == "warning" and rng.random() < 0.4
    }
    agency = Agency("1", "某局", rng.choice(LEVELS))
    values = make_values(spec, rng)
    scope = "consolidated" if rng.random() < 0.15 else "own"
    return Submission(spec.id, 2024, agency, values, texts, why, scope, controls=make_controls(spec, values, rng))


def make_controls(spec: FormSpec, values: tuple[Value, ...], rng: Random) -> dict[str, int] | None:
    """Totals typed again in one workbook of two: some as they add up, some another, some left blank."""
    if rng.random() < 0.5:
        return None
    added, found = totals.compute_totals(spec, values), {}
    for table in spec.tables:
        for key in list_control_totals(spec, table).keys:
            value = added[spec.index[key]]
            if rng.random() < 0.8 and isinstance(value, int):
                found[key] = value + rng.choice([0, 0, 0, 1])
    return found


def make_doubts(layout: Plan, rng: Random) -> tuple[ToldDoubt, ...]:
    """What an office found in texts, in a workbook that goes back."""
    keys = [*layout.spec.index]
    return tuple(
        ToldDoubt(code, rng.choice([*spots]), tuple(rng.sample(keys, rng.randint(0, 3))))
        for code, spots in layout.told.items()
        for _ in range(rng.randint(0, 3))
    )


@pytest.fixture(scope="module")
def compared(tmp_path_factory):
    """Each workbook with what it should show and what LibreOffice computed."""
    calc.require_office()
    cases, files = {}, {}
    for number in range(FORMS):
        spec = make_form(number)
        for copy in range(WORKBOOKS):
            rng = Random(f"{number}-{copy}")
            this = make_submission(spec, rng)
            prior = make_submission(spec, rng) if copy % 2 else None
            name = f"{number}-{copy}"
            layout = make_plan(spec, prior is not None, this.controls is not None)
            doubts = make_doubts(layout, rng) if copy % 3 == 0 else ()
            expected = cached_values.compute_cached_values(
                layout, this, align_prior(spec, prior) if prior else (), doubts=doubts
            )
            cases[name] = (layout, expected)
            notice = Notice(1, (), None, (), {}, {}, told=doubts) if doubts else None
            files[name] = calc.spoiled(write_workbook(spec, this, prior, notice))
    seen = calc.recalculated(files, tmp_path_factory.mktemp("every_check"))
    return {name: (*case, seen[name]) for name, case in cases.items()}


def test_the_office_and_python_count_alike(compared):
    different = []
    for name, (layout, expected, seen) in compared.items():
        names = {line: check for check, line in layout.lines.items()}
        for spot, value in expected.items():
            if spot.sheet == CHECKS and spot.row in names and seen.get(spot, "") != value:
                different.append(
                    f"{name} {names[spot.row]} {spot.address}: office {seen.get(spot)!r}, Python {value!r}"
                )
    assert not different, "\n".join(different[:20])


def test_every_kind_of_check_found_something_and_nothing(compared):
    counts = defaultdict(set)
    for layout, expected, _ in compared.values():
        for check in layout.checks:
            if check.kind is not None:
                counts[check.kind].add(expected[_spot(layout, check, LEFT_COLUMN)] > 0)
    figured = {kind for kind in CELL_CHECKS if not isinstance(kind, EntryCheck)}  # those are in test_entries
    assert set(counts) == figured
    assert all(found == {True, False} for found in counts.values()), counts


def test_every_operator_held_and_failed(compared):
    words = defaultdict(set)
    for layout, expected, _ in compared.values():
        for check in layout.checks:
            if check.rule is not None:
                words[check.rule.linear.operator.sign].add(expected[_spot(layout, check, VERDICT_COLUMN)])
    assert set(words) == set(OPERATORS)
    of_each = {
        expected[_spot(layout, check, VERDICT_COLUMN)]
        for layout, expected, _ in compared.values()
        for check in layout.checks
        if check.rule and check.rule.linear.of_each
    }
    assert {PASS, FAIL, OPEN, OF_EACH} <= of_each
    assert all(PASS in found and found & {FAIL, ASK, TOLD} for found in words.values()), words


def _spot(layout, check, column):
    return Spot(CHECKS, layout.lines[check.name], column)
