"""Reads the tables of a definition: measures, blocks, rows and columns with the heads above them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Final, TypeVar

from xltool.forms import layout
from xltool.forms.entries import read_entry_kind
from xltool.forms.fields import Fields, require_unique
from xltool.forms.mosaic import ON_FROM_LEFT, MosaicFault
from xltool.forms.sheet_names import FORBIDDEN, SHEET_LENGTH, is_reserved
from xltool.forms.source import LocatedText, Source, suggest_nearest
from xltool.model import LEVELS, NO_MEASURE, POLICIES, ROUNDINGS, Block, Column, Head, Measure, Policy, Row, Table

PROMPT_LENGTH: Final = 200
"""Excel shows at most 255 characters of a prompt; the workbook adds the unit and the range to it."""
MOST_DECIMALS, LARGEST_AMOUNT = 6, 999_999_999
MOST_ABREAST: Final = 8
MOST_DEEP: Final = 8
"""Lines, or columns of labels, that one head may take."""
"""Stacks of rows side by side on one sheet of paper."""

_NUMBERING: Final = re.compile(r"^(?:[一二三四五六七八九十]+、|[（(][0-9一二三四五六七八九十]+[）)]|[0-9]+[.、])")
_ASIDE: Final = re.compile(r"（[^（）]*）$")

_Item = TypeVar("_Item", Row, Column)


def read_measure(source: Source, name: str, data: dict[str, Any]) -> Measure:
    """One `[measure.name]`."""
    fields = Fields(source, data, f"measure '{name}'")
    decimals, maximum = fields.integer("decimals"), fields.integer("maximum", LARGEST_AMOUNT)
    if not 0 <= decimals <= MOST_DECIMALS:
        fields.fault(
            "decimals", "'decimals' must be 0 to 6: 9 digits before and 6 behind the point are what Excel holds exactly"
        )
    if not 0 < maximum <= LARGEST_AMOUNT:
        fields.fault(
            "maximum", f"'maximum' must be 1 to {LARGEST_AMOUNT}: figures of one form add up within 64 bits then"
        )
    doubtful = fields.integer("doubtful_from", 0)
    if doubtful < 0 or doubtful > maximum:
        fields.fault("doubtful_from", "'doubtful_from' must be 1 to 'maximum'")
    given = fields.text("rounding", "")
    rounding = next((each for each in ROUNDINGS if each == given), None)
    if given and rounding is None:
        fields.fault("rounding", "'rounding' must be half_up or cut", suggest_nearest(given, ROUNDINGS))
    policy = read_policy(fields, careful=False)
    found = Measure(
        name, fields.text("unit"), decimals, maximum, fields.flag("signed"), doubtful or None, rounding, policy
    )
    fields.close()
    return found


def read_table(source: Source, data: dict[str, Any], measures: Mapping[str, Measure]) -> Table:
    """One `[[table]]`, its rules left aside."""
    fields = Fields(source, data, "a table")
    found = Table(
        id=fields.identifier("id"),
        title=fields.text("title"),
        name=fields.text("name"),
        sheet=fields.text("sheet"),
        blocks=tuple(_read_block(source, item, measures) for item in fields.tables("block")),
        widths=tuple(fields.integers("widths")),
        note=fields.text("note", ""),
        landscape=fields.flag("landscape"),
        this_edition_only=fields.flag("this_edition_only"),
        control=fields.text("control", ""),
        unprinted=fields.flag("unprinted"),
    )
    fields.allow("rule")
    fields.close()
    require_sheet_name(fields, found.sheet)
    names = [name for block in found.blocks for name in _list_names(block.rows)]
    require_unique(source, f"a row, or a head of rows, of table '{found.id}'", names)
    if not found.blocks:
        fields.fault("block", "a table needs at least one block")
    elif all(block.rows and block.columns and not [*_find_shape_faults(block)] for block in found.blocks):
        for number, block in enumerate(found.blocks, 1):
            try:
                layout.grid(replace(found, blocks=(block,)))
            except MosaicFault as error:
                fields.fault("block", f"block {number} of table '{found.id}': {error}")
                return found
        columns = layout.grid(found).columns
        if len(found.widths) != columns or min(found.widths) <= 0:
            fields.fault(
                "widths", f"table '{found.id}' has {columns} grid columns: give it {columns} widths above zero"
            )
    return found


def require_sheet_name(fields: Fields, name: str) -> None:
    """Notes a fault at `sheet` where Excel takes no such name, or the workbook has it already."""
    if len(name) > SHEET_LENGTH or FORBIDDEN.search(name) or "'" in name:
        fields.fault("sheet", f"a sheet name has 1 to {SHEET_LENGTH} characters and none of [ ] : * ? / \\ '")
    if is_reserved(name):
        fields.fault(
            "sheet", f"'{name}' is kept for a sheet of the workbook itself or for Excel: name this one otherwise"
        )


def _read_block(source: Source, data: dict[str, Any], measures: Mapping[str, Measure]) -> Block:
    fields = Fields(source, data, "a block")
    name = fields.text("measure", "count")
    columns = tuple(
        column for item in fields.tables("columns") for column in _read_columns(source, measures, name, item, ())
    )
    shape = replace(_read_shape(fields), columns=columns)
    rows = tuple(row for item in fields.tables("rows") for row in _read_rows(source, measures, shape, item, ()))
    for kind, items in (("row", rows), ("column", columns)):
        if not items and isinstance(data.get(f"{kind}s"), list):
            fields.fault(f"{kind}s", f"a block needs at least one {kind}")
    require_unique(source, "a column, or a head of columns, of one block", list(_list_names(columns)))
    block = replace(
        shape,
        caption=fields.text("caption", ""),
        rows=tuple(_tell_apart(rows, [bool(columns) and len(row.absent) == len(columns) for row in rows])),
        columns=tuple(_tell_apart(columns, [False] * len(columns))),
    )
    fields.close()
    for key, message in _find_shape_faults(block) if rows and columns else ():
        fields.fault(key, message)
    return block


def _read_shape(fields: Fields) -> Block:
    """What a block prints besides captions, heads, labels and figures, and how; its rows and columns left aside."""
    abreast = fields.integer("abreast", 1)
    if not 1 <= abreast <= MOST_ABREAST:
        fields.fault("abreast", f"'abreast' must be 1 to {MOST_ABREAST}")
    return Block(
        "",
        fields.wordings("corner") or ("",),
        (),
        (),
        fields.flag("across"),
        printed_before=tuple(fields.texts("printed_before", [])),
        printed=tuple(fields.texts("printed", [])),
        lines=tuple(fields.lists("lines")),
        headless=fields.flag("headless"),
        unlabelled=fields.flag("unlabelled"),
        abreast=min(max(abreast, 1), MOST_ABREAST),
        spans=tuple(fields.integers("spans", [])),
    )


def _find_shape_faults(block: Block) -> Iterator[tuple[str, str]]:
    """What of a block's shape does not fit its rows and columns, or excludes each other, with the field's name."""
    strips = len(block.printed_before) + len(block.printed)
    if block.across:
        if strips or block.lines or block.headless or block.unlabelled or block.abreast > 1 or len(block.corner) > 1:
            yield "across", "a block with 'across' has its rows side by side: nothing else is printed beside them"
            return
    elif block.headless and (block.lines or any(block.corner) or len(block.columns) > 1):
        yield "headless", "a block with 'headless' has one column, and neither 'corner' nor 'lines'"
    elif block.unlabelled and (any(block.corner) or any(row.heads for row in block.rows)):
        yield "unlabelled", "a block with 'unlabelled' has no 'corner', and no heads of rows"
    if block.unlabelled and block.headless:
        yield "unlabelled", "a block has labels or heads: nothing would say what its figure is"
    levels = layout.count_label_levels(block)
    if len(block.corner) not in {1, levels or 1}:
        yield "corner", f"'corner' is one text over all labels, or {levels} texts, one for each of their levels"
        return
    wanted = strips + (len(block.corner) if levels else 0) + len(block.columns)
    for line in block.lines:
        if len(line) != wanted:
            yield "lines", f"a printed line has {wanted} texts, one for each printed column, not {len(line)}"
    count = layout.count_printed_columns(block)
    if block.spans and (len(block.spans) != count or min(block.spans) <= 0):
        yield "spans", f"'spans' needs {count} whole numbers above zero, one for each printed column"


def _read_rows(
    source: Source,
    measures: Mapping[str, Measure],
    shape: Block,
    data: dict[str, Any],
    heads: tuple[Head, ...],
) -> Iterator[Row]:
    """The rows that one entry means, of a block of which all but its rows is known."""
    fields = Fields(source, data, "a row")
    if "rows" in data:
        yield from _read_below(fields, heads, "rows", partial(_read_rows, source, measures, shape))
        return
    label, given, prompt = fields.wording("label"), fields.texts("levels", []), fields.text("prompt", "")
    for level in given:
        if level not in LEVELS:
            source.fault(level, f"'{level}' is not a level", suggest_nearest(level, LEVELS))
    if len(prompt) > PROMPT_LENGTH:
        fields.fault("prompt", f"a prompt has at most {PROMPT_LENGTH} characters, this one {len(prompt)}")
    absent, measure = _read_absent(fields, shape.columns), fields.text("measure", "")
    entry = read_entry_kind(fields)
    row = Row(
        id=fields.identifier("id"),
        label=label,
        short=_read_short(fields, label, needed=len(absent) < len(shape.columns)),
        heads=heads,
        variants=tuple(fields.texts("variants", [])),
        total=fields.flag("total"),
        not_applicable=fields.flag("not_applicable"),
        levels=tuple(level for level in LEVELS if level in given) if given else LEVELS,
        levels_basis=fields.text("levels_basis", ""),
        prompt=prompt,
        consolidate=read_policy(fields) if not entry and not isinstance(data.get("consolidate"), dict) else None,
        policies={} if entry else _read_policies(fields, shape.columns),
        consolidate_note=fields.text("consolidate_note", ""),
        measure=find_measure(fields, measures, measure) if measure else None,
        printed=_read_printed(fields, shape),
        absent=absent,
        typed=_read_typed(fields, shape.columns),
        rate=_read_rate(fields),
        entry=entry,
    )
    if row.rate and row.total:
        fields.fault("rate", "a row is added up ('total') or divided ('rate'), not both")
    if shape.across and absent:
        fields.fault("absent", "a block with 'across' has every cell of its rows")
    if (row.consolidate == "careful") != bool(row.consolidate_note.strip()):
        fields.fault(
            "consolidate_note", "'consolidate_note' tells why care is needed: a careful row must have it, and no other"
        )
    fields.close()
    yield row


def _read_printed(fields: Fields, shape: Block) -> tuple[str, ...]:
    """What a row prints in each of its block's printed columns: nothing in those that it does not tell of."""
    before, wanted = len(shape.printed_before), len(shape.printed_before) + len(shape.printed)
    if fields.data.get("absent") == ON_FROM_LEFT and "printed" not in fields.data:
        return ("",) * before + (ON_FROM_LEFT,) * len(shape.printed)
    found = fields.texts("printed", [])
    if len(found) > wanted:
        fields.fault("printed", f"this row prints {len(found)} texts, and the block has {wanted} printed columns")
    return (*found[:wanted], *[""] * (wanted - len(found)))


def _read_absent(fields: Fields, columns: tuple[Column, ...]) -> Mapping[str, str]:
    """What stands in the place of the cells that a row does not have: of all of them, or by column."""
    given = fields.data.get("absent", {})
    fields.allow("absent")
    if isinstance(given, str):
        return {column.id: str(given) for column in columns}
    if not isinstance(given, dict) or not all(isinstance(text, str) for text in given.values()):
        fields.fault(
            "absent", "'absent' is what is printed in place of all cells of a row, or of some: { rate = \"—\" }"
        )
        return {}
    known = [column.id for column in columns]
    for name in given:
        if name not in known:
            fields.fault("absent", f"no column is named '{name}'", suggest_nearest(name, known))
    return {name: str(text) for name, text in given.items()}


def _tell_apart(items: Sequence[_Item], heading: Sequence[bool]) -> Iterator[_Item]:
    """Rows or columns of which no two have one name in sentences, as far as what stands above tells them apart.

    That is the nearest head, or the last row before that only heads others; a `short` that was given stays.
    """
    counts = Counter(item.short for item, heads in zip(items, heading, strict=True) if not heads)
    above = ""
    for item, heads in zip(items, heading, strict=True):
        above = item.short if heads else above
        whose = shorten_label(item.heads[-1].label) if item.heads else above
        if not heads and whose and counts[item.short] > 1 and item.short == shorten_label(item.label):
            yield replace(item, short=f"{whose}：{item.short}")
        else:
            yield item


def _read_typed(fields: Fields, columns: tuple[Column, ...]) -> tuple[str, ...]:
    """The columns in which a row is typed in, though it or they are totals: the rate in the row of sums."""
    given, known = fields.texts("typed", []), [column.id for column in columns]
    for name in given:
        if name not in known:
            fields.fault("typed", f"no column is named '{name}'", suggest_nearest(name, known))
    return tuple(given)


def _read_rate(fields: Fields) -> str:
    """What is divided by what, as it is written."""
    return fields.text("rate", "") if "rate" not in fields.data else fields.text("rate")


def _read_short(fields: Fields, label: str, needed: bool = True) -> str:
    """The name in sentences, which an empty label does not tell."""
    short = fields.text("short", shorten_label(label))
    if needed and "label" in fields.data and not short.strip():
        fields.fault("short", f"{fields.what} with an empty label needs 'short', its name in sentences")
    return short


def find_measure(fields: Fields, measures: Mapping[str, Measure], name: str) -> Measure:
    """The measure of that name; where there is none that is a fault, and one that stands in for it."""
    if name not in measures:
        fields.source.fault(
            name if isinstance(name, LocatedText) else fields.anchor,
            f"no measure is named '{name}'",
            suggest_nearest(name, measures),
        )
    return measures.get(name, Measure(name, "", 0, 1))


def read_policy(fields: Fields, *, careful: bool = True) -> Policy | None:
    """How figures of many agencies become one; what is added with care is told of rows alone, with the reason."""
    given = fields.text("consolidate", "")
    allowed = [policy for policy in POLICIES if careful or policy != "careful"]
    found = next((policy for policy in allowed if given == policy), None)
    if given and found is None:
        fields.fault(
            "consolidate",
            f"'consolidate' must be {', '.join(allowed[:-1])} or {allowed[-1]}",
            suggest_nearest(given, allowed),
        )
    return found


def _read_policies(fields: Fields, columns: tuple[Column, ...]) -> Mapping[str, Policy]:
    """The ways of single cells: `consolidate = { rate = "never" }`, by column."""
    given = fields.data.get("consolidate")
    if not isinstance(given, dict):
        return {}
    fields.allow("consolidate")
    known, found = [column.id for column in columns], {}
    for name, way in given.items():
        policy = next((each for each in POLICIES if each == way and each != "careful"), None)
        if name not in known:
            fields.fault("consolidate", f"no column is named '{name}'", suggest_nearest(name, known))
        elif policy is None:
            fields.fault("consolidate", "'consolidate' of a cell must be sum, never, max or min")
        else:
            found[name] = policy
    return found


def _read_columns(
    source: Source, measures: Mapping[str, Measure], inherited: str, data: dict[str, Any], heads: tuple[Head, ...]
) -> Iterator[Column]:
    fields = Fields(source, data, "a column")
    if "columns" in data:
        yield from _read_below(fields, heads, "columns", partial(_read_columns, source, measures, inherited))
        return
    label, entry = fields.wording("label"), read_entry_kind(fields)
    column = Column(
        id=fields.identifier("id"),
        label=label,
        short=_read_short(fields, label),
        measure=NO_MEASURE if entry else find_measure(fields, measures, fields.text("measure", inherited)),
        heads=heads,
        variants=tuple(fields.texts("variants", [])),
        total=fields.flag("total"),
        own_measure="measure" in data,
        rate=_read_rate(fields),
        consolidate=None if entry else read_policy(fields, careful=False),
        entry=entry,
    )
    if column.rate and column.consolidate:
        fields.fault("consolidate", "a rate is computed anew from what is consolidated: it has no 'consolidate'")
    if column.rate and column.total:
        fields.fault("rate", "a column is added up ('total') or divided ('rate'), not both")
    fields.close()
    yield column


_OF_CELLS: Final = ("printed", "absent", "total", "measure", "rate", "typed")
"""What a row or column says of its cells."""


def _read_below(
    fields: Fields,
    heads: tuple[Head, ...],
    key: str,
    deeper: Callable[[dict[str, Any], tuple[Head, ...]], Iterator[_Item]],
) -> Iterator[_Item]:
    """The rows or columns below a head."""
    fields.what = "a head"
    for name in _OF_CELLS:
        if name in fields.data:
            fields.allow(name)
            fields.fault(name, f"'{name}' is of cells, and a head has none", f"write its {key} behind it, not below it")
    deep = fields.integer("deep", 1)
    if not 1 <= deep <= MOST_DEEP:
        fields.fault("deep", f"'deep' must be 1 to {MOST_DEEP}")
    head = Head(fields.identifier("id"), fields.wording("label"), tuple(fields.texts("variants", [])), deep)
    items = fields.tables(key)
    if not items:
        fields.fault(key, f"a head needs at least one of the {key} below it")
    fields.close()
    for item in items:
        yield from deeper(item, (*heads, head))


def _list_names(items: tuple[Row, ...] | tuple[Column, ...]) -> Iterator[str]:
    """The ids of rows or columns and of the heads above them; a head counts once for each time it was written."""
    heads = {id(head): head.id for item in items for head in item.heads}
    yield from heads.values()
    for item in items:
        yield item.id


def shorten_label(label: str) -> str:
    """The label without its number and trailing aside: `（二）部分公开（区分处理的…）` is 部分公开 in sentences."""
    return _ASIDE.sub("", _NUMBERING.sub("", label)) or label
