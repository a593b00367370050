from __future__ import annotations

import json
from dataclasses import replace
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests import figures
from xltool.forms import catalog, checks, document
from xltool.model import LEVELS, NOT_APPLICABLE, Agency, Submission

SPEC = catalog.load_form("ogi-2021")


def form(form_id):
    return SPEC if form_id == SPEC.id else None


def parsed(text):
    return document.parse_document(
        text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"), form, "a.json"
    )


def whole(**more):
    return {
        "schema": "xltool/submission/1",
        "form": "ogi-2021",
        "year": 2024,
        "agency": {"code": "654221-015", "name": "额敏县教育和科学技术局", "level": "department"},
        "scope": "own",
        "values": {},
        "texts": {},
    } | more


def value(raw, key="disclosure.fees.amount"):
    """The scaled value of a number as JSON writes it, and the code found."""
    reading = parsed(json.dumps(whole(values={key: "@"})).replace('"@"', raw))
    return reading.submission.values[SPEC.index[key]], [found.code for found in reading.findings]


@given(st.integers(-(10**17), 10**17) | st.integers(-9, 9), st.booleans())
@example(10**15 - 1, False)
@example(10**15, False)
@example(1 - 10**15, False)
def test_a_whole_number_is_one_however_it_is_written(number, fractions):
    key = next(cell.key for cell in SPEC.cells if bool(cell.measure.decimals) == fractions and not cell.total)
    assert value(str(number), key) == value(f"{number}.0", key)


def test_a_serial_stands_only_where_there_is_one():
    submission = parsed(json.dumps(whole(serial="A-7"))).submission
    assert json.loads(document.dump_document(SPEC, submission))["serial"] == "A-7"
    assert "serial" not in json.loads(document.dump_document(SPEC, replace(submission, serial="")))


def test_a_text_of_nothing_is_no_text():
    submission = parsed(json.dumps(whole(texts={"overview": "", "problems": None, "preface": "引言"}))).submission
    assert submission.texts == {"preface": "引言"}


def rejected(text):
    reading = parsed(text if isinstance(text, str | bytes) else json.dumps(text))
    assert reading.submission is None
    assert len(reading.findings) == 1
    return reading.findings[0].code, dict(reading.findings[0].data)


@pytest.mark.parametrize(
    ("raw", "scaled", "codes"),
    [
        ("78.1561", 78_156_100, []),
        ("0.1", 100_000, []),
        ("78.15610000", 78_156_100, []),
        ("7.81561e1", 78_156_100, []),
        ("78.15610000000000000000000000000001", None, ["number.precision"]),
        ("999999999.999999", 999_999_999_999_999, []),
        ("null", None, []),
        ('"/"', NOT_APPLICABLE, []),
        ('"78.1561"', 78_156_100, ["number.normalised"]),
        ('"251000元"', None, ["number.text"]),
        ('""', None, []),
        ("true", None, ["number.kind"]),
        ("[1]", None, ["number.kind"]),
        ('{"a": 1}', None, ["number.kind"]),
        ("1e999", None, ["number.range"]),
        ("1e1000000", None, ["number.range"]),
        ("1e-1000000", None, ["number.precision"]),
        ("9" * 4000, None, ["number.range"]),
        ("-1", -1_000_000, []),
    ],
)
def test_digits_are_exact(raw, scaled, codes):
    assert value(raw) == (scaled, codes)


def test_zero_is_not_blank():
    reading = parsed(json.dumps(whole(values={"disputes.review.upheld": 0})))
    assert reading.submission.values[SPEC.index["disputes.review.upheld"]] == 0
    assert reading.submission.values.count(None) == 199
    assert (reading.submission.source, reading.findings) == ("a.json", ())


@pytest.mark.parametrize(
    ("more", "key", "hint"),
    [
        (
            {"values": {"applications.recieved.other": 1}},
            "applications.recieved.other",
            "，最接近的是 applications.received.other",
        ),
        ({"values": {"expenses": 1}}, "expenses", ""),
        ({"texts": {"overview.disclosur": "x"}}, "overview.disclosur", "，最接近的是 overview.disclosure"),
        (
            {"explanations": {"applications.balance@others": "x"}},
            "applications.balance@others",
            "，最接近的是 applications.balance@other",
        ),
        ({"agencies": {}}, "agencies", "，最接近的是 agency"),
    ],
)
def test_unknown_keys_are_named_with_the_nearest_known_one(more, key, hint):
    code, facts = rejected(whole(**more))
    assert (code, facts["key"], facts["hint"]) == ("document.unknown_key", key, hint)


def test_all_unknown_keys_of_a_document_are_told_together():
    values = {"applications.recieved.other": 1, "expenses": 1}
    _, facts = rejected(whole(values=values, texts={"overview.disclosur": "x"}))
    assert facts["key"] == "applications.recieved.other"
    assert facts["hint"] == (
        "，最接近的是 applications.received.other；“expenses”也不是；“overview.disclosur”也不是，"
        "最接近的是 overview.disclosure"
    )
    _, facts = rejected(whole(values={f"x{at}": 1 for at in range(30)}))
    assert facts["hint"].count("也不是") == 11
    assert facts["hint"].endswith(" 等 30 项")


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("[]", "schema"),
        ("{}", "schema"),
        (json.dumps(whole(schema="xltool/submission/2")), "schema"),
        (json.dumps(whole(form=None)), "form"),
        (json.dumps(whole(year="2024")), "year"),
        (json.dumps(whole(year=True)), "year"),
        (json.dumps(whole(year=24)), "year"),
        (json.dumps(whole(scope="all")), "scope"),
        (json.dumps(whole(scope=[])), "scope"),
        (json.dumps(whole(values=[])), "values"),
        (json.dumps(whole(texts={"preface": 3})), "texts.preface"),
        (json.dumps(whole(serial=3)), "serial"),
        (json.dumps(whole(agency="x")), "agency"),
        (json.dumps(whole(agency={"code": " ", "name": "x", "level": "county"})), "agency.code"),
        (json.dumps(whole(agency={"code": "x", "name": "x", "level": "town"})), "agency.level"),
        ('{"schema": 1, "schema": 1}', "schema"),
        (json.dumps(whole(values={"a": 1})).replace('"a": 1', '"a": 1, "a": 2'), "a"),
        (json.dumps(whole(values={"a": 1})).replace('"a": 1', '"a": NaN'), "NaN"),
        (json.dumps(whole(values={"a": 1})).replace('"a": 1', '"a": -Infinity'), "-Infinity"),
    ],
)
def test_fields_that_do_not_fit_are_named(text, field):
    code, facts = rejected(text)
    assert (code, facts["field"]) == ("document.schema", field)


def test_an_unknown_form():
    assert rejected(whole(form="ogi-2031")) == ("file.unknown_form", {"hint": "（ogi-2031）"})


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('{"a": 1,\n "b" 2}', 2, 6),
        ("", 1, 1),
        ("{", 1, 2),
        (b'{\n"a": "\xb6\xee"}', 2, 1),
        ("[" * 100_000, 1, 1),
        ('{"a":' * 100_000, 1, 1),
        ('{"a": ' + "9" * 5000 + "}", 1, 1),
        ('{"a": 1e99999999999999999999}', 1, 1),
    ],
)
def test_what_is_no_json_is_refused_with_its_place(text, line, column):
    code, facts = rejected(text)
    assert (code, facts["line"], facts["column"]) == ("document.syntax", line, column)


@pytest.mark.parametrize("depth", [100, 400, 700, 850, 900, 930, 950, 970, 990, 2000])
def test_values_nested_to_any_depth(depth):
    raw = "[" * depth + "]" * depth
    reading = parsed(json.dumps(whole(values={"disclosure.fees.amount": "@"})).replace('"@"', raw))
    assert [found.code for found in reading.findings] in (["number.kind"], ["document.syntax"])


def test_what_nothing_can_hold_is_left_out_of_texts_and_names():
    text = json.dumps(
        whole(
            texts={"preface": "一\ud800二\x00\x0b三\n四\uffff"},
            agency={"code": "1", "name": "甲\udfff局", "level": "county"},
        )
    )
    submission = parsed(text).submission
    assert (submission.texts["preface"], submission.agency.name) == ("一二三\n四", "甲局")
    code, facts = rejected(json.dumps(whole(values={"\ud800": 1})))
    assert (code, facts["key"]) == ("document.unknown_key", "")


def test_explanations_belong_to_the_lines_of_the_check_sheet():
    names = [check.name for check in checks.list_checks(SPEC)]
    submission = parsed(json.dumps(whole(explanations=dict.fromkeys(names, "属实")))).submission
    assert list(submission.explanations) == names


def test_a_byte_order_mark_and_leading_space():
    data = b"\xef\xbb\xbf \n" + json.dumps(whole()).encode()
    assert document.looks_like(data)
    assert parsed(data).submission is not None
    assert not document.looks_like(b"PK\x03\x04")
    assert not document.looks_like(b"")


@given(st.binary())
@example(b"\xff\xfe{\x00}\x00")
def test_no_bytes_ever_raise(data):
    reading = document.parse_document(data, form)
    assert reading.submission is None
    assert reading.findings


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["/", "12", "ogi-2021", "county", "own"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*whole(), "preface", "disclosure.fees.amount", "code", "level"]), inner)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*whole(), "explanations", "serial"]), json_values))
def test_no_json_ever_raises(more):
    reading = parsed(json.dumps(whole() | more))
    assert (reading.submission is None) <= bool(reading.findings)


@st.composite
def submissions(draw):
    values = []
    for cell in SPEC.cells:
        largest = cell.measure.maximum * cell.measure.scale
        values.append(draw(st.none() | st.just(NOT_APPLICABLE) | st.integers(0, 3) | st.integers(-largest, largest)))
    plain = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), min_size=1)
    agency = Agency(draw(plain.filter(str.strip)), draw(plain.filter(str.strip)), draw(st.sampled_from(LEVELS)))
    texts = draw(st.dictionaries(st.sampled_from([text.key for text in SPEC.texts]), plain, max_size=3))
    explanations = draw(st.dictionaries(st.sampled_from([rule.name for rule in SPEC.rules]), plain, max_size=3))
    return Submission(
        SPEC.id,
        draw(st.integers(2000, 2100)),
        agency,
        tuple(values),
        texts,
        explanations,
        draw(st.sampled_from(["own", "consolidated"])),
    )


@settings(max_examples=25)
@given(submissions())
def test_dumped_and_parsed_is_the_same(submission):
    data = document.dump_document(SPEC, submission)
    reading = document.parse_document(data, form)
    assert reading.findings == ()
    assert reading.submission == submission
    assert document.dump_document(SPEC, reading.submission) == data


def test_a_dump_shows_the_digits_as_filled_in():
    values = figures.consistent(SPEC, Random(1)) | {
        "disclosure.fees.amount": 78_156_100,
        "disputes.review.upheld": None,
    }
    values["disclosure.regulations.issued"] = NOT_APPLICABLE
    data = document.dump_document(SPEC, figures.submission(SPEC, values))
    assert b'"disclosure.fees.amount": 78.1561,' in data
    assert b'"disputes.review.upheld": null,' in data
    assert b'"disclosure.regulations.issued": "/",' in data
    assert list(json.loads(data)["values"]) == list(SPEC.index)


def test_a_dump_of_a_hostile_text_can_be_read_again():
    submission = figures.submission(SPEC, {}, preface="半\ud800个\x00\x1b字")
    assert (
        document.parse_document(document.dump_document(SPEC, submission), form).submission.texts["preface"] == "半个字"
    )
