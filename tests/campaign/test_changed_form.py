"""An office edits its own form while the workbooks are out.

What `build` sent, `collect` takes back without a doubt, or tells what changed.
"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from tests.forms.test_spec import GOOD
from tests.reader.test_versions import passing
from tests.workbook.tamper import tampered
from xltool import api
from xltool.cli import main
from xltool.forms import catalog
from xltool.forms.sheet_names import CHECKS
from xltool.workbook.layout_plan import VERDICT_COLUMN, Spot, make_plan

ROSTER = "code,name,level,parent\n990000,某县人民政府,county,\n990000-1,某县财政局,department,990000\n"
HONEST, CHEAT = "990000", "990000-1"


def call(*args: object, code: int = 0) -> str:
    done = CliRunner().invoke(main, [str(arg) for arg in args])
    assert done.exit_code == code, done.output
    return done.output


@pytest.fixture
def definition(tmp_path, monkeypatch):
    """The office's own form, in force."""
    (tmp_path / "forms").mkdir()
    monkeypatch.setenv(catalog.FOLDERS_VARIABLE, str(tmp_path / "forms"))
    path = tmp_path / "forms" / "county_survey.toml"
    path.write_text(GOOD, "utf-8")
    return path


@pytest.fixture
def campaign(definition, tmp_path):
    """A campaign whose two agencies have filled in what they were sent; one of them also made a check say 通过."""
    (tmp_path / "roster.csv").write_text(ROSTER, "utf-8")
    root = tmp_path / "检查"
    call(
        "new",
        root,
        "--plain",
        "--form",
        "county-survey",
        "--year",
        2024,
        "--name",
        "检查",
        "--roster",
        tmp_path / "roster.csv",
    )
    call("build", "-C", root)
    line = make_plan(api.form("county-survey")).lines["accounts.within@wechat"]
    for path in (root / "outbox").glob("*.xlsx"):
        blank = api.read(path.read_bytes()).submission
        values = tuple(9 if cell.row.id == "open" else 1 for cell in api.form(blank.form).cells)
        data = api.fill(replace(blank, values=values, texts={"summary": "已查。"}))
        if blank.agency.code == CHEAT:
            data = tampered(passing(Spot(CHECKS, line, VERDICT_COLUMN)), data=data)
        (root / "inbox" / path.name).write_bytes(data)
    return root


def told(root) -> dict[str, set[str]]:
    """The codes of what `check` finds in what came back, by agency."""
    found = {}
    for path in (root / "inbox").iterdir():
        document = json.loads(call("check", "--json", path))
        found[document["agency"]["code"]] = {finding["code"] for finding in document["findings"]}
    return found


def test_a_comment(campaign, definition):
    definition.write_text(
        "# 三月核对过\n" + GOOD.replace('text = "问题账号不多于', 'text = "问题账号不得多于'), "utf-8"
    )
    assert told(campaign) == {HONEST: set(), CHEAT: {"formula.changed"}}


def test_another_rule_with_the_former_version_kept(campaign, definition):
    definition.with_name("county_survey.march.toml").write_text(GOOD, "utf-8")
    definition.write_text(GOOD.replace("faulty <= open", "stale <= open"), "utf-8")
    assert told(campaign) == {HONEST: {"form.former"}, CHEAT: {"form.former", "formula.changed"}}


def test_another_rule_without_it(campaign, definition):
    definition.write_text(GOOD.replace("faulty <= open", "stale <= open"), "utf-8")
    assert told(campaign) == {HONEST: {"form.digest"}, CHEAT: {"form.digest"}}
    assert "公式没有核对" in call("check", *(campaign / "inbox").iterdir())
    assert "通过 2" in call("collect", "-C", campaign)
