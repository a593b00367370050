"""The pictures of a form: its figures in the groups that its own heads make, the same for every edition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeVar

from xltool.charts.picture import Amount, Bar, Picture
from xltool.forms.tables import short_name
from xltool.model import NOT_APPLICABLE, Block, Column, FormSpec, Head, Row, Submission, Value, figure_of

APPLICATIONS, DISPUTES, TOTAL = "applications", "disputes", "total"
RECEIVED, CARRIED_OUT, PROCESSED, GRANTED = "received", "carried_out", "processed_total", "granted"
"""Names of the contract, the same in every edition; what belongs together is told by the heads of the form."""
MOST_BARS: Final = 15
"""How many agencies have a bar of their own."""

_Item = TypeVar("_Item", Row, Column)


def pictures(spec: FormSpec, submission: Submission, last_year: Submission | None = None) -> tuple[Picture, ...]:
    """Applications by result and by applicant, and this year beside last; none for a form without those tables.

    The submission has its totals; `last_year` has its values in the order of this form.
    """
    keys = [f"{APPLICATIONS}.{row}.{TOTAL}" for row in (RECEIVED, PROCESSED, CARRIED_OUT)]
    if len({spec.cell(key).block for key in keys if key in spec.index}) != 1 or not all(
        key in spec.index for key in keys
    ):
        return ()
    found = [_results(spec, submission), _applicants(spec, submission)]
    if last_year is not None:
        found.append(_years(spec, submission, last_year))
    return tuple(picture for picture in found if picture.bars)


def by_agency(
    spec: FormSpec, year: int, volumes: Sequence[tuple[str, Amount]], *, corrected: int = 0, absent: int = 0
) -> tuple[Picture, ...]:
    """Applications received by each agency, the largest first and of those alike the first; the rest as one. None for other forms.

    `corrected` is what corrections add to the sum, `absent` how many agencies are not in it.
    """
    key = f"{APPLICATIONS}.{RECEIVED}.{TOTAL}"
    if key not in spec.index:
        return ()
    unit = spec.cell(key).measure.unit
    figures = ((name, amount, figure_of(amount.value)) for name, amount in volumes)
    known = [(name, amount, figure) for name, amount, figure in figures if figure is not None]
    known.sort(key=lambda each: -each[2])
    shown, others = (known, []) if len(known) <= MOST_BARS + 1 else (known[:MOST_BARS], known[MOST_BARS:])
    bars = [Bar(name, (amount,)) for name, amount, _ in shown]
    notes = []
    if others:
        rest = Amount(sum(value for _, _, value in others), sum(amount.blanks for _, amount, _ in others))
        bars.append(Bar(f"其他{len(others)}个单位", (rest,), rest=True))
        zeros = sum(value == 0 for _, _, value in others)
        notes += [f"其他{len(others)}个单位中，有{zeros}个单位为0{unit}。"] if zeros else []
    for value, word in ((None, "未填"), (NOT_APPLICABLE, "填“/”")):
        names = [name for name, amount in volumes if amount.value is value]
        notes += [f"{word}的单位有{len(names)}个：{'、'.join(names)}。"] if names else []
    notes += [f"各单位相加之后另有更正{corrected:+d}{unit}。"] if corrected else []
    notes += [f"另有{absent}个单位没有汇总，不在图中。"] if absent else []
    none = f"汇总的单位{year}年都没有新收政府信息公开申请。"
    return (
        Picture(
            "agencies", f"{year}年各单位新收的申请", "单位", unit, (f"{year}年",), tuple(bars), none, notes=tuple(notes)
        ),
    )


def _results(spec: FormSpec, submission: Submission) -> Picture:
    """The results of table 3 and what is carried over; by kind of applicant too where all of that is there and adds up."""
    block, unit = _block(spec), _unit(spec)
    kinds = _groups(block.columns, _item(block.columns, TOTAL).heads)
    heads = _item(block.rows, PROCESSED).heads
    lines = [*_groups(block.rows, heads).items(), *_alone(block, CARRIED_OUT)] if heads else []
    whole = [Bar(label, (_sum(spec, submission.values, APPLICATIONS, rows),)) for label, rows in lines]
    split = [
        Bar(
            label,
            tuple(_amount(_values(spec, submission.values, APPLICATIONS, rows, columns)) for columns in kinds.values()),
        )
        for label, rows in lines
    ]
    stacked = len(kinds) == 2 and all(_same(parts, bar.amounts[0]) for parts, bar in zip(split, whole, strict=True))
    return Picture(
        id="results",
        title=f"{submission.year}年申请的办理结果",
        axis=short_name(heads[0].label) if heads else "",
        unit=unit,
        series=tuple(kinds) if stacked else (f"{submission.year}年",),
        bars=tuple(split if stacked else whole),
        none=f"{submission.year}年没有办理政府信息公开申请，也没有结转下年度的申请。",
        stacked=stacked,
    )


def _applicants(spec: FormSpec, submission: Submission) -> Picture:
    """Who made this year's applications, each column of applicants with its heads."""
    block = _block(spec)
    heads = _item(block.columns, TOTAL).heads
    row = _item(block.rows, RECEIVED)
    bars = tuple(
        Bar(_named(column, len(heads)), (_amount(_values(spec, submission.values, APPLICATIONS, [row], [column])),))
        for column in block.columns
        if not column.total and column.heads[: len(heads)] == heads
    )
    none = f"{submission.year}年没有新收政府信息公开申请。"
    axis = short_name(heads[0].label) if heads else ""
    return Picture(
        "applicants", f"{submission.year}年新收申请的申请人", axis, _unit(spec), (f"{submission.year}年",), bars, none
    )


def _years(spec: FormSpec, submission: Submission, last_year: Submission) -> Picture:
    """What came, what stayed, what was done, what was granted, and what was disputed, this year and last."""
    block = _block(spec)
    lines = [
        (APPLICATIONS, label, rows)
        for name in (RECEIVED, CARRIED_OUT, PROCESSED, GRANTED)
        for label, rows in _alone(block, name)
    ]
    for each in (block for table in spec.tables if table.id == DISPUTES for block in table.blocks):
        if any(column.id == TOTAL for column in each.columns):
            lines += [(DISPUTES, label, rows) for label, rows in _groups(each.rows, ()).items()]
    bars = tuple(
        Bar(label, tuple(_sum(spec, given.values, table, rows) for given in (submission, last_year)))
        for table, label, rows in lines
    )
    series = (f"{submission.year}年", f"{last_year.year}年")
    none = f"{series[0]}和{series[1]}都没有政府信息公开申请，也没有行政复议和行政诉讼。"
    return Picture("years", f"{series[0]}与{series[1]}比较", "项目", _unit(spec), series, bars, none)


def _block(spec: FormSpec) -> Block:
    return spec.cell(f"{APPLICATIONS}.{RECEIVED}.{TOTAL}").block


def _unit(spec: FormSpec) -> str:
    return spec.cell(f"{APPLICATIONS}.{RECEIVED}.{TOTAL}").measure.unit


def _item(items: Sequence[_Item], name: str) -> _Item:
    return next(item for item in items if item.id == name)


def _groups(items: Sequence[_Item], heads: tuple[Head, ...]) -> Mapping[str, list[_Item]]:
    """The inputs below some heads by the name of what stands next below: a head with all of its own, or an item alone."""
    found: dict[str, list[_Item]] = {}
    for item in items:
        if not item.total and item.heads[: len(heads)] == heads:
            deeper = item.heads[len(heads) :]
            found.setdefault(short_name(deeper[0].label) if deeper else item.short, []).append(item)
    return found


def _alone(block: Block, name: str) -> Iterator[tuple[str, list[Row]]]:
    yield from ((row.short, [row]) for row in block.rows if row.id == name)


def _named(column: Column, depth: int) -> str:
    """A column with the heads that tell whose 其他 it is."""
    return "：".join([*(short_name(head.label) for head in column.heads[depth:]), column.short])


def _values(
    spec: FormSpec, values: Sequence[Value], table: str, rows: Iterable[Row], columns: Sequence[Column]
) -> list[Value]:
    return [values[spec.index[f"{table}.{row.id}.{column.id}"]] for row in rows for column in columns]


def _sum(spec: FormSpec, values: Sequence[Value], table: str, rows: Iterable[Row]) -> Amount:
    """Rows by their totals; a row whose total is blank by what is there of its inputs."""
    found: list[Value] = []
    for row in rows:
        total = values[spec.index[f"{table}.{row.id}.{TOTAL}"]]
        inputs = [] if total is not None else spec.cell(f"{table}.{row.id}.{TOTAL}").block.columns
        found += (
            [total]
            if total is not None
            else _values(spec, values, table, [row], [each for each in inputs if not each.total])
        )
    return _amount(found)


def _amount(values: Sequence[Value]) -> Amount:
    known = [figure for value in values if (figure := figure_of(value)) is not None]
    blanks = sum(value is None for value in values)
    if known:
        return Amount(sum(known), blanks)
    return Amount(None if blanks else NOT_APPLICABLE)


def _same(parts: Bar, whole: Amount) -> bool:
    """Whether parts are all there, none below zero, and make up the whole."""
    figures = [None if amount.blanks else figure_of(amount.value) for amount in parts.amounts]
    known = [figure for figure in figures if figure is not None and figure >= 0]
    return len(known) == len(parts.amounts) and sum(known) == whole.value
