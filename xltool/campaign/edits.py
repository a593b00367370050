"""What a person has changed in a document of the county's since xltool wrote it.

Texts become the county's own texts, figures become corrections that wait for their reason and name; what cannot be
taken is told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from xltool.forms.entries import find_different_entries
from xltool.forms.list_rows import LineDifference, find_different_lines
from xltool.forms.number import format_value
from xltool.forms.references import Piece, carry_references
from xltool.forms.text import flatten_text
from xltool.forms.totals import complete_totals
from xltool.messages import join_first, say_cell
from xltool.model import Cell, CellKey, Correction, FormSpec, Submission, Value, figure_of
from xltool.workbook.layout_plan import make_plan

_MOST_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Edits:
    """What was changed: texts by key as they are to be written, corrections without reason and name.

    `told` is a sentence for each text and figure that is taken, `left` for whatever is not.
    """

    texts: Mapping[str, str]
    corrections: tuple[Correction, ...]
    told: tuple[str, ...]
    left: tuple[str, ...]


def find_edits(
    spec: FormSpec,
    base: Submission,
    printed: Submission,
    written: Mapping[str, Sequence[Piece]],
    corrections: Sequence[Correction],
    *,
    now: Submission,
    coming: Submission,
    unread: Collection[CellKey] = (),
) -> Edits:
    """What a document says otherwise than the sum that it was written from.

    `base` is that sum, `printed` what the document says now, `written` the county's texts as they stand, piece by
    piece, `corrections` those that there are already, `now` the sum that was written last: what has changed since is
    left as it is. `coming` is what the next sum will say, with those corrections that wait for nothing. Of `unread`
    cells it is told already that they could not be read.
    """
    texts: dict[str, str] = {}
    found: list[Correction] = []
    told: list[str] = []
    left: list[str] = []
    labels = {text.key: text.label for text in spec.texts}
    for key in _list_changed_texts(spec, base, printed):
        new, pieces = printed.texts.get(key, ""), written.get(key, ())
        stands = flatten_text("".join(piece.printed for piece in pieces))
        label = labels[key]
        if flatten_text(new) in {stands, flatten_text(now.texts.get(key, ""))}:
            continue  # taken before
        if stands != flatten_text(base.texts.get(key, "")):
            left.append(f"“{label}”在汇总以后也改过，没有收；请把文件里改的抄到那里。")
        elif not flatten_text(new):
            left.append(f"“{label}”在文件里空着或读不出来，没有收；不要这一段的，请在那里删去。")
        else:
            texts[key], lost = carry_references(pieces, new)
            told.append(f"“{label}”收为本级文字{_tell_lost(lost)}。")
    place = make_plan(spec).place
    for cell, was, new_value in _list_changed_cells(spec, base, printed):
        changed = f"{format_value(was, cell.measure)} → {format_value(new_value, cell.measure)}"
        figures = f"{say_cell(cell, place)} {changed}"
        why, correction = _make_correction(cell, was, new_value)
        latest = now.values[spec.index[cell.key]]
        if _print_value(latest) == _print_value(new_value) or (new_value is None and cell.key in unread):
            continue  # the sum says so by now, or it is told by what could not be read
        if not why and _print_value(latest) != _print_value(was):
            why = f"此后又汇总过，这一格已是 {format_value(latest, cell.measure) or '空白'}"
        held = [each for each in corrections if each.key == cell.key]
        is_coming = _print_value(coming.values[spec.index[cell.key]]) == _print_value(new_value)
        if why or correction is None:
            left.append(f"{figures}：没有收，{why}。")
        elif any(_is_waiting_for(each, correction) if each.is_waiting else is_coming for each in held):
            continue  # taken before; the next sum says so, or it waits
        elif any(each.change in {None, correction.change} or each.is_waiting for each in held):
            left.append(f"{figures}：没有收，这一格已另有一条更正，请在那里改。")
        else:
            found.append(correction)
            told.append(f"{figures}：收为更正，等写明原因和姓名。")
    left += _list_untrue_totals(spec, base, printed)
    left += [
        f"{say_cell(entry, place)} {was} → {now_there}：没有收，选项、日期和文字照各单位填的汇总。"
        for entry, was, now_there in find_different_entries(spec, base, printed)
    ]
    left += [
        f"{each.where} {each.was} → {each.now}：没有收，明细照各单位填的汇总。"
        for each in _list_changed_lines(spec, base, printed)
    ]
    return Edits(texts, tuple(found), tuple(told), tuple(left))


def is_same(spec: FormSpec, one: Submission, other: Submission) -> bool:
    """Whether two say the same in all figures and texts, as they print."""
    differ = any(_list_changed_texts(spec, one, other)) or any(find_different_entries(spec, one, other))
    differ |= any(_list_changed_lines(spec, one, other))
    return not differ and not any(
        _print_value(was) != _print_value(now) for was, now in zip(one.values, other.values, strict=True)
    )


def count_differences(spec: FormSpec, one: Submission, other: Submission) -> tuple[int, int]:
    """In how many figures, and in how many texts, two differ as they print."""
    entries, lines = find_different_entries(spec, one, other), _list_changed_lines(spec, one, other)
    cells = [*_list_changed_cells(spec, one, other), *entries, *lines]
    return len(cells), sum(1 for _ in _list_changed_texts(spec, one, other))


def _list_changed_texts(spec: FormSpec, base: Submission, printed: Submission) -> Iterator[str]:
    """The texts that differ, of those that a report prints."""
    shown = {key for section in spec.sections for key in (*section.texts, *section.facts)}
    for text in spec.texts:
        one, other = (flatten_text(each.texts.get(text.key, "")) for each in (base, printed))
        if text.key in shown and one != other:
            yield text.key


def _list_changed_lines(spec: FormSpec, base: Submission, printed: Submission) -> Iterator[LineDifference]:
    """The lines of lists that differ; a document without any has lost its lists, which its reading tells."""
    yield from find_different_lines(spec, base, printed) if base.lists and printed.lists else ()


def _list_changed_cells(spec: FormSpec, base: Submission, printed: Submission) -> Iterator[tuple[Cell, Value, Value]]:
    for cell, was, now in zip(spec.cells, base.values, printed.values, strict=True):
        if not cell.total and _print_value(was) != _print_value(now):
            yield cell, was, now


def _print_value(value: Value) -> Value:
    """A report prints `/` as 0."""
    return value if value is None else figure_of(value) or 0


def _make_correction(cell: Cell, was: Value, now: Value) -> tuple[str, Correction | None]:
    """The correction that makes the one figure of the other, or why there is none."""
    new, old = figure_of(now), figure_of(was)
    if now is None:
        return "文件里空着或读不出来", None
    if new is None:
        return "更正只能写数", None
    if old is None:
        return "", Correction(cell.key, None, new, "", "")
    return "", Correction(cell.key, new - old, None, "", "")


def _is_waiting_for(held: Correction, correction: Correction) -> bool:
    """Whether a correction that waits is just this one."""
    return (held.change, held.value) == (correction.change, correction.value)


def _list_untrue_totals(spec: FormSpec, base: Submission, printed: Submission) -> Iterator[str]:
    """A sentence for the totals that a person has changed otherwise than their parts."""
    bare = tuple(None if cell.total else value for cell, value in zip(spec.cells, printed.values, strict=True))
    made = complete_totals(spec, replace(printed, values=bare))[0]
    place = make_plan(spec).place
    wrong = [
        f"{say_cell(cell, place)} {format_value(was, cell.measure)} → {format_value(now, cell.measure)}"
        for cell, was, now, true in zip(spec.cells, base.values, printed.values, made.values, strict=True)
        if cell.total and now is not None and _print_value(now) not in {_print_value(was), _print_value(true)}
    ]
    if wrong:
        yield f"{join_first(wrong, _MOST_NAMED, '格')}：没有收，合计由各项相加得出，请改其中的分项。"


def _tell_lost(lost: Sequence[Piece]) -> str:
    if not lost:
        return ""
    named = [f"{piece.written}（印作 {piece.printed}）" for piece in lost]
    return f"，其中 {join_first(named, _MOST_NAMED, '处')} 改写成了文件里的字，不再随表变动"
