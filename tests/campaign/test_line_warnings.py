"""Rules of a line of a list that are warnings: asked on 校验, explained there, and the words bound to the lines."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

import xltool
from tests.forms.lists import FORM, submit
from tests.workbook import calc
from xltool.api import group_opinions
from xltool.cli import main
from xltool.forms.sheet_names import CHECKS
from xltool.forms.spec import parse_spec
from xltool.messages import DefinitionError, name_rule
from xltool.model import ListContent, Submission
from xltool.rules.concerns import find_line_concerns
from xltool.rules.explanations import count_open
from xltool.workbook.layout_plan import VERDICT_COLUMN, Spot, make_plan

RULES = """
[[list.rule]]
id = "dear"
expr = "if result = '准予' then fee <= 1000"
severity = "warning"
text = "准予的收费一般不超过一千万元"
basis = "审改〔2024〕3号 附表一"

[[list.rule]]
id = "early"
expr = "early <= 100"
text = "提前不超过一百天"
basis = "审改〔2024〕3号 附表一"

"""
ASKING = FORM.replace('\n[[list]]\nid = "staff"', RULES + '[[list]]\nid = "staff"', 1)
SPEC = parse_spec(ASKING, "permit_cases.toml")
LINE = "list.broken@cases.dear"
Line = tuple[ListContent, ...]


def write(number: str, fee: int, early: int = 3) -> Line:
    return (number, "2024-03-05", "准予", fee, early, "是", None)


@pytest.fixture(autouse=True)
def _forms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    folder = tmp_path / "forms"
    folder.mkdir()
    (folder / "permit_cases.toml").write_text(ASKING, "utf-8")
    monkeypatch.setenv("XLTOOL_FORMS", str(folder))
    yield


def explain(submission: Submission, text: str = "有合同为证。") -> Submission:
    return replace(submission, explanations={LINE: text})


def test_a_warning_of_a_line_is_open_until_it_is_explained() -> None:
    given = submit(SPEC, [write("1", 99), write("2", 200_000), write("3", 100_001)])
    for made in (given, explain(given)):
        [reading] = xltool.check([xltool.read(xltool.fill(made))])
        assert reading.submission is not None
        [found] = reading.findings
        assert (found.code, found.severity, found.data["serials"]) == ("list.broken", "warning", (2, 3))
        assert reading.submission.explanations == made.explanations
        assert count_open(reading) == (0 if made.explanations else 1)
    assert name_rule(LINE, SPEC) == "附表一：准予的收费一般不超过一千万元"


def test_an_error_and_a_warning_of_lines_are_two_opinions_at_their_places() -> None:
    [reading] = xltool.check([xltool.read(xltool.fill(submit(SPEC, [write("1", 200_000, 101)])))])
    opinions = group_opinions(reading)
    assert [each.severity for each in opinions] == ["error", "warning"]
    assert reading.submission is not None
    places = find_line_concerns(SPEC, reading.submission, opinions, reading.findings)
    assert {key: [each.role for each in told] for key, told in places.items()} == {
        "cases.1.early": ["change"],
        "cases.1.fee": ["ask"],
    }


def test_the_word_for_another_severity_is_told() -> None:
    with pytest.raises(DefinitionError, match="'grave' is not a severity"):
        parse_spec(ASKING.replace('severity = "warning"', 'severity = "grave"'), "permit_cases.toml")


def test_libreoffice_asks_and_takes_the_explanation(tmp_path: Path) -> None:
    calc.require_office()
    given = submit(SPEC, [write("2", 200_000)])
    made = {"asked": given, "told": explain(given), "right": submit(SPEC, [write("2", 100_000)])}
    plan = make_plan(SPEC)
    files = {name: calc.spoiled(xltool.fill(each)) for name, each in made.items()}
    spot = Spot(CHECKS, plan.lines[LINE], VERDICT_COLUMN)
    shown = {name: cells.get(spot) for name, cells in calc.recalculated(files, tmp_path).items()}
    own = {name: openpyxl.load_workbook(io.BytesIO(xltool.fill(each)))[CHECKS][spot.address].value
           for name, each in made.items()}  # fmt: skip
    assert len({str(word) for word in shown.values()}) == 3, shown
    assert str(own["asked"]).startswith("=")


def call(*args: object, code: int = 0) -> str:
    done = CliRunner().invoke(main, list(map(str, args)))
    assert done.exit_code == code, (args, done.output)
    return done.output


def hand_in(root: Path, number: int, lines: Sequence[Line], told: str = "") -> None:
    [blank] = (root / "outbox").glob("9911_*.xlsx")
    sent = xltool.read(blank.read_bytes()).submission
    assert sent is not None
    filled = replace(submit(SPEC, lines), agency=sent.agency, serial=sent.serial)
    filled = explain(filled, told) if told else filled
    (root / "inbox" / f"9911-{number}.xlsx").write_bytes(xltool.fill(filled))


def find_state(root: Path) -> tuple[str, int]:
    status = json.loads(call("status", "-C", root, "--json"))
    return status["agencies"][0]["state"], status["agencies"][0]["open"]


def test_the_words_are_bound_to_the_lines(tmp_path: Path) -> None:
    root, roster = tmp_path / "county", tmp_path / "roster.csv"
    roster.write_text("code,name,level,parent\n9911,财政局,department,\n", "utf-8")
    call("new", root, "--plain", "--form", "permit-cases", "--year", "2024", "--name", "测试县", "--roster", roster)
    call("build", "-C", root)
    dear, other = write("A", 200_000), write("B", 300_000)
    steps: list[tuple[list[Line], str, tuple[str, int]]] = [
        ([dear], "", ("open", 1)),
        ([dear], "有合同为证。", ("accepted", 0)),
        ([write("0", 1), dear], "有合同为证。", ("accepted", 0)),  # the same case, on another line
        ([dear, other], "有合同为证。", ("open", 1)),  # another case, which nobody explained
        ([dear, other], "两件都有合同。", ("accepted", 0)),
        ([dear, write("B", 300_001)], "两件都有合同。", ("open", 1)),
        ([dear, write("B", 300_001)], "三件都有合同。", ("accepted", 0)),
    ]
    for number, (lines, told, state) in enumerate(steps):
        hand_in(root, number, lines, told)
        call("collect", "-C", root)
        assert find_state(root) == state, number
    assert not [*(root / "returned").glob("9911_*.xlsx")]


def test_the_office_may_let_one_rule_of_lines_pass(tmp_path: Path) -> None:
    root, roster = tmp_path / "county", tmp_path / "roster.csv"
    roster.write_text("code,name,level,parent\n9911,财政局,department,\n", "utf-8")
    call("new", root, "--plain", "--form", "permit-cases", "--year", "2024", "--name", "测试县", "--roster", roster)
    call("build", "-C", root)
    hand_in(root, 1, [write("A", 200_000, 101)])
    call("collect", "-C", root, code=3)
    call("waive", "9911", "list.broken@cases.early", "--reason", "核实过", "--by", "王", "-C", root)
    assert find_state(root) == ("open", 1)
    call("waive", "9911", LINE, "--reason", "核实过", "--by", "王", "-C", root)
    assert find_state(root) == ("accepted", 0)
