"""Every hostile file gets its finding and its status, one by one and all in one run.

No figure of it is another than the file holds.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.hostile import amplified, archives, contents, kinds, markup, tampering
from tests.hostile.base import (
    ACCEPTED,
    COUNTY,
    KEY,
    REJECTED,
    RETURNED,
    SPEC,
    Case,
    figures_are_true,
    judged,
    truth,
    workbook,
)
from tests.workbook.tamper import AGENCY
from xltool import api
from xltool.campaign import seal
from xltool.campaign.folder import KEY as KEY_FILE
from xltool.codes import CATALOGUE
from xltool.periods import Period
from xltool.plain import dump_readings, load_readings
from xltool.workbook.mark import mark_workbook

MODULES = (amplified, archives, markup, kinds, contents, tampering)
CASES: dict[str, Case] = {
    f"{module.__name__.rpartition('.')[2]}: {name}": case for module in MODULES for name, case in module.CASES.items()
}
TEXT_OF_A_CELL = re.compile(
    rb"(?<=<is><t>)[^<]*(?=</t></is></c>)|(?<=<is><t xml:space=\"preserve\">)[^<]*(?=</t></is></c>)"
)
"""Where opinions quote what came: a text that stands in its cell, and no formula."""
REACHES = re.compile(rb"WEBSERVICE|FILTERXML|RTD\(|EXEC\(|CALL\(|cmd\||\[1\]|a\.example")
PROGRAM = "from xltool.cli import main; main()"


def test_there_are_many_and_the_workbook_itself_is_clean():
    assert len(CASES) > 400
    reading = judged(workbook())
    assert (reading.findings, reading.submission.values) == ((), truth().values)
    assert len(set(truth().values)) == len(SPEC.cells)
    assert {case.status for case in CASES.values()} == {ACCEPTED, RETURNED, REJECTED}
    assert {case.code for case in CASES.values()} - {""} <= CATALOGUE.keys()


@pytest.mark.parametrize("name", CASES)
def test_each_gets_its_finding(name):
    case = CASES[name]
    reading = judged(case.build(), name)
    codes = {found.code for found in reading.findings}
    assert api.status(reading) == case.status, codes
    assert load_readings(dump_readings([reading])) == [reading]
    if case.code:
        assert case.code in codes
    else:
        assert not codes
    for found in reading.findings:
        message = api.message(found, SPEC if reading.submission else None)
        assert message.endswith("。")
        named = found.code == "text.reference"  # quotes what a clerk wrote in braces
        assert not re.search(rf"{'' if named else '[{}]|'}None|[\x00-\x1f\u202a-\u202e\u2066-\u2069]", message)
        assert len(message) < 2000
    if reading.submission is None:
        assert len(reading.findings) == 1
    else:
        figures_are_true(case, reading)


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    """All of them in one folder, oldest first in the order here."""
    folder = tmp_path_factory.mktemp("hostile")
    for at, case in enumerate(CASES.values()):
        path = folder / f"{at:03}{case.ending}"
        path.write_bytes(case.build())
        os.utime(path, (1_700_000_000 + at, 1_700_000_000 + at))
    return folder


def run(*arguments: object) -> subprocess.CompletedProcess[bytes]:
    words = [sys.executable, "-c", PROGRAM, *map(str, arguments)]
    done = subprocess.run(words, capture_output=True, env={**os.environ, "PYTHONUTF8": "1"}, timeout=300, check=False)
    assert b"Traceback" not in done.stderr + done.stdout
    return done


def test_all_in_one_run_of_check(written):
    files = sorted(written.iterdir())
    done = run("check", "--json", *files)
    lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert [line["file"] for line in lines] == [str(path) for path in files]
    assert [line["status"] for line in lines] == [case.status for case in CASES.values()]
    for line, case in zip(lines, CASES.values(), strict=True):
        assert not case.code or case.code in {found["code"] for found in line["findings"]}
    assert done.returncode == 5


def sums(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_all_in_one_collection(written, tmp_path):
    """One agency returns them all.

    Each file ends in one state, the counts add up, a second run takes in nothing, the files stay.
    """
    roster = tmp_path / "roster.csv"
    roster.write_text(f"单位代码,单位名称,级别\n{AGENCY.code},{AGENCY.name},{AGENCY.level}\n", encoding="utf-8")
    campaign = tmp_path / "campaign"
    campaign.mkdir()
    (campaign / KEY_FILE).write_bytes(KEY)
    assert (
        run(
            "new", campaign, "--plain", "--form", "ogi-2021", "--year", "2024", "--name", COUNTY, "--roster", roster
        ).returncode
        == 0
    )
    assert seal.is_genuine(KEY, truth().serial, "ogi-2021", Period(2024), COUNTY, AGENCY.code)
    before = sums(written)
    done = run("collect", "-C", campaign, written)
    assert done.returncode == 5
    *lines, tally = [line for line in done.stdout.decode().splitlines() if not line.startswith("待退回")]
    states = Counter(line.split("　")[0] for line in lines)
    assert (
        sum(states.values()) == len(before) == len(lines)
    )  # the mail, the zip and what is in them are one file each here
    assert f"共 {len(before)} 个文件" in tally
    assert all(states[state] > 50 for state in ("通过", "退回", "未能收下"))
    assert sums(written) == before
    again = run("collect", "-C", campaign, written)
    assert {
        line.split("　")[0] for line in again.stdout.decode().splitlines() if "　" in line and not line.startswith("共")
    } == {"已收过"}
    assert not list(tmp_path.glob("*.xml"))
    status = json.loads(run("status", "-C", campaign, "--json").stdout)
    [agency] = status["agencies"]
    assert agency["versions"] + status["counts"]["unmatched"] == len(before) - states["已收过"]


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize(
    "name", [name for name in CASES if name.startswith(("contents: a text", "tampering: ", "kinds: a half"))]
)
def test_nothing_of_it_reaches_an_output(name):
    """What an agency sent comes out as text only: no formula, macro, link or markup of it."""
    reading = judged(CASES[name].build())
    submission = reading.submission
    if submission is None:
        return
    clean = set(parts(workbook()))
    for data in (api.fill(submission), mark_workbook(SPEC, submission, reading.findings, truth(), 2)):
        for part, content in parts(data).items():
            if part not in {"xl/sharedStrings.xml"} and not part.endswith((".vml", ".rels")) and "comments" not in part:
                assert not REACHES.search(TEXT_OF_A_CELL.sub(b"", content)), part
            assert part in clean or re.search(r"comments|vmlDrawing|worksheets/", part), part
        assert api.read(data).submission.texts == api.read(api.fill(submission)).submission.texts
    page = api.report(submission, "html", draft=True)
    assert b"<script>alert" not in page
    assert not re.search("[\u202a-\u202e\x07\x1b]", page.decode())
    for part, content in parts(api.report(submission, "docx", draft=True)).items():
        assert part.endswith((".xml", ".rels")), part
        ElementTree.fromstring(content)
        assert not REACHES.search(content) or part == "word/document.xml"
