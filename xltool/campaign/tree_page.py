"""The page of a level of a tree: what is in its sum and what is not, and every figure with what it is made of.

A figure leads to what each part added to it, and a part that is a level to the same figure on its own page. One file
a level, no script, no network.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from markupsafe import Markup, escape

from xltool.campaign.consolidate import list_contributed
from xltool.campaign.contributions import CORRECTION_NAME, POLICY_WORDS, sum_corrections
from xltool.campaign.county import tell_opinions
from xltool.campaign.page import GRADE_WORDS
from xltool.campaign.tree_sum import BranchPart, SummedBranch, TreeLine
from xltool.codes import CATALOGUE, LEVEL_NAMES, NOTHING_TO_DO
from xltool.forms.number import format_value
from xltool.messages import format_scaled, tell_finding
from xltool.model import Cell, CellKey, Grid
from xltool.periods import period_of
from xltool.report.assemble import assemble_report
from xltool.report.html_table import HtmlTable, build_html_table
from xltool.report.template import load_template
from xltool.report.text import clean_line

PAGE_FILE: Final = "index.html"


@dataclass(frozen=True, slots=True)
class _Drill:
    """A figure of the sum and what it is made of, as lines of a table; `id` is where that stands."""

    id: str
    name: str
    unit: str
    figure: str
    policy: str
    lines: Markup


@dataclass(frozen=True, slots=True)
class _PartLine:
    """A part as the page lists it."""

    part: BranchPart
    href: str
    level: str


@dataclass(frozen=True, slots=True)
class _LeftLine:
    """What is not in the sum, and why."""

    place: str
    title: str
    said: str
    remedy: str


def render_branch(summed: SummedBranch) -> bytes:
    """The page as UTF-8; the same sum gives the same bytes."""
    spec, held = summed.spec, summed.consolidation
    total = held.total
    drills = {drill.id: drill for drill in _list_drills(summed)}
    ids: dict[CellKey, str] = {cell.key: _name_drill(at) for at, cell in enumerate(spec.cells)}
    period, ups = period_of(total), range(len(summed.above), 0, -1)
    opinions = [
        (GRADE_WORDS[opinion.severity], opinion.severity, *told) for opinion, told in tell_opinions(spec, summed.judged)
    ]
    return (
        load_template(__package__, "tree")
        .render(
            branch=summed.branch,
            heading=(f"{summed.branch.name}{period.title}", spec.title, "逐级汇总"),
            crumbs=[(f"{'../' * up}{PAGE_FILE}", name) for up, name in zip(ups, summed.above, strict=True)],
            level=LEVEL_NAMES.get(total.agency.level, "") if total.agency.level else "",
            parts=[_PartLine(part, _locate(part), _name_level(part)) for part in summed.parts],
            left=[line for each in summed.left for line in _tell_left(each)],
            units=summed.units,
            missing=summed.missing,
            has_own=summed.has_own or summed.branch.is_group,
            draft=summed.judged.draft,
            opinions=opinions,
            nothing=NOTHING_TO_DO,
            tables=list(_build_tables(summed)),
            ids={key: id for key, id in ids.items() if id in drills},
            drills=list(drills.values()),
        )
        .encode()
    )


def _build_tables(summed: SummedBranch) -> Iterator[HtmlTable]:
    """The form's tables with the figures of the sum; of its lists only the sums go into a page."""
    spec = summed.spec
    bare = {row_list.title for row_list in spec.lists}
    report = assemble_report(spec, summed.consolidation.total)
    for at, grid in enumerate(report.parts):
        if isinstance(grid, Grid) and grid.title not in bare:
            yield build_html_table(grid, f"t{at}")


def _list_drills(summed: SummedBranch) -> Iterator[_Drill]:
    """Every figure to which something was added, in the order of the form."""
    spec, held = summed.spec, summed.consolidation
    # The names of parts come again with every figure: they are made fit for a page once.
    begun = [_begin_line(part.agency.name, _locate(part)) for part in summed.parts]
    corrected = _begin_line(CORRECTION_NAME, "")
    for at, cell in enumerate(spec.cells):
        id, decimals = _name_drill(at), cell.measure.decimals
        column = list_contributed(spec, held, at)
        lines = [
            f"{line.replace('#', f'#{id}', 1) if linked else line}{format_scaled(figure, decimals)}</td></tr>\n"
            for (line, linked), figure in zip(begun, column, strict=True)
            if figure
        ]
        more = sum_corrections(held.total.values[at], column)
        if more:
            lines.append(f"{corrected[0]}{format_scaled(more, decimals)}</td></tr>\n")
        if lines:
            figure = format_value(held.total.values[at], cell.measure)
            name, told = f"{cell.table.name}　{cell.label}", _word_policy(cell)
            yield _Drill(id, name, cell.measure.unit, figure, told, Markup("".join(lines)))


def _begin_line(name: str, href: str) -> tuple[str, bool]:
    """A line up to its figure, a link's anchor being left out behind its only `#`, and whether there is a link."""
    shown = escape(clean_line(name))
    named = Markup('<a href="{}#">{}</a>').format(href, shown) if href else shown
    return f'<tr><th scope="row">{named}</th><td class="n">', bool(href)


def _word_policy(cell: Cell) -> str:
    """How the parts became one, where they are not just added."""
    return "" if cell.total or cell.policy == "sum" else POLICY_WORDS[cell.policy]


def _name_drill(at: int) -> str:
    return f"c{at + 1}"


def _locate(part: BranchPart) -> str:
    """The page of a part from the page of the level above; none of a unit."""
    return f"{quote(part.path.rpartition('/')[2])}/{PAGE_FILE}" if part.path else ""


def _name_level(part: BranchPart) -> str:
    return LEVEL_NAMES[part.agency.level] if part.agency.level else ""


def _tell_left(line: TreeLine) -> Iterator[_LeftLine]:
    found = next((each for each in line.findings if each.severity == "error"), None)
    if found is not None:
        said, remedy, _ = tell_finding(found, None, None)
        yield _LeftLine(line.place, CATALOGUE[found.code].title, said, remedy)
