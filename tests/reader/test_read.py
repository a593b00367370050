"""What was filled in is what is read, to the last digit, whoever saved the file in between."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date
from random import Random
from xml.sax.saxutils import escape

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import figures
from tests.workbook import calc, tamper
from tests.workbook.rewriters import LYING, REWRITERS, office_saved, openpyxl_saved
from tests.workbook.tamper import TABLE_2, TABLE_3, TEXTS, Fault, Formula, Opened, codes, filled, tampered
from xltool import api
from xltool.forms import totals
from xltool.kinds import OLE2
from xltool.model import LEVELS, NOT_APPLICABLE, Agency, FormSpec, Submission
from xltool.workbook.layout_plan import make_plan

EDITIONS = ("ogi-2021", "ogi-2019")
SPEC = api.form("ogi-2021")
PLAN = make_plan(SPEC)
COUNT, AMOUNT = "applications.received.natural_person", "disclosure.fees.amount"
CHARACTERS = st.characters(
    codec="utf-8", exclude_characters="\ufffe\uffff", exclude_categories=("Cs", "Cc")
) | st.sampled_from("\n\t")
TEXT = st.text(CHARACTERS, min_size=1, max_size=60).filter(lambda text: text.strip())


SIGNS = "一二三\n\t 　，。“”0123abc&<>\"'=+@x000D𠮷é"


def random_submission(spec: FormSpec, seed: int, signs: str = f"_{SIGNS}") -> Submission:
    """Figures of any size within the measure, zeros, blanks and `/`.

    Texts and explanations with all that people type.
    """
    rng = Random(seed)
    values = []
    for cell in spec.cells:
        highest = cell.measure.maximum * cell.measure.scale
        whole = rng.choice([0, 0, 1, 7, 250, 99_999, highest, rng.randint(0, highest)])
        if cell.measure.signed:
            whole *= rng.choice([1, -1])
        values.append(rng.choice([whole, whole, whole, None, NOT_APPLICABLE]))
    texts = {
        text.key: f"文{''.join(rng.choices(signs, k=rng.randint(0, 400)))}字"
        for text in spec.texts
        if rng.random() < 0.8
    }
    why = {name: f"说明{rng.random()}" for name in make_plan(spec).explanations if rng.random() < 0.5}
    agency = Agency(f"{rng.randrange(10**6):06}-{seed}", f"第{seed}局", rng.choice(LEVELS))
    year = spec.years[1] or 2021 + seed % 9
    scope = rng.choice(["own", "consolidated"])
    return Submission(
        spec.id, year, agency, totals.compute_totals(spec, values), texts, why, scope, serial=rng.choice(["", "S-1"])
    )


@pytest.mark.parametrize("form_id", EDITIONS)
@pytest.mark.parametrize("seed", range(12))
def test_what_was_filled_in_is_what_is_read(form_id, seed):
    submission = random_submission(api.form(form_id), seed)
    reading = api.read(api.fill(submission))
    assert reading.submission == submission
    assert reading.findings == ()


@pytest.mark.parametrize("form_id", EDITIONS)
def test_what_was_read_fills_the_same_workbook(form_id):
    data = api.fill(random_submission(api.form(form_id), 77))
    assert api.fill(api.read(data).submission) == data


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    amount=st.integers(0, 10**15 - 1),
    count=st.one_of(st.none(), st.just(NOT_APPLICABLE), st.integers(0, 999_999_999)),
    text=TEXT,
    name=st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=30),
)
def test_any_figure_and_any_text(amount, count, text, name):
    values = figures.aligned(SPEC, {COUNT: count, AMOUNT: amount})
    submission = Submission(SPEC.id, 2024, Agency("1", name.replace("_", ""), "county"), values, {"problems": text})
    submission = replace(submission, agency=replace(submission.agency, name=submission.agency.name or "甲"))
    reading = api.read(api.fill(submission))
    assert (reading.submission, reading.findings) == (submission, ())


@pytest.mark.parametrize(
    "value", [78_156_100, 1, 999_999_999_999_999, 123_456_789_012_345, 100_000, 10**6, 0, 300_000, 251_000]
)
def test_amounts_are_exact_to_the_sixth_decimal(value):
    submission = Submission(SPEC.id, 2024, tamper.AGENCY, figures.aligned(SPEC, {AMOUNT: value}))
    data = api.fill(submission)
    for rewrite in (lambda same: same, REWRITERS["doubles"], openpyxl_saved):
        assert api.read(rewrite(data)).submission.values[SPEC.index[AMOUNT]] == value


def test_blank_zero_and_slash_are_three_things():
    keys = ["disclosure.regulations.issued", "disclosure.regulations.repealed", "disclosure.regulations.in_force"]
    submission = Submission(
        SPEC.id, 2024, tamper.AGENCY, figures.aligned(SPEC, dict(zip(keys, (None, 0, NOT_APPLICABLE), strict=True)))
    )
    data = api.fill(submission)
    assert [api.read(data).submission.values[SPEC.index[key]] for key in keys] == [None, 0, NOT_APPLICABLE]
    shown = openpyxl.load_workbook(io.BytesIO(data))[TABLE_2]
    assert [shown[PLAN.cells[key].address].value for key in keys] == [None, 0, "/"]


# ---------------------------------------------------------------- saved by others


@pytest.mark.parametrize("form_id", EDITIONS)
@pytest.mark.parametrize("name", REWRITERS)
def test_rewritten_by_another_application(name, form_id):
    data = REWRITERS[name](api.fill(random_submission(api.form(form_id), 5)))
    reading = api.read(data)
    assert reading.submission == random_submission(api.form(form_id), 5)
    assert codes(reading) == LYING.get(name, set())


def test_rewritten_by_all_of_them_in_turn():
    data = filled()
    for name in (
        "rich_text",
        "doubles",
        "wrong_cached_values",
        "date_1904",
        "inline_strings",
        "without_references",
        "entries_reversed",
    ):
        data = REWRITERS[name](data)
    reading = api.read(data)
    assert (reading.submission, codes(reading)) == (tamper.given(), {"total.stale"})


def test_saved_by_libreoffice_once_and_again(tmp_path):
    calc.require_office()
    given = {
        f"{form_id}-{seed}": random_submission(api.form(form_id), seed, SIGNS)
        for form_id in EDITIONS
        for seed in (1, 2)
    }
    given["all"] = tamper.given()
    files = {name: api.fill(submission) for name, submission in given.items()}
    for turn in ("once", "twice"):
        files = office_saved(files, tmp_path / turn)
        for name, data in files.items():
            reading = api.read(data)
            assert reading.submission == given[name], (
                turn,
                name,
            )  # but for `_x0_`, which LibreOffice takes for a control character
            assert codes(reading) == set(), (turn, name)
    assert api.read(openpyxl_saved(files["all"])).submission == tamper.given()


# ---------------------------------------------------------------- what clerks type


def cell_read(content, key=COUNT):
    """The value and findings of one cell in which something was typed or pasted."""
    spot = PLAN.cells[key]
    reading = api.read(tampered(lambda opened: opened.put(spot.sheet, spot.address, content)))
    assert reading.submission is not None
    return reading.submission.values[SPEC.index[key]], [found for found in reading.findings if key in found.keys]


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("１２", 12),
        ("1,234", 1234),
        ("１，２３４", 1234),
        ("12 345", 12345),
        ("+5", 5),
        ("12.0", 12),
    ],
)
def test_numbers_written_as_text_are_read_and_noted(typed, value):
    read, (found,) = cell_read(typed)
    assert (read, found.code, found.severity) == (value, "number.normalised", "info")
    assert api.message(found, SPEC).startswith(f"表三“本年新收”行“自然人”栏（D6）写作“{typed}”，按 {value} 读取。")


@pytest.mark.parametrize(("typed", "value"), [(" 7 ", 7), ("　8　", 8), ("9", 9), ("0", 0)])
def test_plain_numbers_stored_as_text_are_read_and_only_counted(typed, value):
    read, (found,) = cell_read(typed)
    assert (read, found.code, found.severity) == (value, "number.stored", "info")
    assert api.message(found, SPEC).startswith("表三有 1 个数以文本存放，均按数读取。")


@pytest.mark.parametrize(
    ("typed", "holds", "key"),
    [
        ("3件", "3", COUNT),
        ("减4", "-4", COUNT),
        ("22（其中修订16件）", "22", COUNT),
        ("251000元", "25.1", AMOUNT),
        ("25.1万元", "25.1", AMOUNT),
        ("约三十", None, COUNT),
        ("=1+1", None, COUNT),
        ("1e5", None, COUNT),
        ("٣", None, COUNT),
        ("①", None, COUNT),
    ],
)
def test_texts_are_no_numbers_and_what_they_seem_to_hold_is_told(typed, holds, key):
    read, (found,) = cell_read(typed, key)
    assert (read, found.code, found.severity) == (None, "number.text", "error")
    message = api.message(found, SPEC)
    assert f"填的是“{typed}”，不是数" in message
    assert (f"看来应为 {holds}。" in message) if holds else "看来" not in message


@pytest.mark.parametrize("typed", ["2024-01-31", "1_000", "12/0", "1.2.3", "5~6", "12,34"])
def test_what_may_be_several_numbers_is_none(typed):
    read, (found,) = cell_read(typed)
    assert (read, found.code) == (None, "number.text")


@pytest.mark.parametrize("typed", ["／", "—", "——", "-", "无", "不适用", " 无 "])
def test_ways_to_write_not_applicable(typed):
    read, (found,) = cell_read(typed)
    assert (read, found.code) == (NOT_APPLICABLE, "number.normalised")


def test_a_plain_slash_needs_no_note():
    assert cell_read("/") == (NOT_APPLICABLE, [])


@pytest.mark.parametrize("typed", ["", " ", "　", "\u200b", None])
def test_what_looks_blank_is_blank(typed):
    assert cell_read(typed) == (None, [])


@pytest.mark.parametrize(
    ("content", "what", "shown"),
    [
        (True, "逻辑值", "TRUE"),
        (False, "逻辑值", "FALSE"),
        (Fault("#N/A"), "错误值", "#N/A"),
        (Fault("#DIV/0!"), "错误值", "#DIV/0!"),
    ],
)
def test_booleans_and_error_values_are_no_numbers(content, what, shown):
    read, (found,) = cell_read(content)
    assert (read, found.code, found.severity) == (None, "number.kind", "error")
    assert f"（D6）里是{what}（{shown}），不是数字。改法：清除该格后重新填数。" in api.message(found, SPEC)


def test_a_date_of_the_iso_kind_is_no_number():
    reading = api.read(tampered(lambda opened: opened.digits(TABLE_3, "D6", "2024-03-05", "d")))
    assert reading.submission.values[SPEC.index[COUNT]] is None
    assert "里是日期（2024-03-05）" in api.message(reading.findings[0], SPEC)


def test_a_date_that_a_script_wrote_is_no_number():
    book = openpyxl.load_workbook(io.BytesIO(filled()), rich_text=False)
    book.iso_dates = True
    book[TABLE_3]["D6"] = date(2024, 3, 5)
    buffer = io.BytesIO()
    book.save(buffer)
    reading = api.read(buffer.getvalue())
    assert reading.submission.values[SPEC.index[COUNT]] is None
    assert codes(reading) == {"number.kind"}


@pytest.mark.parametrize(
    ("stored", "key", "value"),
    [
        ("1e5", COUNT, 100_000),
        ("1E+2", COUNT, 100),
        ("-0", COUNT, 0),
        ("-0.0", AMOUNT, 0),
        ("12.0", COUNT, 12),
        (".5", AMOUNT, 500_000),
        ("5.", COUNT, 5),
        ("007", COUNT, 7),
        ("78.156099999999995", AMOUNT, 78_156_100),
        ("0.30000000000000004", AMOUNT, 300_000),
        ("999999999.99999905", AMOUNT, 999_999_999_999_999),
        ("-3", COUNT, -3),
        ("2.9999999999999996", COUNT, 3),
        ("999999999", AMOUNT, 999_999_999_000_000),
    ],
)
def test_numbers_as_workbooks_store_them(stored, key, value):
    spot = PLAN.cells[key]
    reading = api.read(tampered(lambda opened: opened.digits(spot.sheet, spot.address, stored)))
    assert reading.submission.values[SPEC.index[key]] == value
    assert codes(reading) <= {"total.stale"}  # nobody has computed the totals again


@pytest.mark.parametrize(
    ("stored", "key", "code"),
    [
        ("1e308", COUNT, "number.range"),
        ("-1e308", AMOUNT, "number.range"),
        ("1e999", COUNT, "number.range"),
        ("1E-7", AMOUNT, "number.precision"),
        ("1E-300", AMOUNT, "number.precision"),
        ("0.1234567", AMOUNT, "number.precision"),
        ("2.5", COUNT, "number.fraction"),
        ("nan", COUNT, "number.text"),
        ("inf", COUNT, "number.text"),
        ("1_000", COUNT, "number.text"),
        ("٣", COUNT, "number.text"),
        ("0x10", COUNT, "number.text"),
        ("9" * 400, COUNT, "number.range"),
        ("9" * 16, COUNT, "number.range"),
        ("9" * 16, AMOUNT, "number.range"),
        ("1234567890", AMOUNT, "number.range"),
        ("x" * 4000, COUNT, "number.text"),
    ],
)
def test_numbers_that_are_none(stored, key, code):
    spot = PLAN.cells[key]
    reading = api.read(tampered(lambda opened: opened.digits(spot.sheet, spot.address, stored)))
    assert reading.submission.values[SPEC.index[key]] is None
    assert codes(reading) == {code}
    assert len(api.message(reading.findings[0], SPEC)) < 250


@pytest.mark.parametrize(
    ("typed", "value", "code"),
    [
        ("1E3", None, "number.text"),
        ("1e400", None, "number.text"),
        ("NaN", None, "number.text"),
        ("INF", None, "number.text"),
        ("1_000", None, "number.text"),
        ("٣", None, "number.text"),
        ("१२", None, "number.text"),
        ("²", None, "number.text"),
        ("-0", 0, "number.normalised"),
        ("007", 7, "number.normalised"),
        ("１２", 12, "number.normalised"),
        ("12345678901234567890", None, "number.range"),
        ("12.00000000000000001", None, "number.fraction"),
    ],
)
def test_texts_are_read_to_the_last_digit_or_told(typed, value, code):
    read, (found,) = cell_read(typed)
    assert (read, found.code) == (value, code)


@pytest.mark.parametrize(
    ("stored", "value"),
    [("12.00000000000000001", 12), ("123456789.00000000000", 123_456_789), ("00000000000000000012", 12)],
)
def test_digits_beyond_those_of_a_double(stored, value):
    """No application that opens the file sees any of them."""
    assert float(stored) == value
    reading = api.read(tampered(lambda opened: opened.digits(TABLE_3, "D6", stored)))
    assert (reading.submission.values[SPEC.index[COUNT]], codes(reading)) == (value, {"total.stale"})


def formula(text, shown=None):
    made = Formula(text)
    made.shown = shown
    return made


def test_a_formula_in_an_input_is_read_as_it_is_shown():
    read, (found,) = cell_read(formula("2*3", 6))
    assert (read, found.code, found.severity) == (6, "formula.in_input", "warning")
    assert api.message(found, SPEC).startswith("表三“本年新收”行“自然人”栏（D6）里是公式 =2*3，按其显示的结果 6 读取。")


def test_a_formula_without_its_result_cannot_be_read():
    read, (found,) = cell_read(formula("2*3"))
    assert (read, found.code, found.severity) == (None, "formula.uncalculated", "error")
    assert "文件中没有它的结果" in api.message(found, SPEC)


@pytest.mark.parametrize(
    ("shown", "read", "told"),
    [
        ("", None, {"formula.in_input"}),
        ("3件", None, {"number.text", "formula.in_input"}),
        ("12", 12, {"number.stored", "formula.in_input"}),
    ],
)
def test_a_formula_that_shows_a_text(shown, read, told):
    value, found = cell_read(formula('"x"', shown))
    assert (value, {each.code for each in found}) == (read, told)


def test_a_long_formula_is_quoted_in_part():
    _, (found,) = cell_read(formula("1+" * 2000 + "1", 2001))
    assert len(api.message(found, SPEC)) < 250


# ---------------------------------------------------------------- texts


def test_texts_that_are_numbers_formulas_and_error_values():
    at = {key: PLAN.texts[key].address for key in ("overview", "problems", "other_matters", "preface")}

    def act(opened: Opened):
        opened.put(TEXTS, at["overview"], 834600)
        opened.put(TEXTS, at["problems"], formula('"甲"&"乙"', "甲乙"))
        opened.put(TEXTS, at["other_matters"], Fault("#NAME?"))
        opened.put(TEXTS, at["preface"], formula('"甲"'))

    reading = api.read(tampered(act))
    texts = reading.submission.texts
    assert (texts["overview"], texts["problems"]) == ("834600", "甲乙")
    assert not texts.keys() & {"other_matters", "preface"}
    told = {found.code: api.message(found, SPEC) for found in reading.findings}
    assert told.keys() == {"formula.in_input", "text.fault", "formula.uncalculated"}
    assert told["text.fault"].startswith(
        f"“六、其他需要报告的事项”（{at['other_matters']}）里是错误值 #NAME?，不是文字，没有读取。"
    )
    assert told["formula.in_input"].startswith(
        f'“五、存在的主要问题及改进情况”（{at["problems"]}）里是公式 ="甲"&"乙"，按其显示的结果 “甲乙” 读取。'
    )


# ---------------------------------------------------------------- bytes


def damaged(data: bytes, rng: Random) -> bytes:
    """One byte changed, or the end cut off, or bytes put in."""
    at = rng.randrange(len(data))
    return rng.choice(
        [
            data[:at] + bytes([data[at] ^ (1 << rng.randrange(8))]) + data[at + 1 :],
            data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :],
            data[:at],
            data[:at] + rng.randbytes(rng.randint(1, 50)) + data[at:],
            data[:at] + data[at + rng.randint(1, 50) :],
        ]
    )


def understood(data: bytes) -> None:
    """Reading gives a submission or one reason, and every finding can be said."""
    reading = api.read(data, "甲.xlsx")
    assert reading.submission is not None or len(reading.findings) == 1
    spec = None if reading.submission is None else api.form(reading.submission.form)
    assert all(api.message(found, spec) for found in reading.findings)
    if reading.submission is not None:
        api.dump(reading.submission)
        [judged] = api.check([reading])
        assert api.status(judged) in {"accepted", "returned"}


@pytest.mark.parametrize("seed", range(8))
def test_damaged_files_are_refused_or_read(seed):
    rng = Random(seed)
    for _ in range(60):
        understood(damaged(filled(), rng))


@pytest.mark.parametrize("seed", range(8))
def test_damaged_parts_in_sound_packages_are_refused_or_read(seed):
    rng = Random(seed)
    parts = Opened(filled()).parts
    for _ in range(20):
        name = rng.choice([name for name in parts if name.endswith((".xml", ".rels"))])
        understood(tamper.zipped(parts | {name: damaged(parts[name], rng)}))


@pytest.mark.parametrize("name", sorted(Opened(filled()).parts))
def test_a_part_missing_or_empty(name):
    parts = Opened(filled()).parts
    understood(tamper.zipped({other: part for other, part in parts.items() if other != name}))
    understood(tamper.zipped(parts | {name: b""}))


STREAMS = [f"{name}\0".encode("utf-16-le") for name in ("Workbook", "EncryptedPackage", "WordDocument")]
BEGINNINGS = [
    b"",
    b"{",
    b"\xef\xbb\xbf {",
    b"\xff\xfe{\0",
    b"PK\3\4",
    b"PK\5\6",
    OLE2,
    *(OLE2 + stream for stream in STREAMS),
    b"From: a\n\n",
]


@given(st.binary(max_size=600))
@pytest.mark.parametrize("start", BEGINNINGS)
def test_any_bytes_behind_any_beginning(start, data):
    understood(start + data)


VALUE = re.compile(rb'(?<=")[^"<]*(?=")|(?<=>)[^<>]+(?=<)')
WORDS = [
    "-1",
    "1e999",
    "4294967296",
    "A0",
    "XFD1048576",
    "'表三 依申请公开'!$D$6",
    "#REF!",
    "_xD800_",
    "s",
    "str",
    "b",
    "e",
    "d",
    "../x",
]


@settings(max_examples=40)
@given(st.data())
def test_any_value_in_the_xml_of_any_part(data):
    """Attributes and texts become others, so that the parts stay XML and the fault gets far."""
    parts = Opened(filled()).parts
    name = data.draw(st.sampled_from(sorted(parts)))
    changes = data.draw(
        st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from(WORDS) | st.text(max_size=8)), min_size=1, max_size=4)
    )
    for at, text in changes:
        values = [match.span() for match in VALUE.finditer(parts[name])]
        begin, end = values[at % len(values)]
        parts[name] = parts[name][:begin] + escape(text, {'"': "&quot;"}).encode() + parts[name][end:]
    understood(tamper.zipped(parts))
