"""What is checked, as the 校验 sheet lists it: each table's cells, lists, texts, and every rule at every place."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Final

from xltool.forms.cell_checks import CELL_CHECKS, CellCheck, CheckScope
from xltool.forms.list_checks import ListCheck, list_list_checks
from xltool.forms.memo import derive_once
from xltool.model import FormSpec, Rule, Severity, Table
from xltool.periods import word_before

_SUBJECTS: Final[dict[CheckScope, str]] = {"form": "整份报表", "texts": "文字"}


@dataclass(frozen=True)
class Check:
    """One line of the 校验 sheet: a rule at one place, or a kind of check of cells.

    `name` is what a 说明 belongs to.
    """

    name: str
    severity: Severity
    subject: str  # 表三“自然人”栏
    text: str
    kind: CellCheck | None = None
    table: Table | None = None
    rule: Rule | None = None


@derive_once
def list_checks(spec: FormSpec, prior: bool = False, controls: bool = False) -> tuple[Check, ...]:
    """All checks of a form in the order of the 校验 sheet, with `prior` those against last year too.

    With `controls` those against 核对数.
    """
    kinds = [kind for kind in CELL_CHECKS if (prior or not kind.across_years) and (controls or not kind.of_controls)]
    lines = [_build_line(spec, kind, table) for kind in kinds if kind.scope == "form" for table in kind.lines(spec)]
    for table in spec.tables:
        lines += [
            _build_line(spec, kind, table) for kind in kinds if kind.scope == "table" and table in kind.lines(spec)
        ]
    lines += map(_build_list_line, list_list_checks(spec))
    lines += [_build_line(spec, kind, table) for kind in kinds if kind.scope == "texts" for table in kind.lines(spec)]
    return (*lines, *_select_rules(spec, prior))


def find_leader(check: Check, lines: Container[str]) -> str | None:
    """The name of the check, one of `lines`, that finds the fault of another at large; None where there is none."""
    if check.kind is None:
        return None
    places = ("",) if check.table is None else (f"@{check.table.id}", "")
    names = (f"{code}{place}" for code in check.kind.follows for place in places)
    return next((name for name in names if name in lines), None)


def name_subject(rule: Rule, spec: FormSpec) -> str:
    """Where a rule holds: `表三“自然人”栏`, or the tables it joins."""
    tables = dict.fromkeys(spec.cell(key).table.name for key in rule.linear.keys if key in spec.index)
    asked = {term.row_list for term, _ in rule.linear.lists}
    tables |= dict.fromkeys(each.name for each in spec.lists if each.id in asked)
    return f"{'、'.join(tables)}{rule.where}"


def _build_line(spec: FormSpec, kind: CellCheck, table: Table | None) -> Check:
    name, subject = (kind.code, _SUBJECTS[kind.scope]) if table is None else (f"{kind.code}@{table.id}", table.name)
    return Check(name, kind.severity, subject, word_before(kind.text(kind.cells(spec, table)), spec.every), kind, table)


def _build_list_line(kind: ListCheck) -> Check:
    return Check(kind.name, kind.grade, kind.row_list.name, kind.text(()), kind)


def _select_rules(spec: FormSpec, prior: bool) -> Iterator[Check]:
    for rule in spec.rules:
        if prior or rule.linear.alone is not None:
            yield Check(rule.name, rule.severity, name_subject(rule, spec), rule.text, rule=rule)
