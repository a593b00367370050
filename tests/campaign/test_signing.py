"""The county's report signed off by name, reports noted as published: what changes afterwards is told."""

from __future__ import annotations

import hashlib
import json
from contextlib import closing

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
    assert "签发" not in office.run("status").stdout and "签发" not in office.run("consolidate").stdout

    office.put("新.xlsx", office.fill(FINANCE, seed=9))
    office.run("collect")
    told = office.run("status").output
    assert "汇总报告由 李主任 于 " in told and "A1 某县财政局：第 1 版 → 某县财政局：第 2 版" in told
    done = office.run("sign", *NAME)
    assert done.exit_code == 1 and "汇总以后又有变动：A1" in done.output, "the sum that would be signed is an old one"
    told = office.run("consolidate").output
    assert "此后有变动" in told and "汇总数改了 " in told and " → " in told
    assert office.run("sign", *NAME).exit_code == 0
    assert "签发" not in office.run("status").stdout

    office.run("absent", WATER, *BY)
    assert "A2 某县水利局：第 1 版 → 某县水利局：无需报送：会议决定（王某）" in office.run("status").output
    office.run("absent", WATER, "--withdraw", *BY)
    assert "签发" not in office.run("status").stdout, "as it was when it was signed"
    (office.root / "county" / "texts.toml").write_text('overview = "另写的概述。"\n', "utf-8")
    assert "文字改了：“" in office.run("consolidate").output
    done = office.run("sign", "--withdraw", *NAME)
    assert done.exit_code == 0 and "已撤销 李主任 于 " in done.output
    assert "签发" not in office.run("status").stdout
    assert "不用撤销" in office.run("sign", "--withdraw", *NAME).output
    assert events(office, "sign")[-1] == ("李主任", "撤销")


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
    assert office.run("publish", FINANCE, *NAME).exit_code == 0
    assert "发布以后又报来新的一版" not in office.run("status").output
    assert office.run("publish", FINANCE, "--withdraw", *NAME).exit_code == 0
    assert office.status()[1][FINANCE]["published"] is None
    assert "不用撤销" in office.run("publish", FINANCE, "--withdraw", *NAME).output
    assert [detail.split()[0] for _, detail in events(office, "publish")] == [FINANCE] * 3
