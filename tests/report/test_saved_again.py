"""A report that LibreOffice opened and saved again is still the same report.

Every figure at its place, every paragraph in order.
"""

from __future__ import annotations

import io
import subprocess
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import docx
import pytest

from tests import figures
from tests.report.conftest import HOSTILE, TEXTS
from tests.report.word import placed
from tests.workbook.calc import require_office
from xltool import api
from xltool.model import Grid, Heading, Report
from xltool.report.assemble import assemble_report
from xltool.report.docx import to_docx
from xltool.report.text import clean_line

SECONDS = 300


def _reports() -> dict[str, Report]:
    """Both editions with figures and texts, the first also as a draft, and one whose texts are hostile."""
    found = {}
    for form in ("ogi-2021", "ogi-2019"):
        spec = api.form(form)
        submission = figures.submission(spec, figures.consistent(spec, Random(11)), texts=TEXTS)
        found[form] = assemble_report(spec, submission)
        found[f"{form}-draft"] = replace(found[form], draft=True)
        hostile = {text.key: said for text, said in zip(spec.texts, HOSTILE.values(), strict=False)}
        found[f"{form}-hostile"] = assemble_report(spec, replace(submission, texts=hostile))
    return found


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Each report as it comes out of one run of LibreOffice over all of them."""
    require_office()
    folder = tmp_path_factory.mktemp("saved")
    before, after = folder / "before", folder / "after"
    before.mkdir()
    for name, report in _reports().items():
        (before / f"{name}.docx").write_bytes(to_docx(report))
    command = [
        "soffice",
        f"-env:UserInstallation={(folder / 'profile').as_uri()}",
        "--headless",
        "--convert-to",
        "docx:MS Word 2007 XML",
    ]
    files = sorted(map(str, before.iterdir()))
    subprocess.run([*command, "--outdir", str(after), *files], capture_output=True, timeout=SECONDS, check=True)
    return {Path(file).stem: docx.Document(io.BytesIO((after / Path(file).name).read_bytes())) for file in files}


@pytest.mark.parametrize("name", _reports())
def test_every_figure_and_label_stands_where_it_stood(name: str, saved: dict[str, Any]) -> None:
    grids = [part for part in _reports()[name].parts if isinstance(part, Grid)]
    assert len(grids) == 3
    for grid, table in zip(grids, saved[name].tables, strict=True):
        assert sorted(placed(table)) == sorted((r.row, r.column, r.text) for r in grid.rectangles)


@pytest.mark.parametrize("name", _reports())
def test_every_paragraph_comes_in_its_order_and_with_its_level(name: str, saved: dict[str, Any]) -> None:
    report = _reports()[name]
    wanted = [("Title", report.title)]
    for part in report.parts:
        if not isinstance(part, Grid):
            wanted.append(
                (f"Heading {part.level}" if isinstance(part, Heading) else "Body Text", clean_line(part.text))
            )
    if report.draft:
        wanted.insert(0, ("草稿标记", "草稿：尚有未通过的审核项，不得公布"))
    # LibreOffice writes _x001B_, where it is text, as a spreadsheet would: with its underline escaped.
    assert [(p.style.name, p.text.replace("\n", "").replace("_x005F_", "_")) for p in saved[name].paragraphs] == wanted


@pytest.mark.parametrize("name", _reports())
def test_the_page_and_what_it_says_of_itself_stay(name: str, saved: dict[str, Any]) -> None:
    report, properties = _reports()[name], saved[name].core_properties
    assert (properties.title, properties.author, properties.language) == (report.title, report.agency, "zh-CN")
    original = docx.Document(io.BytesIO(to_docx(report))).sections[0]
    (section,) = saved[name].sections
    for side in ("page_width", "page_height", "top_margin", "left_margin", "right_margin"):
        assert abs(getattr(section, side) - getattr(original, side)) < 2000  # English Metric Units: 2 twips
    assert saved[name].settings.odd_and_even_pages_header_footer
