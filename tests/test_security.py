"""SECURITY.md names the limits as they are."""

import re
from pathlib import Path

from xltool import files, office, workers
from xltool.campaign import folder, mail, names, passwords, zipped
from xltool.published import ofd, pages, scan
from xltool.spreadsheet import encryption, package, sheet, sheet_frame, strings
from xltool.web import bodies, changes, uploads

PAGE = (Path(__file__).resolve().parent.parent / "SECURITY.md").read_text("utf-8")
MIB = 2**20


def test_the_table_of_limits_names_each_constant():
    limits = PAGE[PAGE.index("## Limits") : PAGE.index("## How it is tested")]
    told = {int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", limits)}
    constants = [
        package.MAX_ENTRIES, package.MAX_RATIO, package.MAX_DEPTH, package.MAX_MARKUP, strings.MAX_STRINGS,
        sheet.MAX_ROWS, sheet_frame.MAX_COLUMNS, sheet.MAX_CELLS, sheet.MAX_MERGES, sheet.MAX_FORMULA,
        zipped.MOST_MEMBERS, mail.MOST_ATTACHMENTS, mail.DEEPEST, passwords.MAX_PASSWORDS, encryption.MAX_SPINS,
        encryption.MAX_ROUNDS,
        workers.WORKER_SECONDS, workers.WORKER_SECONDS * workers.SLOWEST, names.MAX_NAME_BYTES, office.OFFICE_SECONDS,
        uploads.MOST_FILES, bodies.SLOWEST_SECONDS, changes.LARGEST_FORM // 2**10,
        scan.SCAN_SECONDS, scan.SCAN_SECONDS * workers.SLOWEST, scan.MAX_SCANNED_PAGES, scan.MAX_DOTS,
        pages.MAX_PAGES, ofd.MAX_SIGNS, ofd.MAX_SEGMENTS,
    ]  # fmt: skip
    in_mib = [
        files.LARGEST_FILE, uploads.LARGEST_UPLOAD,
        package.MAX_FILE, package.MAX_INFLATED, package.MAX_ENTRY, package.MAX_TEXT,
        sheet.MAX_FORMULAS,
        zipped.MOST_INFLATED, workers.WORKER_MEMORY, scan.SCAN_MEMORY, office.OFFICE_MEMORY, office.OFFICE_OUTPUT,
    ]  # fmt: skip
    expected = {*constants, *(number // MIB for number in in_mib), package.RATIO_FROM // 2**10}
    assert all(number % MIB == 0 for number in in_mib)
    assert told == expected


def test_files_and_scripts_that_the_page_names_are_there():
    root = Path(__file__).resolve().parent.parent
    named = re.findall(r"`(tests/[\w/.]+)`", PAGE)
    assert len(named) >= 3
    assert all((root / name).exists() for name in named)
    for name in (folder.KEY, folder.DATABASE, passwords.PASSWORD_FILE):
        assert f"`{name}`" in PAGE
