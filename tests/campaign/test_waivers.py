"""A waiver is for the figures, the text or the version that it was given for: when these change it lapses."""

from __future__ import annotations

import io
import json
from contextlib import closing
from dataclasses import replace
from random import Random

import openpyxl
import pytest

from tests import figures
from tests.campaign import stores
from tests.campaign.county import complete, document, random_inputs
from tests.campaign.stores import finding
from tests.campaign.test_decisions import BY, FINANCE, made, office  # noqa: F401  the campaign of three agencies
from tests.campaign.test_two_levels import call, campaign, write_texts
from xltool import api
from xltool.campaign.kept_versions import Version
from xltool.campaign.store import Store
from xltool.campaign.waivers import WaiverRecord, dump_marks, find_waivers, mark_finding, mark_findings, parse_marks
from xltool.workbook.layout_plan import make_plan

BLANK, OTHER = "disclosure.penalties.decisions", "disclosure.coercion.decisions"  # in one block


def blanks(*keys, value=None):
    told = finding("cell.blank", "warning", code="cell.blank", cells=keys)
    return {**told, "cells": [{**cell, "value": value} for cell in told["cells"]]}


def version(*findings, texts=None, sha256="一"):
    return Version("A", 1, sha256, "2025-01-10", "a.xlsx", json.dumps({"texts": texts or {}}).encode(), findings)


def word(rule, given):
    marks = mark_findings(rule, given.findings, given.submission, given.sha256)
    return WaiverRecord("A", rule, "无此项业务", "王某", "2025-01-11T09:00:00", marks)


def weigh(now, *waivers):
    texts = json.loads(now.submission)["texts"]
    held, lapsed = find_waivers(now.findings, waivers, texts, now.sha256)
    return [waiver is not None for waiver in held], [lapse.sentence for lapse in lapsed]


@pytest.mark.parametrize(
    ("later", "held", "told"),
    [
        (blanks(BLANK), True, ""),
        (blanks(BLANK, OTHER), False, "是后来才有的问题"),
        (blanks(OTHER), False, ""),
        (blanks(BLANK, value=7), False, "放行时未填，现在是 7"),
    ],
)
def test_it_holds_for_the_figures_that_it_was_given_for(later, held, told):
    waiver = word("cell.blank", version(blanks(BLANK)))
    [passes], lapsed = weigh(version(later, sha256="二"), waiver)
    assert passes is held and (told in lapsed[0] if told else not lapsed)
    if lapsed:
        assert lapsed[0].startswith("放行失效：cell.blank（无此项业务（王某，2025-01-11））")


def test_one_that_was_given_for_several_holds_for_what_is_left_of_them():
    waiver = word("cell.blank", version(blanks(BLANK, OTHER)))
    assert weigh(version(blanks(OTHER), sha256="二"), waiver) == ([True], [])
    assert weigh(version(sha256="二"), waiver) == ([], []), "what is mended is not told of"


def test_a_rule_at_another_place_is_a_new_finding_and_no_lapse():
    here, there = (finding(f"applications.balance@{place}", cells=[BLANK]) for place in ("enterprise", "total"))
    waiver = word("applications.balance", version(here))
    assert weigh(version(here, there), waiver) == ([True, False], [])


def test_it_holds_for_a_text_while_that_stands():
    private = {**finding("text.private", "warning", code="text.private"), "text": "overview"}
    waiver = word("text.private", version(private, texts={"overview": "甲"}))
    assert weigh(version(private, texts={"overview": "甲", "problems": "新"}, sha256="二"), waiver) == ([True], [])
    [passes], [told] = weigh(version(private, texts={"overview": "乙"}, sha256="二"), waiver)
    assert not passes and "文字已经改过" in told


def test_without_either_it_holds_for_that_version():
    stamp = finding("stamp.missing", "warning", code="stamp.missing")
    waiver = word("stamp.missing", version(stamp))
    assert weigh(version(stamp), waiver) == ([True], [])
    [passes], [told] = weigh(version(stamp, sha256="二"), waiver)
    assert not passes and "报来了另一版" in told


def test_marks_are_kept_as_they_are():
    marks = frozenset({("r@x", "a.b.c", 78.1561), ("r", "a.b.d", None), ("r", "a.b.e", "/"), ("s", "", "ab")})
    assert parse_marks(dump_marks(marks)) == marks and dump_marks(marks) == dump_marks(*[frozenset({m}) for m in marks])
    assert find_waivers((), (), {}, "") == ([], [])


def fill_blank(office, seed, *blank):  # noqa: F811
    """A return with cells left blank."""
    book, plan = openpyxl.load_workbook(io.BytesIO(office.fill(FINANCE, seed))), make_plan(api.form("ogi-2021"))
    for key in blank:
        book[plan.cells[key].sheet][plan.cells[key].address] = None
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def test_collect_and_status_say_that_it_lapsed_and_it_can_be_withdrawn(office):  # noqa: F811
    office.put("一.xlsx", fill_blank(office, 3, BLANK))
    office.run("collect")
    assert office.run("waive", FINANCE, "cell.blank", *BY).exit_code == 0
    assert (office.status()[1][FINANCE]["waived"], office.status()[1][FINANCE]["lapsed"]) == (1, [])
    office.put("二.xlsx", fill_blank(office, 3, BLANK, OTHER))
    done = office.run("collect")
    assert "放行失效：cell.blank（会议决定（王某，" in done.output and "是后来才有的问题" in done.output
    agency = office.status()[1][FINANCE]
    assert agency["waived"] == 0
    assert [(each["rule"], each["reason"], each["by"]) for each in agency["lapsed"]] == [
        ("cell.blank", "会议决定", "王某")
    ]
    told = office.run("status").output
    assert "放行失效（改正，或核实后重新放行）：" in told and f"{FINANCE} 某县财政局：放行失效：cell.blank" in told
    assert office.run("waive", FINANCE, "cell.blank", *BY).exit_code == 0  # the same word, on other figures
    assert (office.status()[1][FINANCE]["waived"], office.status()[1][FINANCE]["lapsed"]) == (1, [])
    done = office.run("waive", FINANCE, "cell.blank", "--withdraw", *BY)
    assert done.exit_code == 0 and "已撤销对 cell.blank 的放行" in done.output
    assert office.status()[1][FINANCE]["waived"] == 0
    done = office.run("waive", FINANCE, "cell.blank", "--withdraw", *BY)
    assert done.exit_code == 1 and "不用撤销；它没有放行过任何一条" in done.output
    with closing(Store(office.root / "campaign.db")) as store:
        said = [row[0] for row in store._rows("SELECT detail FROM event WHERE what = 'waive'")]
    assert said == [f"{FINANCE} cell.blank：会议决定"] * 2 + [f"{FINANCE} cell.blank 撤销：会议决定"]


def play_county(root, slip):
    """A county of two, of which one is let pass: its document, its inputs, and the other's."""
    code = "991001"
    roster = [f"{code},测试县人民政府,county,", f"{code}-1,测试县财政局,department,{code}"]
    campaign(root, "测试县", roster)
    for at, line in enumerate(roster):
        agency, name, level, _ = line.split(",")
        values = complete(random_inputs(Random(at)))
        if at:
            for column in ("other", "total"):
                values[f"applications.received.{column}"] += slip
        text = json.dumps(document(agency, name, level, 2024, values), ensure_ascii=False)
        (root / "inbox" / f"{agency}.json").write_text(text, "utf-8")
    call("collect", "-C", root, code=3 if slip else 0)
    if slip:
        call("waive", f"{code}-1", "applications.balance", "--reason", "年底撤回", "--by", "王某", "-C", root)
    write_texts(root)
    call("consolidate", "-C", root)
    return (root / "county" / "submission.json").read_bytes()


def test_a_city_does_not_ask_again_what_a_county_settled(tmp_path):
    sum_of_county = play_county(tmp_path / "县", 2)
    [waiver] = json.loads(sum_of_county)["waivers"]
    assert (waiver["agency"], waiver["name"], waiver["rule"]) == ("991001-1", "测试县财政局", "applications.balance")
    assert (waiver["reason"], waiver["by"]) == ("年底撤回", "王某") and len(waiver) == 6
    [reading] = api.check([api.read(sum_of_county)])
    assert api.status(reading) == "accepted"
    told = [found for found in reading.findings if found.code == "county.waived"]
    assert told and all("测试县财政局（年底撤回，王某）" in api.message(found, stores.SPEC) for found in told)
    broken = {found.rule: found.severity for found in reading.findings if found.code == "rule.broken"}
    assert broken == {"applications.balance@other": "info", "applications.balance@total": "info"}

    city = tmp_path / "市"
    campaign(city, "测试市", ["991000,测试市人民政府,city,", "991001,测试县,county,991000"])
    own = json.dumps(document("991000", "测试市人民政府", "city", 2024, complete(random_inputs(Random(9)))))
    (city / "inbox" / "本级.json").write_text(own, "utf-8")
    (city / "inbox" / "县.json").write_bytes(sum_of_county)
    assert "通过 2" in call("collect", "-C", city)
    output = call("consolidate", "-C", city)
    assert "只因已放行的单位：测试县财政局（年底撤回，王某）" in output
    assert json.loads((city / "county" / "submission.json").read_text("utf-8"))["waivers"] == [waiver]


def test_what_nobody_let_pass_is_asked_of_a_sum_all_the_same(tmp_path):
    document = json.loads(play_county(tmp_path / "县", 2))
    more = {key: value + 1 for key, value in document["values"].items() if key.startswith("applications.received.")}
    for changed in ({"values": {**document["values"], **more}}, {"waivers": []}):
        [reading] = api.check([api.read(json.dumps({**document, **changed}).encode())])
        assert api.status(reading) == "returned"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"scope": "own"}, "waivers"),
        ({"waivers": {}}, "waivers"),
        ({"waivers": [1]}, "waivers"),
        ({"waivers": [{"agency": "a", "rule": "r", "reason": "", "by": "b"}]}, "waivers[0].reason"),
        ({"waivers": [{"agency": "a", "rule": "r", "reason": "c", "by": "b", "values": []}]}, "waivers[0].values"),
        ({"waivers": [{"agency": "a", "rule": "r", "reason": "c", "by": "b", "values": {"x.y.z": 1}}]},
         "waivers[0].values"),
    ],
)  # fmt: skip
def test_a_document_with_wrong_waivers_is_refused(change, field):
    agency = stores.entries()[0].agency
    given = replace(figures.submission(stores.SPEC, stores.FIGURES, agency), scope="consolidated")
    written = json.loads(api.dump(given))
    word = {"agency": "a", "rule": "r", "reason": "c", "by": "b", "values": {BLANK: 1}}
    whole = api.read(json.dumps({**written, "waivers": [word]}).encode()).submission
    assert [waiver.agency for waiver in whole.waivers] == ["a"] and api.read(api.dump(whole)).submission.waivers
    refused = api.read(json.dumps({**written, "waivers": [word], **change}).encode())
    assert refused.submission is None and refused.findings[0].data["field"] == field


def test_a_remark_on_cells_that_others_fill_too_is_asked_again():
    agency = stores.entries()[0].agency
    spec = stores.SPEC
    for mine, asked in ((3_000_000, False), (2_000_000, True)):
        written = json.loads(api.dump(figures.submission(spec, stores.FIGURES, agency)))
        written["values"]["disclosure.fees.amount"] = 3_000_000
        word = {"agency": "a", "rule": "cell.large", "reason": "c", "by": "b"}
        word["values"] = {"disclosure.fees.amount": mine}
        [plain] = api.check([api.read(json.dumps(written).encode())])
        [code] = {f.code for f in plain.findings if f.keys == ("disclosure.fees.amount",)}
        word["rule"] = code
        given = json.dumps({**written, "scope": "consolidated", "waivers": [word]}).encode()
        [reading] = api.check([api.read(given)])
        assert any(f.code == code and f.severity != "info" for f in reading.findings) is asked


def test_what_is_about_a_text_and_cells_rests_on_both():
    finding = {"name": "text.figure", "cells": [{"key": "applications.received.total", "value": 3}], "text": "problems"}
    marks = mark_finding(finding, {"problems": "收到申请5件。"}, "version")
    assert {key for _, key, _ in marks} == {"applications.received.total", "problems"}
    assert marks != mark_finding(finding, {"problems": "收到申请6件。"}, "version")
    assert marks == mark_finding(finding, {"problems": "收到申请5件。"}, "another version")
