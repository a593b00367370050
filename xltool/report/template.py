"""The web pages' templates.

Every value that goes into a page is cleaned and escaped, and one that is not there is an error.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template
from markupsafe import Markup

from xltool.report.text import clean_line


def load_template(room: str, name: str) -> Template:
    """The template `name.html.j2` of a room, `xltool.report` or another package."""
    return _make_environment(room).get_template(f"{name}.html.j2")


@cache
def _make_environment(room: str) -> Environment:
    # `finalize` sees every value on its way into the page, so that none can be forgotten; escaping comes after it.
    return Environment(
        loader=FunctionLoader(lambda name: files(room).joinpath(name).read_text("utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize_value,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _finalize_value(value: object) -> object:
    return clean_line(value) if isinstance(value, str) and not isinstance(value, Markup) else value
