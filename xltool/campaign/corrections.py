"""What the office corrects in the sums, such as a case that two agencies count.

In county/corrections.toml, each with its reason.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from xltool.campaign.toml_file import open_toml, raise_faults, suggest_name
from xltool.forms.number import format_value, from_decimal
from xltool.forms.source import LocatedText, Source
from xltool.messages import finding
from xltool.model import (
    NOT_APPLICABLE,
    Agency,
    Applied,
    Cell,
    CellKey,
    Correction,
    Finding,
    FormSpec,
    Value,
    figure_of,
    summand_of,
)

_HEADER: Final = re.compile(r"^[ \t]*\[\[[ \t]*correction[ \t]*\]\]", re.MULTILINE)
_FIELDS: Final[Mapping[str, str]] = {
    "key": "哪一格",
    "change": "增减多少",
    "value": "改成多少",
    "reason": "原因",
    "by": "更正人",
    "agencies": "涉及的单位代码",
}


def parse_corrections(data: bytes, name: str, spec: FormSpec, agencies: Collection[str]) -> tuple[Correction, ...]:
    """The corrections of a file, those that wait for reason or name among them; `agencies` are the roster's codes.

    Raises `DefinitionError` with every fault and its line.
    """
    source, document = open_toml(data, name)
    for field in document:
        if field != "correction":
            source.fault(field, f"不认识“{field}”；更正写在 [[correction]] 下面", suggest_name(field, ["correction"]))
    given = document.get("correction", [])
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        source.fault("correction", "更正应写在 [[correction]] 下面，一条一个 [[correction]]")
        given = []
    exact = tomllib.loads(source.text, parse_float=Decimal).get("correction", [])  # figures as written, not as doubles
    starts = [match.start() for match in _HEADER.finditer(source.text)]
    items = [
        _CorrectionEntry(
            source,
            spec,
            item,
            {field: exact[at].get(field) for field in ("change", "value")},
            starts[at] if at < len(starts) else 0,
        )
        for at, item in enumerate(given)
    ]
    found = [correction for item in items if (correction := item.read(agencies)) is not None]
    if not source.faults:
        for at in find_contradictions(found):
            items[at].fault("key", f"“{found[at].key}”用 value 写明了数，就不能另有更正")
    raise_faults(source)
    return tuple(found)


def apply_corrections(
    spec: FormSpec, values: Sequence[Value], corrections: Sequence[Correction], present: Collection[str]
) -> tuple[list[Value], tuple[Applied, ...], tuple[Finding, ...]]:
    """The sums with the corrections applied in order, what each did, and findings for all.

    `present` are the codes that were summed.
    """
    result, applied, found = list(values), [], []
    for correction in corrections:
        at, cell = spec.index[correction.key], spec.cell(correction.key)
        before = result[at]
        absent = [code for code in correction.agencies if code not in present]
        if absent:
            found.append(finding("county.stale", cell.key, agencies="、".join(absent)))
        if correction.value is None and before is None:
            found.append(finding("county.unapplied", cell.key))
            continue
        result[at] = after = _correct_value(correction, before)
        applied.append(Applied(correction, before, after))
        was, now = format_value(before, cell.measure), format_value(after, cell.measure)
        found.append(
            finding("county.corrected", cell.key, before=was, after=now, reason=correction.reason, by=correction.by)
        )
    return result, tuple(applied), tuple(found)


def list_corrections(
    spec: FormSpec, applied: Sequence[Applied], agencies: Mapping[str, Agency]
) -> Iterator[tuple[str, ...]]:
    """A header and one row for each correction applied."""
    yield ("单元格", "表", "行", "栏", "更正前", "更正", "更正后", "原因", "更正人", "涉及单位")
    for each in applied:
        correction, cell = each.correction, spec.cell(each.correction.key)
        names = "、".join(f"{code} {agencies[code].name}" if code in agencies else code for code in correction.agencies)
        yield (
            *(cell.key, cell.table.name, cell.row.label, cell.column.label),
            *(
                format_value(each.before, cell.measure),
                describe_correction(correction, cell),
                format_value(each.after, cell.measure),
            ),
            *(correction.reason, correction.by, names),
        )


def describe_correction(correction: Correction, cell: Cell) -> str:
    """What a correction does, in a word: `-1`, `+2` or `改为 7`."""
    if correction.change is None:
        return f"改为 {format_value(correction.value, cell.measure)}"
    return ("+" if correction.change > 0 else "") + format_value(correction.change, cell.measure)


def name_lacking(correction: Correction) -> str:
    """What a correction that waits still waits for."""
    lacking = [word for word, given in (("原因", correction.reason), ("更正人", correction.by)) if not given]
    return "和".join(lacking)


def _correct_value(correction: Correction, before: Value) -> Value:
    if correction.change is None:
        return correction.value
    if before is NOT_APPLICABLE and not correction.change:
        return before
    return correction.change + (summand_of(before) or 0)


@dataclass(frozen=True)
class _CorrectionEntry:
    """One `[[correction]]`: its fields, its figures as written, and where it begins."""

    source: Source
    spec: FormSpec
    data: Mapping[str, Any]
    figures: Mapping[str, Any]
    start: int

    def fault(self, field: str, message: str, hint: str | Callable[[], str] = "") -> None:
        value = self.data.get(field)
        self.source.fault(
            value if isinstance(value, LocatedText) else lambda: self.source.after(self.start, field), message, hint
        )

    def read(self, agencies: Collection[str]) -> Correction | None:
        """The correction, or None when one cannot be made of it; every fault is noted."""
        for field in self.data:
            if field not in _FIELDS:
                self.fault(field, f"更正没有“{field}”这一项", suggest_name(field, _FIELDS))
        key = self._read_text("key")
        reason, by = self._read_words("reason"), self._read_words("by")
        codes = self._read_codes(agencies)
        given = [field for field in ("change", "value") if field in self.data]
        if len(given) != 1:
            self.fault(
                given[-1] if given else "key",
                f"change（增减多少）和 value（改成多少）{'只能' if given else '要'}写一个",
            )
        cell = self._find_cell(key)
        if cell is None or len(given) != 1:
            return None
        figure = self._read_figure(given[0], cell)
        if figure is None:
            return None
        change, value = (figure, None) if given[0] == "change" else (None, figure)
        return Correction(key, change, value, reason, by, codes)

    def _read_text(self, field: str) -> str:
        value = self.data.get(field)
        if field not in self.data:
            self.source.fault(self.start, f"缺少 {field}（{_FIELDS[field]}）")
        elif not isinstance(value, str) or not value.strip():
            self.fault(field, f"{field}（{_FIELDS[field]}）应为双引号里的文字，不能为空")
        return str(value).strip() if isinstance(value, str) else ""

    def _read_words(self, field: str) -> str:
        """A reason or a name; empty where it is still to be written."""
        value = self.data.get(field, "")
        return "" if isinstance(value, str) and not value.strip() else self._read_text(field)

    def _find_cell(self, key: CellKey) -> Cell | None:
        if not key:
            return None
        if key not in self.spec.index:
            self.fault("key", f"{self.spec.id} 没有“{key}”这一格", suggest_name(key, self.spec.index))
            return None
        cell = self.spec.cell(key)
        if why := explain_total(cell):
            self.fault("key", why)
        return cell

    def _read_figure(self, field: str, cell: Cell) -> int | None:
        raw = self.figures[field]
        if not isinstance(raw, int | Decimal) or isinstance(raw, bool):
            self.fault(field, f"{field}（{_FIELDS[field]}）应为数字，不加引号")
            return None
        value, why = read_correcting_figure(Decimal(raw), cell, field, sets=field == "value")
        if why:
            self.fault(field, why)
        return value

    def _read_codes(self, agencies: Collection[str]) -> tuple[str, ...]:
        given = self.data.get("agencies", [])
        if not isinstance(given, list) or not all(isinstance(code, str) for code in given):
            self.fault("agencies", "agencies 应为方括号里的单位代码，各加双引号，用逗号隔开")
            return ()
        for code in given:
            if code not in agencies:
                self.source.fault(code, f"名录里没有单位代码“{code}”", suggest_name(code, agencies))
        return tuple(map(str, given))


def explain_total(cell: Cell) -> str:
    """Why a cell cannot be corrected; empty where it can."""
    return f"“{cell.label}”是合计格，由各项相加得出；请更正其中的分项" if cell.total else ""


def read_correcting_figure(number: Decimal, cell: Cell, called: str, *, sets: bool) -> tuple[int | None, str]:
    """The figure of a number by which a cell is corrected, or that it is set to, and what is wrong with it.

    `called` is what the office knows the number by.
    """
    figure = from_decimal(number, cell.measure)
    value = figure_of(figure.value)
    if figure.code:
        digits = f"最多 {cell.measure.decimals} 位小数" if cell.measure.decimals else "应为整数"
        why = "数字过大" if figure.code == "number.range" else digits
        return value, f"{called} 的 {figure.data['raw']} 不对：{why}"
    if sets and value is not None and value < 0 and not cell.measure.signed:
        return value, "改成的数不能是负数"
    return value, ""


def find_contradictions(found: Sequence[Correction]) -> Iterator[int]:
    """Which corrections set a cell that is corrected again, or correct one that is set: what counts would hang on the
    order of lines."""
    kinds: dict[CellKey, set[bool]] = {}
    for at, correction in enumerate(found):
        if correction.is_waiting:
            continue
        before, sets = kinds.setdefault(correction.key, set()), correction.change is None
        clash = bool(before) and (sets or True in before)
        before.add(sets)
        if clash:
            yield at
