"""The next thing to do is told after every command, and by `xltool` alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.campaign import stores
from tests.campaign.test_decisions import BY, FINANCE, HEAD, SHORT, WATER, Office, made, office  # noqa: F401
from xltool.campaign.kept_reports import Publication
from xltool.campaign.next_step import CountyReport, word_next_step
from xltool.campaign.standing import Standing
from xltool.campaign.strays import Stray

NOTED = Publication("a", "a", "2025-03-01", "", "王", "")
DONE = CountyReport(summed=True, signed=True)


def next_step(done):
    [line] = [line for line in done.stderr.splitlines() if line.startswith("下一步：")]
    assert done.stderr.rstrip().endswith(line), "it comes last"
    return line.removeprefix("下一步：")


def test_from_the_first_blank_to_the_last_report(tmp_path):
    office = Office.__new__(Office)  # noqa: F811
    office.root, office.figures = tmp_path / "某县", {}
    office.new(tmp_path, f"{SHORT}")
    assert next_step(office.run("status")) == "执行 xltool build，生成 2 个单位的工作簿，再发给各单位。"
    assert next_step(office.run("build")).startswith("等 2 个单位报来：某县人民政府办公室、某县财政局；")
    office.put("a.xlsx", office.fill(FINANCE, wrong=True))
    step = next_step(office.run("collect"))
    assert step.startswith("发回 1 个单位的退回工作簿：某县财政局；等 1 个单位报来：某县人民政府办公室；")
    office.put("b.xlsx", office.fill(FINANCE))
    office.put("c.xlsx", office.fill(HEAD, seed=2))
    assert next_step(office.run("collect")) == "各单位都齐了：执行 xltool consolidate 汇总。"
    assert "xltool sign" in next_step(office.run("consolidate"))
    assert "还有 2 个没有记发布" in next_step(office.run("sign", "--by", "李"))
    office.run("publish", FINANCE, "--by", "李")
    assert next_step(office.run("publish", HEAD, "--by", "李")) == "都办完了。"
    office.put("d.xlsx", office.fill(FINANCE, seed=5))
    assert "xltool consolidate" in next_step(office.run("collect")), "what counts is no more what was summed"


def test_a_refusal_tells_it_too(office):  # noqa: F811
    done = office.run("consolidate")
    assert done.exit_code == 3 and next_step(done).startswith("等 3 个单位报来")
    office.read_roster(SHORT)
    assert "A2（办法见 xltool status）" in next_step(office.run("consolidate"))
    office.run("absent", WATER, *BY)
    assert next_step(office.run("status")).startswith("等 2 个单位报来")
    assert "下一步" not in office.run("status", "--json").stderr


def test_alone_in_a_campaign_folder(office, monkeypatch, tmp_path):  # noqa: F811
    monkeypatch.chdir(office.root / "inbox")
    done = office._run()
    assert done.exit_code == 0
    assert [line.split("（")[0] for line in done.stdout.splitlines()] == [
        "某县 2024 年度政府信息公开工作年度报告",
        "共 3 个单位：通过 0，退回 0，未报送 3；逾期 0，迟报 0；未能收下的文件 0 个。",
    ]
    assert next_step(done).startswith("等 3 个单位报来")
    (office.root / "campaign.toml").write_text("form = ", "utf-8")
    assert office._run().exit_code == 1, "a campaign that cannot be opened is told, and no help"
    monkeypatch.chdir(tmp_path.parent)
    done = office._run()
    assert done.exit_code == 2 and "用法：" in done.stderr and "consolidate" in done.stderr


def standing(at, state="accepted", **more):
    return Standing(stores.entries(9)[at], state, **more)


@pytest.mark.parametrize(
    ("standings", "told"),
    [
        ([], "名录里还没有单位"),
        ([standing(0), standing(1, "missing", overdue=True)], "逾期没有报的：额敏县教育和科学技术局（0901-0000001）"),
        ([standing(at, "missing") for at in range(9)], "等 9 个单位报来：额敏县人民政府办公室、"),
        ([standing(at, "missing") for at in range(9)], "等 9 个；报来以后执行 xltool collect。"),
        ([standing(0), standing(1, "absent")], "还有 1 个没有记发布"),
        ([standing(0, published=NOTED), standing(1, "absent")], "都办完了"),
    ],
)  # fmt: skip
def test_the_sentence(standings, told):
    assert told in word_next_step(standings, [], [], DONE).sentence


def test_what_stands_in_the_way_comes_first():
    missing, wrong = standing(0, "missing"), standing(1, "returned")
    stray = Stray("A9", "某局", "已报送")
    assert word_next_step([missing, wrong], [missing], [stray], DONE).sentence.startswith(
        "执行 xltool build，生成 1 个单位的工作簿（"
    )
    assert word_next_step([missing, wrong], [], [stray], DONE).sentence.startswith(
        "说明 1 个名录与报送对不上的单位的去向：A9 某局"
    )
    assert "xltool sign" in word_next_step([standing(0)], [], [], replace(DONE, signed=False)).sentence
    assert "xltool consolidate" in word_next_step([standing(0)], [], [], CountyReport(False, False)).sentence
