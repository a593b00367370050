"""Judges all rules of a form on many submissions at once: each rule is one row of a matrix of whole numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from xltool.messages import finding
from xltool.model import Finding, FormSpec, Rule, Submission, Value

Figures: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]


class Verdict(IntEnum):
    """Whether a rule holds at one place; over a blank it cannot be assessed."""

    UNKNOWN = -1
    FAIL = 0
    PASS = 1


@dataclass(frozen=True)
class Stack:
    """Submissions as rows: figures (n x cells, int64, blank and `/` as 0) and which are there (n x cells)."""

    figures: Figures
    known: Mask


class Matrix:
    """The rules of a form as two matrices of coefficients, one for each side (rules x cells)."""

    def __init__(self, spec: FormSpec, rules: Sequence[Rule]) -> None:
        self.rules = tuple(rules)
        shape = (len(self.rules), len(spec.cells))
        self.left, self.right = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
        for at, rule in enumerate(self.rules):
            for side, terms in ((self.left, rule.linear.left), (self.right, rule.linear.right)):
                for key, coefficient in terms:
                    side[at, spec.index[key]] += coefficient

    @cached_property
    def used(self) -> Figures:
        """1 where a rule looks at a cell."""
        looked: Mask = (self.left != 0) | (self.right != 0)
        return looked.astype(np.int64)

    @cached_property
    def operators(self) -> NDArray[np.str_]:
        """The operator of each rule."""
        return np.array([rule.linear.operator for rule in self.rules])

    def sides(self, stack: Stack) -> tuple[Figures, Figures]:
        """Both sides of every rule for every submission (n x rules); exact, since figures of 15 digits add up within 64 bits."""
        return _product(stack.figures, self.left), _product(stack.figures, self.right)

    def verdicts(self, stack: Stack, left: Figures, right: Figures) -> NDArray[np.int8]:
        """`Verdict` of every rule for every submission (n x rules)."""
        operators = self.operators
        holds = np.where(operators == "=", left == right, np.where(operators == "<=", left <= right, left >= right))
        holds = np.where(operators == "needs", (left <= 0) | (right > 0), holds)
        result = holds.astype(np.int8)
        blank = np.nonzero(~stack.known.all(axis=1))[0]
        if blank.size:
            missing = _product((~stack.known[blank]).astype(np.int64), self.used) > 0
            result[blank] = np.where(missing, np.int8(Verdict.UNKNOWN), result[blank])
        return result


_matrices: Final[dict[str, Matrix]] = {}


def matrix(spec: FormSpec) -> Matrix:
    """The matrix of all rules of a form that look at one year alone, made once."""
    if spec.digest not in _matrices:
        _matrices[spec.digest] = Matrix(spec, [rule for rule in spec.rules if not rule.linear.prior])
    return _matrices[spec.digest]


def stacked(values: Sequence[Sequence[Value]]) -> Stack:
    """Many submissions' values as rows of figures."""
    if not values:
        return Stack(np.zeros((0, 0), np.int64), np.zeros((0, 0), np.bool_))
    figures = np.array([[value if type(value) is int else 0 for value in row] for row in values], np.int64)
    known = np.ones(figures.shape, np.bool_)
    for at, row in enumerate(values):
        if None in row:
            known[at] = [value is not None for value in row]
    return Stack(figures, known)


def broken(spec: FormSpec, submissions: Sequence[Submission], stack: Stack) -> list[list[Finding]]:
    """For each submission a finding for every rule that does not hold, with both sides and the figures on them."""
    rules = matrix(spec)
    left, right = rules.sides(stack)
    found: list[list[Finding]] = [[] for _ in submissions]
    for at, number in zip(*np.nonzero(rules.verdicts(stack, left, right) == Verdict.FAIL), strict=True):
        rule = rules.rules[number]
        values = {key: submissions[at].values[spec.index[key]] for key in rule.linear.keys}
        facts = {"left": int(left[at, number]), "right": int(right[at, number]), "values": values}
        found[at].append(finding("rule.broken", *rule.linear.keys, rule=rule.name, severity=rule.severity, **facts))
    return found


def assessed(spec: FormSpec, values: Sequence[Value]) -> dict[str, Verdict]:
    """The verdict of every rule on one submission's values, by rule name."""
    rules = matrix(spec)
    stack = stacked([values])
    verdicts = rules.verdicts(stack, *rules.sides(stack))[0]
    return {rule.name: Verdict(int(verdict)) for rule, verdict in zip(rules.rules, verdicts, strict=True)}


def _product(figures: Figures, coefficients: Figures) -> Figures:
    """figures @ coefficients.T in whole numbers, by the few cells that each rule has: numpy has no fast product of integers."""
    columns = np.ascontiguousarray(figures.T)
    result = np.zeros((len(coefficients), len(figures)), np.int64)
    for at, row in enumerate(coefficients):
        for cell in np.nonzero(row)[0]:
            result[at] += row[cell] * columns[cell] if row[cell] != 1 else columns[cell]
    return np.ascontiguousarray(result.T)
