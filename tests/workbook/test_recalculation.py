"""Excel's verdicts and Python's are one: two engines compute the formulas of random workbooks.

LibreOffice follows functions to the cells that they look at; HyperFormula waits for whole ranges, as web offices do.
Each formula goes out with a wrong cached value, so that a result that was not computed is seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random

import pytest

from tests import figures
from tests.workbook import calc, hyperformula
from tests.workbook.calc import Content, Fault
from xltool import api
from xltool.forms import catalog, totals
from xltool.forms.sheet_names import CHECKS, TEXTS
from xltool.model import LEVELS, NOT_APPLICABLE, Agency, Cell, CellKey, FormSpec, Submission, Value
from xltool.rules import validate
from xltool.rules.cells import count_faults
from xltool.rules.matrix import Verdict, build_matrix
from xltool.rules.prior_year import align_prior
from xltool.rules.view import SubmissionView
from xltool.workbook import cached_values
from xltool.workbook.formula import ASK, FAIL, FOLLOWS, LATER, MEND, OPEN, PASS, TOLD, WITHOUT
from xltool.workbook.layout_plan import LEFT_COLUMN, LENGTH_COLUMN, VERDICT_COLUMN, Plan, Spot, make_plan
from xltool.workbook.stated import END, PLACE, STEPS, TEXT, locate_step
from xltool.workbook.stated_values import split_pairs
from xltool.workbook.write import write_workbook

EDITIONS = ("ogi-2021", "ogi-2019")
SEED = 20250131
PLAIN, RAW, BESIDE = 18, 8, 14
"""Workbooks of each edition: with figures that a submission can hold, with what people paste into cells besides, and
beside last year's."""
RULES, RULES_BESIDE = (47, 44), (61, 54)
"""How many verdicts a workbook of each edition has; a form with fewer would make this a smaller test than it says."""
FEWEST_VERDICTS = 4_000

UNREADABLE: tuple[Content, ...] = (
    "3件",
    "22（其中修订16件）",
    "减4",
    "三",
    "待定",
    "约5",
    " ",
    "#N/A",
    "1/2",
    "2024-01-31",
    Fault("#N/A"),
    Fault("#DIV/0!"),
)
FRACTIONS: tuple[Content, ...] = (2.5, 0.1, -0.5, 1e-7, 99.999)
NORMALISED: tuple[Content, ...] = ("12", "１２", "1,234", " 7 ", "—", "无", "0")
"""What the reader takes for a figure, with a note. The workbook asks for a figure in its place and does not reckon with
it."""


@dataclass(frozen=True)
class Case:
    """A workbook: the submission that it was made of, what was typed over it, and the submission of the year before."""

    spec: FormSpec
    submission: Submission
    data: bytes
    typed: Mapping[str, Content]
    prior: Submission | None = None

    @property
    def layout(self) -> Plan:
        return make_plan(self.spec, self.prior is not None)

    @property
    def last_year(self) -> tuple[Value, ...]:
        return align_prior(self.spec, self.prior)


def random_submission(spec: FormSpec, rng: Random) -> Submission:
    """Figures that hold, then any mixture of faults in them."""
    values: dict[str, Value] = dict(figures.consistent(spec, rng))
    inputs = [cell for cell in spec.cells if not cell.total]
    ways = [kind for kind in ("wrong", "blank", "slash", "negative", "huge", "fraction", "level") if rng.random() < 0.4]
    for kind in ways:
        for cell in rng.sample(inputs, rng.choice([1, 1, 2, 5, 12])):
            scale = cell.measure.scale
            if kind == "wrong":
                values[cell.key] = rng.choice([0, 1, 7, 300, 12345]) * scale
            elif kind == "blank":
                values[cell.key] = None
            elif kind == "slash":
                values[cell.key] = NOT_APPLICABLE
            elif kind == "negative":
                values[cell.key] = -rng.choice([1, 3, 4000]) * scale
            elif kind == "huge":
                # Not the 15 digits that a submission holds at most: sums of those are beyond what doubles tell apart.
                values[cell.key] = (cell.measure.maximum + rng.choice([0, 1, 5 * 10**10 * (scale == 1)])) * scale
            elif kind == "fraction" and scale > 1:
                values[cell.key] = rng.choice(
                    [1, 10, 123, 78156100, 10000000001, 12000 * scale, 350000 * scale, 999999 * scale // 7]
                )
    if "level" in ways:
        values |= {
            cell.key: rng.choice([0, 1, 5, NOT_APPLICABLE]) for cell in spec.cells if cell.row.id == "regulations"
        }
    if rng.random() < 0.1:
        table = rng.choice(spec.tables)
        values |= {cell.key: None for cell in inputs if cell.table is table}
    agency = Agency(
        "654221-015", rng.choice(["额敏县教育局", '带"引号"与&的<单位>', "𠮷林镇人民政府"]), rng.choice(LEVELS)
    )
    texts = {
        text.key: rng.choice(["", "已写。", "𠮷" * 5, "第一行\n第二行", "=1+1"])
        for text in spec.texts
        if rng.random() < 0.8
    }
    explanations = {
        check.name: "属实。" for check in make_plan(spec).checks if check.severity == "warning" and rng.random() < 0.4
    }
    return Submission(spec.id, spec.years[0], agency, figures.aligned(spec, values), texts, explanations)


def random_prior(spec: FormSpec, this: Submission, rng: Random) -> Submission:
    """A year before: much of it as it must be, some of it far off, blank or `/`; sometimes of the other edition."""
    if rng.random() < 0.2:
        spec = catalog.load_form(next(edition for edition in EDITIONS if edition != spec.id))
        return random_submission(spec, rng)
    values: dict[str, Value] = dict(zip(spec.index, totals.compute_totals(spec, this.values), strict=True))
    for key in spec.index:
        if key.startswith("applications.carried_in."):
            values[key.replace("carried_in", "carried_out")] = values[key]
    for cell in rng.sample(spec.cells, rng.choice([3, 10, 40])):
        value, scale = values[cell.key], cell.measure.scale
        near = value if isinstance(value, int) else 0
        ways = (
            None,
            NOT_APPLICABLE,
            near * 10,
            near * 10 + scale,
            near // 10,
            19 * scale,
            20 * scale,
            near + 20 * scale,
            12345,
        )
        values[cell.key] = rng.choice(ways)
    return replace(this, year=spec.years[0] - 1, values=figures.aligned(spec, values))


def blank_submission(spec: FormSpec) -> Submission:
    return Submission(spec.id, spec.years[0], figures.AGENCY, (None,) * len(spec.cells))


def cases() -> dict[str, Case]:
    found = {}
    for edition in EDITIONS:
        spec, rng = catalog.load_form(edition), Random(f"{SEED} {edition}")
        plain = [blank_submission(spec), figures.submission(spec, figures.consistent(spec, rng))]
        plain += [random_submission(spec, rng) for _ in range(PLAIN - len(plain))]
        for number, submission in enumerate(plain):
            found[f"{edition}-plain-{number}"] = Case(
                spec, submission, calc.spoiled(write_workbook(spec, submission)), {}
            )
        for number in range(RAW):
            right = figures.submission(spec, figures.consistent(spec, rng))
            submission = rng.choice([right, random_submission(spec, rng)])
            inputs = rng.sample([cell.key for cell in spec.cells if not cell.total], rng.choice([1, 2, 4, 9]))
            typed = {key: rng.choice(rng.choice([UNREADABLE, FRACTIONS, NORMALISED])) for key in inputs}
            contents = {make_plan(spec).cells[key]: content for key, content in typed.items()}
            prior = random_prior(spec, submission, rng) if number % 2 else None
            data = calc.spoiled(write_workbook(spec, submission, prior), contents)
            found[f"{edition}-raw-{number}"] = Case(spec, submission, data, typed, prior)
        for number in range(BESIDE):
            submission = random_submission(spec, rng) if number else blank_submission(spec)
            prior = random_prior(spec, submission, rng)
            data = calc.spoiled(write_workbook(spec, submission, prior))
            found[f"{edition}-beside-{number}"] = Case(spec, submission, data, {}, prior)
    return found


@dataclass(frozen=True)
class Run:
    """All workbooks and what an engine made of them."""

    engine: str
    cases: Mapping[str, Case]
    seen: Mapping[str, Mapping[Spot, Content]]

    def plain(self) -> list[tuple[str, Case]]:
        return [(name, case) for name, case in self.cases.items() if not case.typed]

    def raw(self) -> list[tuple[str, Case]]:
        return [(name, case) for name, case in self.cases.items() if case.typed]


@pytest.fixture(scope="module")
def made() -> dict[str, Case]:
    return cases()


@pytest.fixture(scope="module", params=["LibreOffice", "HyperFormula"])
def run(request: pytest.FixtureRequest, made: dict[str, Case], tmp_path_factory: pytest.TempPathFactory) -> Run:
    files = {name: case.data for name, case in made.items()}
    if request.param == "HyperFormula":
        hyperformula.require_engine()
        return Run(request.param, made, hyperformula.computed(files))
    calc.require_office()
    return Run(request.param, made, calc.recalculated(files, tmp_path_factory.mktemp("office")))


def test_without_recalculation_the_wrong_values_stay(spec, tmp_path):
    calc.require_office()
    data = calc.spoiled(write_workbook(spec, blank_submission(spec)))
    seen = calc.recalculated({"never": data}, tmp_path, calc.NEVER)["never"]
    spots = calc.formula_spots(data)
    assert spots == set(cached_values.compute_cached_values(make_plan(spec), blank_submission(spec)))
    assert {seen.get(spot) for spot in spots} == {calc.NUMBER, calc.TEXT}


def test_everything_was_computed(run):
    left = [
        (name, spot)
        for name, seen in run.seen.items()
        for spot, value in seen.items()
        if value in (calc.NUMBER, calc.TEXT)
    ]
    assert not left


def test_every_formula_shows_what_python_says(run):
    verdicts, words, different = 0, set(), []
    for name, case in run.plain():
        layout, seen = case.layout, run.seen[name]
        expected = cached_values.compute_cached_values(layout, case.submission, case.last_year)
        if run.engine == "LibreOffice":
            expected |= lengths(case)
        assert calc.formula_spots(case.data) == set(expected)
        for spot, value in expected.items():
            if not same(seen.get(spot, ""), value):
                different.append(
                    f"{name} {spot.sheet}!{spot.address}: {run.engine} {seen.get(spot)!r}, Python {value!r}"
                )
        verdicts += len(build_matrix(case.spec, layout.prior).rules)
        words |= {expected[Spot(CHECKS, line, VERDICT_COLUMN)] for line in layout.lines.values()}
    assert not different, "\n".join(different[:20])
    assert words == {PASS, FAIL, OPEN, ASK, TOLD, MEND, WITHOUT, FOLLOWS, LATER}
    assert verdicts == PLAIN * sum(RULES) + BESIDE * sum(RULES_BESIDE)


def test_what_is_no_figure_is_not_reckoned_with(run):
    verdicts, words, different = 0, set(), []
    for name, case in run.raw():
        spec, seen = case.spec, run.seen[name]
        lines, taken = case.layout.lines, read_as_the_workbook_does(case)
        judged = validate.assess_rules(spec, taken, case.last_year if case.prior else None)
        for rule in build_matrix(spec, case.layout.prior).rules:
            verdict = judged[rule.name]
            told = TOLD if rule.name in case.submission.explanations else ASK
            unknown = any(taken[spec.index[key]] is None for key in rule.linear.own)
            word = {
                Verdict.UNKNOWN: OPEN if unknown else WITHOUT,
                Verdict.PASS: PASS,
                Verdict.FAIL: FAIL if rule.severity == "error" else told,
            }[verdict]
            found = seen.get(Spot(CHECKS, lines[rule.name], VERDICT_COLUMN))
            if found != word:
                different.append(f"{name} {rule.name}: {run.engine} {found!r}, Python {word!r}; {case.typed}")
            verdicts += 1
            words.add(word)
        for table in spec.tables:
            here = [
                (cell, taken[spec.index[cell.key]]) for cell in spec.cells if cell.table is table and not cell.total
            ]
            counts = {
                f"number.text@{table.id}": sum(
                    beyond(value, cell) or (value is None and cell.key in case.typed) for cell, value in here
                ),
                f"cell.blank@{table.id}": sum(value is None and cell.key not in case.typed for cell, value in here),
            }
            if case.prior:
                jumped = f"prior.jump@{table.id}"
                view = SubmissionView(spec, [replace(case.submission, values=taken)], [case.last_year])
                counts[jumped] = count_faults(view, case.layout.checks)[jumped][0]
            for check, number in counts.items():
                computed = seen[Spot(CHECKS, lines[check], LEFT_COLUMN)]
                if computed != number:
                    different.append(f"{name} {check}: {run.engine} {computed}, Python {number}; {case.typed}")
    assert not different, "\n".join(different[:20])
    assert words >= {PASS, FAIL, OPEN}
    assert verdicts == RAW // 2 * (sum(RULES) + sum(RULES_BESIDE))


def test_enough_verdicts_are_compared(made):
    assert sum(len(build_matrix(case.spec, case.layout.prior).rules) for case in made.values()) >= FEWEST_VERDICTS


def test_inputs_that_are_cut_and_pasted_bend_nothing(spec):
    """Whole columns and rows of figures change places; then all is computed as if they had been typed there."""
    hyperformula.require_engine()
    layout, given = make_plan(spec), figures.submission(spec, figures.consistent(spec, Random(SEED)))
    keys = [cell.key for cell in spec.cells if not cell.total]
    values = dict(zip(spec.index, given.values, strict=True))
    moves: list[hyperformula.Move] = []

    def move(*pairs: tuple[CellKey, CellKey]) -> None:
        """Cuts a block of inputs, given by its first and last pair, and pastes it: what it left is blank."""
        start, end, to = layout.cells[pairs[0][0]], layout.cells[pairs[-1][0]], layout.cells[pairs[0][1]]
        size = (end.row - start.row + 1, end.column - start.column + 1)
        moves.append((start.sheet, (start.row, start.column, *size), (to.row, to.column)))
        carried = [values[source] for source, _ in pairs]
        values.update(dict.fromkeys((source for source, _ in pairs)))
        values.update(zip((target for _, target in pairs), carried, strict=True))

    rows = [cell.row.id for cell in spec.cells if cell.key.startswith("applications.") and cell.column.id == "other"]
    columns = [k.rpartition(".")[2] for k in keys if k.startswith("applications.received.")]
    detail = [row for row in rows if f"applications.{row}.other" in keys][2:-1]
    move(*((f"applications.{row}.other", f"applications.{row}.natural_person") for row in detail))  # the right edge
    move(*((f"applications.{detail[-1]}.{c}", f"applications.{detail[0]}.{c}") for c in columns))  # the bottom edge
    move(*((f"applications.carried_out.{c}", f"applications.received.{c}") for c in columns))  # across a total
    move(*((f"disputes.review.{c}", f"disputes.direct.{c}") for c in ("upheld", "corrected", "other", "pending")))
    move(("disclosure.regulations.issued", "disclosure.normative_documents.in_force"))
    after = replace(given, values=figures.aligned(spec, {key: values[key] for key in keys}))
    seen = hyperformula.computed({"moved": write_workbook(spec, given)}, moves)["moved"]
    expected = cached_values.compute_cached_values(layout, after)
    assert expected != cached_values.compute_cached_values(layout, given)
    assert {spot: seen.get(spot, "") for spot in expected} == expected


def same(found: Content, expected: Content) -> bool:
    """Equal to the last digit, and both a text or both a number."""
    return found == expected and isinstance(found, str) == isinstance(expected, str)


def lengths(case: Case) -> dict[Spot, Content]:
    """LEN as LibreOffice counts.

    A rare character beyond the basic plane is one, where Excel and WPS count its two halves.
    """
    written = case.submission.texts
    counted: dict[Spot, Content] = {
        Spot(TEXTS, s.row, LENGTH_COLUMN): len(written.get(key, ""))
        for key, s in make_plan(case.spec).texts.items()
        if s.sheet == TEXTS
    }
    return counted | count_places(case)


def count_places(case: Case) -> dict[Spot, Content]:
    """Where LibreOffice finds clauses behind rare characters."""
    expected = cached_values.compute_cached_values(case.layout, case.submission, case.last_year)
    counted: dict[Spot, Content] = {}
    for number in range(len(case.layout.stated)):
        text = split_pairs(str(expected[locate_step(case.layout, number, TEXT, 0)]))
        for spot in (
            locate_step(case.layout, number, column, step) for column in (PLACE, END) for step in range(STEPS)
        ):
            place = int(expected[spot])
            counted[spot] = place - sum("\ud800" <= sign <= "\udbff" for sign in text[: max(0, place - 1)])
    return counted


def read_as_the_workbook_does(case: Case) -> tuple[Value, ...]:
    """The values that the reader gives.

    Typed texts that it takes for figures, with a note, are no figures to the workbook yet.
    """
    reading = api.read(case.data)
    assert reading.submission is not None
    told = {"number.normalised", "number.stored"}
    noted = {key for finding in reading.findings if finding.code in told for key in finding.keys}
    texts = {key for key, content in case.typed.items() if isinstance(content, str)}
    assert noted == {key for key in texts if case.typed[key] in NORMALISED}
    values = [
        None if cell.key in noted else value
        for cell, value in zip(case.spec.cells, reading.submission.values, strict=True)
    ]
    assert all(values[case.spec.index[key]] is None for key in texts)
    return totals.compute_totals(case.spec, values)


def beyond(value: Value, cell: Cell) -> bool:
    highest = cell.measure.maximum * cell.measure.scale
    return isinstance(value, int) and not (-highest if cell.measure.signed else 0) <= value <= highest
