"""A definition changes while its workbooks are out.

What is no change to them is none, and what is one is told, formulas compared all the same.
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from random import Random

import pytest

from tests import figures
from tests.hostile.tampering import everywhere
from tests.reader.test_identity import hide, prop
from tests.workbook.tamper import Formula, Opened, codes, filled, given, tampered
from tests.workbook.test_digest import EDITIONS, HARMLESS, definition, edited
from xltool import api
from xltool.forms import catalog
from xltool.forms.sheet_names import CHECKS
from xltool.model import Reading, Submission
from xltool.reader.identity import identify
from xltool.reader.read import read_workbook
from xltool.spreadsheet.open import open_workbook
from xltool.workbook.digest import compute_digest
from xltool.workbook.layout_plan import VERDICT_COLUMN, Spot, make_plan

RULE = 'expr = "received + carried_in = processed_total + carried_out"'
WEAKER = 'expr = "received + carried_in >= processed_total + carried_out"'


@pytest.fixture
def forms(tmp_path, monkeypatch):
    """The packaged definitions as files that may be edited."""
    folder = tmp_path / "forms"
    shutil.copytree(catalog.data_folder("workbook_templates"), folder)
    monkeypatch.delenv(catalog.FOLDERS_VARIABLE, raising=False)
    monkeypatch.setattr(catalog, "_list_packaged", lambda: catalog._list_folder(str(folder)))
    return folder


def edit(forms, old: str, new: str, name: str = "ogi_2021.toml") -> None:
    text = (forms / name).read_text("utf-8")
    assert old in text
    (forms / name).write_text(text.replace(old, new), "utf-8")


def consistent() -> Submission:
    spec = api.form("ogi-2021")
    return figures.submission(spec, figures.consistent(spec, Random(11)))


def checked(data: bytes, prior: Submission | None = None) -> Reading:
    [reading] = api.check([api.read(data)], [prior])
    return reading


def passing(line: Spot):
    """A verdict that says 通过 whatever the figures are."""
    formula = Formula('"通过"')
    formula.shown = "通过"

    def act(opened: Opened) -> None:
        opened.put(line.sheet, line.address, formula)

    return act


def verdict_of(rule: str) -> Spot:
    return Spot(CHECKS, make_plan(api.form("ogi-2021")).lines[rule], VERDICT_COLUMN)


def test_a_comment_makes_nobody_doubtful_and_hides_nothing(forms):
    honest = api.fill(consistent())
    cheat = tampered(passing(verdict_of("applications.balance@enterprise")), data=honest)
    before = api.form("ogi-2021")
    edit(forms, RULE, f"{RULE} # 见填报说明")
    edit(forms, 'guidance = "先写', 'guidance = "请先写')
    edit(forms, 'text = "第一项加', 'text = "表三第一项加')
    assert api.form("ogi-2021") is not before
    assert checked(honest).findings == ()
    assert codes(checked(cheat)) == {"formula.changed"}


@pytest.mark.parametrize("form_id", EDITIONS)
@pytest.mark.parametrize("change", HARMLESS)
def test_a_workbook_reads_the_same_after_a_change_that_is_none_to_it(change, form_id):
    pattern, new = HARMLESS[change]
    spec = catalog.parse_form(edited(definition(form_id), pattern, new, count=0), f"{form_id}.toml")
    submission = given(form_id)
    for data in (filled(form_id), api.fill(submission, replace(submission, year=submission.year - 1))):
        assert read_workbook(data, lambda _: spec, catalog.load_former) == Reading(submission, ())


@pytest.mark.parametrize("known", [False, True])
def test_a_check_that_is_newer_than_the_file_is_not_missed_in_it(forms, known):
    whole = (forms / "ogi_2021.toml").read_text("utf-8")
    before, _, after = whole.partition('[[table.rule]]\nid = "other_share"')
    (forms / "ogi_2021.toml").write_text(before + after.partition("\n\n")[2], "utf-8")
    assert "applications.other_share" not in make_plan(api.form("ogi-2021")).explanations
    honest = api.fill(consistent())
    if known:
        shutil.copy(forms / "ogi_2021.toml", forms / "ogi_2021.spring.toml")
    (forms / "ogi_2021.toml").write_text(whole, "utf-8")
    assert "applications.other_share" in make_plan(api.form("ogi-2021")).explanations
    reading = api.read(honest)
    assert (reading.submission, codes(reading)) == (consistent(), {"form.former" if known else "form.digest"})


def test_an_edition_that_closes_another(forms):
    submission = consistent()
    honest = api.fill(submission)
    cheat = tampered(passing(verdict_of("applications.balance@enterprise")), data=honest)
    edit(forms, "years = [2021]", "years = [2021, 2025]")
    shutil.copy(forms / "ogi_2021.toml", forms / "ogi_2026.toml")
    edit(forms, 'id = "ogi-2021"', 'id = "ogi-2026"', "ogi_2026.toml")
    edit(forms, "years = [2021, 2025]", "years = [2026]", "ogi_2026.toml")
    edit(forms, RULE, WEAKER, "ogi_2026.toml")
    assert [catalog.find_edition("ogi", year).id for year in (2024, 2025, 2026)] == ["ogi-2021", "ogi-2021", "ogi-2026"]
    assert checked(honest) == Reading(submission, ())
    assert codes(checked(cheat)) == {"formula.changed"}
    newest = replace(submission, form="ogi-2026", year=2026)
    last_year = replace(submission, year=2025)
    assert api.read(api.fill(newest, last_year)) == Reading(newest, ())
    assert codes(api.read(tampered(*everywhere("year", "2026"), data=honest))) == {"file.edition"}


@pytest.mark.parametrize("with_prior", [False, True])
def test_a_rule_that_changed_is_told_and_formulas_are_compared_with_the_former_version(forms, with_prior):
    submission = consistent()
    prior = replace(submission, year=submission.year - 1) if with_prior else None
    honest, former = api.fill(submission, prior), compute_digest(make_plan(api.form("ogi-2021"), with_prior))
    cheat = tampered(passing(verdict_of("applications.balance@enterprise")), data=honest)
    shutil.copy(forms / "ogi_2021.toml", forms / "ogi_2021.spring.toml")
    edit(forms, RULE, WEAKER)
    assert "ogi-2021.spring" not in catalog.list_ids() and "ogi-2021" in catalog.list_ids()
    reading = api.read(honest)
    assert (reading.submission, codes(reading)) == (submission, {"form.former"})
    assert api.message(reading.findings[0], api.form("ogi-2021")) == (
        f"本文件按旧版表样（{former}）生成，现行为 {compute_digest(make_plan(api.form('ogi-2021'), with_prior))}；"
        "按名称和项目读取，公式已按旧版核对。改法：请用最新下发的工作簿填写；内容与现行表样一致的，不用改。"
    )
    as_itself = tampered(*everywhere("form", "ogi-2021.spring"), data=honest)
    assert codes(api.read(as_itself)) == {"file.unknown_form"}
    told = {found.code: found for found in api.read(cheat).findings}
    assert told.keys() == {"form.former", "formula.changed"}
    spot = verdict_of("applications.balance@enterprise")
    assert (told["formula.changed"].data["cells"], told["formula.changed"].data["sheet"]) == (spot.address, CHECKS)


def test_formulas_that_a_file_does_not_tell_are_not_said_to_be_compared(forms):
    book = replace(open_workbook(api.fill(consistent())), formulas=False)
    shutil.copy(forms / "ogi_2021.toml", forms / "ogi_2021.spring.toml")
    edit(forms, RULE, WEAKER)
    [told] = identify(book, api.known_form, catalog.load_former).findings
    assert told.code == "form.former"
    assert "按名称和项目读取。改法：" in api.message(told, api.form("ogi-2021"))


def test_it_is_told_that_formulas_could_not_be_compared(forms):
    honest = api.fill(consistent())
    shutil.copy(forms / "ogi_2021.toml", forms / "ogi_2021.other.toml")
    edit(
        forms, RULE, RULE.replace(" = p", " <= p"), "ogi_2021.other.toml"
    )  # a former version, but not that of the workbook
    (forms / "ogi_2021.spring.toml").write_text("id = ", "utf-8")
    edit(forms, RULE, WEAKER)
    reading = api.read(honest)
    assert codes(reading) == {"form.digest"}
    assert "没有那一版的定义，公式没有核对。" in api.message(reading.findings[0], api.form("ogi-2021"))
    [fault] = catalog.find_former_faults()
    assert str(fault).startswith("ogi_2021.spring.toml:1:")


def test_a_former_version_with_other_sheets_and_rows_is_compared_by_its_own_layout(forms):
    honest = api.fill(consistent())
    cheat = tampered(passing(verdict_of("disputes_need_applications")), data=honest)
    shutil.copy(forms / "ogi_2021.toml", forms / "ogi_2021.spring.toml")
    edit(forms, 'sheet = "表三 依申请公开"', 'sheet = "表三 申请"')
    edit(forms, '      { id = "declined_repeat", label = "2.重复申请" },\n', "")
    reading = api.read(honest)
    assert {"form.former", "sheet.renamed"} <= codes(reading)
    assert "formula.changed" not in codes(reading)
    assert codes(api.read(cheat)) == codes(reading) | {"formula.changed"}


def test_a_workbook_that_names_no_version_is_held_against_the_form():
    data = api.fill(consistent())
    unmarked = (hide("digest", None), prop("digest", ""))
    assert codes(api.read(tampered(*unmarked, data=data))) == set()
    cheat = tampered(*unmarked, passing(verdict_of("applications.balance@enterprise")), data=data)
    assert codes(api.read(cheat)) == {"formula.changed"}
