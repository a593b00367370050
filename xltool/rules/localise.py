"""Finds the one cell whose correction mends all broken equalities: in closed form, or says that arithmetic cannot tell.

Cell j with column a_j explains the residuals r when (r . a_j)^2 = |a_j|^2 |r|^2; then m = r . a_j / |a_j|^2 is how much
too large it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from xltool.forms import totals
from xltool.forms.memo import derive_once
from xltool.forms.operators import EQUAL
from xltool.model import CellKey, Finding, FormSpec, Rule, Suspect, Value, figure_of, summand_of

MAX_SUSPECTS: Final = 6
"""More cells than this, all explaining the fault equally well, are no help to name one by one."""


class EqualityGroup:
    """Equalities that hang together through shared cells, as the columns of their matrix.

    Each cell's (equality, coefficient).
    """

    def __init__(self, rules: Sequence[Rule], sums: Sequence[dict[CellKey, int]]) -> None:
        self.names = frozenset(rule.name for rule in rules)
        self.columns: dict[CellKey, list[tuple[int, int]]] = {}
        for at, terms in enumerate(sums):
            for key, coefficient in terms.items():
                self.columns.setdefault(key, []).append((at, coefficient))

    def compute_residual(self, figures: Mapping[CellKey, int]) -> list[int]:
        """By how much each equality is missed; in Python's own integers, for squares of 15 digits leave 64 bits."""
        result = [0] * len(self.names)
        for key, column in self.columns.items():
            for at, coefficient in column:
                result[at] += coefficient * figures[key]
        return result


class FormGroups:
    """The groups of a form.

    As they hold among all cells, and as they hold among inputs where totals are computed from them.
    """

    def __init__(self, spec: FormSpec) -> None:
        self.definitions = frozenset(rule.name for rule in spec.rules if rule.defines is not None)
        self.typed, self.computed = _group_equalities(spec, typed=True), _group_equalities(spec, typed=False)


def explain_findings(spec: FormSpec, values: Sequence[Value], found: Sequence[Finding]) -> list[Finding]:
    """The findings, those of broken equalities with the cells that alone could explain them all."""
    failing = {f.rule for f in found if f.code == "rule.broken" and f.severity == "error"}
    if not failing:
        return list(found)
    groups = _find_groups(spec)
    suspects: dict[str | None, tuple[Suspect, ...]] = {}
    for group in groups.computed if failing.isdisjoint(groups.definitions) else groups.typed:
        if not group.names.isdisjoint(failing):
            suspects.update(dict.fromkeys(group.names, tuple(_find_suspects(spec, group, values))))
    return [replace(f, suspects=suspects[f.rule]) if suspects.get(f.rule) else f for f in found]


_find_groups = derive_once(FormGroups)


def _group_equalities(spec: FormSpec, typed: bool) -> list[EqualityGroup]:
    """Equalities by shared cells; where totals are not typed but computed, they are resolved into inputs."""
    defined = totals.find_definitions(spec.rules)
    chosen: list[tuple[Rule, dict[CellKey, int]]] = []
    for rule in spec.rules:
        if (
            rule.linear.operator is not EQUAL
            or rule.linear.prior
            or rule.severity != "error"
            or (not typed and rule.defines)
        ):
            continue
        terms: dict[CellKey, int] = {}
        for side, sign in ((rule.linear.left, 1), (rule.linear.right, -1)):
            for key, coefficient in side:
                for leaf, times in totals.resolve_inputs(key, defined) if not typed and key in defined else ((key, 1),):
                    terms[leaf] = terms.get(leaf, 0) + sign * coefficient * times
        chosen.append((rule, {key: coefficient for key, coefficient in terms.items() if coefficient}))
    groups: list[tuple[set[CellKey], list[tuple[Rule, dict[CellKey, int]]]]] = []
    for item in chosen:
        touched = [group for group in groups if group[0] & item[1].keys()]
        merged = (
            set(item[1]).union(*(keys for keys, _ in touched)),
            [entry for _, entries in touched for entry in entries] + [item],
        )
        groups = [group for group in groups if group not in touched] + [merged]
    return [EqualityGroup(*(list(each) for each in zip(*entries, strict=True))) for _, entries in groups]


def _find_suspects(spec: FormSpec, group: EqualityGroup, values: Sequence[Value]) -> list[Suspect]:
    held = {key: values[spec.index[key]] for key in group.columns}
    figures = {key: summand for key, value in held.items() if (summand := summand_of(value)) is not None}
    if len(figures) < len(held):
        return []
    residual = group.compute_residual(figures)
    square = sum(r * r for r in residual)
    if not square:
        return []
    candidates: list[Suspect] = []
    for key, column in group.columns.items():
        norm = sum(coefficient * coefficient for _, coefficient in column)
        along = sum(coefficient * residual[at] for at, coefficient in column)
        if along * along != norm * square or along % norm:
            continue
        measure = spec.cell(key).measure
        proposed = figures[key] - along // norm
        if abs(proposed) <= measure.maximum * measure.scale and (measure.signed or proposed >= 0):
            candidates.append(Suspect(key, held[key], proposed, ""))
    if len(candidates) == 1:
        return [replace(candidates[0], why="只改这一格，相关的勾稽关系就全部平衡")]
    doubt = f"改这一格可使勾稽关系平衡，但共有 {len(candidates)} 格都可以，仅凭算术不能确定"
    witnessed = [replace(s, why=f"{why}；{doubt}") for s in candidates if (why := _find_witness(spec, s))]
    if len(candidates) > MAX_SUSPECTS:
        return witnessed[:MAX_SUSPECTS]
    named = {suspect.key for suspect in witnessed}
    return witnessed + [replace(s, why=doubt) for s in candidates if s.key not in named]


def _find_witness(spec: FormSpec, suspect: Suspect) -> str:
    """What besides arithmetic speaks for a cell: a total left at zero, or a slip of digits."""
    value, proposed = figure_of(suspect.value), suspect.proposed
    if value is None:
        return ""
    if spec.cell(suspect.key).total and value == 0:
        return "合计为 0，而分项之和不为 0"
    old, new = str(abs(value)), str(abs(proposed))
    if len(old) == len(new) > 1 and old != new and sorted(old) == sorted(new):
        differing = [at for at, (a, b) in enumerate(zip(old, new, strict=True)) if a != b]
        if len(differing) == 2 and differing[1] - differing[0] == 1:
            return "相邻两位数字可能写颠倒"
    longer, shorter = (old, new) if len(old) > len(new) else (new, old)
    if (
        len(longer) == len(shorter) + 1
        and shorter != "0"
        and any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))
    ):
        return "可能多写或漏写一位数字"
    return ""
