"""Sums of a tree held against those of last year's: which are taken, which are not and why, what they are used for."""

import json
import os
import random
import shutil
from dataclasses import replace

import pytest

from tests.campaign.county import complete, random_inputs
from tests.campaign.test_tree import SPEC, call, put
from xltool import api
from xltool.campaign.tree_sum import SummedBranch, TreeLine, sum_tree
from xltool.model import Reading

UNITS = (
    ("本级.json", "990000", "某省政府办公厅", "province"),
    ("省管县/submission.json", "990100", "省管县", "county"),
    ("甲市/本级.json", "991000", "甲市政府办公室", "city"),
    ("甲市/子县.json", "991001", "子县", "county"),
    ("乙市/寅县.json", "992001", "寅县", "county"),
)
LEVELS = ("", "乙市", "甲市")


@pytest.fixture
def two_years(tmp_path):
    """The tree of this year, and the sums of last year's."""
    rng = random.Random(18)
    for year, root in ((2023, tmp_path / "前" / "某省"), (2024, tmp_path / "某省")):
        for place, code, name, level in UNITS:
            put(root / place, code, name, level, complete(random_inputs(rng)), year=year)
    before = tmp_path / "上年汇总"
    call("consolidate", "--tree", tmp_path / "前" / "某省", "-o", before)
    return tmp_path / "某省", before


def sum_levels(root, *priors):
    """The sums by their paths, and what is told of paths."""
    found, told = {}, []
    for step in sum_tree(root, priors=priors):
        match step:
            case SummedBranch():
                found[step.branch.path] = step
            case TreeLine():
                told += [(step.place, each) for each in step.findings]
    return found, told


def read_sum(folder):
    return api.read((folder / "submission.json").read_bytes()).submission


def test_each_level_is_held_against_its_own_sum_of_last_year(two_years):
    root, before = two_years
    levels, told = sum_levels(root, before)
    alone, _ = sum_levels(root)
    assert sorted(levels) == sorted(LEVELS) and not [each for _, each in told if each.code.startswith("tree.")]
    differing = 0
    for path, level in levels.items():
        prior = read_sum(before / path)
        assert replace(level.judged.prior, source="") == prior
        [judged] = api.check([Reading(level.consolidation.total)], [prior])
        found = {(each.code, each.keys) for each in level.judged.reading.findings}
        assert {(each.code, each.keys) for each in judged.findings} <= found
        differing += found != {(each.code, each.keys) for each in alone[path].judged.reading.findings}
        assert level.consolidation.total.values == alone[path].consolidation.total.values
    assert differing == len(LEVELS), "what was carried over does not agree anywhere"


def test_texts_name_last_year_and_the_workbook_shows_it(two_years, tmp_path):
    root, before = two_years
    words = "新收{applications.received.total}件，比上年{change.applications.received.total}。"
    texts = {"overview": words, "problems": "问题。", "other_matters": "未收取。"}
    (root / "甲市" / "texts.toml").write_text("".join(f'{key} = "{text}"\n' for key, text in texts.items()), "utf-8")
    without = call("consolidate", "--tree", root, "-o", tmp_path / "无", code=3)
    assert "甲市/texts.toml 没有用上" in without
    call("consolidate", "--tree", root, "-o", tmp_path / "汇总", "--prior", before, code=None)
    made, last = (read_sum(folder / "甲市") for folder in (tmp_path / "汇总", before))
    at = SPEC.index["applications.received.total"]
    change = made.values[at] - last.values[at]
    told = f"{'增加' if change > 0 else '减少'}{abs(change)}" if change else "持平"
    assert f"新收{made.values[at]}件" in made.texts["overview"] and told in made.texts["overview"]
    [book] = (tmp_path / "汇总" / "甲市").glob("*_2024.xlsx")
    assert book.read_bytes() == api.fill(made, last) != api.fill(made)


def spoil(before, root, how):
    """Changes last year's sum of 甲市; gives what is told of it."""
    path = before / "甲市" / "submission.json"
    told = json.loads(path.read_text("utf-8"))
    match how:
        case "gone":
            path.unlink()
            return "tree.uncompared", "上年应为 2023 年度，所给的文件夹里没有它的"
        case "broken":
            path.write_text("{", "utf-8")
            return "tree.prior", "读不出来"
        case "another":
            told["agency"]["code"] = "990009"
            why = "（990009）的，这里是甲市（991000）"
        case "year":
            told["year"] = 2022
            why = "是 2022 年度的，上年应为 2023 年度"
        case "link":
            shutil.copy(path, root.parent / "别处.json")
            path.unlink()
            path.symlink_to(root.parent / "别处.json")
            return "tree.prior", "是链接，没有跟随"
        case "form":
            shutil.copy("samples/website-report-2017/2024/000000-001.json", path)
            other = json.loads(path.read_text("utf-8"))
            other |= {"year": 2023, "agency": {"code": "991000", "name": "甲市", "level": "city"}}
            path.write_text(json.dumps(other, ensure_ascii=False), "utf-8")
            return "tree.prior", "是另一种报表《"
    path.write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    return "tree.prior", why


@pytest.mark.parametrize("how", ["gone", "broken", "another", "year", "form", "link"])
def test_what_is_not_its_sum_of_last_year_is_told_and_the_others_are_compared(two_years, how):
    if how == "link" and os.name == "nt":
        pytest.skip("needs links")
    root, before = two_years
    code, why = spoil(before, root, how)
    levels, told = sum_levels(root, before)
    assert [path for path, level in levels.items() if level.judged.prior is None] == ["甲市"]
    [(branch, found)] = [each for each in told if each[1].code.startswith("tree.")]
    assert (branch, found.code) == ("甲市", code) and why in found.data["why"], found
    assert found in levels["甲市"].judged.reading.findings and not levels["甲市"].missing


def test_a_sum_that_lacks_units_is_compared_with_nothing(two_years):
    root, before = two_years
    (root / "甲市" / "坏.json").write_text("{", "utf-8")
    levels, told = sum_levels(root, before)
    assert {path for path, level in levels.items() if level.judged.prior is None} == {"甲市", ""}
    assert [found.data["why"] for _, found in told if found.code == "tree.uncompared"] == ["有 1 处未汇总"] * 2


def test_two_folders_of_one_year(two_years, tmp_path):
    root, before = two_years
    shutil.copytree(before, tmp_path / "再")
    levels, told = sum_levels(root, before, tmp_path / "再")
    assert all(level.judged.prior is not None for level in levels.values())
    assert {found.data["why"] for _, found in told if found.code == "tree.prior"} == {"2023 年度的前面已经有一份"}


def test_what_cannot_be_compared_with_is_refused(two_years, tmp_path):
    root, before = two_years
    assert "没有" in call("consolidate", "--tree", root, "-o", tmp_path / "新", "--prior", tmp_path / "无", code=1)
    assert "不能写在它上面" in call("consolidate", "--tree", root, "-o", before, "--prior", before, code=1)
    assert "只用于逐级汇总" in call("consolidate", "--prior", before, code=2)
    assert not (tmp_path / "新").exists()
