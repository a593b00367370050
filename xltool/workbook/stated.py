"""What texts state in a form's exact words, held against the tables beside each text of 文字: formulas, and no grammar.

On the very hidden sheet stand the words, what the tables have of each clause, and for each text what is found in it,
clause by clause: a sentence must begin with one, and what follows a comma must be another of the same table. What is
not said in just these words is passed over in silence; `rules/narrative_grammar` reads the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from xltool.forms.cell_checks import ContradictedTextCheck, StatedFigureCheck
from xltool.forms.memo import derive_once
from xltool.forms.sheet_names import HIDDEN
from xltool.model import CellKey, FormSpec, StatedClause
from xltool.spreadsheet.a1 import range_name
from xltool.workbook.frames import refer_in_frame
from xltool.workbook.layout_plan import Plan, Spot

STEPS: Final = 5
"""So many clauses of a text are looked at."""
LONGEST: Final = 9999
"""A longer text is left alone: a formula holds 32,767 characters."""
LONGEST_STATED_FIGURE: Final = 7
FULL, COMMA, ENDS = "。", "，", "，。"
"""What a sentence begins behind, what one more clause may stand behind, and what a clause must end before."""
NARROWED: Final = (
    (" ", ""), ("\u3000", ""), ("\n", FULL), ("！", FULL), ("；", COMMA), (";", COMMA),
    *((wide, str(digit)) for digit, wide in enumerate("０１２３４５６７８９")),
)  # fmt: skip
"""What is read as what."""
LEAD_YEAR, LEAD_NAME = "{year}", "{name}"
"""In a lead, the year and the agency's name."""
WORD, CODE, UNLESS, LABEL, UNIT, FIRST, SECOND, NARROWED_TEXT, LED, TEXT = range(10)
"""Columns of the words, of the clauses, and of the texts."""
PLACE, FOUND, END, STATED_FIGURE, SAID = (10 + STEPS * at for at in range(5))
"""Of each step: where its clause begins, the word's code, where its figure ends, the figure, what is said of it."""
AGREES: Final = "与表中一致。"


@dataclass(frozen=True, slots=True)
class StatedWord:
    """One wording of a clause; `number` is the clause's, from 1."""

    word: str
    clause: StatedClause
    number: int

    @property
    def table(self) -> str:
        """The table that it is of."""
        return self.clause.cells[0][0].partition(".")[0]


@derive_once
def list_words(spec: FormSpec) -> tuple[StatedWord, ...]:
    """All wordings, those that open a sentence first."""
    words = [
        StatedWord(word, clause, number)
        for number, clause in enumerate(spec.stated.clauses, 1)
        for word in clause.words
    ]
    return tuple(sorted(words, key=lambda each: not each.clause.opens))


def count_opening(spec: FormSpec) -> int:
    """How many wordings may open a sentence."""
    return sum(each.clause.opens for each in list_words(spec))


def name_meaning(spec: FormSpec, clause: StatedClause) -> str:
    """What the tables have, in words, of the likeliest meaning."""
    cells = [spec.cell(key) for key in clause.cells[0]]
    named = "、".join(f"{cell.row.short} {cell.column.short}" for cell in cells)
    return f"“{named}”{'之和' if len(cells) > 1 else ''}"


def locate_step(plan: Plan, text: int, column: int, step: int) -> Spot:
    """Where one column of a step stands, for the text of that number."""
    return _spot(plan, text, column + step)


def list_stated_formulas(plan: Plan) -> dict[Spot, str]:
    """The formulas of all clauses and texts, by place; none where the form states nothing."""
    found: dict[Spot, str] = {}
    if not plan.stated:
        return found
    for at, clause in enumerate(plan.spec.stated.clauses):
        for column, keys in zip((FIRST, SECOND), (clause.cells[0], clause.cells[-1]), strict=True):
            found[_spot(plan, at, column)] = _write_sum(plan, keys)
    for number, (key, spot) in enumerate(plan.stated.items()):
        written = refer_in_frame(plan, plan.texts[key], HIDDEN)
        narrow, led, text = (_spot(plan, number, column) for column in (NARROWED_TEXT, LED, TEXT))
        found[narrow] = f'IF(LEN({written})>{LONGEST},"",{_substitute(written, NARROWED)})'
        found[led] = f'IFERROR({_write_leads(plan, narrow.address)},"{FULL}")'
        found[text] = _write_unless(plan, led.address)
        for step in range(STEPS):
            found |= _write_step(plan, number, step)
        said = [locate_step(plan, number, SAID, step).seen_from(spot.sheet) for step in range(STEPS)]
        found[spot] = f"MID({'&'.join(said)},2,{LONGEST})"
    return found


def write_stated_words(plan: Plan, sheet: Any) -> None:
    """What the formulas look up on the very hidden sheet: the words, and what their clauses are called."""
    if not plan.stated:
        return
    for at, each in enumerate(list_words(plan.spec)):
        told, code = (_spot(plan, at, column) for column in (WORD, CODE))
        sheet.write_string(told.row, told.column, each.word)
        sheet.write_number(code.row, code.column, code_word(plan.spec, at, each))
    for at, word in enumerate(plan.spec.stated.unless):
        spot = _spot(plan, at, UNLESS)
        sheet.write_string(spot.row, spot.column, word)
    for at, clause in enumerate(plan.spec.stated.clauses):
        for column, content in ((LABEL, name_meaning(plan.spec, clause)), (UNIT, clause.unit)):
            spot = _spot(plan, at, column)
            sheet.write_string(spot.row, spot.column, content)


def code_word(spec: FormSpec, at: int, each: StatedWord) -> int:
    """A word as a number, of which the largest is the longest word: its length, table, clause and place, from 1."""
    table = [table.id for table in spec.tables].index(each.table)
    return ((len(each.word) * 100 + table) * 100 + each.number) * 1000 + at + 1


def refer_to_said(plan: Plan) -> str:
    """Where it is said what was found in all texts, for a formula on another sheet."""
    first, last = _spot(plan, 0, SAID), _spot(plan, len(plan.stated) - 1, SAID + STEPS - 1)
    return f"{HIDDEN}!{first.address}:{last.address}"


def _write_step(plan: Plan, text: int, step: int) -> dict[Spot, str]:
    """One clause of a text: the next of its sentence, or the first of the next sentence that begins with one."""
    place, found, end, number, said = (
        locate_step(plan, text, column, step) for column in (PLACE, FOUND, END, STATED_FIGURE, SAID)
    )
    content, count = _spot(plan, text, TEXT).address, len(list_words(plan.spec))
    words, codes = (_column(plan, column, count) for column in (WORD, CODE))
    at, which, behind, figure = place.address, found.address, end.address, number.address
    clause, length = f"MOD(INT({which}/1000),100)", f"INT({which}/10000000)"
    units, firsts, seconds, labels = (
        _column(plan, column, len(plan.spec.stated.clauses)) for column in (UNIT, FIRST, SECOND, LABEL)
    )
    unit = f"LEN(INDEX({units},{clause}))"
    best = f"SUMPRODUCT(MAX((MID({content},{at},LEN({words}))={words})*{codes}))"
    digits = f"MID({content},{at}+{length},{behind}-{at}-{length})"
    bare = _substitute(digits, [(str(digit), "") for digit in range(10)])
    fits = f"AND(LEN({digits})>0,LEN({digits})<={LONGEST_STATED_FIGURE},LEN({bare})=0)"
    rest = f"MID({content},{at}+{length},{LONGEST})"  # HyperFormula's FIND takes a start for a find where there is none
    closing = f"IFERROR(FIND(INDEX({units},{clause}),{rest})+{at}+{length}-1,0)"
    closed = f'ISNUMBER(FIND(MID({content},{behind}+{unit},1),"{ENDS}"))'
    first, second, label = (f"INDEX({column},{clause})" for column in (firsts, seconds, labels))
    quoted = f"MID({content},{at},{behind}+{unit}-{at})"
    writes = f'IF({unit}=0,"{ContradictedTextCheck.says}","{StatedFigureCheck.says}")'
    differs = f'CHAR(10)&{writes}&{quoted}&"”，表中"&{label}&"为 "&{first}&"。"'
    differs = f'IF(AND(ISNUMBER({first}),ISNUMBER({second})),{differs},"")'
    agrees = f'CHAR(10)&"“"&{quoted}&"”{AGREES}"'
    return {
        place: _write_place(plan, text, step),
        found: f"IF({at}=0,0,{best})",
        end: f"IF({which}=0,0,IF({unit}=0,{at}+{length},{closing}))",
        number: f'IF({behind}=0,"",IF({closed},IF({unit}=0,0,IF({fits},VALUE({digits}),"")),""))',
        said: f'IF(ISNUMBER({figure}),IF(OR({figure}={first},{figure}={second}),{agrees},{differs}),"")',
    }


def _write_place(plan: Plan, text: int, step: int) -> str:
    """Where the clause of a step begins; beyond the text where there is none."""
    content, spec = _spot(plan, text, TEXT).address, plan.spec
    openers = _column(plan, WORD, count_opening(spec))

    def search(start: str) -> str:
        return f'SUMPRODUCT(MIN(FIND("{FULL}"&{openers},{content}&"{FULL}"&{openers},{start})))+1'

    if step == 0:
        return search("1")
    at, which, behind, figure = (
        locate_step(plan, text, column, step - 1).address for column in (PLACE, FOUND, END, STATED_FIGURE)
    )
    words, codes = (_column(plan, column, len(list_words(spec))) for column in (WORD, CODE))
    units = _column(plan, UNIT, len(spec.stated.clauses))
    after = f"{behind}+LEN(INDEX({units},MOD(INT({which}/1000),100)))"
    here, table = f"MID({content},{after}+1,LEN({words}))={words}", f"MOD(INT({which}/100000),100)"
    same = f"SUMPRODUCT(({here})*(MOD(INT({codes}/100000),100)={table}))"
    opening = f"SUMPRODUCT(--(MID({content},{after}+1,LEN({openers}))={openers}))"
    chained = f'IF(MID({content},{after},1)="{COMMA}",{same}+{opening},0)>0'
    following = f"IF({chained},{after}+1,{search(after)})"
    return f"IF({which}=0,0,IF(ISNUMBER({figure}),{following},{search(at)}))"


def _write_sum(plan: Plan, keys: Sequence[CellKey]) -> str:
    """The sum of cells, once each of them holds a figure or `/`."""
    totals = {key: plan.spec.cell(key).total for key in keys}
    cells = [(plan.cells[key] if total else plan.copies[key]).seen_from(HIDDEN) for key, total in totals.items()]
    slashes = "".join(f'+COUNTIF({cell},"/")' for cell in cells)
    return f'IF(COUNT({",".join(cells)}){slashes}={len(cells)},SUM({",".join(cells)}),"")'


def _write_leads(plan: Plan, narrow: str) -> str:
    """A text between stops, without what may stand before the first clauses of its sentences."""
    written = f'"{FULL}"&{narrow}&"{FULL}"'
    year = f"LEFT({plan.meta['year'].address},4)"  # of a month or a quarter, too
    marks = {LEAD_YEAR: year, LEAD_NAME: plan.meta["name"].address}
    for lead in plan.spec.stated.leads:
        named = lead
        for sign, place in marks.items():
            named = named.replace(sign, f'"&{place}&"')
        written = f'SUBSTITUTE({written},"{FULL}{named}","{FULL}")'
    return written


def _write_unless(plan: Plan, led: str) -> str:
    """A text, or nothing of it where it has words by which its sentences may be of others."""
    words = _column(plan, UNLESS, max(1, len(plan.spec.stated.unless)))
    return f'IF(SUMPRODUCT(--ISNUMBER(FIND({words},{led}))*(LEN({words})>0))>0,"{FULL}",{led})'


def _substitute(written: str, pairs: Sequence[tuple[str, str]]) -> str:
    for old, new in pairs:
        written = f'SUBSTITUTE({written},{_quote(old)},"{new}")'
    return written


def _quote(sign: str) -> str:
    return "CHAR(10)" if sign == "\n" else f'"{sign}"'


def _column(plan: Plan, column: int, rows: int) -> str:
    place = plan.stated_column + column
    return range_name(0, place, rows - 1, place, absolute=True)


def _spot(plan: Plan, row: int, column: int) -> Spot:
    return Spot(HIDDEN, row, plan.stated_column + column)
