"""What texts say against the form, the year and the agency; the manner of real reports says nothing."""

from __future__ import annotations

import pytest

from tests import figures
from xltool import api
from xltool.rules.texts import find_text_doubts
from xltool.rules.wording import (
    find_missing_aspects,
    find_other_agency,
    find_wrong_notices,
    find_wrong_years,
    is_hollow,
)

RIGHT_YEARS = [
    "2024年，我局认真落实条例。",
    "2024年以来，我局认真落实条例。",
    "本报告所列数据的统计期限自2024年1月1日起至2024年12月31日止。",
    "统计期限为２０２４年1月1日至12月31日。",
    "所列数据截止日期为2024年12月31日。",
    "现将我局2024年政府信息公开工作年度报告公布如下。",
    "按要求于2024年1月20日发布2023年政府信息公开工作年度报告。",
    "2023年，我局获评优秀。2024年，继续完善制度。",
    "2023年，共收到申请12件；今年收到9件。",
    "与2023年相比，申请增加3件。",
    "2025年，我局将进一步加强队伍建设。",
    "与2023年1月1日至12月31日的数据相比，本年申请减少3件。",
    "根据《2023年政务公开工作要点》和国办发〔2023〕12号文件，逐项落实。",
    "公开2023年度决算和2024年度预算。",
    "2023年收到、结转至2024年答复的申请3件。",
    "2023年工作要点所列任务全部完成。",
    "",
]
OTHER_YEARS = [
    ("2023年，我局认真落实条例，主动公开信息30条。", 2023),
    ("二〇二三年，我局认真落实条例。", 2023),
    ("2022年度我局共公开信息30条。", 2022),
    ("本报告所列数据的统计期限自2023年1月1日起至2023年12月31日止。", 2023),
    ("数据统计期限：2025年1月1日至12月31日。", 2025),
    ("根据规定，现将我局2023年度政府信息公开工作年度报告公布如下：", 2023),
]
NOTICES = [
    ("根据国办公开办函〔2019〕60号要求编制。", "国办公开办函〔2019〕60号"),
    ("按照国办公开办函[2019]60号规定的格式", "国办公开办函〔2019〕60号"),
    ("《关于政府信息公开工作年度报告有关事项的通知》（国办公开办函（2021）13号）", "国办公开办函〔2021〕13号"),
]
RIGHT_NOTICES = [
    "根据国办公开办函〔2021〕30号要求编制。",
    "根据国办公开办函〔2019〕60号、国办公开办函（2021）30号要求编制。",
    "《县政府办公室关于做好2024年政府信息公开工作年度报告的通知》（额政办函〔2024〕60号）",
    "《信息处理费管理办法》（国办函〔2020〕109号）",
    "《2021年政府公开工作要求》（国办发〔2021〕12号）",
]


@pytest.mark.parametrize("text", RIGHT_YEARS)
def test_years_that_a_report_rightly_names_say_nothing(spec, text):
    assert list(find_wrong_years(spec, 2024, text)) == []


@pytest.mark.parametrize(("text", "year"), OTHER_YEARS)
def test_a_text_about_another_year_is_told_with_its_words(spec, text, year):
    [found] = find_wrong_years(spec, 2024, text)
    assert found.year == year
    assert found.quoted.strip("…") in text


@pytest.mark.parametrize(("text", "number"), NOTICES)
def test_a_notice_of_another_edition_or_of_a_wrong_number_is_told(spec, text, number):
    assert [each.number for each in find_wrong_notices(spec, text)] == [number]


@pytest.mark.parametrize("text", RIGHT_NOTICES)
def test_notices_that_are_named_rightly_say_nothing(spec, text):
    assert list(find_wrong_notices(spec, text)) == []


def test_each_edition_has_its_own_notice(spec_2019):
    assert list(find_wrong_notices(spec_2019, "按国办公开办函〔2019〕60号编制。")) == []
    assert [each.number for each in find_wrong_notices(spec_2019, "按国办公开办函〔2021〕30号编制。")] == [
        "国办公开办函〔2021〕30号"
    ]


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("现将额敏县卫生健康委员会2024年政府信息公开工作年度报告公布如下：", "额敏县卫生健康委员会"),
        ("2024年，额敏县卫生健康委员会认真落实条例，我委公开信息30条。", "额敏县卫生健康委员会"),
        ("额敏县农业农村局高度重视政府信息公开工作。", "额敏县农业农村局"),
        ("额敏县教科局高度重视政府信息公开工作。", ""),
        ("额敏县教育局高度重视政府信息公开工作。", ""),
        ("额敏县人民政府办公室印发要点，额敏县农业农村局积极配合。", ""),
        ("现将额敏县教育和科学技术局2024年政府信息公开工作年度报告公布如下：", ""),
        ("我局联合额敏县公安局主动上门宣讲。", ""),
        ("额敏县委、县政府高度重视政府信息公开工作。", ""),
        ("额敏县人民政府高度重视政府信息公开工作。", ""),
        ("县卫健委认真落实条例。", ""),
    ],
)
def test_another_agency_is_told_only_where_the_text_is_presented_as_its_own(spec, text, other):
    submission = figures.submission(spec, dict.fromkeys(spec.index, 0))
    assert find_other_agency(spec, submission, text) == other


@pytest.mark.parametrize("text", ["无", "无。", "　无\n", "/", "——", "暂无。", "没有。"])
def test_a_text_that_says_nothing_is_hollow(text):
    assert is_hollow(text)


@pytest.mark.parametrize("text", ["", "  ", "无突出问题，继续改进。", "没有突出的问题。"])
def test_a_text_that_says_something_is_not(text):
    assert not is_hollow(text)


def test_missing_aspects_are_told_once_and_other_words_for_them_suffice(spec):
    long = (
        "2024年，我局通过政府网站发布信息583条，未收到依申请公开事项，信息发布前逐级审核，" + "工作平稳有序推进，" * 5
    )
    [(section, missing)] = find_missing_aspects(spec, {"overview": long})
    assert section.heading == "一、总体情况"
    assert [text.key for text in missing] == ["overview.supervision"]
    assert list(find_missing_aspects(spec, {"overview": f"{long}并纳入年度考核。"})) == []
    assert list(find_missing_aspects(spec, {"overview": long, "overview.supervision": "略"})) == []
    assert list(find_missing_aspects(spec, {"overview": "工作平稳。"})) == []
    assert list(find_missing_aspects(spec, {"problems": long})) == []


def test_no_text_rule_of_ours_is_compulsory_and_each_names_the_text(spec):
    texts = {
        "preface": "统计期限为2023年1月1日至12月31日。依据国办公开办函〔2019〕60号编制。",
        "overview": "额敏县农业农村局高度重视。共1O件。申请人：王建国，要求公开____。本人号13900000000。",
        "problems": "无",
    }
    found = list(find_text_doubts(spec, figures.submission(spec, dict.fromkeys(spec.index, 0), **texts), None, ()))
    assert {(each.code, each.severity) for each in found} == {
        ("text.year", "warning"),
        ("text.notice", "warning"),
        ("text.agency", "warning"),
        ("text.hollow", "warning"),
        ("text.person", "warning"),
        ("text.digits", "info"),
        ("text.gap", "info"),
    }
    assert all(spec.text(each.data["text"]).label in api.message(each, None) for each in found)
    number = next(each for each in found if each.code == "text.person").data["shown"]
    assert "建国" not in number  # what is told does not spread what it warns of
