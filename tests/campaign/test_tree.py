"""A tree of folders summed level by level: the sums, what is refused and why, what is written, pages that lead down."""

import csv
import hashlib
import io
import json
import os
import random
import re
import tracemalloc
from urllib.parse import unquote

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, settings
from hypothesis import given as generated
from hypothesis import strategies as st
from lxml import html

from tests.campaign.county import complete, document, random_inputs
from tests.campaign.test_policies import define
from tests.campaign.test_two_levels import county, write_texts
from tests.forms.rates import submit
from xltool.campaign import tree_walk
from xltool.campaign.consolidate import consolidate_submissions
from xltool.campaign.tree_sum import SummedBranch, TreeLine, sum_tree
from xltool.cli import main
from xltool.forms import catalog
from xltool.model import NOT_APPLICABLE, Agency
from xltool.periods import Period

NEVER = tuple(f"disclosure.regulations.{column}" for column in ("issued", "repealed", "in_force"))
SPEC = catalog.load_form("ogi-2021")


def call(*args, code=0):
    done = CliRunner().invoke(main, list(map(str, args)))
    assert code is None or done.exit_code == code, (args, done.output, done.exception)
    return done.output


def put(path, code, name, level, values, **changes):
    path.parent.mkdir(parents=True, exist_ok=True)
    made = document(code, name, level, changes.pop("year", 2024), values) | changes
    path.write_text(json.dumps(made, ensure_ascii=False), "utf-8")


def read_values(path):
    return json.loads(path.read_text("utf-8"))["values"]


def add_up(leaves, own):
    """The sums as anybody would make them; what is never summed is the own unit's, else not applicable."""
    sums = {key: sum(values.get(key, 0) for values in leaves) for key in SPEC.index}
    return sums | {key: "/" if own is None else own.get(key, 0) for key in NEVER}


def is_same(values, sums):
    return all(
        value == sums[key] if isinstance(sums[key], str) else abs(value - sums[key]) < 1e-9
        for key, value in values.items()
    )


@pytest.fixture
def province(tmp_path):
    """Two cities of two and one county and one of their own, one county of the province's own, and the province."""
    rng, root = random.Random(11), tmp_path / "某省"
    leaves = {}
    for place, code, name, level in (
        ("本级.json", "990000", "某省政府办公厅", "province"),
        ("省管县/submission.json", "990100", "省管县", "county"),
        ("甲市/本级.json", "991000", "甲市政府办公室", "city"),
        ("甲市/子县.json", "991001", "子县", "county"),
        ("甲市/丑县/submission.json", "991002", "丑县", "county"),
        ("乙市/寅县.json", "992001", "寅县", "county"),
    ):
        leaves[place] = complete(random_inputs(rng)) | {NEVER[2]: rng.randrange(1, 9) if "本级" in place else 0}
        put(root / place, code, name, level, leaves[place])
    return root, leaves


def list_below(leaves, folder):
    return [values for place, values in leaves.items() if place.startswith(folder)]


def test_every_level_is_the_sum_of_what_is_below(province, tmp_path):
    root, leaves = province
    output = call("consolidate", "--tree", root, "-o", tmp_path / "out")
    assert "汇总 6 个单位，未汇总 0" in output and "3 级文件夹" in output
    for folder, code, level in (("", "990000", "province"), ("甲市/", "991000", "city"), ("乙市/", "乙市", "city")):
        made = json.loads((tmp_path / "out" / folder / "submission.json").read_text("utf-8"))
        assert is_same(made["values"], add_up(list_below(leaves, folder), leaves.get(f"{folder}本级.json"))), folder
        assert (made["agency"]["code"], made["agency"]["level"]) == (code, level)
        assert made["scope"] == "consolidated"
    units = list(csv.DictReader(io.StringIO((tmp_path / "out" / "units.csv").read_text("utf-8-sig"))))
    assert [unit["路径"].removesuffix(".json") for unit in units] == [
        "本级", "乙市/寅县", "甲市/本级", "甲市/丑县", "甲市/子县", "省管县",
    ]  # fmt: skip
    assert {unit["结果"] for unit in units} == {"已汇总"}
    assert call("check", tmp_path / "out" / "submission.json")


def list_pages(out):
    return {page: html.fromstring(page.read_bytes().decode()) for page in sorted(out.rglob("index.html"))}


def test_figures_lead_down_level_by_level_and_every_link_leads_somewhere(province, tmp_path):
    root, leaves = province
    out = tmp_path / "out"
    call("consolidate", "--tree", root, "-o", out)
    pages = list_pages(out)
    assert len(pages) == 3
    for page, tree in pages.items():
        ids = tree.xpath("//@id")
        assert len(ids) == len(set(ids))
        for href in tree.xpath("//a/@href"):
            path, _, anchor = unquote(href).partition("#")
            target = (page.parent / path).resolve() if path else page
            assert target in pages, href
            assert not anchor or pages[target].xpath(f"//*[@id='{anchor}']"), (page, href)
    top = pages[out / "index.html"]
    at = SPEC.index["applications.received.total"] + 1
    [drill] = top.xpath(f"//section[@id='c{at}']")
    shares = {row[0].text_content(): row[1].text_content() for row in drill.xpath(".//tbody/tr")}
    assert shares == {
        name: str(sum(values["applications.received.total"] for values in list_below(leaves, place)))
        for name, place in (
            ("某省政府办公厅", "本级"), ("甲市", "甲市/"), ("乙市", "乙市/"), ("省管县", "省管县"),
        )
    }  # fmt: skip
    assert drill.xpath(".//a[text()='甲市']/@href") == [f"%E7%94%B2%E5%B8%82/index.html#c{at}"]
    [never] = top.xpath(f"//section[@id='c{SPEC.index[NEVER[2]] + 1}']")
    assert "取本级单位的数" in never.text_content() and len(never.xpath(".//tbody/tr")) == 1
    for tree in pages.values():  # what a figure is made of adds up to it
        for drill in tree.xpath("//section[@class='parts']"):
            whole = float(re.match(r"[\d.]+", drill.xpath("string(p[@class='sum'])").strip())[0])
            assert abs(whole - sum(float(each) for each in drill.xpath(".//tbody/tr/td/text()"))) < 1e-6
    assert not any("script" in each.tag for tree in pages.values() for each in tree.iter() if isinstance(each.tag, str))


def test_the_same_tree_gives_the_same_bytes_and_writes_nothing_twice(province, tmp_path):
    root, _ = province
    call("consolidate", "--tree", root, "-o", tmp_path / "one")
    call("consolidate", "--tree", root, "-o", tmp_path / "two")
    one, two = (
        {p.relative_to(d): p.read_bytes() for p in d.rglob("*.*")} for d in (tmp_path / "one", tmp_path / "two")
    )
    assert one == two and len(one) == 3 * 4 + 2
    assert "0 个文件有变化" in call("consolidate", "--tree", root, "-o", tmp_path / "one")


def test_the_sums_may_stand_in_the_tree_and_are_no_units(province):
    root, _ = province
    for _ in range(2):
        assert "汇总 6 个单位" in call("consolidate", "--tree", root, "-o", root / "汇总结果")
    output = call("consolidate", "--tree", root, "-o", root.parent / "elsewhere")
    assert "汇总 6 个单位" in output and "[提示] 汇总结果 是以前逐级汇总写出的" in output


@generated(
    st.recursive(st.integers(0, 2**31), lambda below: st.lists(below, min_size=1, max_size=5), max_leaves=12).filter(
        lambda drawn: isinstance(drawn, list)
    ),
    st.sampled_from([2, 3, 100]),
)
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_sums_of_any_tree_are_those_of_its_leaves(tmp_path_factory, drawn, widest):
    root, leaves = tmp_path_factory.mktemp("tree"), []

    def build(folder, below):
        for at, each in enumerate(below):
            if isinstance(each, list):
                build(folder / f"{at}", each)
            else:
                leaves.append(complete(random_inputs(random.Random(each))))
                put(folder / f"{at}.json", f"u{len(leaves)}", f"单位{len(leaves)}", "county", leaves[-1])

    build(root, drawn)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tree_walk, "WIDEST", widest)
        steps = list(sum_tree(root))
    branches = [step for step in steps if isinstance(step, SummedBranch)]
    assert all(len(each.parts) <= widest for each in branches)
    assert sum(isinstance(step, TreeLine) and step.taken for step in steps) == branches[-1].units == len(leaves)
    total = branches[-1].consolidation.total
    for cell, value in zip(SPEC.cells, total.values, strict=True):
        naive = sum(round(values.get(cell.key, 0) * cell.measure.scale) for values in leaves)
        assert value == (NOT_APPLICABLE if cell.key in NEVER else naive), cell.key


@generated(st.lists(st.lists(st.sampled_from([None, NOT_APPLICABLE, 0, 3, 70]), min_size=10, max_size=10), min_size=2))
@settings(max_examples=30, deadline=None)
def test_a_sum_of_sums_is_the_sum_by_every_policy(rows):
    spec = define(measure='consolidate = "max"', column=', consolidate = "min"')
    units = [submit(spec, row) for row in rows]

    def add(given, name):
        named = [
            each
            if each.scope == "consolidated"
            else type(each)(
                **{
                    **{field: getattr(each, field) for field in each.__slots__},
                    "agency": Agency(f"u{id(each)}", "单位", "county"),
                }
            )
            for each in given
        ]
        return consolidate_submissions(spec, named, Agency(name, name, "city"), Period(2024)).total

    middle = len(units) // 2 or 1
    halves = [add(part, f"h{at}") for at, part in enumerate((units[:middle], units[middle:])) if part]
    assert add(halves, "all").values == add(units, "all").values


def test_three_levels_with_campaigns(tmp_path):
    rng, root = random.Random(5), tmp_path / "省"
    (root / "甲市").mkdir(parents=True)
    counties = [county(root / "甲市", code, rng) for code in ("991001", "991002")]
    more = complete(random_inputs(rng))
    put(root / "乙县.json", "992000", "乙县", "county", more)
    output = call("consolidate", "--tree", root, "-o", tmp_path / "out")
    assert "汇总 3 个单位，未汇总 0" in output
    everyone = [*(values for _, given in counties for values in given), more]
    got = read_values(tmp_path / "out" / "submission.json")
    assert all(abs(got[key] - sum(each.get(key, 0) for each in everyone)) < 1e-9 for key in got if key not in NEVER)
    first = root / "甲市" / "991001"
    (first / "county" / "submission.json").write_bytes(counties[1][0].read_bytes())
    assert "与“测试县991001”汇总时写出的不同" in call("consolidate", "--tree", root, "-o", tmp_path / "out", code=3)
    call("consolidate", "-C", first, "--replace")
    changed = document("991001-1", "测试县991001财政局", "department", 2024, complete(random_inputs(rng)))
    (first / "inbox" / "又报.json").write_text(json.dumps(changed, ensure_ascii=False), "utf-8")
    call("collect", "-C", first)
    output = call("consolidate", "--tree", root, "-o", tmp_path / "out", code=3)
    assert "甲市/991001/county/submission.json 是“测试县991001”以前的汇总，此后有变动" in output
    assert "991001-1 测试县991001财政局：第 1 版 → 测试县991001财政局：第 2 版" in output
    call("consolidate", "-C", first)
    call("consolidate", "--tree", root, "-o", tmp_path / "out")
    # one that a campaign's sum holds is not added once more, wherever it stands
    put(root / "财政局.json", "991001-1", "测试县991001财政局", "department", more)
    output = call("consolidate", "--tree", root, "-o", tmp_path / "out", code=3)
    assert "财政局.json（测试县991001财政局，991001-1）已经由 甲市/991001 汇总过" in output
    (root / "财政局.json").unlink()
    (first / "county" / "submission.json").unlink()
    output = call("consolidate", "--tree", root, "-o", tmp_path / "out", code=3)
    assert "甲市/991001 是“测试县991001”的填报任务，还没有汇总。" in output
    (first / "campaign.toml").write_text("form = 3", "utf-8")
    assert "甲市/991001 是填报任务的文件夹，打不开" in call(
        "consolidate", "--tree", root, "-o", tmp_path / "out", code=3
    )


def test_a_campaign_that_lacks_some_is_told(tmp_path):
    root = tmp_path / "市"
    root.mkdir()
    path, _ = county(root, "991001", random.Random(2))
    roster = path.parents[1] / "roster.csv"
    roster.write_text(roster.read_text("utf-8") + "\n991001-3,迟到局,department,991001\n", "utf-8")
    call("consolidate", "-C", path.parents[1], code=3)
    call("consolidate", "-C", path.parents[1], "--allow-missing")
    write_texts(path.parents[1])
    output = call("consolidate", "--tree", root, "-o", tmp_path / "out")
    assert "[核实] 991001/county/submission.json 是“测试县991001”的汇总，其中有 1 个单位没有汇总：迟到局。" in output


GIVEN = complete(random_inputs(random.Random(1)))
DEEP = "/".join("abcdefghijklm")


def break_units(root):
    """A unit of each kind that cannot be read, then of each that can be and is not summed; what is said of it."""

    def give(name, code, title, **changes):
        put(root / f"{name}.json", code, title, "county", changes.pop("values", GIVEN), **changes)

    (root / "终01.json").write_text('{"a":', "utf-8")
    yield "终01.json：上报件不是正确的 JSON"
    (root / "终02.json").write_bytes(b"PK\x03\x04 nothing")
    yield "终02.json：文件已损坏"
    os.mkfifo(root / "终03.json")
    yield "终03.json："
    (root / "终04.json").write_bytes(b" " * (10 * 2**20 + 1))
    yield "终04.json："
    give("终05", "x05", "县", values=GIVEN | {"no.such.key": 1})
    yield "终05.json：上报件里的“no.such.key”不是"
    give("终11", "x11", "去年县", year=2023)
    yield "终11.json（去年县）是 ogi-2021 2023 年度的数，这次汇总的是 ogi-2021 2024 年度"
    give("终12", "x12", "另表县", values={}, form="ogi-2019", year=2020)
    yield "终12.json（另表县）是 ogi-2019 2020 年度的数"
    give("终13", "990100", "省管县")
    yield "终13.json（省管县，990100）已经由 省管县 汇总过"
    give("终14", "990100", "别的县")
    yield "终14.json（别的县，990100）已经由 省管县 汇总过"
    give("终15", "x15", "不平县", values=GIVEN | {"applications.received.natural_person": 1})
    yield "终15.json（不平县）有 "
    (root / "终16.json").symlink_to(root / "甲市" / "子县.json")
    yield "终16.json 是链接，没有跟随"
    put(root / "终17" / DEEP / "x.json", "x17", "深县", "county", GIVEN)
    yield f"终17/{DEEP[:-4]} 在第 13 层，只看到第 12 层"
    (root / "终18").mkdir()
    yield "终18 里没有填报任务，也没有上报件"
    for name in ("submission", "又"):
        put(root / "终19" / f"{name}.json", "x19", "兼有县", "county", GIVEN)
    yield "终19 里既有 submission.json，又有别的上报件或下级文件夹（又.json）"
    give("甲市", "x20", "同名县")
    yield "甲市.json 与 甲市 同名"


@pytest.mark.skipif(os.name == "nt", reason="needs links and pipes")
def test_each_broken_unit_is_told_with_its_path_and_the_others_are_summed(province, tmp_path):
    root, leaves = province
    told, out = list(break_units(root)), tmp_path / "out"
    output = call("consolidate", "--tree", root, "-o", out, code=5)
    lines = [line for line in output.splitlines() if line.startswith("  [强制] ") and "改法：" in line]
    assert len(lines) == len(told) and all(sum(each in line for line in lines) == 1 for each in told), output
    assert not out.exists() and "没有写出" in output
    call("consolidate", "--tree", root, "-o", out, "--allow-missing", code=5)
    assert is_same(read_values(out / "submission.json"), add_up([*leaves.values()], leaves["本级.json"]))
    units = list(csv.DictReader(io.StringIO((out / "units.csv").read_text("utf-8-sig"))))
    left = [row["说明"] for row in units if row["结果"] == "未汇总"]
    assert len(left) == len(told) and all(any(said in line for line in lines) for said in left)
    page = html.fromstring((out / "index.html").read_text("utf-8"))
    assert f"{len(told)}个未汇总" in "".join(page.text_content().split())
    for each in root.glob("终0*"):
        each.unlink()
    call("consolidate", "--tree", root, "-o", out, code=3)
    call("consolidate", "--tree", root, "-o", out, "--allow-missing")


def test_what_is_asked_for_is_summed_where_the_first_unit_is_another(province, tmp_path):
    root, _ = province
    (root / "本级.json").rename(root / "省直.json")
    put(root / "0.json", "990900", "先县", "county", GIVEN, year=2023)
    output = call("consolidate", "--tree", root, "-o", tmp_path / "out", code=3)
    assert "未汇总 6" in output and "先看到的 0.json" in output
    output = call("consolidate", "--tree", root, "-o", tmp_path / "out", "--year", 2024, "--allow-missing")
    assert "汇总 6 个单位，未汇总 1" in output


def test_links_that_run_in_circles_are_not_followed(province, tmp_path):
    root, _ = province
    (root / "甲市" / "回环").symlink_to(root, target_is_directory=True)
    assert "甲市/回环 是链接" in call("consolidate", "--tree", root, "-o", tmp_path / "out", code=3)


def test_names_that_are_no_text_and_texts_that_would_be_markup(province, tmp_path):
    root, leaves = province
    hostile = '<script>alert(1)</script>&"\u202e=1+1'
    put(root / "敌&<意>.json", "=1+1", hostile, "county", GIVEN)
    put(root / "敌#?%市" / "县.json", "e1", "县", "county", GIVEN)
    (root / os.fsdecode(b"\xff\xfe.json")).write_text("{}")
    output = call("consolidate", "--tree", root, "-o", tmp_path / "out", "--allow-missing")
    assert "名称不是 UTF-8 编码的文字" in output
    pages = list_pages(tmp_path / "out")
    assert not pages[tmp_path / "out" / "index.html"].xpath("//script")
    assert len(pages) == 4
    links = pages[tmp_path / "out" / "index.html"].xpath("//table[@class='list']//a/@href")
    assert all((tmp_path / "out" / unquote(link)).is_file() for link in links) and len(links) == 3
    assert is_same(
        read_values(tmp_path / "out" / "submission.json"), add_up([*leaves.values(), GIVEN, GIVEN], leaves["本级.json"])
    )


def test_a_level_may_have_texts_and_corrections_of_its_own(province, tmp_path):
    root, leaves = province
    city, out = root / "甲市", tmp_path / "out"
    texts = {
        "overview": "全市新收{applications.received.total}件。",
        "problems": "问题。",
        "other_matters": "未收取信息处理费。",
    }
    (city / "texts.toml").write_text("".join(f'{key} = "{text}"\n' for key, text in texts.items()), "utf-8")
    (city / "corrections.toml").write_text(
        '[[correction]]\nkey = "disputes.review.upheld"\nchange = -1\nreason = "两县报的是同一件"\nby = "王某"\n'
        'agencies = ["991001", "991002"]\n',
        "utf-8",
    )
    for place in ("甲市/子县.json", "甲市/丑县/submission.json"):
        made = json.loads((root / place).read_text("utf-8"))
        made["values"]["disputes.review.upheld"] += 2
        made["values"]["disputes.review.total"] += 2
        (root / place).write_text(json.dumps(made, ensure_ascii=False), "utf-8")
    call("consolidate", "--tree", root, "-o", out)
    before = add_up(list_below(leaves, "甲市/"), None)
    made = json.loads((out / "甲市" / "submission.json").read_text("utf-8"))
    assert made["values"]["disputes.review.upheld"] == before["disputes.review.upheld"] + 3
    assert made["values"]["disputes.review.total"] == before["disputes.review.total"] + 3
    assert made["texts"]["overview"] == f"全市新收{before['applications.received.total']}件。"
    page = html.fromstring((out / "甲市" / "index.html").read_text("utf-8"))
    [drill] = page.xpath(f"//section[@id='c{SPEC.index['disputes.review.upheld'] + 1}']")
    assert drill.xpath(".//tbody/tr[th='更正']/td/text()") == ["-1"]
    call("report", out / "甲市" / "submission.json", "-o", tmp_path / "甲市.md")
    report = (tmp_path / "甲市.md").read_text("utf-8")
    assert "甲市2024年政府信息公开工作年度报告" in report and texts["problems"] in report
    call("report", out / "submission.json", "-o", tmp_path / "省.md", code=3)  # nobody has written its texts
    call("report", out / "submission.json", "-o", tmp_path / "省.md", "--draft")
    corrections = city / "corrections.toml"
    corrections.write_text(corrections.read_text("utf-8").replace("王某", ""), "utf-8")
    assert "甲市/corrections.toml 没有用上：表四" in call("consolidate", "--tree", root, "-o", out, code=3)
    corrections.unlink()
    (city / "texts.toml").write_text('overviw = "错"\n', "utf-8")
    output = call("consolidate", "--tree", root, "-o", out, code=3)
    assert "甲市/texts.toml 没有用上：第 1 行 ogi-2021 没有“overviw”这一项文字。" in output and "汇总 6 个" in output
    call("consolidate", "--tree", root, "-o", out, "--allow-missing", code=3)


def test_the_figures_of_all_units_are_exported(province, tmp_path):
    root, leaves = province
    (root / "坏.json").write_text("{", "utf-8")
    output = call("export", "--tree", root, "-o", tmp_path / "数据.csv", code=5)
    assert "坏.json：" in output and "6 个单位；未导出 1" in output
    rows = list(csv.DictReader(io.StringIO((tmp_path / "数据.csv").read_text("utf-8-sig"))))
    assert len(rows) == len(leaves) * len(SPEC.cells)
    for place, values in leaves.items():
        stands = place.removesuffix("/submission.json")
        held = {row["cell"]: float(row["value"]) for row in rows if row["place"] == stands}
        assert held == {key: values.get(key, 0) for key in SPEC.index}, place
    (root / "坏.json").unlink()
    call("export", "--tree", root, "-o", tmp_path / "数据.xlsx")
    assert "只用于逐级汇总" in call("export", "--year", 2024, "-o", tmp_path / "数据.csv", code=2)
    assert "不能一起用" in call("export", "--tree", root, "-C", root, "-o", tmp_path / "数据.csv", code=2)
    (tmp_path / "空").mkdir()
    assert "没有可以导出的单位" in call("export", "--tree", tmp_path / "空", "-o", tmp_path / "无.csv", code=1)
    assert not (tmp_path / "无.csv").exists()


def test_hand_work_is_kept_and_what_is_gone_is_cleared_away(province, tmp_path):
    root, _ = province
    out = tmp_path / "out"
    call("consolidate", "--tree", root, "-o", out)
    (out / "甲市" / "甲市_2024.xlsx").write_bytes(b"mine")
    (out / "乙市" / "笔记.txt").write_text("mine", "utf-8")
    (root / "乙市" / "寅县.json").rename(root / "寅县.json")
    (root / "乙市").rmdir()
    output = call("consolidate", "--tree", root, "-o", out)
    assert "有 1 份写出以后被人改动过" in output and "甲市/甲市_2024.xlsx" in output
    assert (out / "甲市" / "甲市_2024.xlsx").read_bytes() == b"mine"
    assert (out / "甲市" / "甲市_2024（新）.xlsx").read_bytes().startswith(b"PK")
    assert [each.name for each in (out / "乙市").iterdir()] == ["笔记.txt"]
    # a run that was killed before it put its last file left that of another sum, which the record knows
    record = out / "written.csv"
    (out / "甲市" / "submission.json").write_bytes(b"of a killed run")
    killed = hashlib.sha256(b"of a killed run").hexdigest()
    record.write_text(f"{record.read_text('utf-8')}甲市/submission.json,{killed}\n", "utf-8")
    assert "有 1 份" in call("consolidate", "--tree", root, "-o", out)
    assert read_values(out / "甲市" / "submission.json") and killed not in record.read_text("utf-8")
    call("consolidate", "--tree", root, "-o", out, "--replace")
    assert (out / "甲市" / "甲市_2024.xlsx").read_bytes().startswith(b"PK")
    assert not (out / "甲市" / "甲市_2024（新）.xlsx").exists()


def test_what_does_not_go_together_is_a_usage_error(province, tmp_path):
    root, _ = province
    assert "要用 -o" in call("consolidate", "--tree", root, code=2)
    assert "只用于逐级汇总" in call("consolidate", "-o", tmp_path / "out", code=2)
    assert "不能一起用" in call("consolidate", "--tree", root, "-o", tmp_path / "out", "-C", root, code=2)
    assert "文件夹本身里" in call("consolidate", "--tree", root, "-o", root, code=1)
    assert "没有" in call("consolidate", "--tree", root / "无", "-o", tmp_path / "out", code=1)
    (tmp_path / "空").mkdir()
    assert "没有可以汇总的单位" in call("consolidate", "--tree", tmp_path / "空", "-o", tmp_path / "out", code=3)
    assert not (tmp_path / "out").exists()


def test_memory_does_not_grow_with_the_number_of_units(tmp_path):
    peaks = {}
    data = [complete(random_inputs(random.Random(at))) for at in range(7)]
    for count in (200, 2000):
        root = tmp_path / f"{count}"
        for at in range(count):
            given = data[at % 7]
            put(root / f"{at // 500}" / f"{at:05}.json", f"{at:06}", f"第{at}单位", "county", given, texts={})
        if not peaks:
            assert sum(1 for _ in sum_tree(root))  # what is loaded once
        tracemalloc.start()
        for step in sum_tree(root):
            last = step
        peaks[count] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert last.units == count
        got = last.consolidation.total.values[SPEC.index["applications.received.total"]]
        assert got == sum(data[at % 7]["applications.received.total"] for at in range(count))
    assert peaks[2000] < 1.5 * peaks[200] + 2**20, peaks
