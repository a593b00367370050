"""What is checked, as the 校验 sheet lists it: each table's cells, the texts, and every rule at every place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from xltool.forms.memo import derive_once
from xltool.model import LEVELS, Cell, FormSpec, Rule, Severity, Table

Kind: TypeAlias = Literal["empty", "invalid", "blank", "level", "doubtful", "jump", "texts", "rule"]

JUMP_TIMES: Final = 10
JUMP_LEAST: Final = 20
"""A figure has jumped that is more than so many times last year's, or less than that part of it, and differs by at least so many units."""


@dataclass(frozen=True)
class Check:
    """One line of the 校验 sheet: a rule at one place, or a check of a table's cells; `name` is what a 说明 belongs to."""

    name: str
    kind: Kind
    severity: Severity
    subject: str  # 表三“自然人”栏
    text: str
    table: Table | None = None
    rule: Rule | None = None


@derive_once
def listed(spec: FormSpec, prior: bool = False) -> tuple[Check, ...]:
    """All checks of a form in the order of the 校验 sheet, with `prior` those against last year too."""
    return tuple(_checks(spec, prior))


def leveled(table: Table, spec: FormSpec) -> list[Cell]:
    """The table's cells that only some levels may fill in."""
    return [cell for cell in spec.cells if cell.table is table and len(cell.row.levels) < len(LEVELS)]


def subject(rule: Rule, spec: FormSpec) -> str:
    """Where a rule holds: `表三“自然人”栏`, or the tables it joins."""
    tables = dict.fromkeys(spec.cell(key).table.name for key in rule.linear.keys if key in spec.index)
    return f"{'、'.join(tables)}{rule.where}"


def _checks(spec: FormSpec, prior: bool) -> list[Check]:
    found = [Check("form.empty", "empty", "error", "整份报表", "各表应按实际填写，没有发生的填 0")]
    for table in spec.tables:
        cells = [cell for cell in spec.cells if cell.table is table and not cell.total]
        found.append(
            Check(
                f"number.text@{table.id}",
                "invalid",
                "error",
                table.name,
                "填报格只能填符合计量单位的数字，不能填文字",
                table,
            )
        )
        found.append(
            Check(f"cell.blank@{table.id}", "blank", "warning", table.name, "填报格不应空着，没有发生的填 0", table)
        )
        barred = leveled(table, spec)
        if barred:
            rows = "、".join(dict.fromkeys(cell.row.short for cell in barred))
            found.append(
                Check(
                    f"cell.level@{table.id}",
                    "level",
                    "error",
                    table.name,
                    f"无权制定的单位，“{rows}”各格应为 0 或 /",
                    table,
                )
            )
        if any(cell.measure.doubtful_from is not None for cell in cells):
            found.append(
                Check(
                    f"amount.doubtful@{table.id}",
                    "doubtful",
                    "warning",
                    table.name,
                    "金额以万元填报，不应像是按元填的",
                    table,
                )
            )
        if prior:
            text = f"与上年相差十倍以上（且差 {JUMP_LEAST} 以上）的，应核对位数、单位和口径"
            found.append(Check(f"prior.jump@{table.id}", "jump", "warning", table.name, text, table))
    if any(text.required for text in spec.texts):
        found.append(Check("text.missing", "texts", "warning", "文字", "规定必写的部分应写明"))
    found.extend(
        Check(rule.name, "rule", rule.severity, subject(rule, spec), rule.text, rule=rule)
        for rule in spec.rules
        if prior or rule.linear.alone is not None
    )
    return found
