"""Figures that a text names instead of repeating them: `{applications.received.total}` becomes what the table says.

Only for texts that the office itself writes with references; texts of agencies never come here, and no template language does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from xltool.forms import catalog
from xltool.forms.number import display
from xltool.forms.source import closest
from xltool.messages import XltoolError
from xltool.model import PRIOR, FormSpec, Submission

CHANGE: Final = "change."
"""In front of a cell key: the difference to last year, in words: 增加3, 减少3 or 持平."""
_EVEN: Final = "持平"
_REFERENCE: Final = re.compile(r"\{([^{}\n]*)\}|[{}]")


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A reference that means nothing: as it is written, where in the text, what is wrong, and the nearest known one."""

    written: str
    offset: int
    message: str
    near: str = ""


def resolve(text: str, spec: FormSpec, submission: Submission, prior: Submission | None = None) -> str:
    """The text with every reference replaced by its figure; raises `XltoolError` with every one that cannot be."""
    parts: list[str] = []
    done, unresolved = 0, []
    for start, end, found in _found(text, _years(spec, submission, prior)):
        if isinstance(found, Unresolved):
            unresolved.append(found)
            continue
        parts += [text[done:start], found[0]]
        # 比上年{change.…}件: there is no 持平件
        done = end + len(found[1]) if found[0] == _EVEN and text.startswith(found[1], end) else end
    if unresolved:
        raise XltoolError("；".join(f"{u.written}：{u.message}{f'，最接近的是 {u.near}' if u.near else ''}" for u in unresolved) + "。")
    return "".join([*parts, text[done:]])


def unresolved(text: str, spec: FormSpec, submission: Submission, prior: Submission | None = None) -> Iterator[Unresolved]:
    """Every reference of the text that cannot be resolved."""
    for _, _, found in _found(text, _years(spec, submission, prior)):
        if isinstance(found, Unresolved):
            yield found


def _found(text: str, years: tuple[_Year, _Year | None]) -> Iterator[tuple[int, int, tuple[str, str] | Unresolved]]:
    """Each reference with its place, its figure and the unit of that, or what is wrong."""
    for match in _REFERENCE.finditer(text):
        try:
            if match[1] is None:
                raise _Meaningless("花括号要成对，只用来引用表中的数")
            yield *match.span(), _figure(match[1].strip(), *years)
        except _Meaningless as fault:
            yield *match.span(), Unresolved(match[0], match.start(), fault.message, fault.near)


class _Meaningless(Exception):
    def __init__(self, message: str, near: str = "") -> None:
        super().__init__(message)
        self.message, self.near = message, near


@dataclass(frozen=True, slots=True)
class _Year:
    """The figures of one year, in the form of that year."""

    spec: FormSpec
    submission: Submission

    def scaled(self, key: str) -> int:
        value = self.submission.values[self.spec.index[key]]
        if value is None:
            raise _Meaningless(f"{self.submission.year} 年的这一格没有数")
        return value if isinstance(value, int) else 0

    def shown(self, key: str) -> tuple[str, str]:
        measure = self.spec.cell(key).measure
        return display(self.scaled(key), measure), measure.unit


def _years(spec: FormSpec, submission: Submission, prior: Submission | None) -> tuple[_Year, _Year | None]:
    return _Year(spec, submission), None if prior is None else _Year(catalog.load(prior.form), prior)


def _figure(name: str, this: _Year, last: _Year | None) -> tuple[str, str]:
    """The figure that a reference names, and its unit."""
    mark = next((mark for mark in (PRIOR, CHANGE) if name.startswith(mark) and name not in this.spec.index), "")
    key = name.removeprefix(mark)
    if key not in this.spec.index and not (mark == PRIOR and last and key in last.spec.index):
        near = closest(key, this.spec.index)
        raise _Meaningless(f"{this.spec.id} 没有这一格", f"{{{mark}{near}}}" if near else "")
    if not mark:
        return this.shown(key)
    if last is None:
        raise _Meaningless("没有上年的汇总数，不能引用")
    if key not in last.spec.index:
        raise _Meaningless(f"上年的报表（{last.spec.id}）没有这一格")
    return last.shown(key) if mark == PRIOR else _change(key, this, last)


def _change(key: str, this: _Year, last: _Year) -> tuple[str, str]:
    now, then = this.spec.cell(key).measure, last.spec.cell(key).measure
    if (now.unit, now.decimals) != (then.unit, then.decimals):
        raise _Meaningless("两年的计量单位不同，不能比较")
    difference = this.scaled(key) - last.scaled(key)
    words = _EVEN if not difference else ("增加" if difference > 0 else "减少") + display(abs(difference), now)
    return words, now.unit
