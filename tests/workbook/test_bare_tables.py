"""Tables in which nothing is a figure: filled in, read, judged as LibreOffice counts, reported and read back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import xltool
from tests.forms import bare
from tests.workbook import calc
from xltool.forms.sheet_names import CHECKS
from xltool.forms.spec import parse_spec
from xltool.messages import render
from xltool.model import Agency, FormSpec, Reading, Submission, Value
from xltool.rules.cells import count_faults
from xltool.rules.view import SubmissionView
from xltool.workbook import cached_values
from xltool.workbook.layout_plan import LEFT_COLUMN, Spot, make_plan
from xltool.workbook.write import write_workbook

BOTH = parse_spec(bare.FORM, "duty_card.toml")
ALONE = parse_spec(bare.CARD_ALONE, "duty_card.toml")
HEAD = "card.head.given"
FULL = {HEAD: "张某", "card.phone.given": "是", "card.since.given": "2024-03-01"}


def submit(spec: FormSpec, written: dict[str, str], values: tuple[Value, ...] = (3,)) -> Submission:
    own = values[: len(spec.cells)]
    return Submission(spec.id, 2024, Agency("330001", "样例局", "department"), own, entries=written)


def judge(spec: FormSpec, submission: Submission, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    (tmp_path / "duty_card.toml").write_text(bare.FORM if spec is BOTH else bare.CARD_ALONE, "utf-8")
    monkeypatch.setenv("XLTOOL_FORMS", str(tmp_path))
    [reading] = xltool.check([Reading(submission)])
    return [found.code for found in reading.findings]


@pytest.mark.parametrize(
    ("spec", "written", "values", "scope", "codes"),
    [
        (BOTH, FULL, (3,), "own", []),
        (BOTH, {}, (3,), "own", ["table.empty"]),
        (BOTH, {"card.phone.given": "否"}, (3,), "own", ["entry.missing"]),
        (BOTH, FULL, (None,), "own", ["table.empty"]),
        (BOTH, {}, (None,), "own", ["form.empty"]),
        (BOTH, {}, (3,), "consolidated", []),
        (ALONE, FULL, (), "own", []),
        (ALONE, {}, (), "own", ["form.empty"]),
        (ALONE, {"card.phone.given": "否"}, (), "own", ["entry.missing"]),
        (ALONE, {}, (), "consolidated", []),
    ],
)
def test_a_table_without_figures_is_not_passed_while_it_is_blank(
    spec: FormSpec,
    written: dict[str, str],
    values: tuple[Value, ...],
    scope: str,
    codes: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = replace(submit(spec, written, values), scope=scope)  # type: ignore[arg-type]
    assert judge(spec, given, tmp_path, monkeypatch) == codes


def test_what_is_blank_is_told_by_table_and_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    judge(BOTH, submit(BOTH, FULL), tmp_path, monkeypatch)
    [reading] = xltool.check([Reading(submit(BOTH, {}))])
    said = render(reading.findings[0], BOTH, make_plan(BOTH).place)
    assert "表二还没有填，3 格都空着" in said
    judge(ALONE, submit(ALONE, FULL), tmp_path, monkeypatch)
    [reading] = xltool.check([Reading(submit(ALONE, {}))])
    assert "整份报表还没有填：3 格选项、日期和文字" in render(reading.findings[0], ALONE, make_plan(ALONE).place)


@pytest.mark.parametrize("spec", [BOTH, ALONE], ids=["beside figures", "alone"])
def test_libreoffice_counts_what_we_count(spec: FormSpec, tmp_path: Path) -> None:
    calc.require_office()
    plan = make_plan(spec)
    cases = {
        "full": submit(spec, FULL),
        "blank": submit(spec, {}),
        "all blank": submit(spec, {}, (None,)),
        "one": submit(spec, {HEAD: "张某"}, (None,)),
        "sum": replace(submit(spec, {}), scope="consolidated"),
    }
    files = {name: calc.spoiled(write_workbook(spec, each)) for name, each in cases.items()}
    for name, shown in calc.recalculated(files, tmp_path).items():
        cached = cached_values.compute_cached_values(plan, cases[name])
        counts = count_faults(SubmissionView(spec, [cases[name]]), [c for c in plan.checks if c.kind is not None])
        for check in plan.checks:
            spot = Spot(CHECKS, plan.lines[check.name], LEFT_COLUMN)
            assert (shown.get(spot) or 0) == (cached[spot] or 0), (name, check.name)
            if check.name in counts and check.kind is not None and check.kind.code.endswith(".empty"):
                assert [shown.get(spot) or 0] == counts[check.name], (name, check.name)


@pytest.mark.parametrize("spec", [BOTH, ALONE], ids=["beside figures", "alone"])
@pytest.mark.parametrize("kind", ["docx", "html"])
def test_a_report_is_read_back(spec: FormSpec, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = submit(spec, FULL)
    assert judge(spec, given, tmp_path, monkeypatch) == []
    report = xltool.report(given, kind)
    data = report if isinstance(report, bytes) else report.encode()
    again = xltool.imported(data).reading.submission
    assert again is not None
    assert (again.values, again.entries) == (given.values, given.entries)
    back = xltool.read(xltool.fill(given)).submission
    assert back is not None
    assert (back.values, back.entries) == (given.values, given.entries)
