"""Lines of a sum that are about one unit, made one.

Contents are joined so that neither order nor grouping of those that report changes anything: a county's sum joined with
another one's has what all their agencies together would have. So nothing is chosen among words that differ: they stand
side by side, in an order of their own, and a sum of sums takes them apart again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from xltool.forms import number
from xltool.forms.list_rows import OF_SUM, fold_content, print_line_content
from xltool.messages import join_first
from xltool.model import LARGEST, JoinedLine, ListColumn, ListContent, ListRow, Policy, RowList

BESIDE: Final = "｜"
"""What stands between contents of one column that do not agree."""
LONGEST_BESIDE: Final = 1000
"""Signs that stand side by side; where there would be more, `UNLIKE` stands for all."""
UNLIKE: Final = "（各不相同）"
MOST_JOINED_AGENCIES: Final = 12
"""How many agencies a joined line names before it says 等 N 个单位."""


_WAYS: Final[dict[Policy, str]] = {
    "sum": "相加",
    "careful": "相加",
    "max": "取最大的数",
    "min": "取最小的数",
    "never": "相同的合成一个，不同的并列",
}


class _Joined(NamedTuple):
    """What several contents of a column became, and what is to be told of it."""

    content: ListContent
    differs: bool = False
    outgrown: bool = False


def join_lines(row_list: RowList, lines: Sequence[ListRow]) -> tuple[tuple[ListRow, ...], tuple[JoinedLine, ...]]:
    """The lines with those about one unit as one, where the first of them stood; and which are such.

    A line that names no unit stays what it is, as each does in a list without `join`.
    """
    if not row_list.join:
        return tuple(lines), ()
    groups: dict[tuple[ListContent, ...], list[ListRow]] = {}
    for serial, line in enumerate(lines):
        groups.setdefault(_find_unit(row_list, line) or (serial,), []).append(line)
    joined = [_join_group(row_list, serial, group) for serial, group in enumerate(groups.values(), 1) if len(group) > 1]
    whole = {each.serial: each.whole for each in joined}
    return tuple(whole.get(at, group[0]) for at, group in enumerate(groups.values(), 1)), tuple(joined)


def word_joining(row_list: RowList) -> str:
    """What becomes of the lines of a list in a sum, in few words."""
    labels = [row_list.columns[at].label for at in _list_naming(row_list)]
    return f"“{'、'.join(labels)}”相同的行合成一行" if labels else "各行依次排列"


def word_column_joining(column: ListColumn) -> str:
    """How what stands in a column of several lines about one unit becomes one, in few words."""
    return _WAYS[column.policy if column.entry is None else "never"]


def _list_naming(row_list: RowList) -> list[int]:
    """The places of the columns that say of which unit a line is."""
    return [at for at, column in enumerate(row_list.columns) if column.id in row_list.join]


def _find_unit(row_list: RowList, line: ListRow) -> tuple[ListContent, ...] | None:
    """Of which unit a line is; None where it does not say it. Its own number, alone, is no such: it is no text."""
    found = tuple(line.contents[at] for at in _list_naming(row_list))
    return None if None in found else tuple(map(fold_content, found))


def _join_group(row_list: RowList, serial: int, lines: Sequence[ListRow]) -> JoinedLine:
    naming = _list_naming(row_list)
    contents: list[ListContent] = []
    differing, outgrown = [], []
    for at, column in enumerate(row_list.columns):
        given = [content for line in lines if (content := line.contents[at]) is not None]
        # Names of one unit differ by blanks and the case of letters alone.
        joined = _Joined(min(map(str, given))) if at in naming else _join_contents(column, given)
        contents.append(joined.content)
        differing += [at] if joined.differs else []
        outgrown += [at] if joined.outgrown else []
    whole = ListRow(tuple(contents), _name_agencies(lines))
    unit = " ".join(print_line_content(row_list.columns[at], contents[at]) for at in naming)
    return JoinedLine(row_list.id, serial, unit, tuple(lines), whole, tuple(differing), tuple(outgrown))


def _name_agencies(lines: Sequence[ListRow]) -> str:
    """Who reported several lines; those of sums have the name of theirs before them."""
    agencies = list(dict.fromkeys(line.agency for line in lines))
    between = "；" if any(OF_SUM in agency for agency in agencies) else "、"
    return join_first(agencies, MOST_JOINED_AGENCIES, "个单位", between=between)


def _join_contents(column: ListColumn, given: Sequence[ListContent]) -> _Joined:
    """What stands in one column of several lines, blanks left out, as one content."""
    parts = _list_parts(column, given)
    figures = [content for content in given if isinstance(content, int)]
    if column.entry is not None or column.policy == "never" or not figures:
        return _Joined(_put_beside(column, parts), len(parts) > 1)
    mixed = len(figures) < len(given)  # something typed in place of a figure: it is in no sum
    match column.policy:
        case "max":
            return _Joined(max(figures), mixed)
        case "min":
            return _Joined(min(figures), mixed)
        case _:
            total = sum(figures)
            return _Joined(total, mixed) if abs(total) <= LARGEST else _Joined(None, mixed, True)


def _list_parts(column: ListColumn, given: Sequence[ListContent]) -> list[int | str]:
    """The contents that differ, each once, in their order: figures, choices as the form has them, other words."""
    choices = () if column.entry is None else column.entry.choices
    found = {part for content in given for part in _split(column, content)}

    def order(part: int | str) -> tuple[int, int, str]:
        if isinstance(part, int):
            return 0, part, ""
        return 1, choices.index(part) if part in choices else len(choices), part

    return sorted(found, key=order)


def _split(column: ListColumn, content: ListContent) -> Iterator[int | str]:
    """What stands side by side in a content; figures as such."""
    if isinstance(content, str):
        for part in filter(None, content.split(BESIDE)):
            value = None if column.entry else number.from_text(part, column.measure).value
            yield value if isinstance(value, int) else part
    elif content is not None:
        yield content


def _put_beside(column: ListColumn, parts: Sequence[int | str]) -> ListContent:
    if len(parts) < 2:
        return next(iter(parts), None)
    text = BESIDE.join(part if isinstance(part, str) else print_line_content(column, part) for part in parts)
    return UNLIKE if UNLIKE in parts or len(text) > LONGEST_BESIDE else text
