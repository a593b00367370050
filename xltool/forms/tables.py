"""Reads the tables of a definition: measures, blocks, rows and columns with the heads above them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final, TypeVar

from xltool.forms import layout
from xltool.forms.fields import Fields, require_unique
from xltool.forms.sheet_names import FORBIDDEN, SHEET_LENGTH, is_reserved
from xltool.forms.source import LocatedText, Source, suggest_nearest
from xltool.model import LEVELS, POLICIES, Block, Column, Head, Measure, Policy, Row, Table

PROMPT_LENGTH: Final = 200
"""Excel shows at most 255 characters of a prompt; the workbook adds the unit and the range to it."""
MOST_DECIMALS, LARGEST_AMOUNT = 6, 999_999_999

_NUMBERING: Final = re.compile(r"^(?:[一二三四五六七八九十]+、|（[一二三四五六七八九十]+）|[0-9]+[.、])")
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
    found = Measure(name, fields.text("unit"), decimals, maximum, fields.flag("signed"), doubtful or None)
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
    )
    fields.allow("rule")
    fields.close()
    if len(found.sheet) > SHEET_LENGTH or FORBIDDEN.search(found.sheet) or "'" in found.sheet:
        fields.fault("sheet", f"a sheet name has 1 to {SHEET_LENGTH} characters and none of [ ] : * ? / \\ '")
    if is_reserved(found.sheet):
        fields.fault(
            "sheet", f"'{found.sheet}' is kept for a sheet of the workbook itself or for Excel: name this one otherwise"
        )
    names = [name for block in found.blocks for name in _list_names(block.rows)]
    require_unique(source, f"a row, or a head of rows, of table '{found.id}'", names)
    if not found.blocks:
        fields.fault("block", "a table needs at least one block")
    elif all(block.rows and block.columns for block in found.blocks):
        columns = layout.grid(found).columns
        if len(found.widths) != columns or min(found.widths) <= 0:
            fields.fault(
                "widths", f"table '{found.id}' has {columns} grid columns: give it {columns} widths above zero"
            )
    return found


def _read_block(source: Source, data: dict[str, Any], measures: Mapping[str, Measure]) -> Block:
    fields = Fields(source, data, "a block")
    name = fields.text("measure", "count")
    rows = tuple(row for item in fields.tables("rows") for row in _read_rows(source, item, ()))
    columns = tuple(
        column for item in fields.tables("columns") for column in _read_columns(source, measures, name, item, ())
    )
    for kind, items in (("row", rows), ("column", columns)):
        if not items and isinstance(data.get(f"{kind}s"), list):
            fields.fault(f"{kind}s", f"a block needs at least one {kind}")
    require_unique(source, "a column, or a head of columns, of one block", list(_list_names(columns)))
    block = Block(fields.text("caption", ""), fields.text("corner", ""), rows, columns, fields.flag("across"))
    fields.close()
    return block


def _read_rows(source: Source, data: dict[str, Any], heads: tuple[Head, ...]) -> Iterator[Row]:
    fields = Fields(source, data, "a row")
    if "rows" in data:
        yield from _read_below(fields, heads, "rows", partial(_read_rows, source))
        return
    label, given, prompt = fields.text("label"), fields.texts("levels", []), fields.text("prompt", "")
    for level in given:
        if level not in LEVELS:
            source.fault(level, f"'{level}' is not a level", suggest_nearest(level, LEVELS))
    if len(prompt) > PROMPT_LENGTH:
        fields.fault("prompt", f"a prompt has at most {PROMPT_LENGTH} characters, this one {len(prompt)}")
    row = Row(
        id=fields.identifier("id"),
        label=label,
        short=fields.text("short", shorten_label(label)),
        heads=heads,
        variants=tuple(fields.texts("variants", [])),
        total=fields.flag("total"),
        not_applicable=fields.flag("not_applicable"),
        levels=tuple(level for level in LEVELS if level in given) if given else LEVELS,
        levels_basis=fields.text("levels_basis", ""),
        prompt=prompt,
        consolidate=_read_policy(fields),
        consolidate_note=fields.text("consolidate_note", ""),
    )
    if (row.consolidate == "careful") != bool(row.consolidate_note.strip()):
        fields.fault(
            "consolidate_note", "'consolidate_note' tells why care is needed: a careful row must have it, and no other"
        )
    fields.close()
    yield row


def _read_policy(fields: Fields) -> Policy:
    given = fields.text("consolidate", "sum")
    for policy in POLICIES:
        if given == policy:
            return policy
    fields.fault(
        "consolidate",
        f"'consolidate' must be {', '.join(POLICIES[:-1])} or {POLICIES[-1]}",
        suggest_nearest(given, POLICIES),
    )
    return "sum"


def _read_columns(
    source: Source, measures: Mapping[str, Measure], inherited: str, data: dict[str, Any], heads: tuple[Head, ...]
) -> Iterator[Column]:
    fields = Fields(source, data, "a column")
    if "columns" in data:
        yield from _read_below(fields, heads, "columns", partial(_read_columns, source, measures, inherited))
        return
    label, name = fields.text("label"), fields.text("measure", inherited)
    if name not in measures:
        source.fault(
            name if isinstance(name, LocatedText) else fields.anchor,
            f"no measure is named '{name}'",
            suggest_nearest(name, measures),
        )
    column = Column(
        id=fields.identifier("id"),
        label=label,
        short=fields.text("short", shorten_label(label)),
        measure=measures.get(name, Measure(name, "", 0, 1)),
        heads=heads,
        variants=tuple(fields.texts("variants", [])),
        total=fields.flag("total"),
    )
    fields.close()
    yield column


def _read_below(
    fields: Fields,
    heads: tuple[Head, ...],
    key: str,
    deeper: Callable[[dict[str, Any], tuple[Head, ...]], Iterator[_Item]],
) -> Iterator[_Item]:
    """The rows or columns below a head."""
    fields.what = "a head"
    head = Head(fields.identifier("id"), fields.text("label"), tuple(fields.texts("variants", [])))
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
