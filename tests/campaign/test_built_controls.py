"""核对数 through a campaign: built with them, they come back with the return and stand in no sum."""

from __future__ import annotations

import io
import json

import openpyxl

from tests.campaign.test_decisions import FINANCE, made, office  # noqa: F401  the campaign of three agencies
from xltool import api
from xltool.forms.sheet_names import CONTROLS
from xltool.workbook.layout_plan import make_plan

KEY, TOTAL = "applications.granted.natural_person", "applications.granted.total"


def test_built_with_them_they_find_the_wrong_cell_and_stand_in_no_sum(office):  # noqa: F811
    [plain] = (path.read_bytes() for path in (office.root / "outbox").glob(f"{FINANCE}_*.xlsx"))
    assert CONTROLS not in openpyxl.load_workbook(io.BytesIO(plain)).sheetnames
    done = office.run("build", "--control-totals")
    assert done.exit_code == 0, done.output
    plan, filled = (
        make_plan(api.form("ogi-2021"), controls=True),
        openpyxl.load_workbook(io.BytesIO(office.fill(FINANCE))),
    )
    figures = office.figures[FINANCE]
    row = [figures[cell.key] for cell in api.form("ogi-2021").cells if cell.row.id == "granted" and not cell.total]
    spot = plan.controls[TOTAL]

    def hand_in(name, control):
        filled[spot.sheet][spot.address] = control
        buffer = io.BytesIO()
        filled.save(buffer)
        office.put(name, buffer.getvalue())
        office.run("collect")
        told = office.status()[1][FINANCE]
        return told["state"], told["open"]

    assert hand_in("一.xlsx", sum(row) + 2) == ("open", 1), "it asks for a 说明, or to be mended"
    assert hand_in("二.xlsx", sum(row)) == ("accepted", 0)
    office.run("consolidate", "--allow-missing")
    assert "controls" not in json.loads((office.root / "county" / "submission.json").read_bytes())
