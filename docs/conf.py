"""How Sphinx builds the guide: MyST Markdown into plain HTML that needs no network, and no fonts of others."""

import tomllib
from pathlib import Path

_PROJECT = tomllib.loads((Path(__file__).resolve().parent.parent / "pyproject.toml").read_text("utf-8"))["project"]

project = "xltool"
author = copyright = _PROJECT["authors"][0]["name"]
version = release = _PROJECT["version"]
language = "en"
extensions = ["myst_parser"]
nitpicky = True
myst_heading_anchors = 3
myst_links_external_new_tab = False

html_theme = "alabaster"
html_theme_options = {
    "description": "The annual report on open government information, from locked workbook to finished report",
    "fixed_sidebar": True,
    "page_width": "1080px",
    "font_family": "Georgia, 'Noto Serif', 'DejaVu Serif', 'Noto Serif CJK SC', 'Songti SC', SimSun, serif",
    "code_font_family": "Consolas, Menlo, 'DejaVu Sans Mono', 'Noto Sans Mono CJK SC', monospace",
    "show_powered_by": False,
}
html_static_path = ["static"]
html_css_files = ["guide.css"]
html_show_sourcelink = False
html_copy_source = False
highlight_language = "none"
smartquotes = False  # in Chinese fonts a curled apostrophe is as wide as a character
