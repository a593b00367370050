"""`xltool reports`: who gets a report, under which name, with which figures, and who has none."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from tests import figures
from tests.campaign import stores
from xltool import api
from xltool.campaign import folder
from xltool.campaign.folder import Campaign
from xltool.campaign.kept_decisions import Choice
from xltool.campaign.roster import Roster
from xltool.cli import main
from xltool.model import NOT_APPLICABLE
from xltool.readings import import_report

TEXT = "新收{applications.received.total}件，与上年相比{change.applications.received.total}件。"


def submission(entry, year, received, **texts):
    values = dict.fromkeys(stores.SPEC.index, 0) | {
        "applications.received.natural_person": received,
        "applications.granted.natural_person": received,
    }
    told = {text.key: "已写。" for text in stores.SPEC.texts if text.required} | {
        key.replace("__", "."): text for key, text in texts.items()
    }
    return replace(
        figures.submission(stores.SPEC, figures.summed(stores.SPEC, values), entry.agency), year=year, texts=told
    )


@pytest.fixture
def campaign(tmp_path):
    """Four agencies, two of one name; the last has returned nothing."""
    entries = list(stores.entries(4))
    entries[2] = replace(entries[2], agency=replace(entries[2].agency, name=entries[1].agency.name))
    roster = Roster(tuple(entries))
    (tmp_path / "上年").mkdir()
    for at, entry in enumerate(entries):
        (tmp_path / "上年" / f"{at}.json").write_bytes(api.dump(submission(entry, 2023, at)))
    made = Campaign(tmp_path / "额敏县", stores.SPEC.id, 2024, "额敏县", stores.DEADLINE, ("../上年",))
    folder.create_campaign(made, roster, roster.to_csv())
    with stores.opened(made) as store:
        for at, entry in enumerate(entries[:3]):
            given = submission(entry, 2024, at + 2, overview__requests=TEXT)
            reading = stores.take_judged(
                store, given, "2025-01-10T09:00:00", f"{at}.xlsx", prior=submission(entry, 2023, at)
            )
            assert api.status(reading) == "accepted", [api.message(found, stores.SPEC) for found in reading.findings]
    return made


def run(campaign, *words):
    return CliRunner().invoke(
        main, ["reports", "-C", str(campaign.root), *words], prog_name="xltool", catch_exceptions=False
    )


def written(campaign):
    return {path.name: path.read_bytes() for path in sorted((campaign.root / "reports").iterdir())}


def test_each_accepted_agency_gets_its_report_and_the_others_are_named(campaign):
    done = run(campaign)
    assert done.exit_code == 3  # one is missing
    assert done.stdout == f"已生成 3 个单位的报告（docx、html），在 {campaign.root / 'reports'}。\n"
    told, step = done.stderr.split("下一步：")
    assert told == "还有 1 个单位没有通过，或没有填全，没有生成：\n  654221-003　额敏县自然资源局　未报送\n"
    assert "xltool build" in step, "it has not even its blank"
    title = "2024年政府信息公开工作年度报告"
    made = written(campaign)
    assert list(made) == [
        f"{code}额敏县{name}{title}.{kind}"
        for code, name in (
            ("654221-001_", "教育和科学技术局"),
            ("654221-002_", "教育和科学技术局"),
            ("", "人民政府办公室"),
        )
        for kind in ("docx", "html")
    ]
    for name, data in made.items():
        told = import_report(data).reading.submission
        at = int(name[7:10]) if name.startswith("6") else 0
        assert told.values[stores.SPEC.index["applications.received.total"]] == at + 2
        assert told.texts["overview.requests"] == f"新收{at + 2}件，与上年相比增加2件。"
    assert run(campaign).exit_code == 3
    assert written(campaign) == made


def leave_blank(campaign, at, *keys, explanations=None):
    """A later return in which some cells are blank."""
    entry = campaign.read_roster().entries[at]
    given = submission(entry, 2024, at + 2, overview__requests=TEXT)
    values = [None if key in keys else value for key, value in zip(stores.SPEC.index, given.values, strict=True)]
    given = replace(given, values=tuple(values), explanations=explanations or {})
    with stores.opened(campaign) as store:
        stores.take_judged(store, given, "2025-01-20T09:00:00", "又报.xlsx", prior=submission(entry, 2023, at))
    return entry.agency


REGULATIONS = "disclosure.regulations.issued"  # a row that takes /, where the agency's level has none
PENALTIES = "disclosure.penalties.decisions"
OFFICE_REPORT = "额敏县人民政府办公室2024年政府信息公开工作年度报告.html"


def test_a_blank_that_was_let_pass_is_printed_as_a_slash_where_the_form_allows_that(campaign):
    run(campaign)
    office = leave_blank(campaign, 0, REGULATIONS)
    assert "待说明；reports 里还有以前一版的报告，不要公布" in run(campaign).stderr
    with stores.opened(campaign) as store:
        stores.waive(store, office.code, "cell.blank")
    assert "已生成 3 个" in run(campaign).stdout
    told = import_report(written(campaign)[OFFICE_REPORT]).reading.submission
    assert told.values[stores.SPEC.index[REGULATIONS]] is NOT_APPLICABLE
    assert told.values.count(NOT_APPLICABLE) == 1


@pytest.mark.parametrize("word", ["let pass", "explained"])
def test_no_report_has_a_blank_cell(campaign, word):
    explained = {"cell.blank@disclosure": "年内未开展。"} if word == "explained" else None
    office = leave_blank(campaign, 0, REGULATIONS, PENALTIES, explanations=explained)
    if word == "let pass":
        with stores.opened(campaign) as store:
            stores.waive(store, office.code, "cell.blank")
    done = run(campaign)
    assert done.exit_code == 3 and "已生成 2 个" in done.stdout
    count = "1 格空着（表二 B12）" if word == "let pass" else "2 格空着（表二 B5、B12）"
    assert f"  654221-000　{office.name}　通过，{count}\n" in done.stderr
    assert OFFICE_REPORT not in written(campaign)


def times(campaign):
    return {path.name: path.stat().st_mtime_ns for path in (campaign.root / "reports").iterdir()}


def test_what_has_not_changed_is_left_as_it_is(campaign):
    run(campaign)
    made, at = written(campaign), times(campaign)
    again = run(campaign)
    assert "已生成 3 个单位的报告（docx、html），在 " in again.stdout
    assert again.stdout.endswith("其中 6 份没有变化。\n")
    assert times(campaign) == at
    more = run(campaign, "--kind", "html", "--kind", "txt")
    assert more.stdout.endswith("其中 3 份没有变化。\n")
    assert {name: data for name, data in written(campaign).items() if not name.endswith("txt")} == made


def change_version(campaign):
    with stores.opened(campaign) as store:
        given = submission(stores.entries(4)[0], 2024, 7, overview__requests=TEXT)
        stores.take_judged(
            store, given, "2025-01-12T09:00:00", "新.xlsx", prior=submission(stores.entries(4)[0], 2023, 0)
        )


def change_last_year(campaign):
    path = campaign.root.parent / "上年" / "0.json"
    path.write_bytes(api.dump(submission(stores.entries(4)[0], 2023, 5)))


def change_name(campaign):
    path = campaign.root / "roster.csv"
    path.write_text(path.read_text("utf-8-sig").replace("人民政府办公室", "政府办"), "utf-8-sig")
    with stores.opened(campaign) as store:
        store.choose(Choice("654221-000", "额敏县政府办", 1, 1, "更名", "王某", "2025-01-12T09:00:00"))


def lose_file(campaign):
    next((campaign.root / "reports").glob("额敏县人民政府办公室*.docx")).unlink()


@pytest.mark.parametrize(
    ("change", "left"),
    [(change_version, 4), (change_last_year, 4), (change_name, 4), (lose_file, 5)],
)
def test_what_rests_on_something_else_now_is_made_anew(campaign, change, left):
    run(campaign)
    change(campaign)
    done = run(campaign)
    assert done.stdout.endswith(f"其中 {left} 份没有变化。\n")
    assert "没有覆盖" not in done.stderr
    kept = written(campaign)
    for path in (campaign.root / "reports").iterdir():
        path.unlink()
    fresh = run(campaign)
    assert "没有变化" not in fresh.stdout
    assert {name: kept[name] for name in written(campaign)} == written(campaign), "as if all were made anew"


def test_a_report_that_was_edited_is_kept_and_the_new_one_stands_beside_it(campaign):
    run(campaign)
    path = next((campaign.root / "reports").glob("额敏县人民政府办公室*.docx"))
    fresh = path.read_bytes()
    path.write_bytes(b"edited")
    done = run(campaign)
    assert done.stdout.endswith("其中 5 份没有变化。\n")
    assert f"有 1 份写出以后被人改动过，没有覆盖，新的写在旁边：reports/{path.name}" in done.stderr
    beside = path.with_name(f"{path.stem}（新）.docx")
    assert path.read_bytes() == b"edited" and beside.read_bytes() == fresh
    at = times(campaign)
    again = run(campaign)
    assert again.stdout.endswith("其中 6 份没有变化。\n") and "没有覆盖" in again.stderr and times(campaign) == at
    change_version(campaign)
    run(campaign)
    assert path.read_bytes() == b"edited" and beside.read_bytes() != fresh
    assert "没有覆盖" not in run(campaign, "--replace").stderr
    assert path.read_bytes() not in {b"edited", fresh} and not beside.exists()


@pytest.mark.parametrize("named", ["xltool.campaign.reports.__version__", "xltool.campaign.reports.catalog.hash_form"])
def test_another_xltool_or_form_makes_all_anew(campaign, monkeypatch, named):
    run(campaign)
    made = []

    def count(submission, kind, **words):
        made.append((submission.agency.code, kind))
        return api.report_with_remarks(submission, kind, **words)

    counting = SimpleNamespace(**vars(api) | {"report_with_remarks": count})
    monkeypatch.setattr("xltool.campaign.report_making.api", counting)
    run(campaign)
    assert not made
    monkeypatch.setattr(named, "0.2" if named.endswith("version__") else lambda _: "other")
    run(campaign)
    assert len(set(made)) == 6
    run(campaign)
    assert len(made) == 6, "and that once"


def test_a_style_makes_only_what_wears_it_anew(campaign, tmp_path):
    run(campaign)
    style = tmp_path / "样式.docx"
    style.write_bytes(next((campaign.root / "reports").glob("*.docx")).read_bytes())
    assert run(campaign, "--style", style).stdout.endswith("其中 3 份没有变化。\n")


def test_the_kinds_that_are_asked_for(campaign):
    assert run(campaign, "--kind", "txt", "--kind", "csv", "--kind", "txt").stdout.startswith(
        "已生成 3 个单位的报告（txt、csv）"
    )
    assert {name.rpartition(".")[2] for name in written(campaign)} == {"txt", "csv"}
    assert run(campaign, "--kind", "odt").exit_code == 2
    refused = run(campaign, "--kind", "html", "--style", "甲.docx")
    assert (refused.exit_code, "--style 只能用于 .docx。" in refused.stderr) == (2, True)
    assert run(campaign, "--style", "没有.docx").exit_code == 1


def test_what_is_left_of_a_version_that_was_accepted_before_is_told(campaign):
    run(campaign)
    before = written(campaign)
    entry = stores.entries(4)[0]
    with stores.opened(campaign) as store:
        worse = replace(submission(entry, 2024, 2), values=(None,) * len(stores.SPEC.cells))
        stores.take_judged(store, worse, "2025-01-11T09:00:00", "新.xlsx")
    done = run(campaign)
    assert "还有 2 个单位没有通过" in done.stderr
    name = "额敏县人民政府办公室2024年政府信息公开工作年度报告"
    assert (
        f"额敏县人民政府办公室　退回；reports 里还有以前一版的报告，不要公布：{name}.docx、{name}.html\n" in done.stderr
    )
    assert written(campaign) == before


def test_a_report_that_reads_back_otherwise_is_told(campaign, monkeypatch):
    other = api.report(submission(stores.entries(4)[0], 2024, 9), "html")
    monkeypatch.setattr(import_module("xltool.report.docx"), "to_docx", lambda *_: other)
    done = run(campaign, "--kind", "docx")
    assert done.exit_code == 3
    assert done.stderr.count("写出的报告读回来与数据不一致，请核对后再用：") == 3
    assert done.stderr.count("年度报告.docx：") == 3
