"""The broken equalities of one submission: what is missed by how much, what follows, what a change would mend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType

from xltool.model import CellKey, FormSpec, ListNumbers, Value, is_earlier, summand_of
from xltool.rules.equalities import Equalities
from xltool.rules.matrix import stack_column
from xltool.rules.stack import Figures, stack_values


class Breaks:
    """One submission's broken equalities by their residuals (scaled), and its figures.

    `leaders` are broken of themselves, `followers` because those are from which they follow; `unjudged` are those that
    a blank keeps from being judged.
    """

    def __init__(  # noqa: PLR0917 -- a submission as it is judged
        self,
        spec: FormSpec,
        known: Equalities,
        values: Sequence[Value],
        last_year: Sequence[Value] | None,
        residuals: Mapping[str, int],
        numbers: ListNumbers = MappingProxyType({}),
    ) -> None:
        self.spec, self.known, self.values, self.last_year, self.residuals = spec, known, values, last_year, residuals
        self.numbers = numbers  # what lists come to, which is certain
        self.unjudged = self._find_unjudged()
        self.followers = {name: parts for name in residuals if (parts := self._find_broken_parts(name))}
        self.leaders = [name for name in known.rules if name in residuals and name not in self.followers]

    @cached_property
    def held(self) -> Figures:
        """The figures of all cells; blank and `/` as 0."""
        row: Figures = stack_values([self.values]).figures[0]
        return row

    def value(self, key: CellKey) -> Value:
        """What a cell of either year holds."""
        if not is_earlier(key):
            return self.values[self.spec.index[key]]
        return None if self.last_year is None else self.last_year[stack_column(self.spec, key) - len(self.values)]

    def measure_relation(self, name: str) -> int | None:
        """How much more is on the left of a relation that is no equality than on its right; None over a blank."""
        relations = self.known.relations
        summands = [(summand_of(self.value(key)), times) for key, times in relations.terms[name].items()]
        if any(each is None for each, _ in summands):
            return None
        constant = self.known.constant(relations.rules[name], self.numbers)
        return sum((each or 0) * by for each, by in summands) - constant

    def is_error(self, name: str) -> bool:
        """Whether an equality is of an error's weight."""
        return self.known.rules[name].severity == "error"

    def name_table(self, name: str) -> str:
        """The table that an equality looks at first."""
        return self.known.tables[name]

    def is_mended(self, name: str, changes: Mapping[CellKey, int]) -> bool:
        """Whether an equality holds once cells are changed."""
        terms = self.known.terms[name]
        return self.residuals.get(name, 0) + sum(by * terms.get(key, 0) for key, by in changes.items()) == 0

    def breaks_others(self, changes: Mapping[CellKey, int], group: Sequence[str]) -> bool:
        """Whether changes of several cells move an equality outside of a group, what follows left aside."""
        moved: Counter[str] = Counter()
        for key, change in changes.items():
            for name, coefficient in self.known.columns.get(key, {}).items():
                moved[name] += coefficient * change
        return any(
            by and name not in group and name not in self.known.followers and name not in self.unjudged
            for name, by in moved.items()
            if self.is_error(name) or name not in self.residuals
        )

    def can_hold(self, key: CellKey, change: int) -> bool:
        """Whether a cell may hold what it holds, changed by so much."""
        measure, held = self.spec.cell(key).measure, summand_of(self.value(key))
        if held is None:
            return False
        return abs(held + change) <= measure.maximum * measure.scale and (measure.signed or held + change >= 0)

    def split_tables(self) -> list[list[str]]:
        """The leading equalities by the tables that they look at first."""
        tables: dict[str, list[str]] = {}
        for name in self.leaders:
            tables.setdefault(self.name_table(name), []).append(name)
        return list(tables.values())

    def split_parts(self, lines: Iterable[str]) -> list[dict[str, int]]:
        """The broken equalities of error's weight with their residuals, by the parts of the form that stand apart."""
        parts: dict[int, dict[str, int]] = {}
        for name in lines:
            if self.is_error(name):
                parts.setdefault(self.known.parts[name], {})
        for name, residual in self.residuals.items():
            if self.is_error(name) and self.known.parts[name] in parts:
                parts[self.known.parts[name]][name] = residual
        return list(parts.values())

    def split_groups(self, lines: Sequence[str]) -> list[list[str]]:
        """Leading equalities in groups that hang together by cells that two of them have in common."""
        groups, names = [{name} for name in lines], set(lines)
        for touched in self.known.columns.values():
            mine = touched.keys() & names
            if len(mine) > 1:
                joined = [group for group in groups if group & mine]
                groups = [*(group for group in groups if not group & mine), set[str]().union(*joined)]
        order = {name: at for at, name in enumerate(lines)}
        ordered = [sorted(group, key=order.__getitem__) for group in groups]
        return sorted(ordered, key=lambda group: order[group[0]])

    def list_mendings(self, lines: Sequence[str]) -> dict[frozenset[str], dict[CellKey, int]]:
        """The broken equalities that one cell mends all at once, with each such cell and its change."""
        among = set(lines)
        mendings: dict[frozenset[str], dict[CellKey, int]] = {}
        for name in lines:
            for key, change in self._find_changes(name):
                touched = self.known.columns[key].keys() & among
                mended = frozenset(each for each in touched if self._miss(key, change, each) == 0)
                mendings.setdefault(mended, {})[key] = change
        return mendings

    def _find_changes(self, name: str) -> Iterator[tuple[CellKey, int]]:
        """Each cell whose change mends a broken equality and breaks none, and the change."""
        for key, coefficient in self.known.terms[name].items():
            if is_earlier(key) or self.residuals[name] % coefficient:
                continue
            change = -self.residuals[name] // coefficient
            if self.can_hold(key, change) and all(
                self._miss(key, change, other) == 0 or other in self.known.followers or other in self.unjudged
                for other in self.known.columns[key]
            ):
                yield key, change

    def _miss(self, key: CellKey, change: int, name: str) -> int:
        """By how much an equality would be missed with a cell changed."""
        return self.residuals.get(name, 0) + change * self.known.columns[key].get(name, 0)

    def _find_broken_parts(self, name: str) -> frozenset[str]:
        """The broken equalities from which a broken one follows; none when it does not, or one of them is unknown."""
        parts = self.known.followers.get(name, {})
        if not self.unjudged.isdisjoint(parts):
            return frozenset()
        follows = sum(times * self.residuals.get(part, 0) for part, times in parts.items())
        return frozenset(parts.keys() & self.residuals.keys()) if follows == self.residuals[name] else frozenset()

    def _find_unjudged(self) -> frozenset[str]:
        """The equalities that a blank keeps from being judged."""
        cells = zip(self.spec.cells, self.values, strict=True) if None in self.values else ()
        names = {name for cell, value in cells if value is None for name in self.known.columns.get(cell.key, ())}
        for name in self.known.across_years:
            if any(self.value(key) is None for key in self.known.terms[name]):
                names.add(name)
        return frozenset(names - self.residuals.keys())
