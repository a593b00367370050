"""Ways in which programs write the tables of a report as lines of text, and ways in which their heads are spoilt.

A layout makes lines of the rows of one table; a spoiler changes the rows above the figures.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from random import Random
from typing import Final, TypeAlias

from xltool import api
from xltool.model import FormSpec, Grid, Submission
from xltool.report.assemble import assemble_report

Rows: TypeAlias = list[list[str]]
Layout: TypeAlias = Callable[[Rows, Random], list[str]]
Spoiler: TypeAlias = Callable[[Rows, Random], Rows]


# ---------------------------------------------------------------- the rows of a report


def print_parts(submission: Submission) -> list[str | Rows]:
    """The report: each line of text, and each table by its rows, every cell once, where it begins."""
    spec = api.form(submission.form)
    told = assemble_report(spec, submission)
    parts: list[str | Rows] = [told.title]
    for part in told.parts:
        if isinstance(part, Grid):
            cells = sorted(part.rectangles, key=lambda r: (r.row, r.column))
            rows = [[r.text.replace("\n", "") for r in cells if r.row == row] for row in range(part.rows)]
            parts.append([row for row in rows if row])
        else:
            parts += part.text.split("\n")
    return parts


def write_text(submission: Submission, layout: Layout, spoil: Spoiler | None = None, seed: int = 0) -> bytes:
    """The report as a text file in that layout, with its heads spoilt in that way."""
    rng = Random(seed)
    spec = api.form(submission.form)
    lines: list[str] = []
    for part in print_parts(submission):
        if isinstance(part, str):
            lines.append(part)
        else:
            lines += layout(spoil_heads(spec, part, spoil, rng) if spoil else part, rng)
    return "\n".join(lines).encode()


def spoil_heads(spec: FormSpec, rows: Rows, spoil: Spoiler, rng: Random) -> Rows:
    """The rows with each stretch of heads spoilt."""
    labels = {row.label for table in spec.tables for block in table.blocks if not block.across for row in block.rows}
    told: Rows = []
    heads: Rows = []
    for row in rows:
        if labels.isdisjoint(row) and not all(cell in {"", "/"} or cell[0].isdigit() for cell in row):
            heads.append(row)
            continue
        told += [*(spoil(heads, rng) if heads else []), row]
        heads = []
    return told


# ---------------------------------------------------------------- layouts


def _width(rows: Rows) -> int:
    return max(map(len, rows))


def bar_behind_each_cell(rows: Rows, rng: Random) -> list[str]:
    lines = []
    for row in rows:
        lines += [f"{cell} |" if cell else "|" for cell in row]
        lines += ["|" * (_width(rows) - len(row))] if _width(rows) > len(row) + 1 else []
    return lines


def bars_on_lines_alone(rows: Rows, rng: Random) -> list[str]:
    return [line for row in rows for cell in row for line in ([cell, "|"] if cell else ["|"])]


def padded_row_ends(rows: Rows, rng: Random) -> list[str]:
    return [f"{' | '.join(row)} {'|' * (1 + _width(rows) - len(row))}" for row in rows]


def bar_line_before_each_row(rows: Rows, rng: Random) -> list[str]:
    lines = []
    for row in rows:
        lines += ["|", *(f"{cell} |" if cell else "|" for cell in row)]
        lines += ["|" * (_width(rows) - len(row))] if _width(rows) > len(row) + 1 else []
    return lines


def broken_between_bars(rows: Rows, rng: Random) -> list[str]:
    """Each cell on a line of its own within its bars, as of markup whose blanks are kept."""
    lines = []
    for row in rows:
        lines += ["| ", *(line for cell in row for line in (f"       {cell}  | ", "      ")), "    "]
        lines += [f"    {'|' * (_width(rows) - len(row))}"] if _width(rows) > len(row) else []
    return lines


def labels_broken_between_bars(rows: Rows, rng: Random) -> list[str]:
    """Rows on a line, but long labels go on in the next line within their bars."""
    lines = []
    for row in rows:
        cells = [f"{c[: len(c) // 2]}\n{c[len(c) // 2 :]}" if len(c) > 8 and rng.random() < 0.5 else c for c in row]
        lines += f"| {' | '.join(cells)} |".split("\n")
    return lines


def rows_between_bars(rows: Rows, rng: Random, bar: str = "|") -> list[str]:
    return [f"{bar} {f' {bar} '.join(row)} {bar}" for row in rows]


def rows_without_outer_bars(rows: Rows, rng: Random) -> list[str]:
    return [" | ".join(row) for row in rows]


def boxes(rows: Rows, rng: Random) -> list[str]:
    lines = ["┌" + "─" * 20 + "┬" + "─" * 20 + "┐"]
    for row in rows:
        lines += [f"│ {' │ '.join(row)} │", "├" + "─" * 20 + "┼" + "─" * 20 + "┤"]
    return lines


def markdown(rows: Rows, rng: Random) -> list[str]:
    lines = [f"|{'|'.join(row + [''] * (_width(rows) - len(row)))}|" for row in rows]
    rule = rng.choice(["---", ":-:", ":---", "----:"])
    return [lines[0], f"|{'|'.join([rule] * _width(rows))}|", *lines[1:]]


def tabs(rows: Rows, rng: Random) -> list[str]:
    return ["\t".join(row) for row in rows]


def padded_tabs(rows: Rows, rng: Random) -> list[str]:
    return ["\t".join(row + [""] * (_width(rows) - len(row))) for row in rows]


def a_tab_before_each_cell(rows: Rows, rng: Random) -> list[str]:
    return [line for row in rows for line in (*(f"\t{cell}" for cell in row), "")]


def a_cell_a_line(rows: Rows, rng: Random) -> list[str]:
    return [cell for row in rows for cell in row]


def a_cell_a_paragraph(rows: Rows, rng: Random) -> list[str]:
    return [line for row in rows for cell in row for line in (cell, "")]


def a_cell_a_line_indented(rows: Rows, rng: Random) -> list[str]:
    return [f"　　{cell} " for row in rows for cell in row]


def blanks_between_cells(rows: Rows, rng: Random) -> list[str]:
    return [" ".join(row) for row in rows]


def cells_far_apart(rows: Rows, rng: Random) -> list[str]:
    return [f"  {'    '.join(row)}" for row in rows]


def long_labels_wrapped(rows: Rows, rng: Random) -> list[str]:
    """As the text of a PDF: a long label takes two lines, and the figures stand on the second."""
    lines = []
    for row in rows:
        long = max((at for at, cell in enumerate(row) if len(cell) > 12), default=None)
        if long is None:
            lines.append(" ".join(row))
        else:
            lines.append(" ".join([*row[:long], row[long][:12]]))
            lines.append(" ".join([row[long][12:], *row[long + 1 :]]))
    return lines


def page_numbers_between(rows: Rows, rng: Random) -> list[str]:
    """A row a line, and here and there the number of a page."""
    lines: list[str] = []
    for row in rows:
        lines += [" ".join(row), *(["", str(rng.randint(2, 9)), ""] if rng.random() < 0.1 else [])]
    return lines


def mixed(rows: Rows, rng: Random) -> list[str]:
    return rng.choice([*MARKED.values()])(rows, rng)


MARKED: Final[Mapping[str, Layout]] = {
    each.__name__: each
    for each in (
        bar_behind_each_cell,
        bars_on_lines_alone,
        padded_row_ends,
        bar_line_before_each_row,
        broken_between_bars,
        labels_broken_between_bars,
        rows_between_bars,
        boxes,
        markdown,
        tabs,
        padded_tabs,
        a_tab_before_each_cell,
    )
} | {"wide bars": partial(rows_between_bars, bar="｜")}
"""Layouts in which a blank cell can be seen, wherever it stands."""
UNMARKED: Final[Mapping[str, Layout]] = {
    each.__name__: each
    for each in (
        rows_without_outer_bars,
        a_cell_a_line,
        a_cell_a_paragraph,
        a_cell_a_line_indented,
        blanks_between_cells,
        cells_far_apart,
        long_labels_wrapped,
        page_numbers_between,
    )
}
LAYOUTS: Final[Mapping[str, Layout]] = MARKED | UNMARKED | {"mixed": mixed}


# ---------------------------------------------------------------- heads


def with_the_year(rows: Rows, rng: Random) -> Rows:
    form = rng.choice(["（2023）", "（2023年）", "(2023年度)"])
    return [[cell.replace("本年", f"本年{form}", 1) for cell in row] for row in rows]


def with_notes(rows: Rows, rng: Random) -> Rows:
    return [
        [f"{cell}（指当年的数）" if rng.random() < 0.5 and "单位" not in cell else cell for cell in row] for row in rows
    ]


def one_sign_wrong(rows: Rows, rng: Random) -> Rows:
    told = []
    for row in rows:
        cells = [*row]
        at = rng.randrange(len(cells))
        cell = cells[at]
        if len(cell) > 1 and "单位" not in cell:
            place = rng.randrange(len(cell))
            cells[at] = f"{cell[:place]}{rng.choice('患木目勾')}{cell[place + 1 :]}"
        told.append(cells)
    return told


def broken_second_lines(rows: Rows, rng: Random) -> Rows:
    """Each head in two rows."""
    return [
        line for row in rows for line in ([cell[:3] for cell in row], [cell[3:] for cell in row if cell[3:]]) if line
    ]


def broken_cells(rows: Rows, rng: Random) -> Rows:
    """Each head in two cells, one behind the other."""
    return [[piece for cell in row for piece in (cell[:3], cell[3:]) if piece] for row in rows]


def lost_second_lines(rows: Rows, rng: Random) -> Rows:
    return [[cell[:4] for cell in row] for row in rows]


def run_together(rows: Rows, rng: Random) -> Rows:
    return [["".join(row)] for row in rows]


def blanks_within(rows: Rows, rng: Random) -> Rows:
    return [["　".join(cell) if len(cell) < 6 else cell for cell in row] for row in rows]


def missing(rows: Rows, rng: Random) -> Rows:
    return []


SPOILERS: Final[Mapping[str, Spoiler]] = {
    each.__name__: each
    for each in (
        with_the_year,
        with_notes,
        one_sign_wrong,
        broken_second_lines,
        broken_cells,
        lost_second_lines,
        run_together,
        blanks_within,
        missing,
    )
}
