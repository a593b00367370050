"""What an office found in texts, in a workbook that goes back: on 校验 while text and figures are as they were.

Only who reads texts finds it, and a formula cannot; that nothing of it was changed, a formula can tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import assert_never

from xltool.forms import totals
from xltool.forms.sheet_names import HIDDEN
from xltool.messages import format_scaled
from xltool.model import CellKey, Finding, FormCell, NotApplicable, Submission, Value
from xltool.workbook.frames import refer_in_frame
from xltool.workbook.layout_plan import Plan, Spot
from xltool.workbook.stated_values import read_stated_texts


@dataclass(frozen=True, slots=True)
class ToldDoubt:
    """One finding about a text: its code, the text's key, the cells that it is held against."""

    code: str
    text: str
    keys: tuple[CellKey, ...]


def find_told(plan: Plan, submission: Submission, findings: Sequence[Finding]) -> Iterator[ToldDoubt]:
    """The findings that have a line on 校验 of their own and that no formula finds."""
    computed = totals.recompute_totals(plan.spec, submission)
    seen = [
        (step.code, key, frozenset(step.clause.cells[0]))
        for key, steps in read_stated_texts(plan, computed).items()
        for step in steps
        if step.clause is not None
    ]
    for found in findings:
        text = found.data.get("text")
        if any(code == found.code and key == text and cells.issuperset(found.keys) for code, key, cells in seen):
            continue
        if found.severity != "info" and text in plan.told.get(found.code, {}):
            yield ToldDoubt(found.code, str(text), found.keys)


def write_told(plan: Plan, submission: Submission, told: Sequence[ToldDoubt]) -> dict[Spot, tuple[str, int]]:
    """The formulas that count, for each code and text, what still stands, each with what it shows at first."""
    values = dict(zip(plan.spec.index, totals.recompute_totals(plan.spec, submission).values, strict=True))
    found: dict[Spot, tuple[str, int]] = {}
    for code, spots in plan.told.items():
        for key, spot in spots.items():
            mine = [each for each in told if (each.code, each.text) == (code, key)]
            if mine:
                same = f"EXACT({refer_in_frame(plan, plan.texts[key], HIDDEN)},{plan.text_copies[key].address})"
                standing = "+".join(_write_standing(plan, each.keys, values) for each in mine)
                found[spot] = (f"IF({same},{standing},0)", len(mine))
    return found


def list_told_copies(plan: Plan, submission: Submission, told: Sequence[ToldDoubt]) -> dict[Spot, str]:
    """The texts in which something was found, as they were: the formulas compare with them."""
    return {plan.text_copies[key]: submission.texts.get(key, "") for key in dict.fromkeys(each.text for each in told)}


def write_unchanged(cell: FormCell, place: str, value: Value | str) -> str:
    """A condition that holds as long as the cell at a place holds what it held."""
    match value:
        case str():
            return f"""{place}="{value.replace('"', '""')}\""""
        case int():
            return f"AND(ISNUMBER({place}),{place}={format_scaled(value, cell.measure.decimals)})"
        case NotApplicable.SLASH:
            return f'{place}="/"'
        case None:
            return f"LEN({place})=0"
        case _:
            assert_never(value)


def _write_standing(plan: Plan, keys: Sequence[CellKey], values: Mapping[CellKey, Value]) -> str:
    """One, as long as none of the cells was changed."""
    cells = [plan.spec.cell(key) for key in keys]
    spots = [plan.cells[cell.key] if cell.total else plan.copies[cell.key] for cell in cells]
    same = [
        write_unchanged(cell, spot.seen_from(HIDDEN), values[cell.key]) for cell, spot in zip(cells, spots, strict=True)
    ]
    return f"IF(AND({','.join(same)}),1,0)" if same else "1"
