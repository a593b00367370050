"""Every form that comes with xltool goes the whole way: workbook, another program, reading, report, a campaign."""

from __future__ import annotations

import io
import json
import shutil

import openpyxl
import pytest
from click.testing import CliRunner

from tests.packaged import LISTS_ALONE, OTHERS, PACKAGED
from tests.workbook import calc
from tests.workbook.rewriters import office_saved
from tests.workbook.test_printed_shapes import assert_computed, assert_shown
from xltool import api, preview
from xltool.cli import main
from xltool.forms import catalog
from xltool.model import Agency
from xltool.periods import blank_submission, list_periods
from xltool.workbook.layout_plan import make_plan, name_cell
from xltool.workbook.write import write_workbook

SAMPLES = catalog.data_folder("samples")
FORMS = {form: catalog.load_form(form) for form in PACKAGED}
AGENCY = Agency("000000-001", "样例单位", "county")


def make_blank(spec):
    return blank_submission(spec, list_periods(spec, spec.years[0])[-1], AGENCY)


def list_codes(reading):
    return {found.code for found in reading.findings}


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A blank workbook of each form, as LibreOffice saves it."""
    calc.require_office()
    files = {form: api.fill(make_blank(spec)) for form, spec in FORMS.items()}
    return office_saved(files, tmp_path_factory.mktemp("saved"))


@pytest.fixture(scope="module")
def made():
    return {form: preview.make_preview(FORMS[form]) for form in OTHERS}


@pytest.mark.parametrize("form", FORMS)
def test_a_blank_that_another_program_saved_has_the_cells_labels_and_merges_of_its_form(form, saved):
    spec, book = FORMS[form], openpyxl.load_workbook(io.BytesIO(saved[form]))
    plan = make_plan(spec)
    for table in spec.tables:
        assert_shown(plan.grids[table.id], book[table.sheet], spec)
    for cell in spec.cells:
        if not cell.total:
            spot = plan.cells[cell.key]
            named = book.defined_names[name_cell("cell", cell.key)].attr_text.replace("'", "").replace("$", "")
            assert named == f"{spot.sheet}.{spot.address}".replace(".", "!")
    reading = api.read(saved[form])
    assert (reading.submission, list_codes(reading)) == (make_blank(spec), set())


def test_another_program_computes_each_form_as_we_do(made, tmp_path):
    """All totals, rates, verdicts and words, with earlier figures; once with all rules kept, once with each broken."""
    calc.require_office()
    files = {}
    for form, each in made.items():
        files[f"{form}-kept"] = write_workbook(each.spec, each.sample, each.prior)
        for at, spoilt in enumerate(each.spoilt):
            files[f"{form}-broken-{at}"] = write_workbook(each.spec, spoilt.submission, each.prior)
    assert_computed(files, tmp_path)


@pytest.mark.parametrize("form", [form for form in OTHERS if form not in LISTS_ALONE])
@pytest.mark.parametrize("kind", ["docx", "html", "txt"])
def test_what_is_printed_is_read_back(form, kind, made):
    sample = made[form].sample
    data = api.report(sample, kind)
    read = api.imported(data).reading
    assert read.submission is not None, [api.message(found, None) for found in read.findings]
    assert (read.submission.form, read.submission.values) == (form, sample.values)
    assert (read.submission.year, read.submission.part) == (sample.year, sample.part)
    assert api.verify(data, sample).findings == ()


@pytest.mark.parametrize("form", LISTS_ALONE)
@pytest.mark.parametrize("kind", ["docx", "html"])
def test_what_is_lists_alone_is_read_back_from_no_report(form, kind, made):
    """And is told so, whatever else its title is like."""
    [found] = api.imported(api.report(made[form].sample, kind)).reading.findings
    assert (found.code, found.data["title"]) == ("published.only_lists", FORMS[form].title)


def list_samples(form):
    """The samples of a form by their folders, each of one period."""
    return {
        folder.name: sorted(folder.glob("*.json")) for folder in sorted((SAMPLES / form).iterdir()) if folder.is_dir()
    }


def run(*given):
    done = CliRunner().invoke(main, list(map(str, given)))
    assert done.exit_code in {0, 3}, done.output
    return done.output


@pytest.mark.parametrize("form", OTHERS)
def test_the_samples_are_as_their_page_says(form):
    """One is wrong on purpose, the others pass; all stand in the roster."""
    spec = FORMS[form]
    for paths in list_samples(form).values():
        read = [api.read(path.read_bytes()) for path in paths]
        assert {each.submission.form for each in read} == {form}
        assert [api.dump(each.submission) for each in read] == [path.read_bytes() for path in paths]
        assert [api.status(each) for each in api.check(read)].count("returned") <= 1
        assert all(text.key in each.submission.texts for each in read for text in spec.texts if text.required)
        roster = (SAMPLES / form / "roster.csv").read_text("utf-8")
        assert all(
            f"{path.stem},{each.submission.agency.name}," in roster for path, each in zip(paths, read, strict=True)
        )


MENDED = {
    "enforcement-2024": (
        "open",
        {
            "penalties.this_year.money": 0.4,
            "licensing.this_year.applied": 25,
            "other_acts.this_year.levy_times": 1,
            "certificates.this_year.holders": 12,
        },
    ),
    "hazards-2024": (
        "returned",
        {
            "inspection.farm_machines.units": 3,
            "inspection.farm_machines.general_found": 7,
            "treatment.carried_in.now": 0,
        },
    ),
    "ogi-ledger": ("returned", {}),
    "website-report-2017": (
        "returned",
        {
            "site.visits.year": 18900,
            "site.published.year": 98,
            "site.opened.year": 1,
            "site.closed.year": 6,
            "site.type.year": "部门网站",
            "site.innovation.year": "搜索即服务、无障碍浏览",
        },
    ),
}
"""What becomes of the sample that is wrong on purpose, and the figures and entries with which all is well."""
MENDED_LINES = {"ogi-ledger": {("cases", 1, "number"): "2024-02", ("cases", 1, "category"): "自然人"}}
"""The same of lines: list, place, column."""


@pytest.mark.parametrize("form", OTHERS)
def test_a_campaign_of_the_samples(form, tmp_path):
    """Handed out, filled in, sent back, mended, added up and reported: by the very commands."""
    spec, root, (state, mended) = FORMS[form], tmp_path / "任务", MENDED[form]
    period, paths = list(list_samples(form).items())[-1]
    when = "--year" if period.isdecimal() else "--period"
    run("new", root, "--form", form, when, period, "--name", "样例县", "--roster", SAMPLES / form / "roster.csv")
    run("build", "-C", root)
    for path in paths:
        run("fill", path, "-o", root / "收件" / f"{path.stem}.xlsx")
    run("collect", "-C", root, "--jobs", "1")
    assert read_states(root) == ["accepted", "accepted", state]
    document = json.loads(paths[-1].read_text("utf-8"))
    document["values"] = {
        cell.key: mended.get(cell.key, document["values"][cell.key]) for cell in spec.cells if not cell.total
    }
    document["entries"] = {key: mended.get(key, held) for key, held in document.get("entries", {}).items()}
    for (name, at, column), held in MENDED_LINES.get(form, {}).items():
        document["lists"][name][at][column] = held
    (tmp_path / "改.json").write_text(json.dumps(document), "utf-8")
    run("fill", tmp_path / "改.json", "-o", tmp_path / "改.xlsx")
    shutil.copy(tmp_path / "改.xlsx", root / "收件")
    run("collect", "-C", root, "--jobs", "1")
    assert read_states(root) == ["accepted"] * 3
    run("consolidate", "-C", root)
    read = [api.read(path.read_bytes()).submission for path in (*paths[:-1], tmp_path / "改.xlsx")]
    added = api.read((root / "汇总" / "submission.json").read_bytes()).submission
    own = next(each for each in read if each.agency.level == "county")
    assert added.values == tuple(
        own.values[at] if cell.policy == "never" else sum(each.values[at] for each in read)
        for at, cell in enumerate(spec.cells)
    )
    for name in added.lists:
        assert [line.contents for line in added.lists[name]] == [
            line.contents for each in read for line in each.lists[name]
        ]
    [report] = (root / "汇总").glob("*.docx")
    if form not in LISTS_ALONE:
        printed = api.imported(report.read_bytes()).reading.submission
        assert (printed.form, printed.values, printed.entries) == (form, added.values, added.entries)
    run("reports", "-C", root)
    assert len(list((root / "报告").glob("*.docx"))) == 3


def read_states(root):
    return [each["state"] for each in json.loads(run("status", "--json", "-C", root))["agencies"]]
