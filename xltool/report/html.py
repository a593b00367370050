"""Prints a report for the web.

One self-contained page that needs no script, or a fragment for a page of somebody else.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from markupsafe import Markup

from xltool.model import Grid, Report
from xltool.report import looks
from xltool.report.html_table import build_html_table
from xltool.report.template import load_template
from xltool.report.text import DRAFT_MARK, break_title, is_ragged


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
        fragment=False,
        sheet=Markup(looks.to_style_sheet()),
        dataset=Markup(dataset),
        pictures=Markup(pictures),
    )


def to_fragment(report: Report) -> str:
    """What the page shows, for publishing systems that strip style sheets, classes and scripts.

    Each element carries its own style, and the caption of a table is seen, since hiding it takes what such systems
    strip.
    """
    return _render_template("fragment", report, _list_styles, fragment=True)


def _render_template(name: str, report: Report, dress: Callable[..., Markup], **more: Markup | bool) -> str:
    """A template filled in; `dress` gives an element its looks, named by simple selectors."""
    # The year in an id keeps the reports of two years apart that stand on one page of a site.
    parts = [
        (type(part).__name__, build_html_table(part, f"y{report.year}t{at}") if isinstance(part, Grid) else part)
        for at, part in enumerate(report.parts)
    ]
    title = break_title(report.title, report.agency)
    template = load_template(__package__, name)
    return template.render(
        report=report, title=title, parts=parts, mark=DRAFT_MARK, ragged=is_ragged, dress=dress, **more
    )


@cache
def _list_classes(*selectors: str) -> Markup:
    """For the page, whose style sheet knows the elements by their names: the classes among the selectors."""
    names = [selector[1:] for selector in selectors if selector.startswith(".")]
    return Markup(' class="{}"').format(" ".join(names)) if names else Markup()


@cache
def _list_styles(*selectors: str) -> Markup:
    """For the fragment: what the selectors declare."""
    return Markup(' style="{}"').format(looks.inline_style(*selectors))
