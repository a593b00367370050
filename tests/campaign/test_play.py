"""A winter of a county office with sixty agencies, played through the command with clerks' mistakes and a kill."""

import io
import json
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter

import openpyxl
import pytest

from tests.campaign.county import COLUMNS, OUTCOMES, complete, document, random_inputs

CODES = [f"990000-{n:03d}" for n in range(60)]
MISSING = CODES[50:55]
SWAPPED = CODES[55:57]
THREE_VERSIONS = CODES[3:6]
MISTAKES = (
    "transposed",
    "text",
    "negative",
    "fraction",
    "regulation",
    "typed_total",
    "carried_in",
    "in_force",
    "repealed",
    "balance",
)
WRONG = dict(zip(CODES[3:13], MISTAKES, strict=True))
BLANK, RENAMED, OTHER_LAYOUT = CODES[20], CODES[21], CODES[22]
WAIVED = CODES[12]


def level(code):
    return "county" if code == CODES[0] else "township" if code >= CODES[40] else "department"


def xltool(*args, cwd=None, check=None):
    command = [sys.executable, "-X", "utf8", "-c", "from xltool.cli import main; main()", *map(str, args)]
    done = subprocess.run(command, check=False, capture_output=True, cwd=cwd, timeout=600)
    out, err = done.stdout.decode(), done.stderr.decode()
    assert "Traceback" not in err, err
    if check is not None:
        assert done.returncode == check, (args, done.returncode, out, err)
    return out


class County:
    """The office's folder, last year's figures, and what each agency means to report."""

    def __init__(self, folder):
        self.rng = random.Random(2024)
        self.root = folder / "县"
        self.prior, self.right = {}, {}
        self.form = json.loads(xltool("forms", "ogi-2021", "--json", check=0))
        last_year = folder / "上年"
        last_year.mkdir()
        for code in CODES[:57]:
            values = complete(random_inputs(self.rng))
            self.prior[code] = values
            text = json.dumps(document(code, f"测试县第{code[-3:]}单位", level(code), 2023, values), ensure_ascii=False)
            (last_year / f"{code}.json").write_text(text, "utf-8")
        for code in CODES:
            self.right[code] = complete(self.following(code))
        roster = ["单位代码,单位名称,级别,上级代码,联系人,电话,邮箱"]
        roster += [
            f"{code},测试县第{code[-3:]}单位,{level(code)},{'' if code == CODES[0] else CODES[0]},,," for code in CODES
        ]
        (folder / "名录.csv").write_text("\n".join(roster), "gb18030")
        options = [
            "--form",
            "ogi-2021",
            "--year",
            2024,
            "--name",
            "测试县",
            "--deadline",
            "2025-01-20",
            "--prior",
            last_year,
        ]
        xltool("new", self.root, "--plain", *options, "--roster", folder / "名录.csv", check=0)

    def following(self, code):
        """Inputs that agree with last year's."""
        values, prior = random_inputs(self.rng), self.prior.get(code)
        if prior is not None:
            for column in COLUMNS:
                carried = prior[f"applications.carried_out.{column}"]
                values[f"applications.received.{column}"] += values[f"applications.carried_in.{column}"] - carried
                values[f"applications.carried_in.{column}"] = carried
                if values[f"applications.received.{column}"] < 0:
                    values[f"applications.granted.{column}"] -= values[f"applications.received.{column}"]
                    values[f"applications.received.{column}"] = 0
            files = "disclosure.normative_documents"
            values[f"{files}.repealed"] = min(
                values[f"{files}.repealed"], prior[f"{files}.in_force"] + values[f"{files}.issued"]
            )
            values[f"{files}.in_force"] = (
                prior[f"{files}.in_force"] + values[f"{files}.issued"] - values[f"{files}.repealed"]
            )
        return values

    def type(self, blank, code, mistake=None):
        """The bytes of a workbook filled in by another program."""
        book = openpyxl.load_workbook(blank)
        values = dict(self.right[code])
        raw = self.spoil(values, mistake)
        for cell in self.form["cells"]:
            value = raw.get(cell["key"], values[cell["key"]])
            if cell["kind"] == "input" or cell["key"] in raw:
                book[cell["sheet"]][cell["address"]] = value
        for text in self.form["texts"]:
            if text["key"] in {"overview", "problems", "other_matters"}:
                book[text["sheet"]][text["address"]] = f"{code}的{text['label']}。"
        for name, place in book.defined_names.items():  # whatever a figure is asked about, it was looked at
            if name.startswith("why__") and not (code == BLANK and name.startswith("why__cell__blank")):
                for sheet, address in place.destinations:
                    book[sheet][address.replace("$", "")] = f"核对过原件（{self.rng.random()}）。"
        if code == RENAMED:
            book[self.form["cells"][0]["sheet"]].title = "表二（终稿）"
        buffer = io.BytesIO()
        book.save(buffer)
        return buffer.getvalue()

    def spoil(self, values, mistake):
        """A clerk's mistake: what stands in the cells in place of the right figures."""
        received = values["applications.received.natural_person"]
        return {
            None: {},
            "transposed": {"applications.received.natural_person": received + 9},
            "text": {"applications.granted.other": "3件"},
            "negative": {"applications.refused_process.research": -2},
            "fraction": {"disclosure.licensing.decisions": 12.5},
            "regulation": {"disclosure.regulations.issued": 2, "disclosure.regulations.in_force": 2},
            "typed_total": {"applications.received.total": values["applications.received.total"] + 5},
            "carried_in": {
                "applications.carried_in.enterprise": values["applications.carried_in.enterprise"] + 4,
                "applications.granted.enterprise": values["applications.granted.enterprise"] + 4,
            },
            "in_force": {
                "disclosure.normative_documents.in_force": values["disclosure.normative_documents.in_force"] + 3
            },
            "repealed": {"disclosure.normative_documents.repealed": 900},
            "balance": {"applications.carried_out.welfare": values["applications.carried_out.welfare"] + 1},
            "blank": {f"disputes.direct.{outcome}": None for outcome in OUTCOMES},
        }[mistake]

    def blank(self, code):
        return next((self.root / "outbox").glob(f"{code}_*.xlsx"))

    def status(self):
        return json.loads(xltool("status", "-C", self.root, "--json", check=0))

    def states(self):
        return {agency["code"]: agency for agency in self.status()["agencies"]}


def put(folder, name, data):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def swapped(data, other):
    """A workbook whose hidden identity was taken from another agency's."""
    book, source = openpyxl.load_workbook(io.BytesIO(data)), openpyxl.load_workbook(other)
    for row in source["_xltool"].iter_rows():
        for cell in row:
            book["_xltool"][cell.coordinate] = cell.value
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def inbox_of(county):
    return {
        path.relative_to(county.root): path.read_bytes()
        for path in sorted((county.root / "inbox").rglob("*"))
        if path.is_file()
    }


def collected(county, check=None):
    out = xltool("collect", "-C", county.root, check=check)
    tally = out.splitlines()
    total = next(line for line in tally if line.startswith("共 "))
    files = int(total.split()[1])
    names = ("通过", "待说明", "退回", "未能收下", "已收过", "略过")
    lines = Counter(line.partition("　")[0] for line in tally if line.startswith(names))
    assert sum(lines[name] for name in names) == files == len(inbox_of(county)), out
    return lines


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    return County(tmp_path_factory.mktemp("campaign"))


def test_the_whole_campaign(county):
    # December: sixty workbooks, the same bytes when built again
    xltool("build", "-C", county.root, "--mail", check=0)
    books = {path.name: path.read_bytes() for path in (county.root / "outbox").glob("*")}
    assert len([name for name in books if name.endswith(".xlsx")]) == 60
    xltool("build", "-C", county.root, "--mail", check=0)
    assert {path.name: path.read_bytes() for path in (county.root / "outbox").glob("*")} == books
    assert county.status()["counts"] == {
        "missing": 60,
        "returned": 0,
        "open": 0,
        "accepted": 0,
        "absent": 0,
        "unmatched": 0,
    }

    # January, first wave: in random order, under any name, in folders and an archive
    inbox = county.root / "inbox"
    coming = [code for code in CODES if code not in MISSING]
    county.rng.shuffle(coming)
    for at, code in enumerate(coming[:25]):
        put(inbox, f"第一批/新建文件 ({at}).xlsx", first_version(county, code))
    put(inbox, "~$第一批.xlsx", b"lock")
    put(inbox, "Thumbs.db", b"thumbs")
    put(inbox, "照片.xlsx", b"\xff\xd8\xff\xe0 no workbook")
    lines = collected(county, check=5)
    wrong = [code for code in coming[:25] if code in WRONG]
    odd, asked = ([code for code in coming[:25] if code in those] for those in (SWAPPED, (BLANK,)))
    accepted = {"通过": 25 - len(wrong) - len(odd) - len(asked), "待说明": len(asked)}
    assert lines == Counter({**accepted, "退回": len(wrong), "未能收下": 1 + len(odd), "略过": 2}) - Counter()

    # second wave, killed in the middle and run again
    for at, code in enumerate(coming[25:]):
        put(inbox, f"微信文件/{at}/{code[-3:]}的表.xlsx", first_version(county, code))
    before = inbox_of(county)
    kill_in_the_middle(county)
    collected(county)
    assert inbox_of(county) == before
    states = county.states()
    assert {code for code in CODES if states[code]["state"] == "returned"} == set(WRONG)
    assert {code for code in CODES if states[code]["state"] == "missing"} == {*MISSING, *SWAPPED}
    assert all(states[code]["versions"] == 1 for code in coming if code not in SWAPPED)
    assert {code for code in CODES if states[code]["state"] == "open"} == {BLANK} and states[BLANK]["open"] == 1
    assert county.status()["counts"]["unmatched"] == 3
    assert xltool("consolidate", "-C", county.root, check=3)

    # third wave: corrections in place in the returned workbooks; some wrong once more; the same file twice
    back = {path.name[:10]: path for path in (county.root / "returned").glob("*.xlsx")}
    assert set(back) == {*WRONG, BLANK} and "待说明1" in back.pop(BLANK).name
    for code, path in back.items():
        if code in THREE_VERSIONS:
            put(
                inbox,
                f"改1/{code}.xlsx",
                county.type(path, code, "balance" if WRONG[code] != "balance" else "transposed"),
            )
        elif code != WAIVED:
            put(inbox, f"改1/{code}.xlsx", county.type(path, code))
    for code in SWAPPED:
        put(inbox, f"改1/{code}.xlsx", county.type(county.blank(code), code))
    shutil.copy(next((inbox / "改1").iterdir()), inbox / "副本.xlsx")
    collected(county, check=3)
    back = {path.name[:10]: path for path in (county.root / "returned").glob("*.xlsx")}
    assert set(back) == {*THREE_VERSIONS, WAIVED, BLANK}
    for code in THREE_VERSIONS:
        put(inbox, f"改2/{code}.xlsx", county.type(back[code], code))
    collected(county)
    states = county.states()
    assert {code: states[code]["versions"] for code in THREE_VERSIONS} == dict.fromkeys(THREE_VERSIONS, 3)
    assert {code for code in CODES if states[code]["state"] == "returned"} == {WAIVED}

    # one may pass with a reason; then the county's own figures
    for code, rule in ((WAIVED, "applications.balance"), (BLANK, "cell.blank")):
        xltool("waive", code, rule, "--reason", "卷宗已核对", "--by", "王某", "-C", county.root, check=0)
    states = county.states()
    assert states[WAIVED]["state"] == "accepted" and states[WAIVED]["waived"] >= 1
    counts = county.status()["counts"]
    assert counts == {"missing": 5, "returned": 0, "open": 0, "accepted": 55, "absent": 0, "unmatched": 3}
    xltool("consolidate", "-C", county.root, check=3)
    xltool("consolidate", "-C", county.root, "--allow-missing")
    got = json.loads((county.root / "county" / "submission.json").read_text("utf-8"))
    assert got["scope"] == "consolidated"
    for key, value in independent_sum(county).items():
        assert got["values"][key] == value, key
    assert inbox_of(county).keys() >= before.keys()
    assert all(inbox_of(county)[name] == data for name, data in before.items())


def first_version(county, code):
    data = county.type(county.blank(code), code, WRONG.get(code, "blank" if code == BLANK else None))
    if code in SWAPPED:
        other = SWAPPED[1 - SWAPPED.index(code)]
        return swapped(data, county.blank(other))
    return data


def kill_in_the_middle(county):
    """Starts a run and kills it as soon as it has taken in a few files."""
    command = [
        sys.executable,
        "-X",
        "utf8",
        "-c",
        "from xltool.cli import main; main()",
        "collect",
        "-C",
        str(county.root),
        "--jobs",
        "1",
    ]
    archive = county.root / "archive"
    start = len(list(archive.iterdir()))
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while process.poll() is None and len(list(archive.iterdir())) < start + 3 and time.monotonic() < deadline:
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "it was done before it could be killed"
    assert start + 3 <= len(list(archive.iterdir())) < start + len(CODES) - len(MISSING) - 25, (
        "some files taken in, not all"
    )
    assert not [path for path in county.root.rglob("*.xlsx") if path.stat().st_size == 0]


def independent_sum(county):
    """The county's cells from what the agencies mean to report, the waived one as it was returned.

    The blank one left out where blank.
    """
    total = Counter()
    for code in CODES:
        if code in MISSING:
            continue
        values = dict(county.right[code])
        if code == WAIVED:
            values.update(county.spoil(values, WRONG[code]))
        for key, value in complete({k: v for k, v in values.items() if v is not None}).items():
            if key.startswith("disclosure.regulations") or (code == BLANK and key.startswith("disputes.direct")):
                continue
            if key.startswith(("applications.", "disclosure.l", "disclosure.p", "disclosure.c", "disputes.")):
                total[key] += value
    for key in [key for key in total if key.startswith("disputes.direct")]:
        assert key in {f"disputes.direct.{outcome}" for outcome in (*OUTCOMES, "total")}
    return total
