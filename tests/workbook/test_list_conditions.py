"""What columns of a list ask of each other: LibreOffice counts the lines that Python counts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

from tests.forms.lists import submit
from tests.forms.test_list_demands import IDS, make_form
from tests.workbook import calc
from xltool.forms.sheet_names import CHECKS
from xltool.model import ListContent, ListRow
from xltool.workbook import cached_values
from xltool.workbook.layout_plan import LEFT_COLUMN, Spot, make_plan
from xltool.workbook.write import write_workbook

DAYS = ("2024-02-28", "2024-03-01", "2024-03-01", "2024-12-31", "2023-01-01", "不详", None)
DRAWN: dict[str, tuple[ListContent, ...]] = {
    "result": ("准予", "不予", "办理中", "别的", None),
    "fee": (0, 1, 1000, 999, "免", None),
    "early": (-1, 0, 1, None),
    "online": ("是", "否", None),
    "remark": ("有", None),
    "received": DAYS,
    "done": DAYS,
    "told": DAYS,
    "teller": ("王五", None),
}


def draw_line(rng: Random, serial: int) -> ListRow:
    drawn = {name: rng.choice(contents) for name, contents in DRAWN.items()}
    return ListRow(tuple(f"{serial}" if name == "number" else drawn[name] for name in IDS))


def test_libreoffice_counts_the_lines_that_we_do(tmp_path: Path) -> None:
    calc.require_office()
    spec = make_form()
    plan = make_plan(spec)
    made = {}
    for number in range(6):
        rng = Random(number)
        lines = tuple(draw_line(rng, at) if rng.random() < 0.9 else ListRow((None,) * len(IDS)) for at in range(40))
        made[f"w{number}"] = replace(submit(spec), lists={"cases": lines})
    files = {name: calc.spoiled(write_workbook(spec, each)) for name, each in made.items()}
    counted = dict.fromkeys(("list.lone@cases", "list.order@cases"), 0)
    for name, shown in calc.recalculated(files, tmp_path).items():
        ours = cached_values.compute_cached_values(plan, made[name])
        for check in counted:
            spot = Spot(CHECKS, plan.lines[check], LEFT_COLUMN)
            assert (shown.get(spot) or 0) == (ours[spot] or 0), (name, check)
            counted[check] += int(str(ours[spot] or 0))
    assert all(count > 50 for count in counted.values()), counted
