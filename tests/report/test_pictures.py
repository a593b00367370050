"""Pictures as a parser finds them.

Bars as long as their figures, every figure in words, and nothing drawn that is not there.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from lxml import etree, html

from tests import figures
from tests.charts.samples import EDITIONS, made
from tests.elsewhere import assert_same_elsewhere
from xltool import api
from xltool.charts import compose
from xltool.charts.picture import Amount, Bar, Picture, describe_nothing, describe_picture
from xltool.forms.catalog import load_form
from xltool.messages import XltoolError
from xltool.model import NOT_APPLICABLE
from xltool.periods import Period
from xltool.report.pictures import WIDTH, write_section, write_svg

SVG = "{http://www.w3.org/2000/svg}"


def parsed(picture: Picture) -> Any:
    return etree.fromstring(write_svg(picture).encode())


def rects(picture: Picture) -> list[tuple[int, int, int]]:
    """Place, height and length of every bar, the signs of the legend left aside."""
    found = [tuple(int(rect.get(name)) for name in ("x", "y", "width")) for rect in parsed(picture).iter(f"{SVG}rect")]
    return found[len(picture.series) :] if picture.stacked else found  # type: ignore[return-value]


def plain(*values: int | None, names: tuple[str, ...] = (), notes: tuple[str, ...] = ()) -> Picture:
    bars = tuple(Bar(names[at] if names else f"第{at}", (Amount(each),)) for at, each in enumerate(values))
    return Picture("p", "题", "项", "件", ("数",), bars, "没有。", notes=notes)


@EDITIONS
@pytest.mark.parametrize("seed", range(4))
def test_bars_are_as_long_as_their_figures(form: str, seed: int) -> None:
    spec = load_form(form)
    for picture in api.pictures(made(spec, seed), replace(made(spec, seed + 9), year=2000)):
        lengths = [amount.length for bar in picture.bars for amount in bar.amounts if amount.length]
        drawn = rects(picture)
        assert len(drawn) == len(lengths)
        longest = max(bar.length if picture.stacked else max(a.length for a in bar.amounts) for bar in picture.bars)
        full = max(sum(width for _, y, width in drawn if y == line) for line in {y for _, y, _ in drawn})
        for length, (_, _, width) in zip(lengths, drawn, strict=True):
            assert abs(width * longest - length * full) <= 2 * longest, (picture.id, length)
        starts = {y: min(x for x, other, _ in drawn if other == y) for _, y, _ in drawn}
        assert len(set(starts.values())) == 1
        for y in starts:  # parts of a stacked bar touch and do not overlap
            line = sorted((x, width) for x, other, width in drawn if other == y)
            assert all(x + width == following for (x, width), (following, _) in pairwise(line))
            assert line[-1][0] + line[-1][1] < WIDTH


def test_lengths_are_the_nearest_whole_unit_and_what_is_not_zero_is_seen() -> None:
    drawn = rects(plain(1000, 500, 333, 1))
    full = drawn[0][2]
    assert full > 280
    for figure, (_, _, width) in zip([1000, 500, 333], drawn, strict=False):
        assert abs(2 * width * 1000 - 2 * figure * full) <= 1000
    assert drawn[3][2] == 1
    assert [width for _, _, width in rects(plain(999_999_999_999_999, 1, 0))][1:] == [1]


@EDITIONS
def test_words_tell_every_figure(form: str) -> None:
    spec = load_form(form)
    pictures = api.pictures(made(spec, 3), replace(made(spec, 4), year=2000))
    for picture in pictures:
        root = parsed(picture)
        assert root.get("role") == "img"
        named = [root.xpath(f"//*[@id='{name}']")[0] for name in root.get("aria-labelledby").split()]
        assert [element.tag for element in named] == [f"{SVG}title", f"{SVG}desc"]
        assert named[0].text == picture.title
        told = named[1].text
        for bar in picture.bars:
            part = re.search(re.escape(bar.label) + r"[ ：](.*?)(?:[，。；](?!20)|$)", told)
            assert part is not None
            at = told.index(bar.label)
            for amount in bar.amounts:
                at = told.index(f"{amount.value}件", at) + 1
        seen = "\n".join(text.text for text in root.iter(f"{SVG}text"))
        assert all(bar.label in seen for bar in picture.bars)


def test_a_blank_is_not_a_zero() -> None:
    picture = plain(0, None, 3)
    assert describe_picture(picture) == "第0 0件，第1 未填，第2 3件。"
    root = parsed(picture)
    assert [text.text for text in root.iter(f"{SVG}text")] == ["第0", "0件", "第1", "未填", "第2", "3件"]
    assert len(list(root.iter(f"{SVG}rect"))) == 1
    assert len(list(root.iter(f"{SVG}path"))) == 2, "zero has its place on the scale, a blank has none"


def test_what_does_not_apply_is_neither_blank_nor_zero() -> None:
    picture = Picture(
        "p", "题", "项", "件", ("数",), (Bar("甲", (Amount(NOT_APPLICABLE),)), Bar("乙", (Amount(1),))), "没有。"
    )
    assert describe_picture(picture) == "甲 不适用，乙 1件。"
    assert [text.text for text in parsed(picture).iter(f"{SVG}text")][1] == "不适用"


def test_below_zero_has_no_bar_and_is_told() -> None:
    picture = plain(-3, 2)
    assert len(rects(picture)) == 1
    assert describe_picture(picture).startswith("第0 -3件")
    submission = made(load_form("ogi-2021"), applications__granted__natural_person=-3)
    assert not api.pictures(submission)[0].stacked


def test_none_at_all_is_said_and_no_empty_axes_are_drawn() -> None:
    spec = load_form("ogi-2021")
    none = figures.submission(spec, dict.fromkeys(spec.index, 0))
    pictures = api.pictures(none, replace(none, year=2023))
    page = html.fragment_fromstring(write_section(pictures, "说明。"))
    assert not list(page.iter("svg"))
    assert [p.text_content() for p in page.xpath("figure/p")] == [
        "2024年没有办理政府信息公开申请，也没有结转下年度的申请。",
        "2024年没有新收政府信息公开申请。",
        "2024年和2023年都没有政府信息公开申请，也没有行政复议和行政诉讼。",
    ]
    assert all(describe_nothing(picture) == picture.none for picture in pictures)
    blank = replace(none, values=(None,) * len(none.values))
    assert {describe_nothing(picture) for picture in api.pictures(blank)} == {"没有可画的数：各项都未填。"}
    assert describe_nothing(plain(0, None)) == "没有大于0的数：第0 0件，第1 未填。"
    slashes = replace(none, values=(NOT_APPLICABLE,) * len(none.values))
    assert describe_nothing(api.pictures(slashes)[1]) == "2024年没有新收政府信息公开申请。"
    with pytest.raises(ValueError, match="nothing to draw"):
        write_svg(plain(0))


def test_agencies_by_volume_the_largest_first() -> None:
    spec = load_form("ogi-2021")
    volumes = [
        (f"单位{at:02}", Amount(figure)) for at, figure in enumerate([1, 9, 0, 9, *[5] * 14, 0, None, NOT_APPLICABLE])
    ]
    chart = spec.charts[-1]
    picture = compose.draw_agencies(spec, chart, Period(2024), volumes, corrected=-2, absent=3)
    assert [bar.label for bar in picture.bars[:3]] == ["单位01", "单位03", "单位04"]
    assert [bar.length for bar in picture.bars] == [9, 9, *[5] * 13, 6]
    rest = picture.bars[-1]
    assert (rest.label, rest.rest) == ("其他4个单位", True)
    assert not any(bar.rest for bar in picture.bars[:-1])
    assert picture.notes == (
        "其他4个单位中，有2个单位为0件。",
        "未填的单位有1个：单位19。",
        "填“/”的单位有1个：单位20。",
        "各单位相加之后另有更正-2件。",
        "另有3个单位没有汇总，不在图中。",
    )
    assert all(note in describe_picture(picture) for note in picture.notes)
    page = html.fragment_fromstring(write_section([picture], "说明。"))
    assert [p.text_content() for p in page.xpath("figure/p")] == list(picture.notes)
    few = compose.draw_agencies(spec, chart, Period(2024), volumes[:16])
    assert len(few.bars) == 16 and not any(bar.rest for bar in few.bars), "one more is no rest"
    assert sum(bar.length for bar in picture.bars) == sum(amount.length for _, amount in volumes)


def test_the_rest_looks_otherwise_than_one_agency() -> None:
    volumes = [(f"单位{at:02}", Amount(3)) for at in range(20)]
    spec = load_form("ogi-2021")
    picture = compose.draw_agencies(spec, spec.charts[-1], Period(2024), volumes)
    dashed = [rect.get("stroke-dasharray") is not None for rect in parsed(picture).iter(f"{SVG}rect")]
    assert dashed == [False] * 15 + [True]


def test_long_names_are_broken_and_cut_and_told_whole() -> None:
    name = "很" * 30 + "长" * 60
    root = parsed(plain(3, names=(name,)))
    labels = [text.text for text in root.iter(f"{SVG}text")][:-1]
    assert len(labels) == 2 and labels[1].endswith("…") and name.startswith("".join(labels)[:-1])
    assert all(len(label) * 14 <= WIDTH for label in labels)
    assert name in root.find(f"{SVG}desc").text


def test_nothing_reaches_beyond_the_edge() -> None:
    big = 999_999_999_999_999
    stacked = Picture(
        "s",
        "题",
        "项",
        "件",
        ("甲", "乙"),
        (Bar("长", (Amount(big), Amount(big))), Bar("短", (Amount(1), Amount(0)))),
        "",
        True,
    )
    beside = Picture("b", "题", "项", "件", ("2024年", "2023年"), (Bar("长", (Amount(big, 12), Amount(0))),), "")
    for picture in (stacked, beside, plain(big, 3), plain(*range(40))):
        root = parsed(picture)
        bottom = int(root.get("height"))
        assert root.get("viewBox") == f"0 0 {WIDTH} {bottom}"
        for text in root.iter(f"{SVG}text"):
            wide = sum(14 if ord(sign) > 255 else 8 for sign in text.text)
            assert int(text.get("x")) + wide <= WIDTH, text.text
            assert 0 < int(text.get("y")) < bottom
        for x, y, width in rects(picture):
            assert x + width < WIDTH and y + 14 <= bottom
    assert f"{2 * big}件" in {text.text for text in parsed(stacked).iter(f"{SVG}text")}
    assert "1件＝1＋0" in {text.text for text in parsed(stacked).iter(f"{SVG}text")}


def test_series_differ_by_more_than_colour_and_stand_out_on_white() -> None:
    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    for picture in api.pictures(made(load_form("ogi-2021")), replace(made(load_form("ogi-2021"), 2), year=2023)):
        looks = {(rect.get("fill"), rect.get("stroke")) for rect in parsed(picture).iter(f"{SVG}rect")}
        assert len(looks) == len(picture.series)
        for _, line in looks:
            assert 1.05 / (light(line) + 0.05) >= 4.5
        filled = sorted(light(fill) for fill, _ in looks)
        assert len(filled) == 1 or (filled[1] + 0.05) / (filled[0] + 0.05) >= 3
        seen = [text.text for text in parsed(picture).iter(f"{SVG}text")]
        assert len(picture.series) == 1 or all(name in seen for name in picture.series)


def test_figures_in_the_layout_are_whole_numbers() -> None:
    for picture in api.pictures(made(load_form("ogi-2021")), replace(made(load_form("ogi-2021"), 2), year=2023)):
        for element in parsed(picture).iter(f"{SVG}rect", f"{SVG}text"):
            for name in ("x", "y", "width", "height"):
                assert element.get(name) is None or element.get(name).isdigit()
        assert "style" not in write_svg(picture)


def _section() -> bytes:
    return write_section(api.pictures(made(load_form("ogi-2021"))), "甲").encode()


def test_same_figures_same_picture() -> None:
    assert_same_elsewhere(_section)


def test_hostile_names_are_text(hostile: str) -> None:
    picture = plain(3, 4, names=(f"甲{hostile}", "乙"), notes=(hostile,))
    printed = "".join(sign for sign in hostile.replace("\x0b", " ") if sign.isprintable())
    root = parsed(picture)
    assert root.find(f"{SVG}desc").text == f"甲{printed} 3件，乙 4件。{printed}"
    assert {element.tag for element in root.iter()} == {
        f"{SVG}{tag}" for tag in ("svg", "title", "desc", "rect", "path", "text")
    }
    assert not list(html.fragment_fromstring(write_section([picture], hostile)).iter("script", "b"))


def test_the_page_has_them_behind_the_official_text_and_is_else_the_same() -> None:
    spec = load_form("ogi-2021")
    submission = made(spec)
    without = api.report(submission, "html").decode()
    pictures = api.pictures(submission, replace(made(spec, 2), year=2023))
    with_them = api.report(submission, "html", pictures=pictures).decode()
    page = html.document_fromstring(with_them)
    (part,) = page.xpath("//main/aside")
    assert part.getparent()[-1] is part
    assert part.xpath("h2")[0].text == "数据图示"
    assert "不属于国办公开办函〔2021〕30号规定的报告格式" in part.xpath("p")[0].text
    assert len(list(part.iter("svg"))) == 3
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    for names in page.xpath("//@aria-labelledby"):
        assert set(names.split()) <= set(ids)
    part.getparent().remove(part)
    plain_page = html.document_fromstring(without)
    assert not plain_page.xpath("//aside | //figure") and "图示" not in without
    assert page.xpath("string(//main)").split() == plain_page.xpath("string(//main)").split()
    assert "url(" not in with_them and not page.xpath("//svg//@style")


def test_other_kinds_take_no_pictures() -> None:
    submission = made(load_form("ogi-2021"))
    for kind in ("docx", "md"):
        with pytest.raises(XltoolError, match=r"图示只能用于 \.html，不能用于 \.\w+；另生成一份 \.html 放图示。"):
            api.report(submission, kind, pictures=api.pictures(submission))
        assert api.report(submission, kind)


def test_a_page_of_pictures_alone() -> None:
    submission = made(load_form("ogi-2021"))
    page = html.document_fromstring(api.picture_page(submission, api.pictures(submission), draft=True).decode())
    assert page.xpath("string(//h1)") == "额敏县教育和科学技术局2024年政府信息公开工作年度报告图示"
    assert not page.xpath("//h2 | //table | //script")
    assert page.xpath("//aside/@aria-label") == ["数据图示"]
    assert page.xpath("//p[@class='draft']")
