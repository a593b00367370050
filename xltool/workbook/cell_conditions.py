"""Conditions on what cells and fields of the cover hold, as parts of formulas of 校验."""

from __future__ import annotations

from xltool.forms.cell_checks import find_chosen, write_unwritten
from xltool.forms.sheet_names import CHECKS
from xltool.messages import format_scaled
from xltool.model import Chosen, Linear
from xltool.workbook.frames import refer_in_frame
from xltool.workbook.helpers import list_runs, round_sum, write_completeness, write_sum
from xltool.workbook.layout_plan import Plan
from xltool.workbook.ranges import group_runs


def write_met(plan: Plan, demand: Chosen | Linear) -> str:
    """Whether a condition holds; it does not while a figure of it is not known."""
    if isinstance(demand, Chosen):
        return write_chosen(plan, demand)
    decimals = demand.decimals
    sides = [write_sum(plan, group_runs(plan, terms), CHECKS, decimals) for terms in (demand.left, demand.right)]
    constant = format_scaled(demand.constant, decimals) if demand.constant or not sides[1] else ""
    sides[1] += f"+{constant}" if sides[1] and constant and not constant.startswith("-") else constant
    left, right = (round_sum(side, decimals) for side in sides)
    difference = round_sum(f"{left}-({right})", decimals)
    holds = demand.operator.excel.format(left=left, right=right, difference=difference)
    return f"IF({write_completeness(plan, list_runs(plan, demand), CHECKS)},{holds},FALSE)"


def write_chosen(plan: Plan, chosen: Chosen) -> str:
    """Whether a cell or a field of the cover holds what a rule asks for."""
    if chosen.on_cover:
        cell = refer_in_frame(plan, plan.texts[chosen.key], CHECKS)
        bare = f'TRIM(SUBSTITUTE(SUBSTITUTE({cell},CHAR(10),""),"\u3000",""))'
        each = ['{}="{}"'.format(bare, choice.replace('"', '""')) for choice in chosen.choices]
        filled = f"LEN({bare})>0"
    else:
        cell = plan.entry_copies[chosen.key].seen_from(CHECKS)
        each = [find_chosen(choice, cell) for choice in chosen.choices]
        filled = f"NOT({write_unwritten(cell)})"
    found = each[0] if len(each) == 1 else f"OR({','.join(each)})"
    return f"AND({filled},NOT({found}))" if chosen.barred else found
