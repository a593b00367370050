"""What goes by itself once a cause is mended, and what else is told of the same cells: one slip is one opinion."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from xltool.forms import totals
from xltool.forms.cell_checks import CELL_CHECKS
from xltool.forms.list_terms import reckon_lists
from xltool.model import CellKey, Finding, FormSpec, Submission, Value, figure_of
from xltool.rules.cause import Cause
from xltool.rules.causes import list_cells
from xltool.rules.equalities import find_equalities

MOST_TRIED: Final = 6
"""So many cells of a cause that may be any of them are tried one by one."""
BARRED: Final = "cell.level"
_ACROSS_YEARS: Final = frozenset(kind.code for kind in CELL_CHECKS if kind.across_years)

JudgeAnew = Callable[[Submission], Iterable[Finding]]
"""Gives the findings on a submission whose totals are completed, other than those on how it was read."""


def find_consequences(
    spec: FormSpec, submission: Submission, found: Sequence[Finding], why: Sequence[Cause], judge_anew: JudgeAnew
) -> list[Finding]:
    """The findings, those that go once a cause is mended under it: the submission so corrected is judged anew.

    Beside a cause that is not sure stand what one of its cells, mended, would take away, and the figures of its lines
    that are out of proportion to last year's.
    """
    consequences = _Consequences(spec, submission, found, judge_anew)
    for cause in why:
        if cause.known:
            suspects = cause.suspects if cause.together else cause.suspects[:1]
            consequences.follow(cause.rules[0], {each.key: each.proposed for each in suspects})
    consequences.follow_barred()
    consequences.follow_parts()
    for cause in why:
        if not cause.known:
            consequences.join_tried(cause)
        if not cause.known or any(each.likely for each in cause.suspects):
            consequences.join_near(cause)
    consequences.join_jumps()
    return consequences.found


class _Consequences:
    def __init__(self, spec: FormSpec, submission: Submission, found: Sequence[Finding], judge_anew: JudgeAnew) -> None:
        self.spec, self.submission, self.judge_anew = spec, submission, judge_anew
        self.found = list(found)

    def _list_open(self) -> list[int]:
        """The places of the findings on cells that have no cause yet."""
        return [at for at, each in enumerate(self.found) if each.cause is None and each.keys]

    def _list_gone(self, values: Mapping[CellKey, Value], *, mending: bool = False) -> list[int]:
        """The open findings that go once cells hold these values; none with `mending` where others come."""
        left = {_name_finding(each) for each in self.judge_anew(_correct_cells(self.spec, self.submission, values))}
        if mending and not left.issubset(map(_name_finding, self.found)):
            return []
        return [at for at in self._list_open() if _name_finding(self.found[at]) not in left]

    def _put_under(self, places: Iterable[int], cause: str, *, follows: bool) -> None:
        for at in places:
            self.found[at] = replace(self.found[at], cause=cause, follows=follows)

    def follow(self, cause: str, values: Mapping[CellKey, Value]) -> None:
        """Puts what goes once cells hold these values under a cause."""
        if self._list_open():
            self._put_under(self._list_gone(values), cause, follows=True)

    def follow_barred(self) -> None:
        """Puts figures in a row of which the agency has nothing to report together, and what goes with them below.

        Where more goes once they stand in the empty row beside it, they are that row's.
        """
        rows: dict[str, list[int]] = {}
        for at in self._list_open():
            if self.found[at].code == BARRED:
                rows.setdefault(self.found[at].keys[0].rpartition(".")[0], []).append(at)
        for row, places in rows.items():
            if len(self._list_open()) > 1:
                keys = [key for at in places for key in self.found[at].keys]
                gone, into = self._list_gone(dict.fromkeys(keys, 0)), ""
                for near, moved in self._move_astray(keys):
                    instead = self._list_gone(moved, mending=True)
                    if len(instead) > len(gone):
                        gone, into = instead, near
                gone = [at for at in gone if at not in places]
                if gone or len(places) > 1:
                    self._put_under(places, f"{BARRED}@{row}", follows=False)
                    self._put_under(gone, f"{BARRED}@{row}", follows=True)
                if into:
                    last = self.found[places[-1]]
                    said = {**last.data, "astray": f"；可能是“{into}”的数填错了行"}
                    self.found[places[-1]] = replace(last, data=said)

    def _move_astray(self, keys: Sequence[CellKey]) -> Iterator[tuple[str, Mapping[CellKey, Value]]]:
        """The rows beside that of some cells which have no figures there, and the figures moved into each."""
        first = self.spec.cell(keys[0])
        rows = [row for row in first.block.rows if not row.total]
        at = rows.index(first.row)
        for near in (*rows[max(at - 1, 0) : at], *rows[at + 1 : at + 2]):
            into = [f"{first.table.id}.{near.id}.{key.rpartition('.')[2]}" for key in keys]
            if not all(
                to in self.spec.index
                and self.spec.cell(to).measure is self.spec.cell(key).measure
                and not figure_of(self._look_up(to))
                for key, to in zip(keys, into, strict=True)
            ):
                continue
            moved = {to: self._look_up(key) for key, to in zip(keys, into, strict=True)}
            yield near.short, {**dict.fromkeys(keys, 0), **moved}

    def _look_up(self, key: CellKey) -> Value:
        return self.submission.values[self.spec.index[key]]

    def follow_parts(self) -> None:
        """Puts a relation that is broken in totals under the first of those in their parts, if it goes with these.

        已整改 of one row above 排查 of it takes both totals along.
        """
        relations = find_equalities(self.spec, True, True).relations
        broken = {each.rule: at for at, each in enumerate(self.found) if each.rule and each.rule in relations.rules}
        for name, at in broken.items():
            terms, left = relations.terms[name], self._measure(at)
            mine = [
                other
                for other in broken
                if relations.rules[other].id == relations.rules[name].id
                and relations.terms[other].items() < terms.items()
            ]
            left -= sum(self._measure(broken[other]) for other in mine)
            if mine and self.found[at].cause is None and relations.holds(name, left):
                lead = broken[mine[0]]
                cause = self.found[lead].cause or mine[0]
                self._put_under((lead,), cause, follows=self.found[lead].follows)
                self._put_under((at,), cause, follows=True)

    def _measure(self, at: int) -> int:
        """How much more is on the left of a broken rule than on its right."""
        return int(self.found[at].data["left"]) - int(self.found[at].data["right"])

    def join_tried(self, cause: Cause) -> None:
        """Puts what one of the cells that it may be would take away beside a cause."""
        open_keys = {key for at in self._list_open() for key in self.found[at].keys}
        for each in [each for each in cause.suspects if each.key in open_keys][:MOST_TRIED]:
            self._put_under(self._list_gone({each.key: each.proposed}), cause.rules[0], follows=False)

    def join_near(self, cause: Cause) -> None:
        """Puts figures out of proportion in the lines of a cause beside it, and relations over nothing but its cells.

        Where no cell is named all that is asked of these cells.
        """
        own, relations = list_cells(self.spec, cause), find_equalities(self.spec, True, True).relations.rules
        wide = self._widen(own)
        for at in self._list_open():
            found = self.found[at]
            jumped = found.code in _ACROSS_YEARS and not wide.isdisjoint(found.keys)
            named = not cause.suspects and found.severity != "info" and not own.isdisjoint(found.keys)
            related = found.rule in relations and own.issuperset(found.keys)
            if jumped or named or related:
                self._put_under((at,), cause.rules[0], follows=False)

    def join_jumps(self) -> None:
        """Puts figures out of proportion beside the first rule missed over them, or over what adds up with them."""
        rules: dict[CellKey, int] = {}
        for at in self._list_open():
            if self.found[at].rule is not None:
                for key in self._widen(self.found[at].keys):
                    rules.setdefault(key, at)
        for at in self._list_open() if rules else ():
            leading = [rules[key] for key in self.found[at].keys if key in rules]
            if leading and self.found[at].code in _ACROSS_YEARS:
                name = self.found[leading[0]].rule or ""
                self._put_under((leading[0], at), name, follows=False)

    def _widen(self, keys: Iterable[CellKey]) -> set[CellKey]:
        """Cells with those that an equality adds up with them."""
        equalities = find_equalities(self.spec, True, True)
        names = {name for key in keys for name in equalities.columns.get(key, ())}
        return {*keys, *(key for name in names for key in equalities.terms[name])}


def _name_finding(found: Finding) -> tuple[str, str | None, tuple[CellKey, ...]]:
    return found.code, found.rule, found.keys


def _correct_cells(spec: FormSpec, submission: Submission, values: Mapping[CellKey, Value]) -> Submission:
    """The submission with these values in place, and the totals that were right made right again."""
    numbers = reckon_lists(spec, submission)
    before = totals.compute_totals(spec, submission.values, numbers)
    held = list(submission.values)
    for key, value in values.items():
        held[spec.index[key]] = value
    if all(old == new for old, new in zip(before, submission.values, strict=True)):
        return replace(submission, values=totals.compute_totals(spec, held, numbers))
    return replace(submission, values=tuple(held))
