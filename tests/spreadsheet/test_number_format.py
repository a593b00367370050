"""What number formats show, beside LibreOffice, which shows the same."""

from __future__ import annotations

import csv
import io
import subprocess

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from tests.workbook import calc
from xltool.spreadsheet.number_format import format_date, format_number, format_text

FORMATS = (
    "0",
    "0.00",
    "0.0#",
    "#,##0",
    "#,##0.00",
    "0,000",
    "00000",
    "#",
    "0%",
    "0.00%",
    "0.0,",
    "#,##0,",
    '0"件"',
    '"1"0',
    '0"0"',
    "\\¥0.0",
    "000-0000",
    "0.00E+00",
    "0.0E+0",
    "0;(0)",
    "0;-0;无",
    '0;[Red]-0;"零"',
    '[>=100]"多";0',
    '[<10]"少";[<100]"中";"多"',
    "[$¥-804]#,##0.00",
    "#,##0.00;-#,##0.00;-",
    "yyyy/m/d",
    'yyyy"年"m"月"d"日"',
    "yy-mm-dd",
    "yyyy-mm-dd hh:mm:ss",
    "h:mm",
    "mm:ss",
    "[h]:mm",
)
NUMBERS = (
    "0",
    "1",
    "5",
    "9.5",
    "10",
    "12.345",
    "50",
    "99.995",
    "100",
    "1234",
    "12345.678",
    "45294",
    "1234567",
    "0.5",
    "0.0625",
)


@pytest.mark.parametrize(
    ("code", "digits", "text"),
    [
        ("General", "78.1561", "78.1561"),
        ("General", "123456789012", None),
        ("@", "5", "5"),
        ('"5"', "50", "5"),
        ('"5";"5";"5"', "-50", "5"),
        (";;;", "50", ""),
        ("0;-0;", "0", ""),
        ("0;;", "-5", None),
        ("0.0,", "12345", "12.3"),
        ("0.0,,", "12345678", "12.3"),
        ("0.00", "78.1561", "78.16"),
        ("0.00", "1.005", "1.01"),
        ("0", "0.5", "1"),
        ("0", "-2.5", "-3"),
        ("0", "-0.3", None),
        ("0.0", "-0.3", "-0.3"),
        ("#.##", "5", "5."),
        ("#.##", "0", "."),
        (".00", "12.5", "12.50"),
        ("??0", "5", "  5"),
        ("0_);(0)", "-3", "(3)"),
        ("_ * #,##0_ ", "1234", " 1,234".strip()),
        ("0.0E+0", "0.00099999", "1.0E-3"),
        ("0E-0", "5000", "5E3"),
        ("[Red]0", "7", "7"),
        ("[红色]0", "7", "7"),
        ("[颜色 3]0", "7", "7"),
        ("[Green][<=3]0.0", "3", None),
        ("0.00", "1e3", "1000.00"),
        ("0", "1e400", None),
        ("0", "NaN", None),
        ("0", "1_000", None),
        ("0", "٣", None),
        ("[DBNum1]General", "5", None),
        ("[$-D000000]0", "5", None),
        ("# ?/?", "0.5", None),
        ("0/0", "5", None),
        ("0.0.0", "5", None),
        (",0", "5", None),
        ("0 x", "5", None),
        ('0"x', "5", None),
        ("0;0;0;0;0", "5", None),
        ("0" * 300, "5", None),
        ("yyyy/m/d", "-1", None),
        ("yyyy/m/d", "2958466", None),
        ("d-mmm", "45294", None),
        ('上午/下午h"时"', "0.75", "下午6时"),
        ("h:mm AM/PM", "0.0", "12:00 AM"),
        ("m/d", "60", "2/29"),
        ("m/d", "0", "1/0"),
    ],
)
def test_what_is_shown(code, digits, text):
    assert format_number(code, digits) == text


@pytest.mark.parametrize(
    ("code", "digits", "day"),
    [
        ("yyyy/m/d", "45294", "2024-01-03"),
        ('m"月"d"日"', "45294.0", "2024-01-03"),
        ("yyyy/m/d", "59", "1900-02-28"),
        ("yyyy/m/d", "60", "1900-02-29"),
        ("yyyy/m/d", "61", "1900-03-01"),
        ("h:mm", "0.5", "12:00:00"),
        ("yyyy/m/d h:mm", "45294.5", "2024-01-03 12:00:00"),
        ("d-mmm", "45294", "2024-01-03"),
        ("0", "45294", None),
        ("General", "45294", None),
        ('0"d"', "45294", None),
        ("[Red]0", "45294", None),
        ("0;yyyy", "45294", None),
        ("yyyy;0", "45294", "2024-01-03"),
        ("yyyy/m/d", "-3", None),
        ("yyyy/m/d", "1e9", None),
    ],
)
def test_which_numbers_are_dates(code, digits, day):
    assert format_date(code, digits) == day


def test_the_calendar_of_1904():
    assert (format_number("yyyy/m/d", "43832", True), format_date("yyyy/m/d", "0", True)) == ("2024/1/3", "1904-01-01")


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("@", "甲"),
        ("0", "甲"),
        ("0;0;0", "甲"),
        (";;;", ""),
        ('0;0;0;"无"@', "无甲"),
        ('0;"乙"@', "乙甲"),
        ("General", "甲"),
        ("[?]", None),
    ],
)
def test_what_is_shown_of_a_text(code, text):
    assert format_text(code, "甲") == text


@given(
    st.text(alphabet='0#?.,;%@E+-"\\[]$*_ ymdhs<>=1件¥/()', max_size=14),
    st.decimals(-(10**9), 10**9, allow_nan=False, places=4),
)
def test_any_format_shows_a_text_or_is_not_known(code, number):
    assert isinstance(format_number(code, str(number)), str | None)
    assert isinstance(format_date(code, str(number)), str | None)
    assert isinstance(format_text(code, "甲"), str | None)


def _early(code: str, digits: str) -> bool:
    """LibreOffice counts the days of January and February 1900 without the leap day that Excel took over.

    And few hours.
    """
    return ("y" in code and float(digits) < 61) or (code.startswith("[h]") and float(digits) > 50_000)


def test_beside_libreoffice(tmp_path):
    calc.require_office()
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.set_column(0, len(FORMATS), 40)
    for column, code in enumerate(FORMATS):
        look = book.add_format({"num_format": code})
        for row, digits in enumerate(NUMBERS):
            sheet.write_number(row, column, float(digits), look)
            sheet.write_number(row + len(NUMBERS), column, -float(digits), look)
    book.close()
    (tmp_path / "book.xlsx").write_bytes(buffer.getvalue())
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    wanted = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,true"  # as shown, in UTF-8
    command = [
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        wanted,
        "--outdir",
        str(tmp_path),
        str(tmp_path / "book.xlsx"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    with (tmp_path / "book.csv").open(encoding="utf-8", newline="") as lines:
        table = list(csv.reader(lines))
    compared, differing = 0, []
    for column, code in enumerate(FORMATS):
        for row, digits in enumerate((*NUMBERS, *(f"-{digits}" for digits in NUMBERS))):
            mine = format_number(code, digits)
            if mine is not None and digits != "-0" and not _early(code, digits):
                compared += 1
                if mine.strip() != table[row][column].strip():
                    differing.append((code, digits, mine, table[row][column]))
    assert differing == []
    assert compared > 700
