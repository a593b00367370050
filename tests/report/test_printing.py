"""The register of report kinds: what each can have, what is said where it cannot, and that a new kind is one object."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.elsewhere import assert_same_elsewhere
from xltool import api
from xltool.cli import main
from xltool.messages import XltoolError
from xltool.report import printing
from xltool.report.printing import FRAGMENT, OPTIONS, PICTURES, REPORT_KINDS, STYLE, ReportKind, Wishes, find_fault

SUBMISSION = api.read((Path(__file__).parents[2] / "samples" / "2024" / "654221-015.json").read_bytes()).submission


def make_report(kind):
    """A module's own function, for `assert_same_elsewhere`."""
    return api.report(SUBMISSION, kind, draft=True)


def run(*arguments):
    return CliRunner().invoke(main, list(arguments), prog_name="xltool", catch_exceptions=False)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.json").write_bytes(api.dump(SUBMISSION))
    return tmp_path


@pytest.fixture
def tsv(monkeypatch):
    """A kind that somebody adds: one object with its printer."""
    kind = ReportKind(
        "tsv", "制表符分隔", lambda order: (f"{order.report.title}\t{len(order.spec.cells)}\n".encode(), ("甲",))
    )
    monkeypatch.setitem(printing.REPORT_KINDS, "tsv", kind)
    return kind


def test_a_new_kind_is_one_object(folder, tsv):
    assert api.report_with_remarks(SUBMISSION, "tsv") == (
        "额敏县教育和科学技术局2024年政府信息公开工作年度报告\t200\n".encode(),
        ("甲",),
    )
    done = run("report", "a.json", "-o", "b.TSV")
    assert (done.exit_code, done.stderr) == (0, "甲\n已写出 b.TSV\n")
    assert (folder / "b.TSV").read_bytes() == api.report(SUBMISSION, "tsv")
    for option in OPTIONS:
        assert find_fault(tsv, [option]).startswith(f"{option.words}只能用于 .")
    assert (
        "报告的文件名应以 .docx、.html、.pdf、.md、.txt、.csv、.json、.tsv 之一结尾"
        in run("report", "a.json", "-o", "b").stderr
    )


@pytest.mark.parametrize(("kind", "option"), list(product(REPORT_KINDS.values(), OPTIONS)))
def test_an_option_is_taken_or_refused_with_the_kinds_that_take_it(kind, option):
    fault = find_fault(kind, [option])
    flagged = find_fault(kind, [option], by_flag=True)
    if option in kind.options:
        assert fault == flagged == ""
    else:
        takers = [f".{other.suffix}" for other in REPORT_KINDS.values() if option in other.options]
        assert takers and fault.startswith(f"{option.words}只能用于 {'、'.join(takers)}，不能用于 .{kind.suffix}")
        assert flagged == fault.replace(option.words, f"{option.flag} ", 1)


def test_what_an_option_asks_for_is_known_from_the_wishes():
    asked = {option: [] for option in OPTIONS}
    for wishes in (
        Wishes(),
        Wishes(draft=True),
        Wishes(fragment=True),
        Wishes(style=b""),
        Wishes(pictures=(object(),)),
    ):
        for option in OPTIONS:
            asked[option].append(option.is_wanted(wishes))
    assert asked == {
        PICTURES: [False, False, False, False, True],
        FRAGMENT: [False, False, True, False, False],
        STYLE: [False, False, False, True, False],
    }


def test_a_fragment_has_no_pictures():
    html = REPORT_KINDS["html"]
    assert (
        find_fault(html, [FRAGMENT, PICTURES])
        == "网页片段不能与图示同用：发布系统大多会去掉图示；另生成一份 .html 放图示。"
    )
    assert find_fault(html, [FRAGMENT, PICTURES], by_flag=True).startswith(
        "--fragment 不能与 --pictures 同用：发布系统"
    )


def test_an_unknown_kind_names_the_known_ones():
    with pytest.raises(
        XltoolError, match=r"^不能生成 \.odt；可以生成 \.docx、\.html、\.pdf、\.md、\.txt、\.csv、\.json。$"
    ):
        api.report(SUBMISSION, "odt")


@pytest.mark.parametrize("kind", [kind for kind in REPORT_KINDS.values() if kind.is_read_back and kind.suffix != "pdf"])
def test_what_is_read_back_can_be(kind):
    data = api.report(SUBMISSION, kind.suffix)
    assert not api.verify(data, SUBMISSION).findings
    other = replace(SUBMISSION, agency=replace(SUBMISSION.agency, name="额敏县财政局"))
    assert [found.code for found in api.verify(data, other).findings] == ["verify.fact"]


@pytest.mark.parametrize("kind", ["docx", "html"])
def test_what_is_remembered_of_one_report_does_not_show_in_another(kind):
    for year in ("2023", "2024"):
        for path in sorted((Path(__file__).parents[2] / "samples" / year).glob("*.json")):
            other = api.read(path.read_bytes()).submission
            figures = tuple(None if value is None else 987_654_321 for value in other.values)
            for each in (other, replace(other, values=figures)):
                api.report(each, kind)
    assert_same_elsewhere(make_report, kind)
