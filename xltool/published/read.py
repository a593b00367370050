"""Anyone's published report as a submission.

Which edition it follows, each figure with where it was printed, and what was unsure.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

from xltool import kinds
from xltool.codes import LEVEL_NAMES, SCOPE_NAMES
from xltool.digits import parse_whole
from xltool.forms import number
from xltool.forms.entries import name_entry, take_entry
from xltool.forms.layout import list_row_keys
from xltool.forms.list_rows import name_content
from xltool.forms.lists import AGENCY_HEAD
from xltool.forms.memo import derive_once
from xltool.forms.number import is_figure_like
from xltool.forms.rates import find_other_rates
from xltool.forms.text import take_text
from xltool.messages import finding, join_first
from xltool.model import Agency, CellKey, Finding, FormSpec, Level, Reading, Row, Scope, Submission, Table, Value
from xltool.periods import WORDS, Period, fits_form
from xltool.published import docx, foreign, html, ofd, sections, tables, text
from xltool.published.aside import AsideText
from xltool.published.document import Document, Lattice, Part, Prose, TableEntry
from xltool.published.levels import LevelGuess, guess_level
from xltool.published.row_lists import PrintedContent, read_lists
from xltool.published.tables import PrintedFigure, TableFigures, UnreadRow
from xltool.published.text import FEWEST_WORDS
from xltool.published.traditional import find_traditional
from xltool.published.vocabulary import Vocabulary, bare_label, plain_label, read_vocabulary
from xltool.spreadsheet.package import Package, Refusal

_PDF: Final = b"%PDF-"
_OFD, _PAGED, _TEXT = "OFD 文件", "PDF", "文本"
_TOLD_BY_LABELS: Final = frozenset({_OFD, _PAGED, _TEXT})
"""Kinds of documents whose tables may have no lines: official labels tell them."""
_PLAIN: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?", re.ASCII)
_FIGURES_BEHIND: Final = re.compile(r"[\s0-9０-９.,，/／—-]+$")
SURE_LABEL: Final = 8
"""Signs of a label that no sentence has by chance."""
MAX_NAMED_ROWS: Final = 6
MAX_QUOTED_TEXT: Final = 40
MAX_FIRST_WORDS: Final = 20
MAX_LEFT_QUOTED: Final = 40
"""Of how many pieces of text that belong nowhere the first words are told."""


class Hints(NamedTuple):
    """What the person who imports a report knows better than the report says."""

    agency: str = ""
    code: str = ""
    level: Level | None = None
    year: int | None = None
    scope: Scope = "own"
    part: str = ""  # which part of the year, as `periods.Period` has it


NO_HINTS: Final = Hints()


class FigureSource(NamedTuple):
    """Where the figure of one cell comes from.

    As printed, the place in the document, the printed label, what was unsure.
    """

    key: CellKey
    raw: str
    where: str
    label: str
    note: str


class _PrintedWords(NamedTuple):
    """What a document says: its lines and cells, and all of it in one."""

    labels: frozenset[str]
    text: str
    recognised: bool = False
    """Whether they were recognised in pictures, so that what is not among them may be printed all the same."""

    def hold(self, label: str) -> bool:
        """Whether a label is printed: by itself, or anywhere if it is too long for chance."""
        return label in self.labels or (len(label) >= SURE_LABEL and label in self.text)


@dataclass(frozen=True, slots=True)
class Imported:
    """The reading of a published report, and what was printed for each cell and each place of a list."""

    reading: Reading
    printed: Mapping[CellKey, PrintedFigure] = field(default_factory=dict)
    in_lists: tuple[PrintedContent, ...] = ()

    @property
    def sources(self) -> tuple[FigureSource, ...]:
        """Where the figure of each cell was printed, in the order of the form, then each content of its lists.

        Cells and places of which nothing is printed are left out.
        """
        figures = [FigureSource(key, told.raw, told.where, told.label, told.note) for key, told in self.printed.items()]
        contents = [
            FigureSource(
                name_content(told.row_list, told.line, told.column), told.text, told.where, told.column.label, ""
            )
            for told in self.in_lists
        ]
        return (*figures, *contents)


def read_document(data: bytes, specs: Sequence[FormSpec], *, scans: bool = False) -> tuple[str, Document] | None:
    """What kind of document bytes are, in words, and its parts; the labels of forms tell the tables of a plain text.

    Those labels are of the usual forms; what calls itself another form, or is a text that has no title and no table of
    theirs, is read by the labels of that form, or of all: the words of one are sentences in reports of another.

    None for what is no document that a report is published as. `scans`: the text of a scan is recognised, which takes
    seconds for each page, where the library for that is installed.

    Raises Refusal for a document that is damaged or over a limit.
    """
    usual = [spec for spec in specs if spec.usual] or specs
    opened = _read_by_labels(data, usual, scans=scans)
    if opened is None or opened[0] not in _TOLD_BY_LABELS or len(usual) == len(specs):
        return opened
    kind, parts = opened
    if any(sections.has_form_title(parts, spec) for spec in usual):
        return opened
    titled = [spec for spec in specs if sections.has_form_title(parts, spec)]
    if titled or (kind == _TEXT and not tables.find_tables(usual, parts)):
        return _read_by_labels(data, titled or specs, scans=scans)
    return opened


def _read_by_labels(data: bytes, specs: Sequence[FormSpec], *, scans: bool) -> tuple[str, Document] | None:
    """The kind and the parts of a document, by the labels of these forms where no lines tell its tables."""
    if data.startswith(kinds.ZIP):
        package = Package(data)
        if ofd.ENTRY in package:
            return _OFD, ofd.read_ofd(package, read_vocabulary(specs))
        return ("Word 文档", docx.read_docx(package)) if "word/document.xml" in package else None
    if (strange := foreign.name_foreign(data)) is not None:
        return strange.told, docx.read_docx(Package(foreign.convert_foreign(data)))
    if data.startswith(_PDF):
        from xltool.published import pdf, scan

        document = pdf.read_pdf(data, read_vocabulary(specs))
        return _PAGED, scan.read_scan(data, document, read_vocabulary(specs)) if scans else document
    if kinds.is_page(data):
        return "网页", html.read_html(data)
    return (_TEXT, text.read_text(data, read_vocabulary(specs))) if kinds.is_text(data) else None


def read_report(
    data: bytes, specs: Sequence[FormSpec], source: str = "", hints: Hints = NO_HINTS, *, scans: bool = False
) -> Imported:
    """The submission in a published report, and where each figure was printed; never raises for bad bytes.

    What is no report has no submission and one finding. `scans` as for `read_document`.
    """
    try:
        opened = read_document(data, specs, scans=scans)
    except Refusal as refusal:
        return _reject(refusal.finding)
    if opened is None:
        return _reject(finding("published.kind", what=_name_file_kind(data)))
    return read_document_parts(*opened, specs, source, hints)


def read_if_report(data: bytes, specs: Sequence[FormSpec], source: str = "") -> Imported | None:
    """The reading of bytes that are a published report, or None for anything that is not even like one.

    Another reader may know it.
    """
    if foreign.name_foreign(data) is not None and not foreign.may_be_report(data, specs):
        return None
    try:
        opened = read_document(data, specs)
    except Refusal as refusal:
        return None if b"word/document.xml" in data else _reject(refusal.finding)
    if opened is None:
        return None
    kind, parts = opened
    if not (
        parts.notes
        or any(sections.has_form_title(parts, spec) for spec in specs)
        or tables.find_tables(specs, parts)
        or find_traditional(_list_texts(parts)) is not None
    ):
        return None
    return read_document_parts(kind, parts, specs, source)


def read_document_parts(
    kind: str, opened: Document, specs: Sequence[FormSpec], source: str = "", hints: Hints = NO_HINTS
) -> Imported:
    """The submission in the parts of a published report."""
    if opened.notes and not opened.parts:
        return _reject(opened.notes[0])
    found = tables.find_tables(specs, opened)
    strange = find_traditional(_list_texts(opened))
    if strange is not None:
        return _reject(strange)
    if not found:
        return _reject(_tell_no_tables(opened, specs))
    read = [figures for each in found.values() for figures in each]
    specs = [spec for spec in specs if spec.tables]  # what is lists alone is read from no report
    ranks = {spec.id: sections.rank_title(opened, spec) for spec in specs}
    newest = max(
        specs,
        key=lambda spec: (
            ranks[spec.id] > 0,  # a blank table prints less than a line of its text that is like a row of another form
            sum(len(figures.cells) for figures in read if figures.spec is spec),
            any(figures.spec is spec for figures in read),
            ranks[spec.id],  # the same table may be reported by month and by quarter
            spec.years[0],
        ),
    )
    # A table beside those of this report may be like one of quite another form.
    found = {table.id: found[table.id] for table in newest.tables if table.id in found}
    editions = [spec for spec in specs if any(table.id in found for table in spec.tables)]
    held = {number for each in found.values() for figures in each for number, _ in figures.places}
    paged, printed_parts = kind in {_PAGED, _OFD}, opened
    lists = read_lists(newest, opened, held, paged=paged)
    opened = _word_foreign_rows(opened, found, read_vocabulary(editions), lists.tables)
    words = sections.read_words(opened, newest)
    said = words if hints.year is None else hints
    fitting = [spec for spec in editions if fits_form(spec, Period(0, said.part))]
    period = Period(said.year, said.part) if said.year is not None and fitting else None
    agency = hints.agency or words.agency
    when = "年度" if newest.every in {"year", "once"} else WORDS[newest.every].label
    missing = "、".join(what for what, told in ((when, period), ("单位名称", agency)) if not told)
    if missing or period is None:
        return _reject(finding("published.unknown", what=missing))
    suited = [spec for spec in fitting if spec.covers(period.year)] or fitting
    spec = newest if newest in suited else suited[0]
    words = words if spec is newest else sections.read_words(opened, spec)
    lists = lists if spec is newest else read_lists(spec, printed_parts, held, paged=paged)
    scope = "consolidated" if lists.agencies else hints.scope
    printed, findings = _choose_figures(spec, found, period.year, _read_printed_words(opened))
    if printed is None:
        return _reject(findings[0])
    _tell_beside(printed, findings)
    twice = frozenset(key for told in findings if told.code == "published.twice" for key in told.keys)
    guess = guess_level(agency)
    submission = Submission(
        form=spec.id,
        year=period.year,
        agency=Agency(hints.code or agency, agency, hints.level or guess.level),
        values=tuple(
            _read_values(spec, {key: told.raw for key, told in printed.items() if key not in twice}, findings)
        ),
        texts=dict(_clean_texts(spec, words.texts, findings)),
        scope=scope,
        entries=dict(_read_entries(spec, found, twice, scope, findings)),
        lists=lists.lines,
        source=source,
        level_basis="" if hints.level or guess.level is None else guess.why,
        part=period.part,
        unread_lists=frozenset(lists.unread),
    )
    findings += find_other_rates(spec, submission.values, dict(_list_printed_rates(spec, found)))
    findings += _find_word_doubts(spec, words)
    findings += lists.findings
    told_by = {what: where for what, where in words.told_by.items() if what != "单位名称" or not hints.agency}
    if hints.year:
        told_by.pop("年度", None)
    if scope != hints.scope:
        told_by["数据范围"] = f"{lists.agencies[0]}的“{AGENCY_HEAD}”栏"
    if told_by:
        taken = {"单位名称": agency, "年度": period if period.part else period.year, "数据范围": SCOPE_NAMES[scope]}
        findings.append(
            finding("published.whose", what="，".join(f"{what}“{taken[what]}”取自{told_by[what]}" for what in told_by))
        )
    notes = (finding("published.read", kind=kind, level=_explain_level(hints, guess)), *opened.notes)
    return Imported(
        Reading(submission, (*notes, *findings)),
        {cell.key: printed[cell.key] for cell in spec.cells if cell.key in printed},
        tuple(lists.printed),
    )


def _tell_no_tables(opened: Document, specs: Sequence[FormSpec]) -> Finding:
    """That a document has no table of the form that it calls itself, or that this form has none to be read."""
    count = len(opened.tables())
    titled = [spec for spec in specs if sections.has_form_title(opened, spec)]
    meant = titled or [spec for spec in specs if spec.usual] or specs
    if not any(spec.tables for spec in meant):
        return finding("published.only_lists", title=meant[0].title)
    return finding(
        "published.no_tables",
        tables=_list_labels(list(dict.fromkeys(_subject(table) for spec in meant for table in spec.tables))),
        what=f"文件里有 {count} 个表格，都不是" if count else "文件里没有表格",
    )


def _word_foreign_rows(
    document: Document,
    found: Mapping[str, Sequence[TableFigures]],
    vocabulary: Vocabulary,
    lists: Collection[int],
) -> Document:
    """The document with what its tables hold that is none of a form's as paragraphs, where or behind where it stands.

    Whole tables, and rows of others among or behind those that were read; `lists` are tables that hold lists.
    """
    read = {place for each in found.values() for figures in each for place in figures.places}
    numbers = {number for number, _ in read}
    parts: list[Part] = []
    number = 0
    for part in document.parts:
        if isinstance(part, Prose):
            parts.append(part)
            continue
        number += 1
        if number in lists:
            continue
        whole = number not in numbers and not _is_official(part, vocabulary)
        lines = {line for at, line in read if at == number}
        rows = part.rows if whole else _list_foreign_rows(part, lines, vocabulary)
        parts += [] if whole else [part]
        parts += [Prose(line, of_table=True) for row in rows if (line := _join_cells(row))]
    return replace(document, parts=tuple(parts))


def _list_foreign_rows(
    table: Lattice, read: Collection[int], vocabulary: Vocabulary
) -> Iterator[tuple[TableEntry, ...]]:
    """The rows of an official table that are none of its own: with figures behind words that are not official, or a
    sentence; those above such a row, and those behind the last one that was read. What else is not read may be heads.
    """
    run: list[tuple[TableEntry, ...]] = []
    for at, row in enumerate(table.rows):
        if at not in read:
            run.append(row)
        if at in read or at == len(table.rows) - 1:
            closed = at not in read and bool(read)
            strange = [
                place for place, each in enumerate(run) if closed or _has_own_figures(each) or _is_sentence(each)
            ]
            last = strange[-1] + 1 if strange else 0
            yield from (
                each for each in run[:last] if _has_own_figures(each) or not _has_official_word(each, vocabulary)
            )
            run = []


def _has_own_figures(row: Sequence[TableEntry]) -> bool:
    """Whether a row has a figure behind words."""
    texts = [entry.text for entry in row if entry.text.strip()]
    return bool(texts) and is_figure_like(texts[-1]) and not all(map(is_figure_like, texts))


def _is_sentence(row: Sequence[TableEntry]) -> bool:
    return any("。" in entry.text for entry in row)


def _has_official_word(row: Sequence[TableEntry], vocabulary: Vocabulary) -> bool:
    words = [entry.text for entry in row if len(bare_label(entry.text)) > 1 and not is_figure_like(entry.text)]
    return any(vocabulary.is_row(word) or vocabulary.is_piece(word) for word in words)


def _join_cells(row: Sequence[TableEntry]) -> str:
    return " ".join(" ".join(entry.text.split()) for entry in row if entry.text.strip())


def _is_official(table: Lattice, vocabulary: Vocabulary) -> bool:
    """Whether a table of which nothing was read is made of official words, as one that was left blank."""
    texts = {text for row in table.texts() for text in row}
    official = sum(vocabulary.is_row(text) or vocabulary.is_word(text) for text in texts)
    return official >= FEWEST_WORDS and official * 2 > len(texts)


def _explain_level(hints: Hints, guess: LevelGuess) -> str:
    """The level of a report's agency, and how it is known."""
    if hints.level:
        return f"单位级别是指明的{LEVEL_NAMES[hints.level]}"
    if guess.level is None:
        return f"单位级别不明（{guess.why}），没有核对哪些项目本级不能有"
    return f"单位级别按名称推断为{LEVEL_NAMES[guess.level]}（{guess.why}）"


def _tell_beside(printed: dict[CellKey, PrintedFigure], findings: list[Finding]) -> None:
    """Tells each figure that digits stand beside which are no part of it, with both readings."""
    for key, told in [*printed.items()]:
        text = "" if told.entry is None else told.entry.text
        if isinstance(text, AsideText):
            whole = " ".join(text.whole.split())[:MAX_QUOTED_TEXT]
            findings.append(finding("published.beside", key, raw=told.raw[:MAX_QUOTED_TEXT], whole=whole))
            printed[key] = told._replace(note=told.note or f"旁边另有字，连起来是“{whole}”")


def _name_file_kind(data: bytes) -> str:
    """What a file is that is no published report."""
    if not data.startswith(kinds.ZIP):
        return kinds.of_bytes(data).what
    names = [name.lower() for name in Package(data).names]
    return "工作簿（用 xltool read 读）" if "xl/workbook.xml" in names else kinds.of_members(names).what


def _subject(table: Table) -> str:
    """What a table is about, in a word or two: the name of its sheet without its number."""
    return table.sheet.removeprefix(table.name).strip()


def _reject(found: Finding) -> Imported:
    return Imported(Reading(None, (found,)))


# ---------------------------------------------------------------- figures


def _choose_figures(
    spec: FormSpec, found: Mapping[str, list[TableFigures]], year: int, said: _PrintedWords
) -> tuple[dict[CellKey, PrintedFigure] | None, list[Finding]]:
    """What is printed for each cell of a form, by its own layout or, where that does not fit, by another edition's."""
    printed: dict[CellKey, PrintedFigure] = {}
    findings: list[Finding] = []
    for table in spec.tables:
        readings = found.get(table.id, [])
        own = next((figures for figures in readings if figures.spec is spec), None)
        best = max(
            readings,
            key=lambda figures: (sum(key in spec.index for key in figures.filled), figures.spec is spec),
            default=None,
        )
        if best is None:
            figures = TableFigures(spec, table)
            _tell_missing(spec, figures, [row for block in table.blocks for row in block.rows], said, findings)
            continue
        figures = best if own is None else own if said.recognised or len(own.filled) >= len(best.filled) else best
        if len(figures.doubled) * 2 > len(figures.cells):
            return None, [
                finding(
                    "published.several", what=f"{table.name}有两份，第二份从{_first_printed(figures.doubled).where}开始"
                )
            ]
        printed.update({key: value for key, value in figures.cells.items() if key in spec.index})
        findings += _find_table_doubts(spec, figures, year)
        if figures.doubts or figures.spec is not spec:
            _fill_single_rows(spec, figures, printed, said, findings)
    return printed, findings


def _has_cell(spec: FormSpec, key: CellKey) -> bool:
    return key in spec.order or key in spec.rates_by_key


def _list_printed_rates(
    spec: FormSpec, found: Mapping[str, Sequence[TableFigures]]
) -> Iterator[tuple[CellKey, tuple[str, str]]]:
    """What is printed in the cells of rates, with where that is."""
    for rate in spec.rates:
        told = next((each.cells[rate.key] for each in found.get(rate.table.id, ()) if rate.key in each.cells), None)
        if told is not None:
            yield rate.key, (told.raw, f"{rate.table.name}“{rate.row.short}”“{rate.column.short}”（{told.where}）印的")


def _read_entries(
    spec: FormSpec,
    found: Mapping[str, Sequence[TableFigures]],
    twice: Collection[CellKey],
    scope: Scope,
    findings: list[Finding],
) -> Iterator[tuple[CellKey, str]]:
    """What is printed in the cells that are no figures, as it is held."""
    for entry in spec.entries:
        told = next((each.cells[entry.key] for each in found.get(entry.table.id, ()) if entry.key in each.cells), None)
        if told is not None and entry.key not in twice:
            text, turned = take_text(told.raw, f"{name_entry(entry)}（{told.where}）")
            content, noticed = take_entry(entry, text, scope)
            findings.extend((*turned, *noticed))
            if content:
                yield entry.key, content


def _find_table_doubts(spec: FormSpec, figures: TableFigures, year: int) -> Iterator[Finding]:
    table = figures.table.name
    foreign = [key for key in figures.cells if not _has_cell(spec, key)]
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
            cells=_list_labels(labels),
        )
    for key, again in figures.doubled.items():
        if key in spec.order and again.raw != figures.cells[key].raw:
            yield finding(
                "published.twice", key, raw=figures.cells[key].raw[:MAX_QUOTED_TEXT], other=again.raw[:MAX_QUOTED_TEXT]
            )
    guessed = list(dict.fromkeys(value.note for value in figures.cells.values() if value.note.startswith("印作")))
    if guessed:
        yield finding("published.label", table=table, count=len(guessed), rows=_list_labels(guessed))
    if figures.heads or figures.headless:
        heads = _list_labels([f"“{head}”" for head in figures.heads])
        what = f"的表头与表样不同：{heads}" if figures.heads else "的表头没有印出，或没有印全"
        yield finding("published.heads", table=table, what=what)


def _fill_single_rows(
    spec: FormSpec,
    figures: TableFigures,
    printed: dict[CellKey, PrintedFigure],
    said: _PrintedWords,
    findings: list[Finding],
) -> None:
    """Rows that stand for a group: the others of the group hold 0. Rows that were not read are told."""
    missing = []
    for block in figures.table.blocks:
        for row in block.rows:
            keys = list_row_keys(figures.table, block, row)
            if all(key in printed or key in spec.rates_by_key or key in spec.entries_by_key for key in keys):
                continue
            if not all(_has_cell(spec, key) for key in keys):
                continue
            group = next((head for head in reversed(row.heads) if _stands_alone(figures, block.rows, head.label)), None)
            if group is None:
                missing.append(row)
                continue
            last = next(other for other in reversed(block.rows) if group in other.heads)
            note = f"“{group.label}”只印了一行"
            printed.update({key: PrintedFigure("0", row.label, note) for key in keys if key in spec.index})
            told = finding("published.one_row", table=figures.table.name, head=group.label, row=last.label)
            findings.extend([] if told in findings else [told])
    _tell_missing(spec, figures, missing, said, findings)


def _tell_missing(
    spec: FormSpec, figures: TableFigures, rows: Sequence[Row], said: _PrintedWords, findings: list[Finding]
) -> None:
    """Tells rows that have no figures: those that are printed apart from those that are not, each with its cells."""
    table = figures.table
    keys = {
        row: [cell.key for cell in spec.cells if cell.table.id == table.id and cell.row.id == row.id] for row in rows
    }
    told = [row for row in figures.unread if any(key in keys[each] for each in rows for key in row.keys)]
    held = {key for row in told for key in row.keys}
    others = [row for row in rows if held.isdisjoint(keys[row])]
    loose = [row for row in others if any(said.hold(wording) for wording in tables.list_wordings(table, row))]
    lost = [row for row in others if row not in loose and said.recognised]
    cut = [row for row in others if row not in loose and not said.recognised]
    if (
        rows
        and not cut
        and not lost
        and not figures.cells
        and all(row.blank for row in told)
        and _is_blank(table, told, loose)
    ):
        labels = _list_labels([f"“{_name_row(row)}”" for row in rows])
        findings.append(finding("published.blank", table=table.name, count=len(rows), rows=labels))
        return
    reasons = [f"“{row.label}”（{row.reason}）" for row in told]
    reasons += [f"“{_name_row(row)}”（没有找到它的数）" for row in loose]
    reasons += [f"“{_name_row(row)}”（扫描件上没有识别出来）" for row in lost]
    if reasons:
        cells = [key for row in rows if row not in cut for key in keys[row]]
        findings.append(
            finding("published.unread", *cells, table=table.name, count=len(reasons), rows=_list_labels(reasons))
        )
    if cut:
        cells = [key for row in cut for key in keys[row]]
        rows_told = _list_labels([_name_row(row) for row in cut])
        findings.append(finding("published.cut", *cells, table=table.name, count=len(cut), rows=rows_told))


def _name_row(row: Row) -> str:
    """A row as it is printed, or in words where nothing is."""
    return row.label or row.short


def _is_blank(table: Table, told: Sequence[UnreadRow], loose: Sequence[Row]) -> bool:
    """Whether rows without figures are those of a table that was left blank, not of one whose figures are elsewhere."""
    return not loose if told else table.blocks[0].one_line


def _list_texts(document: Document) -> list[str]:
    """All that a document prints: its lines, and the cells of its tables."""
    texts = [line for prose in document.prose() for line in prose.splitlines()]
    return texts + [entry.text for table in document.tables() for row in table.rows for entry in row]


def _read_printed_words(document: Document) -> _PrintedWords:
    """What stands on a line, well apart, or in a cell of its own anywhere, bare and without what offices add."""
    texts = _list_texts(document)
    labels = (_FIGURES_BEHIND.sub("", piece) for text in texts for piece in (text, *text.split()))
    found = frozenset(label for text in labels for label in (bare_label(text), plain_label(text)) if label)
    recognised = any(entry.recognised for table in document.tables() for row in table.rows for entry in row)
    return _PrintedWords(found, "".join(map(bare_label, texts)), recognised)


def _stands_alone(figures: TableFigures, rows: Sequence[Row], head: str) -> bool:
    """Whether the one printed row of a group bears the group's own label."""
    group = [row for row in rows if any(each.label == head for each in row.heads)]
    here = [
        value
        for row in group
        for key, value in figures.cells.items()
        if key.startswith(f"{figures.table.id}.{row.id}.")
    ]
    return bool(here) and all(bare_label(value.label) == bare_label(head) for value in here)


def _first_printed(cells: Mapping[CellKey, PrintedFigure]) -> PrintedFigure:
    return next(iter(cells.values()))


@derive_once
def _list_scales(spec: FormSpec) -> tuple[int, ...]:
    return tuple(cell.measure.scale for cell in spec.cells)


def _read_values(spec: FormSpec, printed: Mapping[CellKey, str], findings: list[Finding]) -> Iterator[Value]:
    """The figure of each cell, from what is printed for it."""
    for cell, scale in zip(spec.cells, _list_scales(spec), strict=True):
        raw = printed.get(cell.key)
        if raw is None:
            yield None
        elif (count := parse_whole(raw, 9)) is not None:
            yield count * scale
        else:
            figure = number.from_text(raw, cell.measure)
            if figure.code is not None and not (figure.code == "number.normalised" and _PLAIN.fullmatch(raw)):
                findings.append(finding(figure.code, cell.key, **figure.data))
            yield figure.value


# ---------------------------------------------------------------- words


def _clean_texts(spec: FormSpec, texts: Mapping[str, str], findings: list[Finding]) -> Iterator[tuple[str, str]]:
    for key, content in texts.items():
        kept, noticed = take_text(content, f"“{spec.text(key).label}”")
        findings.extend(noticed)
        if kept:
            yield key, kept


def _find_word_doubts(spec: FormSpec, words: sections.Words) -> Iterator[Finding]:
    if words.misplaced:
        yield finding("published.order", headings=_list_labels([f"“{heading}”" for heading in words.misplaced]))
    there = {"", *words.headings, *words.misplaced}
    absent = [section.heading for section in spec.sections if section.heading not in there]
    if absent:
        yield finding("published.sections", headings=_list_labels([f"“{heading}”" for heading in absent]))
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


def _list_labels(labels: Sequence[str]) -> str:
    return join_first(labels, MAX_NAMED_ROWS)
