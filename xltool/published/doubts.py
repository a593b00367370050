"""What is doubtful of a published report: its tables, its headings, the texts in it that belong nowhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from xltool.messages import finding, join_first
from xltool.model import CellKey, Finding, FormSpec, Table
from xltool.published import sections
from xltool.published.aside import AsideText
from xltool.published.document import Document
from xltool.published.table_figures import PrintedFigure, TableFigures

MAX_NAMED_ROWS: Final = 6
MAX_QUOTED_TEXT: Final = 40
MAX_FIRST_WORDS: Final = 20
MAX_LEFT_QUOTED: Final = 40
"""Of how many pieces of text that belong nowhere the first words are told."""


def find_table_doubts(spec: FormSpec, figures: TableFigures, year: int) -> Iterator[Finding]:
    """What is doubtful of one table: another edition, figures printed twice, labels and heads that are not official."""
    table = figures.table.name
    foreign = [key for key in figures.cells if not has_cell(spec, key)]
    if foreign:
        labels = [figures.spec.any_cell(key).label for key in foreign]
        other = figures.spec.id
        yield finding(
            "published.edition",
            table=table,
            found=other,
            year=year,
            expected=spec.id,
            count=len(foreign),
            cells=list_labels(labels),
        )
    for key, again in figures.doubled.items():
        if key in spec.order and again.raw != figures.cells[key].raw:
            yield finding(
                "published.twice", key, raw=figures.cells[key].raw[:MAX_QUOTED_TEXT], other=again.raw[:MAX_QUOTED_TEXT]
            )
    guessed = list(dict.fromkeys(value.note for value in figures.cells.values() if value.note.startswith("印作")))
    if guessed:
        yield finding("published.label", table=table, count=len(guessed), rows=list_labels(guessed))
    if figures.heads or figures.headless:
        heads = list_labels([f"“{head}”" for head in figures.heads])
        what = f"的表头与表样不同：{heads}" if figures.heads else "的表头没有印出，或没有印全"
        yield finding("published.heads", table=table, what=what)


def has_cell(spec: FormSpec, key: CellKey) -> bool:
    """Whether a form has a cell of figures, or of a rate, by that key."""
    return key in spec.order or key in spec.rates_by_key


def note_beside(printed: dict[CellKey, PrintedFigure], findings: list[Finding]) -> None:
    """Tells each figure that digits stand beside which are no part of it, with both readings."""
    for key, told in [*printed.items()]:
        text = "" if told.entry is None else told.entry.text
        if isinstance(text, AsideText):
            whole = " ".join(text.whole.split())[:MAX_QUOTED_TEXT]
            findings.append(finding("published.beside", key, raw=told.raw[:MAX_QUOTED_TEXT], whole=whole))
            printed[key] = told._replace(note=told.note or f"旁边另有字，连起来是“{whole}”")


def find_word_doubts(spec: FormSpec, words: sections.Words) -> Iterator[Finding]:
    """What is doubtful of the words: headings out of their order or absent, and texts that belong nowhere."""
    if words.misplaced:
        yield finding("published.order", headings=list_labels([f"“{heading}”" for heading in words.misplaced]))
    there = {"", *words.headings, *words.misplaced}
    absent = [section.heading for section in spec.sections if section.heading not in there]
    if absent:
        yield finding("published.sections", headings=list_labels([f"“{heading}”" for heading in absent]))
    if words.left:
        # Where not all are told, the longest are: what is lost of a report is sentences, what is around it is words.
        longest = sorted(range(len(words.left)), key=lambda at: -len(words.left[at]))
        told = [*sorted(longest[:MAX_LEFT_QUOTED]), *longest[MAX_LEFT_QUOTED:]]
        texts = join_first([f"“{_quote_beginning(words.left[at])}”" for at in told], MAX_LEFT_QUOTED)
        yield finding("published.left", count=len(words.left), texts=texts)


def _quote_beginning(text: str) -> str:
    """The first words of a text, on one line."""
    flat = " ".join(text.split())
    return flat if len(flat) <= MAX_FIRST_WORDS else f"{flat[:MAX_FIRST_WORDS]}…"


def tell_no_tables(opened: Document, specs: Sequence[FormSpec]) -> Finding:
    """That a document has no table of the form that it calls itself, or that this form has none to be read."""
    count = len(opened.tables())
    titled = [spec for spec in specs if sections.has_form_title(opened, spec)]
    meant = titled or [spec for spec in specs if spec.usual] or specs
    if not any(spec.printed_tables for spec in meant):
        return finding("published.only_lists", title=meant[0].title)
    return finding(
        "published.no_tables",
        tables=list_labels(list(dict.fromkeys(_subject(table) for spec in meant for table in spec.printed_tables))),
        what=f"文件里有 {count} 个表格，都不是" if count else "文件里没有表格",
    )


def _subject(table: Table) -> str:
    """What a table is about, in a word or two: the name of its sheet without its number."""
    return table.sheet.removeprefix(table.name).strip()


def list_labels(labels: Sequence[str]) -> str:
    """Labels as a finding names them, the first few."""
    return join_first(labels, MAX_NAMED_ROWS)
