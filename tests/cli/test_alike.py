"""`xltool alike` on files and on a campaign."""

from __future__ import annotations

from dataclasses import replace

from click.testing import CliRunner

from tests import figures
from tests.campaign import stores
from tests.rules.test_likeness import write
from xltool import api
from xltool.campaign.roster import Roster
from xltool.cli import main


def run(*arguments):
    return CliRunner().invoke(main, ["alike", *map(str, arguments)], prog_name="xltool")


def make(spec, agency, problems):
    return replace(figures.submission(spec, dict.fromkeys(spec.index, 0), agency), texts={"problems": problems})


def test_files_that_are_alike_are_named_with_their_share_and_passages(tmp_path, spec):
    entries = stores.entries()
    texts = [write(600, 1), write(600, 2), write(600, 1)[:450] + write(150, 3)]
    paths = []
    for entry, text in zip(entries, texts, strict=False):
        paths.append(tmp_path / f"{entry.agency.code}.json")
        paths[-1].write_bytes(api.dump(make(spec, entry.agency, text)))
    strange = tmp_path / "别的.txt"
    strange.write_text("不是报表", "utf-8")
    done = run(*paths, strange)
    assert done.exit_code == 0
    first, second, passage = done.stdout.splitlines()
    assert first == ("2 个单位的文字大部分相同：额敏县人民政府办公室（654221-000）、额敏县财政局（654221-002）")
    assert second == "  额敏县人民政府办公室有 75% 与额敏县财政局相同，如："
    assert passage.strip().rstrip("…") in texts[0]
    assert "没有读取，不比较" in done.stderr
    assert done.stderr.endswith("比较了 3 个单位的文字：大部分相同的有 1 组。\n")


def test_a_campaign_compares_the_versions_that_count_accepted_or_not(tmp_path, spec):
    roster = Roster(stores.entries())
    campaign = stores.campaign(tmp_path, roster)
    with stores.opened(campaign) as store:
        for at, entry in enumerate(roster.entries[:4]):
            stores.take_judged(
                store, make(spec, entry.agency, write(600, at // 2)), "2025-01-10T09:00:00", f"{at}.xlsx"
            )
    done = run("-C", campaign.root)
    assert done.exit_code == 0
    assert done.stdout.count("2 个单位的文字大部分相同：") == 2
    assert done.stderr.endswith("比较了 4 个单位的文字：大部分相同的有 2 组。\n")
