"""Reads a definition in TOML into a `FormSpec`, or shows all of its faults at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Any, Final, TypeAlias

from xltool.forms import charts, demands, entries, linear, lists, rates, tables, totals
from xltool.forms.fields import Fields, require_unique
from xltool.forms.ruleset import read_rules
from xltool.forms.source import Source, suggest_nearest
from xltool.forms.stated import read_stated
from xltool.messages import DefinitionError
from xltool.model import (
    PERIOD_KINDS,
    PRINTED_SLASHES,
    TEXT_PLACES,
    Block,
    Cell,
    CellKey,
    Column,
    FormCell,
    FormCellKind,
    FormSpec,
    PeriodKind,
    PrintedSlash,
    PublishedWords,
    Row,
    RowList,
    Section,
    Table,
    Text,
    Wording,
    find_cell_kind,
)

_FORM_ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TEXT_KEY: Final = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*")
MOST_BOXES: Final = 30
"""Boxes for a code that a line of paper has room for."""
MOST_LINES: Final = 25
"""Excel's rows are at most 409 points high."""


def parse_spec(text: str, name: str) -> FormSpec:
    """The form that a definition defines.

    Raises `DefinitionError` with every fault, each with line, caret and nearest known name.
    """
    source = Source(text, name)
    document = source.parse()
    spec = None if document is None else _read_form(source, document)
    if source.faults or spec is None:
        raise DefinitionError(source.render(), tuple(source.faults))
    return spec


def form_id(file_name: str) -> str:
    """The id of the form that a file defines.

    `ogi_2021.toml` is `ogi-2021`, and so is its former version `ogi_2021.before.toml`.
    """
    return PurePath(file_name).name.partition(".")[0].replace("_", "-")


def _read_form(source: Source, document: dict[str, Any]) -> FormSpec:
    fields = Fields(source, document, "the form")
    identifier, years = fields.identifier("id", _FORM_ID), _read_years(fields)
    every, stretch = _read_period(fields)
    if identifier and identifier != form_id(source.name):
        fields.fault("id", f"'{identifier}' is not the name of this file: '{form_id(source.name)}' would be")
    elsewhere = source.count  # faults that leave tables and rules what they are
    measures = {key: tables.read_measure(source, key, value) for key, value in fields.named_tables("measure")}
    listed = fields.tables("list", [])
    given = fields.tables("table", [] if listed else None)
    found = tuple(tables.read_table(source, data, measures) for data in given)
    own = source.count
    row_lists = lists.read_lists(source, listed, measures)
    for complaint, where in lists.find_list_faults(row_lists, found):
        source.fault(where, complaint)
    texts = tuple(_read_text(source, data) for data in fields.tables("text", []))
    sections = tuple(_read_section(source, data, (found, row_lists), texts) for data in fields.tables("section"))
    require_unique(source, "a text", [text.key for text in texts])
    require_unique(source, "a fact", [key for section in sections for key in section.facts])
    _require_one_section(source, sections, (found, row_lists), texts)
    drawn = charts.read_charts(source, fields.tables("chart", []), found)
    elsewhere += source.count - own
    require_unique(source, "a table", [table.id for table in found])
    require_unique(source, "a sheet", [table.sheet for table in found], str.casefold)
    cells = tuple(Cell(*each) for each in _list_places(found, "figure"))
    names = linear.Names(found, cells, every, row_lists, texts)
    all_rules = [
        rule
        for table, data in [*zip(found, given, strict=True), (None, document)]
        for rule in read_rules(
            source, Fields(source, data, "a table" if table else "the form").tables("rule", []), names, table
        )
    ]
    fields.allow("rule")
    computed = rates.read_rates(source, [FormCell(*each) for each in _list_places(found, "rate")], names)
    written = entries.read_entries(source, [FormCell(*each) for each in _list_places(found, "entry")])
    written, texts = demands.resolve_demands(source, names, written, texts)
    if source.count == elsewhere:
        for complaint, where in totals.find_definition_faults(cells, all_rules):
            source.fault(where, complaint)
    if source.count == elsewhere:
        for complaint, where in rates.find_rate_faults(cells, computed, all_rules):
            source.fault(where, complaint)
    spec = FormSpec(
        id=identifier,
        title=fields.text("title"),
        authority=fields.text("authority"),
        basis=fields.text("basis"),
        years=years,
        tables=found,
        texts=texts,
        sections=sections,
        rules=tuple(all_rules),
        cells=cells,
        steps=tuple(map(str, fields.texts("steps", []))),
        period=stretch,
        deadline=fields.text("deadline", ""),
        law=fields.text("law", ""),
        office=fields.text("office", ""),
        charts=drawn,
        published=_read_published(source, fields.table("published")),
        wording=_read_wording(source, fields.table("wording")),
        every=every,
        usual=fields.flag("usual"),
        slash=_read_slash(fields),
        rates=computed,
        stated=read_stated(source, fields.table("stated"), texts, cells),
        entries=written,
        lists=row_lists,
    )
    fields.close()
    return spec


def _read_published(source: Source, data: dict[str, Any]) -> PublishedWords:
    fields = Fields(source, data, "'published'")
    subjects, shared, offices = (tuple(fields.texts(key, [])) for key in ("subjects", "shared", "offices"))
    fields.close()
    return PublishedWords(subjects, shared, offices)


def _read_wording(source: Source, data: dict[str, Any]) -> Wording:
    fields = Fields(source, data, "'wording'")
    former, common, persons = (tuple(fields.texts(key, [])) for key in ("former", "common", "persons"))
    fields.close()
    return Wording(former, common, persons)


def _read_slash(fields: Fields) -> PrintedSlash:
    """What the report prints where `/` was filled in."""
    given = fields.text("slash", "/")
    if given not in PRINTED_SLASHES:
        fields.fault("slash", "'slash' must be '/' or '0'")
    return "0" if given == "0" else "/"


def _read_years(fields: Fields) -> tuple[int, int | None]:
    years = fields.integers("years")
    if len(years) not in {1, 2} or years != sorted(years):
        fields.fault("years", "'years' must be [first] or [first, last]")
        return 0, None
    return years[0], years[1] if len(years) == 2 else None


def _read_period(fields: Fields) -> tuple[PeriodKind, str]:
    """How often a form is reported, and what of a year it is about where it is reported yearly and says it."""
    given = fields.text("period", "year")
    kind = next((kind for kind in PERIOD_KINDS if kind == given), None)
    if kind is None and given.isascii():
        fields.fault(
            "period",
            f"'period' must be {', '.join(PERIOD_KINDS[:-1])} or {PERIOD_KINDS[-1]}",
            suggest_nearest(given, PERIOD_KINDS),
        )
        return "month", ""  # of several periods a year, so that its rules have no fault of their own
    return ("year", given) if kind is None else (kind, "")


def _read_text(source: Source, data: dict[str, Any]) -> Text:
    fields = Fields(source, data, "a text")
    place, lines = fields.text("place", "texts"), fields.integer("lines", 1)
    required, where = fields.flag_or_text("required")
    found = next((each for each in TEXT_PLACES if each == place), None)
    if found is None:
        fields.fault(
            "place", f"'place' must be {', '.join(TEXT_PLACES[:-1])} or texts", suggest_nearest(place, TEXT_PLACES)
        )
    date, boxes = fields.flag("date"), fields.integer("boxes", 0)
    if (date or boxes) and (found == "texts" or (date and boxes)):
        fields.fault("boxes" if boxes else "date", "'date' and 'boxes' are each for a text of the cover, head or foot")
    if not 0 <= boxes <= MOST_BOXES:
        fields.fault("boxes", f"'boxes' must be 1 to {MOST_BOXES}")
    if not 1 <= lines <= MOST_LINES:
        fields.fault("lines", f"'lines' must be 1 to {MOST_LINES}")
    text = Text(
        key=fields.identifier("key", _TEXT_KEY),
        label=fields.text("label"),
        place=found or "cover",  # so that it stands in no section for this fault, too
        heading=fields.text("heading", ""),
        guidance=fields.text("guidance", ""),
        required=required,
        required_where=where,
        lines=lines,
        aspects=tuple(fields.texts("aspects", [])),
        substantial=fields.flag("substantial"),
        date=date,
        boxes=boxes,
    )
    fields.close()
    return text


_Parts: TypeAlias = tuple[Sequence[Table], Sequence[RowList]]
"""The tables of a form and its lists."""


def _read_section(source: Source, data: dict[str, Any], found: _Parts, texts: Sequence[Text]) -> Section:
    fields = Fields(source, data, "a section")
    keys, table, row_list = fields.texts("texts", []), fields.text("table", ""), fields.text("list", "")
    for name in keys:
        if name not in {text.key for text in texts}:
            source.fault(name, f"no text is named '{name}'", suggest_nearest(name, [text.key for text in texts]))
    for what, given, known in (("table", table, found[0]), ("list", row_list, found[1])):
        if given and given not in {each.id for each in known}:
            source.fault(given, f"no {what} is named '{given}'", suggest_nearest(given, [each.id for each in known]))
    if sum(map(bool, (keys, table, row_list))) != 1:
        source.fault(fields.anchor, "a section holds either 'texts' or one 'table' or one 'list'")
    facts = fields.texts("facts", [])
    cover = [text.key for text in texts if text.place == "cover"]
    for name in facts:
        if name not in cover:
            source.fault(name, f"no text of the cover is named '{name}'", suggest_nearest(name, cover))
    opening = fields.text("facts_opening", "")
    if bool(facts) != bool(opening):
        fields.fault("facts_opening", "'facts' and 'facts_opening' need each other")
    section = Section(fields.text("heading", ""), tuple(keys), table or None, tuple(facts), opening, row_list or None)
    fields.close()
    return section


def _require_one_section(source: Source, sections: Sequence[Section], found: _Parts, texts: Sequence[Text]) -> None:
    """Every table and list, and every text that is not on the cover, stands in the report once; unprinted ones not."""
    for what, parts, placed in (
        ("table", found[0], [section.table for section in sections]),
        ("list", found[1], [section.row_list for section in sections]),
    ):
        for each in parts:
            count = placed.count(each.id)
            if isinstance(each, Table) and each.unprinted:
                if count:
                    source.fault(each.id, f"table '{each.id}' is 'unprinted': it stands in no section")
            elif count != 1:
                source.fault(each.id, f"{what} '{each.id}' stands in {count} sections; it must stand in one")
    if found[0] and not found[1] and all(table.unprinted for table in found[0]):
        source.fault(found[0][0].id, "a form prints at least one table or list: not all can be 'unprinted'")
    written = [key for section in sections for key in section.texts]
    for text in texts:
        if text.place == "texts" and written.count(text.key) != 1:
            source.fault(
                text.key, f"text '{text.key}' stands in {written.count(text.key)} sections; it must stand in one"
            )


def _list_places(found: Sequence[Table], kind: FormCellKind) -> Iterator[tuple[CellKey, Table, Block, Row, Column]]:
    """Where something of a kind stands, in the order of the form: key, table, block, row and column."""
    for table in found:
        for block in table.blocks:
            for row in block.rows:
                for column in block.columns:
                    if find_cell_kind(row, column) == kind:
                        yield f"{table.id}.{row.id}.{column.id}", table, block, row, column
