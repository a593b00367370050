"""A draft as the text of a definition, with a comment at the line of each guess that is not certain."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from xltool.drafting.draft import (
    Axis,
    DraftBlock,
    DraftHead,
    DraftItem,
    DraftMeasure,
    DraftRate,
    DraftRule,
    DraftTable,
)
from xltool.drafting.names import IdGiver
from xltool.drafting.papers import BlankPaper
from xltool.drafting.words import FigureKind, load_terms
from xltool.forms.linear import MOST_RECKONED

DOUBT: Final = "# 请核对："
_AUTHORITY: Final = ("制定机关", "制表机关", "制表单位", "制发机关", "制表部门")
_BASIS: Final = ("批准文号", "文号", "备案文号", "批准备案文号", "制表文号")
_WIDEST: Final = 24
_NEVER_ADDED: Final[frozenset[FigureKind]] = frozenset({"percent", "average"})
"""Kinds of typed figures of which those of many agencies say nothing when they are added."""
_LARGEST: Final = 999_999_999
"""The largest figure of a measure that says nothing of it."""
_PERIODS: Final = {"月": "month", "季": "quarter", "学年": "school_year"}
"""How often a form is reported, by the signs of its period that its blank prints."""


@dataclass(frozen=True)
class _Header:
    id: str
    year: int


def write_definition(paper: BlankPaper, tables: Sequence[DraftTable], form_id: str, year: int) -> str:
    """The TOML of a draft, to be read by a person and corrected."""
    tables = _drop_unused(tables)
    measures = _name_measures(tables)
    parts = [
        _write_top(paper, _Header(form_id, year)),
        *_write_measures(
            measures,
            {measures[block.measure] for table in tables for block in table.blocks if block.guessed},
            {measures[measure] for block in _list_blocks(tables) for measure in _list_computed(block)},
            _find_limits(tables, measures),
        ),
        *_write_texts(paper),
        *_write_sections(paper, tables),
        *(_write_table(table, measures, paper) for table in tables),
    ]
    return "\n\n".join(parts) + "\n"


def list_doubts(text: str) -> list[tuple[int, str]]:
    """The lines of a definition that a person should look at, with what to look at."""
    return [
        (number, line.partition(DOUBT)[2]) for number, line in enumerate(text.splitlines(), start=1) if DOUBT in line
    ]


def _write_top(paper: BlankPaper, header: _Header) -> str:
    told = {field.label: field.text for field in paper.told}
    authority = next((told[name] for name in _AUTHORITY if name in told), "")
    basis = next((told[name] for name in _BASIS if name in told), "")
    lines = [
        f"# 由 xltool forms draft 按空白表起草。带“{DOUBT.removeprefix('# ')}”的各行是猜的，核对后删去这句话。",
        f"id = {_quote(header.id)}",
        f"title = {_quote(paper.title)}",
        f"authority = {_quote(authority or '（制定机关）')}"
        + _ask([] if authority else ["空白表上没有印制定机关，请填写"]),
        f"basis = {_quote(basis or '（文号）')}" + _ask([] if basis else ["空白表上没有印文号，请填写下发通知的文号"]),
        f"years = [{header.year}]",
    ]
    period = next(
        (kind for mark, kind in _PERIODS.items() if mark in _period_words(paper)),
        "",
    )
    if period:
        lines.append(f'period = "{period}"' + _ask(["按空白表上的字样猜的，请核对多久报一次"]))
    lines += [f"# 空白表上印有：{field.label}：{field.text}" for field in paper.told]
    return "\n".join(lines)


def _period_words(paper: BlankPaper) -> str:
    return paper.title + "".join(text for text in paper.above if len(text) < 20 and "：" not in text)


def _name_measures(tables: Sequence[DraftTable]) -> dict[DraftMeasure, str]:
    names = IdGiver()
    found: dict[tuple[str, int, bool, int], str] = {}
    named: dict[DraftMeasure, str] = {}
    for measure in _list_measures(tables):
        key = (*measure[:3], measure.most)
        if key not in found:
            word = load_terms().units.get(measure.unit, "")
            ending = "_signed" if measure.signed else "_of_whole" if measure.most else ""
            found[key] = names.give(word and f"{word}{ending}", measure.kind)
        named[measure] = found[key]
    return named


def _list_blocks(tables: Sequence[DraftTable]) -> Iterator[DraftBlock]:
    yield from (block for table in tables for block in table.blocks)


def _list_computed(block: DraftBlock) -> Iterator[DraftMeasure]:
    """The measures in which rates are computed."""
    for row in block.rows:
        yield from (block.measure_of(row, column) for column in block.columns if row.rate or column.rate)


def _list_measures(tables: Sequence[DraftTable]) -> Iterator[DraftMeasure]:
    for block in (block for table in tables for block in table.blocks):
        yield block.measure
        yield from (item.measure for item in (*block.rows, *block.columns) if item.measure is not None)


def _find_limits(tables: Sequence[DraftTable], measures: dict[DraftMeasure, str]) -> dict[str, int]:
    """The largest figure of measures that factors join, so that what they come to can be reckoned exactly."""
    found: dict[str, int] = {}
    for rule in (rule for table in tables for rule in table.rules if rule.factors):
        for place in rule.places:
            whole, *parts = (
                rule.block.measure_of(*((item, place) if rule.axis == "row" else (place, item)))
                for _, item in (*rule.left, *rule.right)
            )
            most = MOST_RECKONED // (10**whole.decimals * len(parts))
            for measure, factor in ((whole, "1"), *zip(parts, rule.factors, strict=True)):
                digits = len(str(int(most / Fraction(factor)))) - 1
                limit = min(_LARGEST, 10**digits - 1)
                found[measures[measure]] = min(limit, found.get(measures[measure], limit))
    return {name: limit for name, limit in found.items() if limit < _LARGEST}


def _write_measures(
    measures: dict[DraftMeasure, str], guessed: set[str], computed: set[str], limits: dict[str, int]
) -> Iterator[str]:
    done: set[str] = set()
    for measure, name in measures.items():
        if name not in done:
            done.add(name)
            doubt = [] if not measure.decimals else ["小数位数按单位猜的"]
            signed = "\nsigned = true" if measure.signed else ""
            unit = _ask(["有的格没有印计量单位，按这个起草"] if name in guessed else [])
            decimals = f"decimals = {measure.decimals}{_ask(doubt)}"
            asked = _ask(["空白表上看不出是四舍五入还是截尾（cut）"])
            rounding = f'\nrounding = "half_up"{asked}' if name in computed else ""
            largest = min(limits.get(name, _LARGEST), measure.most or _LARGEST)
            most = f"\nmaximum = {largest}" if largest < _LARGEST else ""
            kinds = {each.kind for each, other in measures.items() if other == name}
            kept = '\nconsolidate = "never"' if kinds <= _NEVER_ADDED else ""
            yield f"[measure.{name}]\nunit = {_quote(measure.unit)}{unit}\n{decimals}{most}{signed}{rounding}{kept}"


def _write_texts(paper: BlankPaper) -> Iterator[str]:
    names = IdGiver()
    done: set[str] = set()
    for field in paper.fields:
        if field.label in done:
            continue
        done.add(field.label)
        lines = ["[[text]]", f"key = {_quote(names.give(field.label, 'field'))}", f"label = {_quote(field.label)}"]
        lines.append(f"place = {_quote(field.place)}")
        lines += ["date = true"] if field.day else []
        lines += [f"boxes = {field.boxes}"] if field.boxes else []
        yield "\n".join(lines)
    for at, writing in enumerate(paper.writings, start=1):
        yield f"[[text]]\nkey = {_quote(f'text_{at}')}\nlabel = {_quote(writing.heading)}\nrequired = true\nlines = 8"


def _drop_unused(tables: Sequence[DraftTable]) -> list[DraftTable]:
    """The tables of a draft, without those that the paper does not print and nothing rests on."""
    items = [item for block in _list_blocks(tables) for item in (*block.rows, *block.columns)]
    used = {id(rate.other[1]) for rate in (item.rate for item in items) if rate is not None and rate.other is not None}
    return [
        table
        for table in tables
        if not table.unprinted or any(id(row) in used for block in table.blocks for row in block.rows)
    ]


def _write_sections(paper: BlankPaper, tables: Sequence[DraftTable]) -> Iterator[str]:
    tables = [table for table in tables if not table.unprinted]
    kept = [part.table for part in paper.tables]
    for at in range(len(kept) + 1):
        for number, writing in enumerate(paper.writings, start=1):
            if writing.before == at:
                yield f"[[section]]\nheading = {_quote(writing.heading)}\ntexts = [{_quote(f'text_{number}')}]"
        if at < len(tables):
            yield f"[[section]]\nheading = {_quote(tables[at].title)}\ntable = {_quote(tables[at].id)}"


def _write_table(table: DraftTable, measures: dict[DraftMeasure, str], paper: BlankPaper) -> str:
    wide = 100 // max(1, table.columns)
    lines = [
        "[[table]]",
        f"id = {_quote(table.id)}",
        f"name = {_quote(table.name)}",
        f"sheet = {_quote(table.sheet)}",
        f"title = {_quote(table.title)}",
        f"widths = {[max(4, min(wide, _WIDEST))] * table.columns}",
    ]
    lines += ["unprinted = true"] if table.unprinted else []
    if table.notes:
        lines.append(f"note = {_quote(chr(10).join(table.notes))}")
    if table.columns > 8:
        lines.append("landscape = true")
    lines += [f"{DOUBT}{doubt}" for doubt in (*table.doubts, *dict.fromkeys(table.told))]
    parts = ["\n".join(lines)]
    parts += [_write_block(table, block, measures) for block in table.blocks]
    basis = next((field.text for field in paper.told if field.label in _BASIS), "") or "空白表"
    parts += [_write_rule(table, rule, basis) for rule in table.rules]
    return "\n\n".join(parts)


def _write_block(table: DraftTable, block: DraftBlock, measures: dict[DraftMeasure, str]) -> str:
    shape = block.shape
    lines = ["[[table.block]]"]
    if shape.caption:
        lines.append(f"caption = {_quote(shape.caption)}")
    lines.append(f"measure = {_quote(measures[block.measure])}")
    for name, told in (("headless", shape.headless), ("unlabelled", shape.unlabelled)):
        lines += [f"{name} = true"] if told else []
    if shape.abreast > 1:
        lines.append(f"abreast = {shape.abreast}")
    if shape.spans:
        lines.append(f"spans = {list(shape.spans)}")
    if shape.before:
        lines.append(f"printed_before = {_list(shape.before)}")
    if shape.corner and any(shape.corner):
        lines.append(f"corner = {_quote(shape.corner[0]) if len(shape.corner) == 1 else _list(shape.corner)}")
    if shape.after:
        lines.append(f"printed = {_list(shape.after)}")
    if shape.lines:
        lines.append(f"lines = [{', '.join(map(_list, shape.lines))}]")
    defined = table.list_defined(block)
    lines += ["columns = [", *_write_items(table, block, "columns", measures, defined), "]"]
    lines += ["rows = [", *_write_items(table, block, "rows", measures, defined), "]"]
    return "\n".join(lines)


def _write_items(
    table: DraftTable,
    block: DraftBlock,
    key: str,
    measures: dict[DraftMeasure, str],
    defined: set[tuple[DraftItem, DraftItem]],
) -> Iterator[str]:
    """The rows or columns on a line each, below their heads."""
    opened: list[DraftHead] = []
    for item in block.rows if key == "rows" else block.columns:
        while opened and tuple(opened) != item.heads[: len(opened)]:
            opened.pop()
            yield f"{'  ' * (len(opened) + 1)}] }},"
        for head in item.heads[len(opened) :]:
            said = f"id = {_quote(head.id)}, label = {_quote(head.label)}{f', deep = {head.deep}' * (head.deep > 1)}"
            yield f"{'  ' * (len(opened) + 1)}{{ {said}, {key} = ["
            opened.append(head)
        line, doubts = _write_item(table, block, item, measures, defined, row=key == "rows")
        yield f"{'  ' * (len(opened) + 1)}{line},{_ask(doubts)}"
    while opened:
        opened.pop()
        yield f"{'  ' * (len(opened) + 1)}] }},"


def _write_item(
    table: DraftTable,
    block: DraftBlock,
    item: DraftItem,
    measures: dict[DraftMeasure, str],
    defined: set[tuple[DraftItem, DraftItem]],
    *,
    row: bool,
) -> tuple[str, list[str]]:
    rule = table.defined_by("row" if row else "column", item)
    said = [f"id = {_quote(item.id)}", f"label = {_quote(item.label)}"]
    if item.short != item.label:
        said.append(f"short = {_quote(item.short)}")
    if item.measure is not None:
        said.append(f"measure = {_quote(measures[item.measure])}")
    if row and any(item.printed):
        said.append(f"printed = {_list(item.printed)}")
    if row and item.absent:
        said.append(f"absent = {_write_absent(item, block)}")
    said += ['consolidate = "never"'] if item.alone else []
    doubts = list(item.doubts)
    if rule is not None:
        said.append("total = true")
        doubts += [rule.doubt] if rule.doubt else []
    if item.entry is not None:
        said.append(f"kind = {_quote(item.entry.form)}")
        said += [f"choices = {_list(item.entry.choices)}"] if item.entry.choices else []
    if item.rate is not None:
        said.append(f"rate = {_quote(_write_rate(item.rate, row=row))}")
    if row:
        typed = _list_typed(table, block, item, defined)
        if typed:
            said.append(f"typed = {_list(column.id for column in typed)}")
    return f"{{ {', '.join(said)} }}", doubts


def _list_typed(
    table: DraftTable, block: DraftBlock, row: DraftItem, defined: set[tuple[DraftItem, DraftItem]]
) -> list[DraftItem]:
    """The columns in which a row is no total, though it or the column is called one."""
    own = table.defined_by("row", row) is not None
    return [
        column
        for column in block.columns
        if column.id not in row.absent
        and (row, column) not in defined
        and _is_computed_nowhere(table, (row, column), own)
    ]


def _is_computed_nowhere(table: DraftTable, at: tuple[DraftItem, DraftItem], own: bool) -> bool:
    """Whether a cell that no sum defines is called a total or a rate, and is neither."""
    row, column = at
    rates = [(rate, axis, place) for rate, axis, place in _list_rates(row, column) if rate is not None]
    if rates:
        return len(rates) > 1 or not rates[0][0].has_cells(rates[0][1], rates[0][2])
    return own or table.defined_by("column", column) is not None


def _list_rates(row: DraftItem, column: DraftItem) -> Iterator[tuple[DraftRate | None, Axis, DraftItem]]:
    yield row.rate, "row", column
    yield column.rate, "column", row


def _write_rate(rate: DraftRate, *, row: bool) -> str:
    """A quotient as a definition says it."""

    def write_term(times: int, item: DraftItem, at: DraftItem | None) -> str:
        name = item.id if at is None else f"{item.id}.{at.id}" if row else f"{at.id}.{item.id}"
        return name if abs(times) == 1 else f"{abs(times)} * {name}"

    sides = []
    if rate.other is not None:
        table, line, column = rate.other
        [(times, item)] = rate.numerator
        whole = f"{table.id}.{line.id}.{column.id}"
        return f"{write_term(times, item, None)} / {whole if rate.times == 1 else f'({rate.times} * {whole})'}"
    for terms, at in ((rate.numerator, None), (rate.denominator, rate.at)):
        words = "".join(f" {'-' if times < 0 else '+'} {write_term(times, item, at)}" for times, item in terms)
        words = words.removeprefix(" + ")
        sides.append(f"({words})" if len(terms) > 1 else words)
    return " / ".join(sides)


def _write_absent(row: DraftItem, block: DraftBlock) -> str:
    texts = {row.absent.get(column.id) for column in block.columns}
    if len(texts) == 1 and None not in texts:
        return _quote(next(text for text in texts if text is not None))
    return f"{{ {', '.join(f'{name} = {_quote(text)}' for name, text in row.absent.items())} }}"


def _write_rule(table: DraftTable, rule: DraftRule, basis: str) -> str:
    whole = rule.places
    per = "column" if rule.axis == "row" else "row"
    all_places = rule.block.list_places(rule.axis, [item for _, item in (*rule.left, *rule.right)], bool(rule.factor))
    has_cells = [
        place for place in rule.block.items("column" if rule.axis == "row" else "row") if _has_all(rule, place)
    ]
    lines = ["[[table.rule]]", f"id = {_quote(rule.id)}"]
    expr = _write_expression(table, rule)
    if not rule.apart and not rule.defines and len(all_places) < len(has_cells) and len(whole) == 1:
        lines += [f'per = "{per}"', f"over = {_quote(whole[0].id)}"]
    elif rule.apart or (not rule.defines and len(all_places) < len(has_cells)):
        kept = _gather_places(rule, has_cells)
        return "\n\n".join(_write_single(table, rule, name, basis, at) for at, name in enumerate(kept, start=1))
    else:
        lines.append(f'per = "{per}"')
    lines += [f"expr = {_quote(expr)}{_ask([rule.doubt] if rule.doubt else [])}"]
    lines += ["defines = true"] if rule.defines else []
    lines += [f"text = {_quote(rule.text)}", f"basis = {_quote(basis)}"]
    return "\n".join(lines)


def _gather_places(rule: DraftRule, has_cells: Sequence[DraftItem]) -> list[str]:
    """The ids of the places of a rule: of a head where it holds at all below it, else of each alone."""
    found: dict[str, None] = {}
    for place in rule.places:
        heads = (head for head in place.heads if {each for each in has_cells if head in each.heads} <= {*rule.places})
        found[next((head.id for head in heads), place.id)] = None
    return [*found]


def _write_single(table: DraftTable, rule: DraftRule, name: str, basis: str, at: int) -> str:
    """A rule that holds in some columns (or rows) alone, for one of them, or for those below one head."""
    per = "column" if rule.axis == "row" else "row"
    expr = _write_expression(table, rule)
    return "\n".join([
        "[[table.rule]]", f"id = {_quote(f'{rule.id}_at_{at}')}", f'per = "{per}"', f"over = {_quote(name)}",
        f"expr = {_quote(expr)}{_ask([rule.doubt] if rule.doubt else [])}",
        *(["defines = true"] if rule.defines else []), f"text = {_quote(rule.text)}", f"basis = {_quote(basis)}",
    ])  # fmt: skip


def _has_all(rule: DraftRule, place: DraftItem) -> bool:
    items = [item for _, item in (*rule.left, *rule.right)]
    return all((place.id not in item.absent) if rule.axis == "row" else (item.id not in place.absent) for item in items)


def _write_expression(table: DraftTable, rule: DraftRule) -> str:
    left = _write_side(table, rule, rule.left)
    if rule.printed:
        return f"{left} {rule.sign} '{rule.printed}'{_write_side(table, rule, rule.right)}"
    if any(factor != "1" for factor in rule.factors) or len(_list_units(rule)) > 1:
        return f"{left} {rule.sign} {_write_factors(rule)}"
    right = rule.number or _write_side(table, rule, rule.right)
    factor = f"{rule.factor} * " if rule.factor else ""
    return f"{left} {rule.sign} {factor}{right}"


def _list_units(rule: DraftRule) -> set[str]:
    """The units of a rule's items, of one whose parts have factors."""
    if not rule.factors:
        return set()
    items = [item for _, item in (*rule.left, *rule.right)]
    pairs = [(item, place) if rule.axis == "row" else (place, item) for item in items for place in rule.places[:1]]
    return {rule.block.measure_of(row, column).unit for row, column in pairs}


def _write_factors(rule: DraftRule) -> str:
    """The right side with what each part is multiplied by."""
    said = ""
    for (times, item), factor in zip(rule.right, rule.factors, strict=True):
        sign = " - " if times < 0 else " + " if said else ""
        said += f"{sign}{factor} * {item.id}"
    return said


def _write_side(table: DraftTable, rule: DraftRule, terms: Sequence[tuple[int, DraftItem]]) -> str:
    """The terms of a side; all that stands below a head is its sum."""
    if len(terms) > 1 and all(times == 1 for times, _ in terms):
        items = [item for _, item in terms]
        for head in dict.fromkeys(head for item in items for head in item.heads):
            below = [each for each in rule.block.items(rule.axis) if head in each.heads]
            plain = [each for each in below if table.defined_by(rule.axis, each) is None]
            if plain == items:
                return f"sum({head.id})"
    said = ""
    for times, item in terms:
        sign = " - " if times < 0 else " + " if said else ""
        said += f"{sign}{item.id}"
    return said


def _ask(doubts: Iterable[str]) -> str:
    told = "；".join(dict.fromkeys(doubts))
    return f" {DOUBT}{told}" if told else ""


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_quote, texts))}]"


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "")
