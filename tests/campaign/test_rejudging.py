"""Agencies merged after their heir has reported: what counts of it is judged again beside both agencies' last year."""

from __future__ import annotations

import io
import json
import sqlite3
from contextlib import closing
from dataclasses import replace

import openpyxl
import pytest

from tests.campaign.test_decisions import BY, FINANCE, HEAD, WATER, made, office  # noqa: F401  the campaign of three
from tests.reader.test_second import misread
from xltool import api
from xltool.campaign.desk import make_new_desk
from xltool.campaign.desk_sheets import DESK_FILE
from xltool.campaign.folder import load_campaign
from xltool.campaign.kept_decisions import AbsenceRecord
from xltool.campaign.layout import OFFICE_LAYOUT, PLAIN_LAYOUT
from xltool.campaign.store import Store

SPEC = api.form("ogi-2021")
MERGE = ("absent", WATER, "--into", FINANCE, *BY)


def make_last_year(data):
    """Last year's document of an agency, so that the given return of this year agrees with it and is no copy of it."""
    given = api.read(data).submission
    values = dict(zip(SPEC.index, given.values, strict=True))
    last = {key: value + (value >= 10) for key, value in values.items()}
    for key in values:
        if key.startswith("applications.carried_out."):
            last[key] = values[key.replace("carried_out", "carried_in")]
    for kind in ("regulations", "normative_documents"):
        row = f"disclosure.{kind}"
        last[f"{row}.in_force"] = values[f"{row}.in_force"] - values[f"{row}.issued"] + values[f"{row}.repealed"]
    last |= {key: 0 for key in values if key.endswith(".pending")}
    return json.loads(api.dump(replace(given, year=2023, serial="", values=tuple(last.values()))))


@pytest.fixture
def years(office, tmp_path):  # noqa: F811
    """The campaign with last year of two; both have returned, and agree with it."""
    for code, seed in ((FINANCE, 3), (WATER, 4)):
        data = office.fill(code, seed=seed)
        office.put(f"{code}.xlsx", data)
        path = tmp_path / "上年" / f"{code}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(make_last_year(data), ensure_ascii=False), "utf-8")
    settings = office.root / "campaign.toml"
    settings.write_text(f'{settings.read_text("utf-8")}prior = ["{(tmp_path / "上年").as_posix()}"]\n', "utf-8")
    office.run("collect")
    assert office.states() == {HEAD: "missing", FINANCE: "accepted", WATER: "accepted"}
    return office


def read_findings(office):  # noqa: F811
    """The findings of what counts of the heir, and beside what it was judged again."""
    with closing(Store(office.root / "campaign.db")) as store:
        assert not store.check_rows()
        return store.counting_of(FINANCE).findings, store.last_years()


def test_the_heir_is_judged_again_at_once_and_when_that_is_withdrawn(years):
    before, noted = read_findings(years)
    assert not noted
    done = years.run(*MERGE)
    assert done.exit_code == 0
    head, *lines = [line for line in done.stdout.splitlines() if line and "下一步" not in line][1:]
    assert head == (
        "某县财政局（A1）：上年数改为连同并入的某县水利局的，第 1 版重新审核：通过 → 退回，强制 2 条，核实 0 条。"
    )
    assert len(lines) == 2 and all(line.startswith("  新有 [强制] 表") for line in lines)
    assert "上年的现行有效件数" in lines[0] and "上年的结转下年度 1" in lines[1]
    told = years.status()[1][FINANCE]
    assert (told["state"], told["errors"], told["versions"]) == ("returned", 2, 1)
    findings, noted = read_findings(years)
    assert findings != before and list(noted) == [FINANCE]

    again = years.run(*MERGE)
    assert "重新审核" not in again.output and read_findings(years) == (findings, noted)
    collected = years.run("collect")
    assert "重新审核" not in collected.output and [*(years.root / "returned").glob(f"{FINANCE}_*.xlsx")]

    done = years.run("absent", WATER, "--withdraw", *BY)
    assert "上年数改为现在这样（只算它自己的），第 1 版重新审核：退回 → 通过，强制 0 条，核实 0 条。" in done.output
    assert done.output.count("  不再有 [强制] 表") == 2
    assert years.states()[FINANCE] == "accepted" and read_findings(years)[0] == before
    years.run("collect")
    assert not [*(years.root / "returned").glob(f"{FINANCE}_*.xlsx")]


def test_merging_into_another_than_before_concerns_both(years):
    years.run(*MERGE)
    years.put("办公室.xlsx", years.fill(HEAD, seed=5))
    years.run("collect")
    done = years.run("absent", WATER, "--into", HEAD, *BY)
    assert "某县财政局（A1）：上年数改为现在这样（只算它自己的），第 1 版重新审核：退回 → 通过" in done.output
    assert "某县人民政府办公室（A0）：上年数改为连同并入的某县水利局的，第 1 版重新审核：" in done.output


def test_what_was_decided_elsewhere_is_seen_to_by_the_next_collect(years):
    with closing(Store(years.root / "campaign.db")) as store:  # as a line of the office's workbook does
        store.excuse(AbsenceRecord(WATER, "某县水利局", FINANCE, "会议决定", "王某", "2025-01-20T09:00:00"))
    done = years.run("collect")
    assert done.exit_code == 3 and "第 1 版重新审核：通过 → 退回" in done.output and "待退回：" in done.output
    again = years.run("collect")
    assert again.exit_code == 0 and "重新审核" not in again.output
    with closing(Store(years.root / "campaign.db")) as store:
        store.withdraw_absence(WATER, "2025-01-21T09:00:00", "王某", "恢复单独报送")
    done = years.run("collect")
    assert done.exit_code == 0 and "上年数改为现在这样（只算它自己的），第 1 版重新审核：退回 → 通过" in done.output


def test_a_return_that_the_archive_has_lost_is_judged_again_when_it_is_back(years):
    [kept] = [path for path in (years.root / "archive").rglob("*") if path.read_bytes() == inbox(years).read_bytes()]
    data = kept.read_bytes()
    kept.unlink()
    done = years.run(*MERGE)
    assert done.exit_code == 1 and "以上已经记下，但并入的单位报来的还没有重新审核" in done.output
    assert "排除以后执行 xltool collect" in done.output
    assert years.states() == {HEAD: "missing", FINANCE: "accepted", WATER: "absent"}
    kept.write_bytes(data)
    assert "第 1 版重新审核：通过 → 退回" in years.run("collect").output


def inbox(office):  # noqa: F811
    return office.root / "inbox" / f"{FINANCE}.xlsx"


def test_what_a_second_reading_found_and_what_was_let_pass_stay(years):
    inbox(years).write_bytes(misread("disclosure.licensing.decisions", 9, inbox(years).read_bytes()))
    years.run("collect", "--second")
    assert "second.differs" in {each["code"] for each in read_findings(years)[0]}
    assert years.run("waive", FINANCE, "second.differs", *BY).exit_code == 0
    waived = years.status()[1][FINANCE]["waived"]
    assert waived == 1
    assert "第 2 版重新审核" in years.run(*MERGE).output
    assert "second.differs" in {each["code"] for each in read_findings(years)[0]}
    assert (years.status()[1][FINANCE]["waived"], years.status()[1][FINANCE]["second"]) == (1, "differs")


def test_a_version_that_is_chosen_later_is_held_against_the_same_last_year(years):
    years.put("又一版.xlsx", years.fill(FINANCE, seed=8))
    years.run("collect")
    assert "第 2 版重新审核" in years.run(*MERGE).output
    years.run("use", FINANCE, 1, *BY)
    done = years.run("collect")
    assert "某县财政局（A1）：上年数改为连同并入的某县水利局的，第 1 版重新审核：通过 → 退回" in done.output


def test_without_last_year_nothing_is_judged_again(office):  # noqa: F811
    office.all_in()
    before = read_findings(office)
    done = office.run(*MERGE)
    assert done.exit_code == 0 and "重新审核" not in done.output
    assert read_findings(office) == before == (before[0], {})


def test_a_mended_campaign_judges_the_heir_again(years):
    years.run(*MERGE)
    findings, _ = read_findings(years)
    with closing(sqlite3.connect(years.root / "campaign.db")) as database, database:
        database.execute("UPDATE version SET findings = '[]' WHERE agency = ?", (FINANCE,))
    assert years.run("doctor", "--mend").exit_code == 0
    done = years.run("collect")
    assert "第 1 版重新审核：通过 → 退回" in done.output
    assert read_findings(years)[0] == findings


def test_the_heir_is_judged_again_when_that_is_written_in_the_workbook_of_the_office(years):
    before, _ = read_findings(years)
    desk = make_new_desk(load_campaign(years.root).read_roster(), SPEC)
    for plain, chinese in zip(PLAIN_LAYOUT.folders, OFFICE_LAYOUT.folders, strict=True):
        (years.root / plain).rename(years.root / chinese)
    (years.root / PLAIN_LAYOUT.roster).unlink()
    book = openpyxl.load_workbook(io.BytesIO(desk))
    for at, text in enumerate((WATER, FINANCE, "机构改革", "王某"), 1):
        book["缺席"].cell(4, at, text)
    book.save(years.root / DESK_FILE)
    years.run("status")
    after, noted = read_findings(years)
    assert after != before and FINANCE in noted
    book = openpyxl.load_workbook(years.root / DESK_FILE)
    book["缺席"]["E4"] = "撤销"
    book.save(years.root / DESK_FILE)
    years.run("status")
    assert read_findings(years)[0] == before


def test_a_roster_that_has_changed_since_does_not_change_whose_a_return_is(years):
    before, _ = read_findings(years)
    roster = years.root / "roster.csv"
    names = "某县财政局", "某县人民政府办公室"
    text = roster.read_text("utf-8-sig")
    assert all(name in text for name in names)
    swapped = text.replace(names[0], "※").replace(names[1], names[0]).replace("※", names[1])
    roster.write_text(swapped, "utf-8-sig")
    assert years.run("absent", WATER, "--into", FINANCE, *BY).exit_code == 0
    merged, noted = read_findings(years)
    assert [*noted] == [FINANCE]
    assert not [each for each in merged if each["code"] == "campaign.swapped"]
    assert years.run("absent", WATER, "--withdraw", *BY).exit_code == 0
    assert read_findings(years)[0] == before


def test_what_was_said_of_whose_a_return_is_stays_when_it_is_judged_again(years):
    data = years.fill(FINANCE, seed=3)
    submission = api.read(data).submission
    years.put("没有下发编号.xlsx", api.fill(replace(submission, serial="", texts={"disclosure": "改过。"})))
    years.run("collect")
    years.run("use", FINANCE, "2", *BY)
    before, _ = read_findings(years)
    assert "stamp.missing" in {each["code"] for each in before}
    years.run(*MERGE)
    merged, _ = read_findings(years)
    assert merged != before and "stamp.missing" in {each["code"] for each in merged}
    years.run("absent", WATER, "--withdraw", *BY)
    assert read_findings(years)[0] == before


def settle_prior(office, *paths):  # noqa: F811
    """Writes into the settings where last year's figures are: nowhere, or these."""
    settings = office.root / "campaign.toml"
    lines = [line for line in settings.read_text("utf-8").splitlines() if not line.startswith("prior")]
    given = ", ".join(f'"{path.as_posix()}"' for path in paths)
    settings.write_text("\n".join([*lines, *([f"prior = [{given}]"] if paths else []), ""]), "utf-8")


def test_last_year_given_after_an_agency_has_reported_is_held_against_its_return(years, tmp_path):
    folder = tmp_path / "上年"
    settle_prior(years)
    years.run("collect")
    before, _ = read_findings(years)
    document = json.loads((folder / f"{FINANCE}.json").read_bytes())
    document["values"]["disclosure.normative_documents.in_force"] += 3
    (folder / f"{FINANCE}.json").write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    settle_prior(years, folder)
    done = years.run("collect")
    assert done.exit_code == 3
    assert "某县财政局（A1）：上年数改为现在这样（只算它自己的），第 1 版重新审核：通过 → 退回" in done.output
    assert "某县水利局（A2）" not in done.output.partition("待退回")[0]
    assert years.states()[FINANCE] == "returned" and [*(years.root / "returned").glob(f"{FINANCE}_*.xlsx")]
    again = years.run("collect")
    assert again.exit_code == 0 and "重新审核" not in again.output
    settle_prior(years)
    done = years.run("collect")
    assert "第 1 版重新审核：退回 → 通过" in done.output
    assert {each["code"] for each in read_findings(years)[0]} == {each["code"] for each in before}
    assert not [*(years.root / "returned").glob(f"{FINANCE}_*.xlsx")]


def test_a_campaign_of_before_takes_its_last_year_for_the_one_it_judged_beside(years):
    with closing(sqlite3.connect(years.root / "campaign.db")) as database, database:
        database.execute("DELETE FROM meta WHERE name = 'last years'")
    assert "重新审核" not in years.run("collect").output
    with closing(Store(years.root / "campaign.db")) as store:
        assert [*store.noted_last_years()] == [FINANCE, WATER]
