"""What the formulas of `stated` show, computed without Excel: the same search, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xltool.digits import parse_whole
from xltool.forms.cell_checks import ContradictedTextCheck, StatedFigureCheck
from xltool.forms.text import excel_length
from xltool.model import CellKey, StatedClause, Submission, Value, summand_of
from xltool.workbook.layout_plan import Plan, Spot
from xltool.workbook.stated import (
    AGREES,
    COMMA,
    END,
    ENDS,
    FIRST,
    FOUND,
    FULL,
    LEAD_NAME,
    LEAD_YEAR,
    LED,
    LONGEST,
    LONGEST_STATED_FIGURE,
    NARROWED,
    NARROWED_TEXT,
    PLACE,
    SAID,
    SECOND,
    STATED_FIGURE,
    STEPS,
    TEXT,
    StatedWord,
    code_word,
    count_opening,
    list_words,
    locate_step,
    name_meaning,
)


@dataclass(frozen=True, slots=True)
class StatedStep:
    """One clause of a text: where it begins, its word's code, where its figure ends, the figure, what is said of it.

    Places are counted from 1, as Excel counts signs; 0 and None are none.
    """

    place: int = 0
    found: int = 0
    end: int = 0
    number: int | None = None
    said: str = ""
    code: str = ""  # under which it is told that the tables have another figure
    clause: StatedClause | None = None


def read_stated_texts(plan: Plan, submission: Submission) -> dict[str, tuple[StatedStep, ...]]:
    """What is found in each text that is looked at; the submission has its totals computed."""
    values = dict(zip(plan.spec.index, submission.values, strict=True))
    return {
        key: _read_steps(plan, split_pairs(_choose(plan, _strip_leads(plan, submission, key))), values)
        for key in plan.stated
    }


def split_pairs(text: str) -> str:
    """A text whose every sign is one to Excel: of a rare one beyond the basic plane its two halves."""
    if text.isascii() or max(text) <= "\uffff":
        return text
    units = text.encode("utf-16-le", "surrogatepass")
    return "".join(chr(units[at] | units[at + 1] << 8) for at in range(0, len(units), 2))


def count_stated(steps: Mapping[str, Sequence[StatedStep]], code: str) -> int:
    """How often the tables have another figure, under a code."""
    return sum(step.code == code for each in steps.values() for step in each)


def list_stated_contents(
    plan: Plan, submission: Submission, steps: Mapping[str, Sequence[StatedStep]]
) -> dict[Spot, int | str]:
    """What all formulas of `stated` show."""
    found: dict[Spot, int | str] = {}
    values = dict(zip(plan.spec.index, submission.values, strict=True))
    for at, clause in enumerate(plan.spec.stated.clauses if plan.stated else ()):
        for column, keys in ((FIRST, clause.cells[0]), (SECOND, clause.cells[-1])):
            added = _add(values, keys)
            found[locate_step(plan, at, column, 0)] = "" if added is None else added
    for number, (key, spot) in enumerate(plan.stated.items()):
        led = _strip_leads(plan, submission, key)
        contents = ((NARROWED_TEXT, _narrow(submission.texts.get(key, ""))), (LED, led), (TEXT, _choose(plan, led)))
        found |= {locate_step(plan, number, column, 0): content for column, content in contents}
        for at, step in enumerate(steps[key]):
            figure = "" if step.number is None else step.number
            shown = (step.place, step.found, step.end, figure, step.said)
            for column, content in zip((PLACE, FOUND, END, STATED_FIGURE, SAID), shown, strict=True):
                found[locate_step(plan, number, column, at)] = content
        found[spot] = "".join(step.said for step in steps[key])[1:]
    return found


def _narrow(text: str) -> str:
    if excel_length(text) > LONGEST:
        return ""
    for old, new in NARROWED:
        text = text.replace(old, new)
    return text


def _choose(plan: Plan, led: str) -> str:
    return FULL if any(word in led for word in plan.spec.stated.unless) else led


def _strip_leads(plan: Plan, submission: Submission, key: str) -> str:
    text = f"{FULL}{_narrow(submission.texts.get(key, ''))}{FULL}"
    for lead in plan.spec.stated.leads:
        named = lead.replace(LEAD_YEAR, f"{submission.year}").replace(LEAD_NAME, submission.agency.name)
        text = text.replace(f"{FULL}{named}", FULL)
    return text


def _read_steps(plan: Plan, text: str, values: Mapping[CellKey, Value]) -> tuple[StatedStep, ...]:
    words = list_words(plan.spec)
    steps: list[StatedStep] = []
    for at in range(STEPS):
        place = _find_opening(plan, text, 1) if at == 0 else _find_place(plan, text, steps[-1], words)
        steps.append(_read_step(plan, text, place, words, values))
    return tuple(steps)


def _find_opening(plan: Plan, text: str, start: int) -> int:
    """Where the next sentence begins that opens with a clause; beyond the text where none does."""
    opening = list_words(plan.spec)[: count_opening(plan.spec)]
    sought = (f"{FULL}{each.word}" for each in opening)
    return min((text + word).find(word, start - 1) + 1 for word in sought) + 1


def _find_place(plan: Plan, text: str, before: StatedStep, words: Sequence[StatedWord]) -> int:
    if before.found == 0:
        return 0
    if before.number is None:
        return _find_opening(plan, text, before.place)
    last = words[before.found % 1000 - 1]
    after = before.end + len(last.clause.unit)
    fits = (each for each in words if each.clause.opens or each.table == last.table)
    if text[after - 1] == COMMA and any(text.startswith(each.word, after) for each in fits):
        return after + 1
    return _find_opening(plan, text, after)


def _read_step(
    plan: Plan, text: str, place: int, words: Sequence[StatedWord], values: Mapping[CellKey, Value]
) -> StatedStep:
    here = [
        (code_word(plan.spec, at, each), each) for at, each in enumerate(words) if text.startswith(each.word, place - 1)
    ]
    if place == 0 or not here:
        return StatedStep(place)
    found, said = max(here, key=lambda pair: pair[0])
    clause, behind = said.clause, place + len(said.word)
    end = text.find(clause.unit, behind - 1) + 1 if clause.unit else behind
    digits, after = text[behind - 1 : end - 1], end + len(clause.unit)
    number = parse_whole(digits, LONGEST_STATED_FIGURE) if clause.unit else 0
    if end == 0 or text[after - 1] not in ENDS or number is None:
        return StatedStep(place, found, end)
    first, *_, second = (*(_add(values, keys) for keys in clause.cells),) * 2
    quoted = text[place - 1 : after - 1]
    if number in {first, second}:
        return StatedStep(place, found, end, number, f"\n“{quoted}”{AGREES}", clause=clause)
    if first is None or second is None:
        return StatedStep(place, found, end, number)
    kind = StatedFigureCheck if clause.unit else ContradictedTextCheck
    differs = f"\n{kind.says}{quoted}”，表中{name_meaning(plan.spec, clause)}为 {first}。"
    return StatedStep(place, found, end, number, differs, kind.code, clause)


def _add(values: Mapping[CellKey, Value], keys: Sequence[CellKey]) -> int | None:
    """The sum of cells, None while one is blank."""
    summands = [summand_of(values[key]) for key in keys]
    known = [each for each in summands if each is not None]
    return sum(known) if len(known) == len(summands) else None
