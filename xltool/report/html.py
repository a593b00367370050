"""Prints a report for the web.

One self-contained page that needs no script, or a fragment for a page of somebody else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, lru_cache

from markupsafe import Markup, escape

from xltool.model import Grid, Report
from xltool.report import looks
from xltool.report.html_table import HtmlCell, build_html_table
from xltool.report.template import load_template
from xltool.report.text import DRAFT_MARK, REMEMBERED_TEXT, break_title, clean_line, is_ragged


def to_html(report: Report, dataset: str = "", pictures: str = "") -> str:
    """The report as a page whose every figure is announced with its heads and labels, and that prints to A4.

    `dataset` is JSON-LD that is safe in a script element (`data.to_json_ld`): programs read the figures from it,
    browsers run nothing. `pictures` is a section of its own (`pictures.write_section`) that comes after everything
    else.
    """
    return _render_template(
        "page",
        report,
        _list_classes,
        sheet=Markup(looks.to_style_sheet()),
        dataset=Markup(dataset),
        pictures=Markup(pictures),
    )


def to_fragment(report: Report) -> str:
    """What the page shows, for publishing systems that strip style sheets, classes and scripts.

    Each element carries its own style, and the caption of a table is seen, since hiding it takes what such systems
    strip.
    """
    return _render_template("fragment", report, _list_styles)


def _render_template(name: str, report: Report, dress: Callable[..., Markup], **more: Markup) -> str:
    """A template filled in; `dress` gives an element its looks, named by simple selectors."""
    # The year in an id keeps the reports of two years apart that stand on one page of a site.
    parts = [
        (type(part).__name__, build_html_table(part, f"y{report.year}t{at}") if isinstance(part, Grid) else part)
        for at, part in enumerate(report.parts)
    ]
    title = break_title(report.title, report.agency)
    fragment = name == "fragment"

    def write_lines(lines: Iterable[Iterable[HtmlCell]], *, flat: bool) -> Markup:
        return Markup("\n".join([_write_line(line, dress, flat=flat, fragment=fragment) for line in lines]))

    return load_template(__package__, name).render(
        report=report,
        title=title,
        parts=parts,
        mark=DRAFT_MARK,
        ragged=is_ragged,
        dress=dress,
        write_lines=write_lines,
        **more,
    )


def _write_line(line: Iterable[HtmlCell], dress: Callable[..., Markup], *, flat: bool, fragment: bool) -> str:
    """A line of a table; a template would be asked three hundred times a report, which takes longer than all else."""
    written = ["      <tr>\n"]
    for cell in line:
        levelled = (".flat",) if flat and cell.role == "label" else ()
        looks_like = dress(cell.tag, f".{cell.role}", *levelled)
        fit = f' style="--fit:{cell.fit}"' if cell.fit and not fragment else ""
        text = _write_text(cell.text) if len(cell.text) <= REMEMBERED_TEXT else _write_text.__wrapped__(cell.text)
        written.append(f"        <{cell.tag}{looks_like}{cell.attributes}{fit}>{text}</{cell.tag}>\n")
    written.append("      </tr>")
    return "".join(written)


@lru_cache(maxsize=2**12)
def _write_text(text: str) -> str:
    return str(escape(clean_line(text)))


@cache
def _list_classes(*selectors: str) -> Markup:
    """For the page, whose style sheet knows the elements by their names: the classes among the selectors."""
    names = [selector[1:] for selector in selectors if selector.startswith(".")]
    return Markup(' class="{}"').format(" ".join(names)) if names else Markup()


@cache
def _list_styles(*selectors: str) -> Markup:
    """For the fragment: what the selectors declare."""
    return Markup(' style="{}"').format(looks.inline_style(*selectors))
