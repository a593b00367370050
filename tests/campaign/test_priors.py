"""Last year's published reports as last year's figures of a campaign: matched by name, since a report tells no code."""

from __future__ import annotations

from dataclasses import replace

import pytest
from click.testing import CliRunner

from tests.published.reports import report
from xltool import api
from xltool.campaign import county, folder, priors, roster_reading
from xltool.cli import main
from xltool.forms import totals
from xltool.messages import XltoolError
from xltool.model import Agency
from xltool.periods import Period

LISTED = roster_reading.parse_roster(
    "code,name,level\n99-1,样例局,department\n99-2,另一局,department\n99-3,同名局,department\n99-4,同名局,"
    "department\n".encode()
)


def published(folder, name, kind, year=2023):
    submission = replace(report(3), agency=Agency("x", name, "department"), year=year)
    (folder / f"{name}.{kind}").write_bytes(api.report(submission, kind))
    return submission


@pytest.fixture
def last(tmp_path):
    folder = tmp_path / "last"
    folder.mkdir()
    return folder


def test_reports_are_matched_by_name(last):
    one, other = published(last, "样例局", "docx"), published(last, "另一局", "html")
    published(last, "外县局", "docx")
    published(last, "同名局", "html")
    (last / "说明.txt").write_text("不是数据", "utf-8")
    found = priors.gather_last_year([last], Period(2024), LISTED)
    assert found.keys() == {"99-1", "99-2", "外县局", "同名局"}
    assert found["99-1"].agency.code == "99-1"
    key = api.form("ogi-2021").index["applications.received.total"]
    assert (found["99-1"].values[key], found["99-2"].values[key]) == (one.values[key], other.values[key])


def write_figures(path, code, granted, **changes):
    """A document of 2023 with one figure, and totals only where all parts are there."""
    given = replace(report(3), agency=Agency(code, "样例局", "department"), year=2023, **changes)
    spec = api.form(given.form)
    values = list(given.values)
    values[spec.index["disclosure.penalties.decisions"]] = granted
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(api.dump(replace(given, values=tuple(values))))
    return path


def test_two_files_of_one_agency_are_told_when_they_differ(last):
    one, same, other = (write_figures(last / f"{n}.json", "99-1", f) for n, f in (("甲", 1), ("乙", 1), ("丙", 2)))
    assert priors.gather_last_year([one, same], Period(2024), LISTED).keys() == {"99-1"}, (
        "the same figures twice are fine"
    )
    with pytest.raises(XltoolError) as told:
        priors.gather_last_year([last], Period(2024), LISTED)
    assert all(word in str(told.value) for word in ("样例局", "丙.json", "乙.json", "数不一样", "移到别处", "prior"))
    (last.parent / "aside").mkdir()
    other.rename(last.parent / "aside" / "丙.json")  # what the message says
    assert priors.gather_last_year([last], Period(2024), LISTED)["99-1"].values[0] == report(3).values[0]


def test_a_campaign_and_a_file_of_one_agency_are_told_when_they_differ(tmp_path):
    old = folder.Campaign(tmp_path / "去年", "ogi-2021", 2023, "样例县")
    folder.create_campaign(old, TREE, TREE.to_csv())
    inside = write_figures(old.root / "inbox" / "甲.json", "1", 5)
    assert CliRunner().invoke(main, ["collect", "-C", str(old.root)]).exit_code in {0, 3}
    agrees, differs = write_figures(tmp_path / "a.json", "1", 5), write_figures(tmp_path / "b.json", "1", 6)
    assert priors.gather_last_year([old.root, agrees], Period(2024), TREE).keys() == {"1"}
    with pytest.raises(XltoolError, match=r"去年 和 .*b\.json"):
        priors.gather_last_year([old.root, differs], Period(2024), TREE)
    assert inside.exists()


def test_two_sums_are_told_when_they_differ(tmp_path):
    old = folder.Campaign(tmp_path / "去年", "ogi-2021", 2023, "样例县")
    folder.create_campaign(old, TREE, TREE.to_csv())
    write_figures(old.root / "county" / "submission.json", "0", 5, scope="consolidated")
    agrees = write_figures(tmp_path / "a.json", "0", 5, scope="consolidated")
    assert priors.gather_last_year([old.root, agrees], Period(2024), TREE).keys() == {priors.TOTAL_FILE}
    differs = write_figures(tmp_path / "b.json", "0", 6, scope="consolidated")
    with pytest.raises(XltoolError, match=r"汇总数：.*submission\.json 和 .*b\.json"):
        priors.gather_last_year([old.root, differs], Period(2024), TREE)
    named = replace(report(3), agency=Agency("x", "样例县人民政府", "county"), year=2023, source="政府.docx")
    known = priors.gather_last_year([old.root], Period(2024), TREE) | {"x": named}
    with pytest.raises(XltoolError, match=r"汇总数：submission\.json 和 政府\.docx"):
        county.find_last_total(Agency("0", "样例县", "county"), known)


def test_a_report_of_another_year_is_refused(last):
    published(last, "样例局", "docx", 2022)
    with pytest.raises(XltoolError, match="2022 年度的，上年应为 2023 年度"):
        priors.gather_last_year([last], Period(2024), LISTED)


def test_a_campaign_with_last_years_reports(last, tmp_path):
    published(last, "样例局", "docx")
    (tmp_path / "roster.csv").write_text("code,name,level\n99-1,样例局,department\n", "utf-8")

    def run(*words):
        return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)

    root = tmp_path / "c"
    made = run(
        "new",
        root,
        "--plain",
        "--form",
        "ogi-2021",
        "--year",
        2024,
        "--name",
        "样例县",
        "--roster",
        tmp_path / "roster.csv",
        "--prior",
        last,
    )
    assert "有上年数据的单位 1 个" in made.output
    assert run("build", "-C", root).exit_code == 0
    [blank] = (root / "outbox").glob("99-1*.xlsx")
    assert api.read(blank.read_bytes()).submission.agency.code == "99-1"


TREE = roster_reading.parse_roster(
    "code,name,level,parent\n0,样例县人民政府办公室,county,\n1,甲局,department,0\n2,乙局,department,0\n".encode()
)


def test_the_governments_report_is_last_years_sum_and_nobodys_own(last, tmp_path):
    (tmp_path / "roster.csv").write_bytes(TREE.to_csv())
    whole, own = published(last, "样例县人民政府", "html"), published(last, "样例县人民政府办公室", "docx")
    for name in ("甲局", "乙局"):
        published(last, name, "docx")
    made = new(tmp_path, last)
    assert "有上年数据的单位 3 个，另有上年的汇总数。" in made.output
    assert "不在今年的名录里" not in made.output
    campaign = folder.load_campaign(tmp_path / "c")
    known = priors.gather_last_year([last], Period(2024), TREE)
    assert known["0"].scope == "own" and known["0"].values == totals.complete_totals(api.form(own.form), own)[0].values
    found = county.find_last_total(county.find_own_agency(campaign, TREE), known)
    assert found is not None and found.agency.name == "样例县人民政府"
    assert found.values == totals.complete_totals(api.form(whole.form), whole)[0].values


def test_a_sum_that_bears_the_top_agencys_code_is_kept_apart(last):
    own = replace(report(3), agency=Agency("0", "样例县人民政府办公室", "county"), year=2023)
    (last / "a.json").write_bytes(api.dump(replace(own, scope="consolidated")))
    (last / "b.json").write_bytes(api.dump(own))
    found = priors.gather_last_year([last], Period(2024), TREE)
    assert {code: submission.scope for code, submission in found.items()} == {
        priors.TOTAL_FILE: "consolidated",
        "0": "own",
    }


def new(tmp_path, last):
    words = ["new", tmp_path / "c", "--form", "ogi-2021", "--year", 2024, "--name", "样例县"]
    words += ["--roster", tmp_path / "roster.csv", "--prior", last]
    return CliRunner().invoke(main, [str(word) for word in words], catch_exceptions=False)
