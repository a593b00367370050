"""Finds what broken equalities have in common: the cell, or the two lines, whose correction mends them all.

Or says that arithmetic cannot tell. An equality that follows from others is never a cause of its own: the balance of
the totals is the sum of the balances of their parts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xltool.forms import totals
from xltool.forms.cell_checks import has_jumped
from xltool.forms.memo import derive_once
from xltool.forms.number import format_value
from xltool.forms.operators import EQUAL
from xltool.model import PRIOR, Cell, CellKey, Finding, FormSpec, Rule, Suspect, Value, figure_of, summand_of
from xltool.rules.stack import Figures

MAX_SUSPECTS: Final = 6
"""More cells than this, all explaining the fault equally well, are no help to name one by one."""
LEAST_COMPARED: Final = 10
"""Smaller figures of last year, in whole units, say nothing about this year's."""
MANY_LINES: Final = 3
"""So many lines in which one rule is missed have one cause."""
ALONE: Final = "只改这一格，相关的勾稽关系就全部平衡"
SWAPPED: Final = "这两{lines}的数可能填颠倒了：互换后，相关的勾稽关系就全部平衡"


@dataclass(frozen=True, slots=True)
class Cause:
    """Broken equalities that one correction mends, the one that leads first, and the cells that it may be.

    `followers` are mended with them, for they follow from them. Where `together` is set, all of the suspects are to be
    corrected, else one of them.
    """

    rules: tuple[str, ...]
    suspects: tuple[Suspect, ...] = ()
    together: bool = False
    followers: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        """Whether there is a correction to go by: one cell alone, the only likely one of some, or two lines."""
        return self.together or points_at_one(self.suspects)


@dataclass(frozen=True, eq=False)
class Exchanges:
    """Two rows, two columns, or two cells of a line that may have been mixed up, as pairs of inputs.

    `effects` says by how much each equality (a row) changes for each unit by which the first of a pair (a column)
    grows and the second falls; `starts` where the pairs of each exchange begin.
    """

    first: NDArray[np.intp]
    second: NDArray[np.intp]
    starts: NDArray[np.intp]
    effects: Figures
    words: tuple[str, ...]


def points_at_one(suspects: Sequence[Suspect]) -> bool:
    """Whether the first of the suspects is the only one, or the only one for which more than arithmetic speaks."""
    return len(suspects) == 1 or sum(suspect.likely for suspect in suspects) == 1


class Equalities:
    """The equalities of a form, as sums of cells: of inputs alone where totals are computed, else as they are typed.

    With `prior` those that look at last year are among them; its cells are given and cannot be wrong.
    """

    def __init__(self, spec: FormSpec, computed: bool, prior: bool) -> None:
        defined = totals.find_definitions(spec.rules) if computed else {}
        taken = [
            rule
            for rule in spec.rules
            if rule.linear.operator is EQUAL
            and (prior or not rule.linear.prior)
            and not (computed and rule.defines is not None)
        ]
        self.rules: Mapping[str, Rule] = {rule.name: rule for rule in taken}
        self.terms = {rule.name: _resolve_terms(rule, defined) for rule in taken}
        self.columns: dict[CellKey, dict[str, int]] = {}
        for name, terms in self.terms.items():
            for key, coefficient in terms.items():
                if not key.startswith(PRIOR):
                    self.columns.setdefault(key, {})[name] = coefficient
        self.followers = dict(_find_followers(spec, taken, self.terms))
        self._spec = spec

    @cached_property
    def exchanges(self) -> Exchanges:
        """What may have been mixed up; made when it is first asked for."""
        return _make_exchanges(self._spec, self.terms)


find_equalities = derive_once(Equalities)


def find_causes(
    spec: FormSpec, values: Sequence[Value], last_year: Sequence[Value] | None, found: Sequence[Finding]
) -> list[Cause]:
    """The causes of the broken equalities among the findings, in the order of their leading rules."""
    residuals = {
        f.rule: int(f.data["left"]) - int(f.data["right"]) for f in found if f.code == "rule.broken" and f.rule
    }
    computed = not any(rule.defines is not None and rule.name in residuals for rule in spec.rules)
    known = find_equalities(spec, computed, last_year is not None)
    residuals = {name: residual for name, residual in residuals.items() if name in known.rules and residual}
    if not residuals:
        return []
    return list(_CauseFinder(spec, known, values, last_year, residuals).find())


def list_cells(spec: FormSpec, cause: Cause) -> set[CellKey]:
    """The cells of this year that the equalities of a cause add up, with what their totals add up.

    All cells of the table where the cause lies across many lines.
    """
    terms, rules = find_equalities(spec, True, True).terms, {rule.name: rule for rule in spec.rules}
    cells = {key for name in cause.rules for key in (*terms.get(name, ()), *rules[name].linear.own)}
    if len(cause.rules) < MANY_LINES:
        return cells
    tables = {key.partition(".")[0] for key in cells if not key.startswith(PRIOR)}
    return {cell.key for cell in spec.cells if cell.table.id in tables}


def explain_findings(found: Sequence[Finding], causes: Sequence[Cause]) -> list[Finding]:
    """The findings, those of broken equalities with the cells that alone could explain them, and what leads them."""
    of = {name: cause for cause in causes for name in (*cause.rules, *cause.followers)}
    return [f if f.rule not in of else _explain_finding(f, of[f.rule]) for f in found]


def _explain_finding(found: Finding, cause: Cause) -> Finding:
    follows = found.rule in cause.followers
    return replace(found, suspects=cause.suspects, together=cause.together, cause=cause.rules[0], follows=follows)


class _CauseFinder:
    """One submission's broken equalities, and what could have broken them."""

    def __init__(
        self,
        spec: FormSpec,
        known: Equalities,
        values: Sequence[Value],
        last_year: Sequence[Value] | None,
        residuals: Mapping[str, int],
    ) -> None:
        self.spec, self.known, self.values, self.last_year, self.residuals = spec, known, values, last_year, residuals
        self.followers = {name: parts for name in residuals if (parts := self._find_broken_parts(name))}
        self.leaders = [name for name in known.rules if name in residuals and name not in self.followers]

    def find(self) -> Iterator[Cause]:
        """Each cause, with the equalities that follow behind those that lead."""
        found = [cause for lines in self._split_tables() for cause in self._explain_table(lines)]
        causes = self._join_unexplained(found)
        for cause in causes:
            later = [
                name
                for name, parts in self.followers.items()
                if next(other for other in causes if not parts.isdisjoint(other.rules)) is cause
            ]
            yield replace(cause, followers=tuple(later))

    def _find_broken_parts(self, name: str) -> frozenset[str]:
        """The broken equalities from which a broken one follows; none when it does not, or one of them is unknown."""
        parts = self.known.followers.get(name, {})
        if any(self._is_unknown(part) for part in parts):
            return frozenset()
        follows = sum(times * self.residuals.get(part, 0) for part, times in parts.items())
        return frozenset(parts.keys() & self.residuals.keys()) if follows == self.residuals[name] else frozenset()

    def _is_unknown(self, name: str) -> bool:
        """Whether a blank keeps an equality from being judged."""
        return name not in self.residuals and any(self._value(key) is None for key in self.known.terms[name])

    def _value(self, key: CellKey) -> Value:
        if not key.startswith(PRIOR):
            return self.values[self.spec.index[key]]
        return None if self.last_year is None else self.last_year[self.spec.index[key.removeprefix(PRIOR)]]

    def _split_tables(self) -> list[list[str]]:
        """The leading equalities by the tables that they look at first."""
        tables: dict[str, list[str]] = {}
        for name in self.leaders:
            tables.setdefault(self._table(name), []).append(name)
        return list(tables.values())

    def _explain_table(self, lines: Sequence[str]) -> list[Cause]:
        """The causes in one table: one cell that mends all, or two lines mixed up, or else group by group."""
        if len(lines) > 1 and len(self._find_mended(lines)) < len(lines) and (swapped := self._find_swapped(lines)):
            return [Cause(tuple(lines), swapped, together=True)]
        return [cause for group in self._split_groups(lines) for cause in self._explain(group)]

    def _split_groups(self, lines: Sequence[str]) -> list[list[str]]:
        """Leading equalities in groups that hang together by cells that two of them have in common."""
        groups: list[set[str]] = [{name} for name in lines]
        for touched in self.known.columns.values():
            mine = touched.keys() & set(lines)
            if len(mine) > 1:
                joined = [group for group in groups if group & mine]
                groups = [*(group for group in groups if not group & mine), set[str]().union(*joined)]
        order = {name: at for at, name in enumerate(lines)}
        ordered = [sorted(group, key=order.__getitem__) for group in groups]
        return sorted(ordered, key=lambda group: order[group[0]])

    def _explain(self, group: Sequence[str]) -> list[Cause]:
        """The causes of a group, a cell each: as few as mend all of it.

        Where they are more than one, or mend only a part, two lines that were mixed up are the simpler cause; without
        these a part that no cell mends leaves the whole group unexplained.
        """
        left, causes = list(group), list[Cause]()
        while left and (mended := self._find_mended(left)):
            causes.append(Cause(mended, self._name_suspects(mended)))
            left = [name for name in left if name not in mended]
        if len(group) > 1 and (left or len(causes) > 1) and (swapped := self._find_swapped(group)):
            return [Cause(tuple(group), swapped, together=True)]
        return [Cause(tuple(group))] if left else causes

    def _find_mended(self, left: Sequence[str]) -> tuple[str, ...]:
        """The most equalities of those left that a change of one cell mends, and breaks none; errors count first."""
        best: tuple[tuple[int, int], tuple[str, ...]] = ((0, 0), ())
        for name in left:
            for key, change in self._find_changes(name):
                mended = tuple(each for each in left if self._miss(key, change, each) == 0)
                errors = sum(self.known.rules[each].severity == "error" for each in mended)
                best = max(best, ((errors, len(mended)), mended), key=lambda found: found[0])
        return best[1]

    def _find_changes(self, name: str) -> Iterator[tuple[CellKey, int]]:
        """Each cell whose change mends a broken equality and breaks none, and the change."""
        for key, coefficient in self.known.terms[name].items():
            if key.startswith(PRIOR) or self.residuals[name] % coefficient:
                continue
            change = -self.residuals[name] // coefficient
            if self._can_hold(key, change) and all(
                self._miss(key, change, other) == 0 or other in self.known.followers or self._is_unknown(other)
                for other in self.known.columns[key]
            ):
                yield key, change

    def _miss(self, key: CellKey, change: int, name: str) -> int:
        """By how much an equality would be missed with a cell changed."""
        return self.residuals.get(name, 0) + change * self.known.columns[key].get(name, 0)

    def _can_hold(self, key: CellKey, change: int) -> bool:
        """Whether a cell may hold what it holds, changed by so much."""
        measure, held = self.spec.cell(key).measure, summand_of(self._value(key))
        if held is None:
            return False
        return abs(held + change) <= measure.maximum * measure.scale and (measure.signed or held + change >= 0)

    def _name_suspects(self, mended: Sequence[str]) -> tuple[Suspect, ...]:
        """The cells that mend just these equalities; those for which more than arithmetic speaks come first."""
        candidates = [
            Suspect(key, self._value(key), (summand_of(self._value(key)) or 0) + change, "")
            for key, change in self._find_changes(mended[0])
            if all(self._miss(key, change, name) == 0 for name in mended)
        ]
        if len(candidates) == 1:
            return (replace(candidates[0], why=ALONE),)
        doubt = f"改这一格可使勾稽关系平衡，但共有 {len(candidates)} 格都可以，仅凭算术不能确定"
        spoken = {s.key: self._find_witness(s) for s in candidates}
        strongest = max(strength for strength, _ in spoken.values()) if spoken else 0
        witnessed = [
            replace(s, why=f"{spoken[s.key][1]}；{doubt}", likely=spoken[s.key][0] == strongest)
            for s in sorted(candidates, key=lambda s: -spoken[s.key][0])
            if spoken[s.key][0]
        ]
        if len(candidates) > MAX_SUSPECTS:
            return tuple(witnessed[:MAX_SUSPECTS])
        named = {suspect.key for suspect in witnessed}
        return (*witnessed, *(replace(s, why=doubt) for s in candidates if s.key not in named))

    def _find_witness(self, suspect: Suspect) -> tuple[int, str]:
        """What besides arithmetic speaks for a cell, and how strongly: last year's figure, then a slip of the hand."""
        value, proposed = figure_of(suspect.value), suspect.proposed
        if value is None:
            return 0, ""
        cell = self.spec.cell(suspect.key)
        last = figure_of(self._value(PRIOR + suspect.key))
        if last is not None and _is_nearer(value, proposed, last, cell):
            return 2, f"上年是 {format_value(last, cell.measure)}，改后相近"
        if cell.total and value == 0:
            return 1, "合计为 0，而分项之和不为 0"
        slip = _find_slip_of_digits(str(abs(value)), str(abs(proposed)))
        return (1, slip) if slip else (0, "")

    def _join_unexplained(self, causes: Sequence[Cause]) -> list[Cause]:
        """Causes in one table that point at no cell for certain are one: look at the whole lines.

        Fewer than `MANY_LINES` of them are joined where the rule is the same, and likely slips of digits left alone.
        """
        doubtful = Counter(self._table(cause.rules[0]) for cause in causes if not self._is_certain(cause))
        joined: dict[str, list[Cause]] = {}
        for cause in causes:
            table = self._table(cause.rules[0])
            many = doubtful[table] >= MANY_LINES
            if self._is_certain(cause) or (cause.known and not many):
                name = cause.rules[0]
            else:
                name = table if many else self.known.rules[cause.rules[0]].id
            joined.setdefault(name, []).append(cause)
        return [
            alike[0] if len(alike) == 1 else Cause(tuple(name for cause in alike for name in cause.rules))
            for alike in joined.values()
        ]

    def _table(self, name: str) -> str:
        return self.spec.cell(self.known.rules[name].linear.own[0]).table.id

    @staticmethod
    def _is_certain(cause: Cause) -> bool:
        alone = len(cause.suspects) == 1 and not cause.suspects[0].likely
        return alone or (cause.together and len(cause.suspects) > 2)

    def _find_swapped(self, group: Sequence[str]) -> tuple[Suspect, ...]:
        """The cells of two lines, or two cells of one, whose figures, exchanged, mend a group and break nothing."""
        exchanges = self.known.exchanges
        held = np.array([summand_of(value) or 0 for value in self.values], np.int64)
        moved = held[exchanges.second] - held[exchanges.first]
        effects = np.add.reduceat(exchanges.effects * moved, exchanges.starts, axis=1)
        missed = np.array([self.residuals.get(name, 0) for name in self.known.terms], np.int64)
        grouped = np.array([name in group for name in self.known.terms])
        judged = np.array(
            [name not in self.known.followers and not self._is_unknown(name) for name in self.known.terms]
        )
        right = ((effects + missed[:, None] == 0) | ~grouped[:, None]).all(axis=0)
        right &= ((effects == 0) | grouped[:, None] | ~judged[:, None]).all(axis=0)
        found = np.nonzero(right)[0]
        if not len(found):
            return ()
        at = int(found[0])
        ends = (*exchanges.starts[1:].tolist(), len(exchanges.first))
        pairs = slice(int(exchanges.starts[at]), ends[at])
        suspects = []
        for one, other in zip(exchanges.first[pairs].tolist(), exchanges.second[pairs].tolist(), strict=True):
            for here, there in ((one, other), (other, one)):
                if held[here] != held[there]:
                    key = self.spec.cells[here].key
                    suspects.append(Suspect(key, self.values[here], int(held[there]), exchanges.words[at]))
        return tuple(suspects)


def _list_exchanges(spec: FormSpec) -> Iterator[tuple[str, list[tuple[Cell, Cell]]]]:
    """What a hand mixes up, whole lines first."""
    single: list[tuple[str, list[tuple[Cell, Cell]]]] = []
    for block in (block for table in spec.tables for block in table.blocks):
        inputs = [cell for cell in spec.cells if cell.block is block and not cell.total]
        for line in ("行", "栏"):
            lines: dict[str, dict[str, Cell]] = {}
            for cell in inputs:
                mine, other = (cell.row.id, cell.column.id) if line == "行" else (cell.column.id, cell.row.id)
                lines.setdefault(mine, {})[other] = cell
            for one, two in combinations(lines.values(), 2):
                pairs = [(one[at], two[at]) for at in one if at in two and one[at].measure is two[at].measure]
                if len(pairs) > 1:
                    yield SWAPPED.format(lines=line), pairs
                single.extend((SWAPPED.format(lines="格"), [pair]) for pair in pairs)
    yield from single


def _make_exchanges(spec: FormSpec, terms: Mapping[str, Mapping[CellKey, int]]) -> Exchanges:
    listed = list(_list_exchanges(spec))
    pairs = [pair for _, mine in listed for pair in mine]
    first, second = (np.array([spec.index[pair[at].key] for pair in pairs], np.intp) for at in (0, 1))
    matrix = np.zeros((len(terms), len(spec.cells)), np.int64)
    for at, sums in enumerate(terms.values()):
        for key, coefficient in sums.items():
            if not key.startswith(PRIOR):
                matrix[at, spec.index[key]] += coefficient
    starts = np.cumsum([0, *(len(mine) for _, mine in listed)])[:-1].astype(np.intp)
    return Exchanges(first, second, starts, matrix[:, first] - matrix[:, second], tuple(words for words, _ in listed))


def _resolve_terms(rule: Rule, defined: dict[CellKey, Rule]) -> dict[CellKey, int]:
    """An equality as one sum that is zero where it holds; defined totals, last year's too, resolved into inputs."""
    terms: dict[CellKey, int] = {}
    for side, sign in ((rule.linear.left, 1), (rule.linear.right, -1)):
        for key, coefficient in side:
            own, year = key.removeprefix(PRIOR), PRIOR if key.startswith(PRIOR) else ""
            for leaf, times in totals.resolve_inputs(own, defined) if own in defined else ((own, 1),):
                terms[year + leaf] = terms.get(year + leaf, 0) + sign * coefficient * times
    return {key: coefficient for key, coefficient in terms.items() if coefficient}


def _find_followers(
    spec: FormSpec, rules: Sequence[Rule], terms: Mapping[str, Mapping[CellKey, int]]
) -> Iterator[tuple[str, dict[str, Fraction]]]:
    """The equalities that follow from others, as sums of these: those over more totals follow from those over fewer."""
    basis: list[tuple[CellKey, dict[CellKey, Fraction], dict[str, Fraction]]] = []
    for rule in sorted(rules, key=lambda rule: sum(spec.cell(key).total for key in rule.linear.own)):
        sums = {key: Fraction(coefficient) for key, coefficient in terms[rule.name].items()}
        made = {rule.name: Fraction(1)}
        for pivot, row, parts in basis:
            if pivot in sums:
                times = sums[pivot] / row[pivot]
                sums, made = _subtract(sums, row, times), _subtract(made, parts, times)
        if sums:
            basis.append((next(iter(sums)), sums, made))
        else:
            yield rule.name, {name: -times for name, times in made.items() if name != rule.name}


def _subtract(sums: Mapping[str, Fraction], row: Mapping[str, Fraction], times: Fraction) -> dict[str, Fraction]:
    left = {key: sums.get(key, Fraction(0)) - times * row.get(key, Fraction(0)) for key in {**sums, **row}}
    return {key: value for key, value in left.items() if value}


def _is_nearer(value: int, proposed: int, last: int, cell: Cell) -> bool:
    """Whether a figure far from last year's is near it when corrected: a jump gone, or a half made a fifth."""
    if has_jumped(proposed, last, cell):
        return False
    near = abs(last) >= LEAST_COMPARED * cell.measure.scale and 5 * abs(proposed - last) <= abs(last)
    return has_jumped(value, last, cell) or (near and 2 * abs(value - last) > abs(last))


def _find_slip_of_digits(old: str, new: str) -> str:
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
