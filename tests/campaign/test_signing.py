"""The county's report signed off by name, reports noted as published: what changes afterwards is told."""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import closing
from datetime import date

from lxml import html

from tests.campaign.test_decisions import BY, FINANCE, HEAD, ROSTER, WATER, made, office  # noqa: F401  the campaign
from xltool.campaign.signing import compare_basis
from xltool.campaign.store import Store

NAME = ("--by", "李主任")


def events(office, what):  # noqa: F811
    with closing(Store(office.root / "campaign.db")) as store:
        return [tuple(row) for row in store._rows("SELECT person, detail FROM event WHERE what = ? ORDER BY id", what)]


def test_what_is_signed_is_said_and_what_changes_is_told_until_it_is_signed_again(office):  # noqa: F811
    done = office.run("sign", *NAME)
    assert done.exit_code == 1 and "还没有汇总" in done.output
    office.all_in()
    office.run("consolidate")
    done = office.run("sign", *NAME)
    assert done.exit_code == 0, done.output
    path = office.root / "county" / "submission.json"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    figures = json.loads(path.read_bytes())["values"]
    assert f"SHA-256：{digest}" in done.output and "由 李主任 签发" in done.output and "汇总 3 个单位" in done.output
    assert str(figures["applications.processed_total.total"]) in done.output
    assert events(office, "sign") == [("李主任", f"county/submission.json {digest}")]
    signed = f"由 李主任 于 {date.today()} 签发（校验码 {digest[:12]}…），此后没有变动。"
    assert signed in office.run("status").stdout and "签发" not in office.run("consolidate").stdout
    [told] = [office.status()[0]["signed"]]
    assert (told["by"], told["at"][:10], told["sha256"], told["reason"], told["changes"]) == (
        *("李主任", str(date.today()), digest, ""),
        [],
    )

    office.put("新.xlsx", office.fill(FINANCE, seed=9))
    office.run("collect")
    told = office.run("status").output
    change = "A1 某县财政局：第 1 版 → 某县财政局：第 2 版"
    assert "汇总报告由 李主任 于 " in told and "此后有变动：" in told and change in told
    assert change in office.status()[0]["signed"]["changes"]
    done = office.run("sign", *NAME)
    assert done.exit_code == 1 and "汇总以后又有变动：A1" in done.output, "the sum that would be signed is an old one"
    told = office.run("consolidate").output
    assert "此后有变动" in told and "汇总数改了 " in told and " → " in told
    assert office.run("sign", *NAME).exit_code == 0
    assert "此后没有变动" in office.run("status").stdout

    office.run("absent", WATER, *BY)
    assert "A2 某县水利局：第 1 版 → 某县水利局：无需报送：会议决定（王某）" in office.run("status").output
    office.run("absent", WATER, "--withdraw", *BY)
    assert "此后没有变动" in office.run("status").stdout, "as it was when it was signed"
    (office.root / "county" / "texts.toml").write_text('overview = "另写的概述。"\n', "utf-8")
    assert "文字改了：“" in office.run("consolidate").output
    done = office.run("sign", "--withdraw", *NAME)
    assert done.exit_code == 0 and "已撤销 李主任 于 " in done.output
    assert "签发" not in office.run("status").stdout and office.status()[0]["signed"] is None
    assert "不用撤销" in office.run("sign", "--withdraw", *NAME).output
    assert events(office, "sign")[-1] == ("李主任", "撤销")


def test_a_reason_is_kept_with_a_signature_and_told(office, tmp_path):  # noqa: F811
    office.all_in()
    office.run("consolidate")
    done = office.run("sign", "--reason", "经 <局务会> 审定", *NAME)
    assert done.exit_code == 0 and "由 李主任 签发。经 <局务会> 审定" in done.output
    told = office.run("status", "--html", tmp_path / "进度.html").output
    digest = hashlib.sha256((office.root / "county" / "submission.json").read_bytes()).hexdigest()
    sentence = f"于 {date.today()} 签发（经 <局务会> 审定；校验码 {digest[:12]}…），此后没有变动。"
    assert sentence in told and office.status()[0]["signed"]["reason"] == "经 <局务会> 审定"
    tree = html.fromstring((tmp_path / "进度.html").read_text("utf-8"))
    [section] = tree.xpath("//section[@aria-labelledby='signed']")
    assert sentence in section.text_content() and "已签发" in section.text_content()

    for again in ((), ("--reason", "经 <局务会> 审定")):
        assert office.run("sign", *again, *NAME).exit_code == 0
    assert len(events(office, "sign")) == 1, "the same signature, though nobody says why again"
    office.run("sign", "--reason", "补充说明", *NAME)
    assert [detail.partition("：")[2] for _, detail in events(office, "sign")] == ["经 <局务会> 审定", "补充说明"]
    office.run("absent", WATER, *BY)
    office.run("status", "--html", tmp_path / "进度.html")
    [section] = html.fromstring((tmp_path / "进度.html").read_text("utf-8")).xpath(
        "//section[@aria-labelledby='signed']"
    )
    assert [each.text_content() for each in section.xpath(".//li")] == office.status()[0]["signed"]["changes"]
    assert "A2 某县水利局：第 1 版 → " in section.text_content() and "签发以后有变动" in section.text_content()
    done = office.run("sign", "--withdraw", "--reason", "数要改", *NAME)
    assert "的签发。数要改（李主任）" in done.output and events(office, "sign")[-1] == ("李主任", "撤销：数要改")
    assert "signed" not in office.run("status", "--html", tmp_path / "进度.html").output
    assert not html.fromstring((tmp_path / "进度.html").read_text("utf-8")).xpath(
        "//section[@aria-labelledby='signed']"
    )


def test_nobody_signs_what_xltool_did_not_write_or_a_draft(office):  # noqa: F811
    office.all_in()
    office.run("consolidate")
    path = office.root / "county" / "submission.json"
    right = path.read_bytes()
    path.write_bytes(right.replace(b'"year": 2024', b'"year": 2023'))
    done = office.run("sign", *NAME)
    assert done.exit_code == 1 and "与汇总时写出的不同" in done.output
    path.write_bytes(right)
    assert office.run("sign", *NAME).exit_code == 0
    wrong = '[[correction]]\nkey = "applications.granted.other"\nchange = 1\nreason = "误"\nby = "王某"\n'
    (office.root / "county" / "corrections.toml").write_text(wrong, "utf-8")
    office.run("consolidate")
    done = office.run("sign", *NAME)
    assert done.exit_code == 1 and "报告是草稿，不能签发" in done.output
    assert office.run("sign", "--by", " ").exit_code == 2


def test_a_new_agency_in_the_roster_is_told_beside_a_signature(office):  # noqa: F811
    office.all_in()
    office.run("consolidate")
    office.run("sign", *NAME)
    office.read_roster(f"{ROSTER}A3,某县林业局,department,A0\n")
    assert "A3 （不在名录里） → 某县林业局：没有汇总" in office.run("status").output


def test_a_sum_whose_basis_counts_findings_is_the_same_sum():
    kept = json.dumps({"A1": "甲：第 2 版，放行 3 处", "A2": "乙：第 1 版"}, ensure_ascii=False)
    assert compare_basis(kept, kept.replace("3 处", "1 条")) == []
    assert compare_basis(kept, kept.replace("，放行 3 处", "")) == ["A1 甲：第 2 版，放行 3 处 → 甲：第 2 版"]
    assert len(compare_basis(kept, kept.replace("第 2 版，放行 3 处", "第 3 版，放行 1 条"))) == 1
    assert len(compare_basis(kept.replace("3 处", "2 条"), kept.replace("3 处", "1 条"))) == 1


def test_what_was_published_and_what_came_afterwards(office):  # noqa: F811
    done = office.run("publish", FINANCE, *NAME)
    assert done.exit_code == 1 and "还没有报送" in done.output
    office.all_in()
    done = office.run("publish", "某县财政局", "--on", "2025年3月1日", "--url", "https://example.invalid/1", *NAME)
    assert done.exit_code == 0 and "2025-03-01 发布，https://example.invalid/1" in done.output
    told, agencies = office.status()
    assert (agencies[FINANCE]["published"], agencies[FINANCE]["state"]) == ("2025-03-01", "accepted")
    assert (agencies[HEAD]["published"], told["counts"]["accepted"]) == (None, 3)
    output = office.run("status").output
    assert "已发布" in output
    assert "发布以后又报来新的一版" in output, "what counts was taken in after that day"
    assert office.run("publish", FINANCE, "--on", "2999-01-01", *NAME).exit_code == 1
    assert "（李主任）" in re.search("A1 某县财政局：第 1 版，.*；发布的是 2025-03-01 的.*", output)[0]
    done = office.run("publish", FINANCE, "--reason", "更正后重新发布", *NAME)
    assert done.exit_code == 0 and "更正后重新发布（李主任）" in done.output
    assert office.run("publish", FINANCE, *NAME).exit_code == 0
    assert "发布以后又报来新的一版" not in office.run("status").output
    done = office.run("publish", FINANCE, "--withdraw", "--reason", "误记", *NAME)
    assert done.exit_code == 0 and "已撤销“已发布”。误记（李主任）" in done.output
    assert office.status()[1][FINANCE]["published"] is None
    assert "不用撤销" in office.run("publish", FINANCE, "--withdraw", *NAME).output
    assert [detail.split()[0] for _, detail in events(office, "publish")] == [FINANCE] * 3
    assert [detail.partition("：")[2] for _, detail in events(office, "publish")][1:] == ["更正后重新发布", "误记"]
