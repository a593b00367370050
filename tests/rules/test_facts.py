"""Figures read out of prose: our own sentences with their facts, how often they are right, what the tables say."""

import json
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import figures
from tests.packaged import PACKAGED
from tests.rules import narratives
from tests.rules.test_texts import SAMPLES
from xltool import api
from xltool.forms import catalog, phrases
from xltool.forms.source import find_closest
from xltool.messages import DefinitionError
from xltool.rules.facts import find_facts, list_numbers, list_plain_numbers, read_facts
from xltool.rules.narrative_numerals import read_chinese
from xltool.rules.narrative_tokens import read_tokens, split_sentences

SPEC = catalog.load_form("ogi-2021")
OLD = catalog.load_form("ogi-2019")
LANGUAGE = phrases.load_language(SPEC)
SHARED = Path(__file__).parents[3] / "shared"
FILES = {
    "narratives_tuned.tsv": SPEC,
    "narratives_unseen.tsv": SPEC,
    "narratives_second.tsv": SPEC,
    "narratives_third.tsv": SPEC,
    "narratives_fourth.tsv": SPEC,
    "narratives_fifth.tsv": SPEC,
    "narratives_sixth.tsv": SPEC,
    "narratives_seventh.tsv": SPEC,
    "narratives_eighth.tsv": SPEC,
    "narratives_ninth.tsv": SPEC,
    "narratives_tenth.tsv": SPEC,
    "narratives_eleventh.tsv": SPEC,
    "narratives_twelfth.tsv": SPEC,
    "narratives_thirteenth.tsv": SPEC,
    "narratives_fourteenth.tsv": SPEC,
    "narratives_fifteenth.tsv": SPEC,
    "narratives_sixteenth.tsv": SPEC,
    "narratives_seventeenth.tsv": SPEC,
    "narratives_kinds.tsv": SPEC,
    "narratives_made.tsv": SPEC,
    "narratives_2019.tsv": OLD,
}
LEAST_PRECISION, LEAST_RECALL = 0.98, 0.92


def submission(year=2024, texts=(), **values):
    scaled = {key.replace("__", "."): value for key, value in values.items()}
    made = figures.submission(SPEC, dict.fromkeys(SPEC.index, 0) | scaled)
    return replace(made, year=year, texts=dict(texts))


def find(text, prior=None, **values):
    return find_facts(SPEC, submission(texts={"overview.requests": text}, **values), prior)


def test_there_are_enough_sentences_and_none_is_twice():
    cases = [case.text for name in FILES for case in narratives.read_cases(name)]
    assert len(cases) >= 300
    assert len(set(cases)) == len(cases)


@pytest.mark.parametrize("name", FILES)
def test_facts_are_found_and_nothing_else(name):
    found, beyond, missed = narratives.score(list(narratives.read_cases(name)), FILES[name])
    assert found / (found + beyond) >= LEAST_PRECISION
    assert found / (found + missed) >= LEAST_RECALL


@pytest.mark.parametrize(
    "text",
    [
        "未再收到申请。", "部分单位未收到申请。", "有3个镇未收到申请。", "12家单位全年未收到申请。",
        "我局多年未收到申请。", "未受理申请1件。", "存在未及时答复申请的情况。", "不存在未答复申请的情况。",
        "未全部办结申请。", "未及时公开规范性文件。", "规范性文件未公开。",
        "科研机构、社会公益组织均未申请。",
        "目前没有收到行政复议决定。",
        "未公布行政许可、行政处罚结果。",
        "未发生行政强制执行引发的复议。",
        "作出的行政处罚无一被复议。",
        "乡镇没有制定规范性文件的权限。",
        "没有行政许可权限。", "征地方面的申请80件。",
        "2021年以来，累计受理申请30件。", "公开了2项行政许可、6项行政处罚。", "网站公开了行政许可12件、行政处罚3件。",
    ],
)  # fmt: skip
def test_what_is_of_some_or_only_how_states_nothing(text):
    assert read_facts(SPEC, text) == ()


def test_since_a_year_is_the_whole_of_it():
    (fact,) = read_facts(SPEC, "2023年以来，共收到申请6件。")
    assert (fact.value, fact.year) == (6, 2023)
    assert read_facts(SPEC, "2023年以来，共收到申请6件。", 2024) == ()


@pytest.mark.parametrize(("year", "of"), [(None, 2021), (2021, 2021), (2023, None)])
@pytest.mark.parametrize("text", ["2021年度以来未收到申请。", "2021年以来，收到申请0件。"])
def test_nothing_since_a_year_is_nothing_in_each(text, year, of):
    (fact,) = read_facts(SPEC, text, year)
    assert (fact.value, fact.year) == (0, of)
    assert read_facts(SPEC, "2021年度以来收到申请2件。", 2023) == ()


@pytest.mark.parametrize(
    "text", ["收到申请5件，均未公开。", "行政诉讼5件，均未经行政复议。", "收到申请5件，未收到申请。"]
)
def test_what_a_sentence_has_counted_is_not_said_to_be_none(text):
    assert all(fact.value for fact in read_facts(SPEC, text))


def test_the_sentences_that_show_the_manner():
    sample = SHARED / "cases" / "narratives-sample.jsonl"
    if not sample.exists():
        pytest.skip("no sentences of others here")
    for line in sample.read_text("utf-8").splitlines():
        case = json.loads(line)
        facts = read_facts(SPEC, case["text"])
        assert len(facts) == len(case["facts"]), case["text"]
        for fact, said in zip(facts, case["facts"], strict=True):
            keys = said["what"].removeprefix("change_percent.").removeprefix("prior.").split("+")
            assert set(keys) in map(set, fact.of), case["text"]
            assert (fact.value, fact.qualifier, fact.scope) == (said["value"], said["qualifier"], said["scope"])
            assert (fact.kind == "change") == said["what"].startswith("change")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("十", 10), ("十二", 12), ("二十", 20), ("一百零三", 103), ("两千", 2000), ("三万二千", 32000), ("零", 0),
        ("二〇二四", 2024), ("一亿零五万", 100050000), ("百", None), ("三四", None), ("万", None), ("一二十", None),
    ],
)  # fmt: skip
def test_chinese_numerals(written, value):
    read = read_chinese(written)
    assert (read and read.value) == value


def test_each_token_stands_where_it_says():
    for name in FILES:
        for case in narratives.read_cases(name):
            tokens = read_tokens(case.text, 0, LANGUAGE)
            assert "".join(token.text for token in tokens) == case.text
            assert all(case.text[token.start : token.end] == token.text for token in tokens)


WORDS = st.sampled_from(sorted(phrases.load_language(SPEC).entries))
PROSE = st.lists(st.one_of(WORDS, st.text(max_size=3), st.sampled_from(["3件", "，", "。", "2023年", "12%", "（"])))


@given(PROSE.map("".join))
def test_any_text_can_be_read(text):
    tokens = [token for start, part in split_sentences(text) for token in read_tokens(part, start, LANGUAGE)]
    assert all(text[token.start : token.end] == token.text for token in tokens)
    for fact in read_facts(SPEC, text):
        assert text[fact.start : fact.end] == fact.quote
        assert fact.of and all(key in SPEC.index for keys in fact.of for key in keys)


@pytest.mark.parametrize(
    ("text", "values", "verdict", "printed"),
    [
        ("收到申请12件。", {"applications__received__total": 12}, "agrees", 12),
        ("收到申请12件。", {"applications__received__total": 10, "applications__carried_in__total": 2}, "agrees", 12),
        ("收到申请12件。", {"applications__received__total": 11}, "differs", 11),
        ("收到申请约12件。", {"applications__received__total": 11}, "unknown", 11),
        ("全市收到申请12件。", {"applications__received__total": 11}, "unknown", 11),
        ("收到申请12件。", {"applications__received__total": None}, "unknown", None),
        ("2021年收到申请12件。", {"applications__received__total": 11}, "unknown", None),
        ("未收到政府信息公开申请。", {"applications__received__total": 3}, "differs", 3),
        ("收到申请1.2万件。", {"applications__received__total": 11960}, "agrees", 11960),
        ("收取行政事业性收费78.16万元。", {"disclosure__fees__amount": 78156100}, "agrees", Decimal("78.1561")),
        ("收取行政事业性收费781561元。", {"disclosure__fees__amount": 78156100}, "agrees", Decimal("78.1561")),
        ("收取行政事业性收费78.2万元。", {"disclosure__fees__amount": 78056100}, "differs", Decimal("78.0561")),
    ],
)
def test_the_tables_say(text, values, verdict, printed):
    applications = {key: value for key, value in values.items() if value is not None}
    blank = {key.replace("__", "."): None for key, value in values.items() if value is None}
    stated = submission(texts={"overview.requests": text}, **applications)
    held = list(stated.values)
    for key in blank:
        held[SPEC.index[key]] = None
        held[SPEC.index[key.replace("total", "natural_person")]] = None
    [fact] = find_facts(SPEC, replace(stated, values=tuple(held)))
    assert (fact.verdict, fact.printed) == (verdict, printed)


def test_shares_are_right_rounded_or_cut_off():
    text = "收到申请300件，其中自然人申请200件，占{}。"
    values = {"applications__received__total": 300, "applications__received__natural_person": 200}
    for share, verdict in [("66.7%", "agrees"), ("66.6%", "agrees"), ("67%", "agrees"), ("66.5%", "differs")]:
        fact = find(text.format(share), **values)[-1]
        assert (fact.kind, fact.verdict) == ("percent", verdict), share


def test_changes_are_computed_from_last_year():
    prior = submission(2023, applications__received__total=31)
    text = "收到申请22件，同比下降29%，比上年（31件）减少9件。"
    facts = find(text, prior, applications__received__total=22)
    assert [(fact.kind, fact.value, fact.verdict) for fact in facts] == [
        ("figure", 22, "agrees"), ("change", -29, "agrees"), ("figure", 31, "agrees"), ("change", -9, "agrees"),
    ]  # fmt: skip
    assert {fact.verdict for fact in find(text, applications__received__total=22)[1:]} == {"unknown"}
    wrong = find("收到申请22件，同比上升29%。", prior, applications__received__total=22)
    assert (wrong[1].verdict, wrong[1].printed) == ("differs", -29)


def test_figures_named_in_braces_are_no_facts():
    text = "收到申请{applications.received.total}件，办结3件。"
    [fact] = find(text, applications__received__total=3, applications__processed_total__total=3)
    assert (fact.quote, fact.verdict) == ("3件", "agrees")
    numbers = list_numbers(SPEC, submission(texts={"overview.requests": text}, applications__processed_total__total=3))
    assert [(number.quote, number.proof) for number in numbers] == [("0", "reference"), ("3件", "cell")]


def test_every_number_is_proved_or_said_not_to_be():
    text = "共发布信息583条，其中通知10条、动态573条；收到申请2件，去年5件；开展培训3次。"
    prior = submission(2023, applications__received__total=5)
    stated = submission(texts={"overview.requests": text}, applications__received__total=2)
    assert [(each.quote, each.proof) for each in list_numbers(SPEC, stated, prior)] == [
        ("583条", "sum"), ("10条", "sum"), ("573条", "sum"), ("2件", "cell"), ("5件", "prior"), ("3次", "unproved"),
    ]  # fmt: skip
    assert [each.proof for each in list_plain_numbers(SPEC, text)] == ["sum", "sum", "sum", *["unproved"] * 3]


def test_a_year_in_a_phrase_means_what_the_report_is_of():
    text = "3件申请结转至2024年办理。"
    keys = [read_facts(SPEC, text, year)[0].of for year in (2023, 2024)]
    assert keys == [(("applications.carried_out.total",),), (("applications.carried_in.total",),)]


def test_an_office_adds_phrases_of_its_own(tmp_path, monkeypatch):
    assert read_facts(SPEC, "全年拢共来件7件。") == ()
    file = tmp_path / "ogi_2021.phrases.toml"
    file.write_text(
        '[[phrase]]\ntable = "applications"\nanchor = true\nrows = [["received"]]\nwords = ["拢共来件"]\n', "utf-8"
    )
    monkeypatch.setenv("XLTOOL_FORMS", str(tmp_path))
    [fact] = read_facts(SPEC, "全年拢共来件7件。")
    assert (fact.keys, fact.words) == (("applications.received.total",), ("拢共来件",))
    assert catalog.list_ids() == PACKAGED  # and it is no form
    file.write_text('[[phrase]]\ntable = "aplications"\nrows = [["recieved"]]\nwords = ["来件"]\n', "utf-8")
    with pytest.raises(DefinitionError, match="no table is named 'aplications'"):
        read_facts(SPEC, "来件7件。")
    file.write_text('[[phrase]]\ntable = "applications"\nrows = [["recieved"]]\nwords = ["来件"]\n', "utf-8")
    with pytest.raises(DefinitionError, match="no row or column 'recieved'"):
        read_facts(SPEC, "来件7件。")
    file.write_text(f'neutral = ["{"<一|二|三|四>" * 12}"]\n', "utf-8")
    with pytest.raises(DefinitionError, match=r"'neutral' of .* make too many words"):
        read_facts(SPEC, "来件7件。")


@pytest.mark.parametrize("spec", [SPEC, OLD], ids=lambda spec: spec.id)
def test_every_phrase_means_cells_of_the_form(spec):
    """Each row of a phrase has a cell in one of its columns, or in the total."""
    for phrase in phrases.list_phrases(phrases.load_language(spec)):
        columns = phrase.columns or (("total",),)
        for rows in phrase.rows:
            keys = [f"{phrase.table}.{row}.{column}" for row in rows for each in columns for column in each]
            assert any(key in spec.index for key in keys), (phrase, find_closest(keys[0], spec.index))


def test_the_seed():
    seed = next((SHARED / "seed").glob("*.txt"), None)
    if seed is None:
        pytest.skip("no report of others here")
    from xltool.published.hints import Hints
    from xltool.readings import import_report

    read = import_report(seed.read_bytes(), seed.name, Hints()).reading.submission
    facts = find_facts(SPEC, read)
    assert {fact.verdict for fact in facts} == {"agrees"}
    assert [fact.words for fact in facts if fact.kind == "sum"] == [("10条", "15条", "558条")]
    assert {fact.keys[0].partition(".")[0] for fact in facts if fact.is_flat} == {"applications", "disputes"}
    assert all("573" not in fact.quote for fact in facts)


@pytest.mark.parametrize("submission", SAMPLES, ids=lambda each: f"{each.agency.code}-{each.year}")
def test_the_figures_in_the_texts_of_the_sample_county_agree(submission):
    """But for the one whose tables are spoilt to be found."""
    differing = [each for each in find_facts(api.form(submission.form), submission) if each.verdict == "differs"]
    is_spoilt = (submission.agency.code, submission.year) == ("654221-102", 2024)
    assert bool(differing) is is_spoilt


@pytest.mark.parametrize("unit", ["于", "诉求", "明年", "没有", "（甲", "方式、", "在", "件"])
def test_a_text_without_a_full_stop_is_read_in_no_time(unit):
    """Words made of parts were measured to the end of the text from each place, and denials one within the other."""
    text = (unit * 32_000)[:32_000]
    start = time.process_time()
    assert not read_facts(SPEC, text)
    assert time.process_time() - start < 60  # some seconds; many minutes where it grows with the square


def test_a_sentence_of_a_thousand_words_says_nothing_and_the_one_behind_it_does():
    long = "，".join(f"第{at}项工作已经落实" for at in range(300))
    facts = read_facts(SPEC, f"本年新收政府信息公开申请1件{long}。本年新收政府信息公开申请12件。")
    assert [str(fact.value) for fact in facts] == ["12"]
