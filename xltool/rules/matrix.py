"""The rules of a form as matrices of whole numbers.

Each rule is one row, and all are judged on many submissions at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from functools import cached_property
from operator import mul
from typing import Final

import numpy as np
from numpy.typing import NDArray

from xltool.forms.linear import HEAVIEST
from xltool.forms.list_terms import add_up_lists
from xltool.forms.memo import derive_once
from xltool.model import FormSpec, Linear, Operator, bare_key
from xltool.rules.blocks import BLOCKS, count_blocks
from xltool.rules.stack import CellMask, Figures, Stack

_FARTHEST: Final = 2**61
"""As far from nothing as a side is held, so that two of them differ by what 64 bits hold."""
_MOST_LISTED: Final = 2**60
"""As far from nothing as what lists add to a side is held, beside cells that may come to twice as much."""
SLICE: Final = 512
"""Submissions multiplied at once."""


class Verdict(IntEnum):
    """Whether a rule holds at one place; over a blank it cannot be assessed."""

    UNKNOWN = -1
    FAIL = 0
    PASS = 1


class _Comparisons:
    """Comparisons of sums as two matrices of coefficients, one for each side (comparisons x cells), beside numbers.

    What lists add on the right is another number for each submission.
    """

    def __init__(self, spec: FormSpec, linears: Sequence[Linear], blocks: int) -> None:
        self.linears = tuple(linears)
        self.cells = len(spec.cells)
        shape = (len(self.linears), self.cells * blocks)
        self.left, self.right = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        for at, linear in enumerate(self.linears):
            for side, terms in ((self.left, linear.left), (self.right, linear.right)):
                for key, coefficient in terms:
                    side[at, stack_column(spec, key)] += coefficient
        self.constants: Figures = np.array([linear.constant for linear in self.linears], np.int64)
        self.listed = tuple(at for at, linear in enumerate(self.linears) if linear.lists)

    @cached_property
    def used(self) -> Figures:
        """1 where a rule needs a cell to be judged; what compares no sums can do without last year's."""
        looked: CellMask = (self.left != 0) | (self.right != 0)
        looked[[not linear.operator.compares for linear in self.linears], self.cells :] = False
        return looked.astype(np.int64)

    @cached_property
    def _left(self) -> _SparseProduct:
        return _SparseProduct(self.left)

    @cached_property
    def _right(self) -> _SparseProduct:
        return _SparseProduct(self.right)

    @cached_property
    def _used(self) -> _SparseProduct:
        return _SparseProduct(self.used)

    @cached_property
    def operators(self) -> tuple[tuple[Operator, NDArray[np.intp]], ...]:
        """Each operator with the places of its rules."""
        given = [linear.operator for linear in self.linears]
        return tuple(
            (operator, np.array([at for at, own in enumerate(given) if own is operator], np.intp))
            for operator in dict.fromkeys(given)
        )

    def compute_sides(self, stack: Stack) -> tuple[Figures, Figures]:
        """Both sides of every rule for every submission (n x rules).

        Exact, since figures of 15 digits add up within 64 bits; beyond that, which only factors come to, as large as
        these hold.
        """
        left, right = self._left.multiply(stack.figures), self._right.multiply(stack.figures)
        for number in self.listed:
            added = [each or 0 for each in self._add_up_lists(stack, number)]
            right[:, number] += np.array([max(-_MOST_LISTED, min(_MOST_LISTED, each)) for each in added], np.int64)
        return left, right + self.constants if self.constants.any() else right

    def _add_up_lists(self, stack: Stack, number: int) -> list[int | None]:
        """What lists add to a comparison for every submission; None where nobody read them."""
        return [add_up_lists(self.linears[number].lists, each) for each in stack.numbers]

    def compute_verdicts(self, stack: Stack, left: Figures, right: Figures) -> NDArray[np.int8]:
        """`Verdict` of every rule for every submission (n x rules)."""
        result = np.empty(left.shape, np.int8)
        for operator, rules in self.operators:
            result[:, rules] = operator.holds(left[:, rules], right[:, rules])
        blank = np.nonzero(~stack.known.all(axis=1))[0]
        if blank.size:
            missing = self._used.multiply((~stack.known[blank]).astype(np.int64)) > 0
            result[blank] = np.where(missing, np.int8(Verdict.UNKNOWN), result[blank])
        for number in self.listed:
            unread = [each is None for each in self._add_up_lists(stack, number)]
            result[unread, number] = Verdict.UNKNOWN
        return result


class RuleMatrix(_Comparisons):
    """The rules of a form as two matrices of coefficients, one for each side (rules x cells).

    With `prior` of the submission beside the period before (x 2 cells), and where the form asks for it beside the same
    period of last year and what is carried over (x 4 cells). `names` and `own` are each rule's, so that many broken
    ones do not ask anew.
    """

    def __init__(self, spec: FormSpec, prior: bool = False) -> None:
        taken = [(rule, rule.linear if prior else rule.linear.alone) for rule in spec.rules]
        self.rules = tuple(rule for rule, linear in taken if linear is not None)
        self.names = tuple(rule.name for rule in self.rules)
        linears = [linear for _, linear in taken if linear is not None]
        blocks = 1 + count_blocks(spec) if prior else 1
        super().__init__(spec, linears, blocks)
        self.own = tuple(linear.own for linear in linears)
        given = {at: linear.condition for at, linear in enumerate(linears) if linear.condition is not None}
        self._conditional = np.array([*given], np.intp)
        self._conditions = _Comparisons(spec, [*given.values()], blocks)

    def compute_verdicts(self, stack: Stack, left: Figures, right: Figures) -> NDArray[np.int8]:
        """`Verdict` of every rule for every submission (n x rules); one holds whose condition does not."""
        result = super().compute_verdicts(stack, left, right)
        if self._conditional.size:
            given = self._conditions.compute_verdicts(stack, *self._conditions.compute_sides(stack))
            judged = np.where(given == Verdict.FAIL, np.int8(Verdict.PASS), result[:, self._conditional])
            result[:, self._conditional] = np.where(given == Verdict.UNKNOWN, np.int8(Verdict.UNKNOWN), judged)
        return result


build_matrix = derive_once(RuleMatrix)
"""The matrix of what the rules of a form say of one year alone, or with `prior` of this year beside last."""


def stack_column(spec: FormSpec, key: str) -> int:
    """Where a cell of whichever submission stands in a stack of all."""
    block = next((at for at, mark in enumerate(BLOCKS, 1) if key.startswith(mark)), 0)
    return block * len(spec.cells) + spec.index[bare_key(key)]


@derive_once
def list_columns(spec: FormSpec) -> Mapping[str, int]:
    """Where each cell that a rule names stands in a stack: `stack_column` for many."""
    sides = [linear for rule in spec.rules for linear in (rule.linear, rule.linear.alone) if linear is not None]
    return {key: stack_column(spec, key) for linear in sides for key in linear.keys}


class _SparseProduct:
    """Products with a matrix of coefficients, by the few terms that each rule has.

    Numpy has no fast product of integers.
    """

    def __init__(self, coefficients: Figures) -> None:
        terms = [
            np.nonzero(row)[0].tolist() or [0] for row in coefficients
        ]  # a rule without terms takes any cell no times
        self.columns = np.array([cell for cells in terms for cell in cells], np.intp)
        self.factors = np.array(
            [row[cell] for row, cells in zip(coefficients, terms, strict=True) for cell in cells], np.int64
        )
        self.starts = np.cumsum([0, *map(len, terms)])[:-1]
        weights = np.abs(coefficients).sum(axis=1) if coefficients.size else np.zeros(0, np.int64)
        self.heavy = {
            int(at): (terms[at], coefficients[at][terms[at]].tolist()) for at in np.flatnonzero(weights > HEAVIEST)
        }

    def multiply(self, figures: Figures) -> Figures:
        """figures @ coefficients.T in whole numbers (n x rules); in slices, so that memory stays flat."""
        result = np.zeros((len(figures), len(self.starts)), np.int64)
        for start in range(0, len(figures) if len(self.starts) and figures.shape[1] else 0, SLICE):
            part = figures[start : start + SLICE]
            np.add.reduceat(
                part[:, self.columns] * self.factors, self.starts, axis=1, out=result[start : start + SLICE]
            )
        for at, (columns, factors) in self.heavy.items():
            sums = [sum(map(mul, row, factors)) for row in figures[:, columns].tolist()]
            result[:, at] = [max(-_FARTHEST, min(_FARTHEST, each)) for each in sums]
        return result
