"""Disturbs each command that writes into a campaign at every system call that changes a file; looks at what is left.

    python tests/faults/run.py [--every N] [--only COMMAND]... [--fault FAULT]...

Needs strace. Each run is a fork of this process that strace takes hold of: the call is made to kill the process or to
fail. Afterwards the database must open and be whole, no file may be half written, the inbox must be as it was, and an
undisturbed second run must end exactly where an undisturbed first one ends. The table of results goes to standard
output, each failure to standard error as it is found; the exit code is 1 when any point fails.
"""

import argparse
import hashlib
import io
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path

import openpyxl

from xltool import api
from xltool.campaign.answers import GivenAnswer
from xltool.campaign.folder import load_campaign
from xltool.campaign.trials import (
    answer_trial,
    deposit_trial,
    drop_trial,
    keep_trial,
    open_trial,
    read_trial,
    sweep_trials,
)
from xltool.cli import main
from xltool.messages import XltoolError
from xltool.workbook.layout_plan import make_plan

ROOT = Path(__file__).resolve().parents[2]
CALLS = (
    "openat", "write", "pwrite64", "fsync", "fdatasync", "rename", "renameat2", "unlink", "ftruncate", "mkdir",
    "chmod", "fchmod", "close",
)  # fmt: skip
ERRORS = {
    "ENOSPC": ("openat", "write", "pwrite64", "fsync", "fdatasync", "rename", "mkdir", "ftruncate"),
    "EIO": ("write", "pwrite64", "fsync", "fdatasync", "rename", "unlink", "ftruncate"),
    "EACCES": ("openat", "rename", "unlink", "mkdir", "chmod"),
}
DONE = {0, 3, 5}
SAYS_SO = {"waive --withdraw": {1}, "accept --withdraw": {1}}
"""How a command ends that finds its work done already, and says so."""
NOT_COMPARED = {"event"}
BY = ("--reason", "会议决定", "--by", "王某")
COMMANDS = {
    "new": (*("--plain", "--form", "ogi-2021", "--year", "2024", "--name", "样例县", "--roster", "{folder}/roster.csv"),
            *("--prior", "{folder}/last")),
    "build": (),
    "collect": ("--jobs", "1"),
    "collect --second": ("--jobs", "1"),
    "consolidate": ("--allow-missing",),
    "reports": (),
    "remind": (),
    "waive": ("99-002", "applications.balance", *BY),
    "waive --withdraw": ("99-002", "applications.balance", *BY),
    "accept": ("99-002", "applications.received.natural_person", *BY),
    "accept --withdraw": ("99-002", "applications.received.natural_person", *BY),
    "absent": ("99-004", "--into", "99-001", *BY),
    "use": ("99-003", "1", *BY),
    "publish": ("99-001", "--on", "2025-03-01", "--by", "王某"),
    "sign": ("--by", "王某"),
    "export": ("-o", "{spot}/数据.csv"),
    "status --html": ("{spot}/页.html",),
    "doctor --mend": (),
    "status 办公室": (),
    "collect 办公室": ("--jobs", "1"),
    "consolidate 办公室": ("--allow-missing",),
    "correct": ("表三 本年新收 自然人", "--change", "-1", *BY),
    "new 办公室": ("--form", "ogi-2021", "--year", "2024", "--name", "样例县", "--roster", "{folder}/roster.csv"),
    "door": ("{folder}/trial.xlsx",),
}  # fmt: skip
"""The commands that write, each with its arguments; some in a campaign with requests in its 办公室.xlsx.

`door` is no command: it is what the agencies' door does when a workbook is tried, explained and handed in.
"""
TRIALS = ".trials/"
DESK = "办公室"
DESK_FILE = "办公室.xlsx"
RETURNED = ("returned/", "退回/")
CLOCK = {"at", "hash"}  # of a row with its time
KEY = "campaign.key"
ROSTER = "单位代码,单位名称,级别,上级代码,联系人,电话,邮箱\n" + "".join(
    f"99-{at:03},样例{at}局,department,,甲,000-{at},a{at}@example.invalid\n" for at in range(1, 5)
)


def forked(arguments, output):
    """Starts the command in a fork that stops at once; gives its process id."""
    child = os.fork()
    if child:
        os.waitpid(child, os.WUNTRACED)
        return child
    with output.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.kill(os.getpid(), signal.SIGSTOP)
    code = 70
    try:
        perform(arguments)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
    except BaseException as error:  # a traceback is what must not be
        print("Traceback", repr(error), flush=True)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def perform(arguments):
    """Runs a command, or hands in at the door."""
    if arguments[0] == "door":
        hand_in(arguments[1], arguments[-1])
    else:
        main(arguments)


def hand_in(workbook, root):
    """What the door does with a workbook that an agency tries, explains and hands in; ends as a command does."""
    try:
        campaign = load_campaign(Path(root))
        sweep_trials(campaign)
        entry = campaign.read_roster().agencies["99-001"]
        staging = open_trial(campaign)
        staging.write(Path(workbook).read_bytes())
        trial = keep_trial(campaign, entry, staging.finish(), "年报.xlsx", "2025-01-20T09:00:00")
        trial = answer_trial(campaign, "99-001", trial, {"cell.blank@disclosure": "没有发生。"})
        word = GivenAnswer("", "", "钱某", "2025-01-20T09:05:00", "127.0.0.1")
        name = deposit_trial(campaign, trial, read_trial(campaign, "99-001", trial), word)
    except (XltoolError, OSError) as error:  # as whoever asks is told
        print(error)
        sys.exit(1)
    try:
        main(["collect", "--jobs", "1", "-C", root, "--", str(campaign.root / campaign.layout.inbox / name)])
    except SystemExit as ended:
        if ended.code == 0:
            drop_trial(campaign, "99-001", trial.sha256)
        raise


def undisturbed(arguments, output):
    child = forked(arguments, output)
    os.kill(child, signal.SIGCONT)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def traced(arguments, output, *options):
    """The command under strace, by its process id so that nothing before the command itself counts.

    Its exit code and the calls seen.
    """
    child = forked(arguments, output)
    log = output.with_suffix(".strace")
    log.write_bytes(b"")
    tracer = subprocess.Popen(
        ["strace", "-qq", "-f", "-p", str(child), "-o", str(log), "-e", f"trace={','.join(CALLS)}", *options],
        stderr=subprocess.DEVNULL,
    )
    while f"TracerPid:\t{tracer.pid}" not in Path(f"/proc/{child}/status").read_text():
        time.sleep(0.002)
    os.kill(child, signal.SIGCONT)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    tracer.wait()
    calls = Counter(
        line.split()[1].partition("(")[0] for line in log.read_text(errors="replace").splitlines() if "(" in line
    )
    return code, calls


def files(root):
    """The files of a campaign by their hashes: all but the database and its copies."""
    found = {}
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.name.startswith("campaign.db") and path.parent.name != "backup":
            found[path.relative_to(root).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def database(root):
    """Everything in the database but times and events; AssertionError when it is not whole."""
    if not (root / "campaign.db").exists():
        return {}
    connection = sqlite3.connect(root / "campaign.db")
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        tables = [
            name
            for (name,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
            )
        ]
        found = {}
        for table in sorted(set(tables) - NOT_COMPARED):
            heads = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            kept = [head for head in heads if head not in CLOCK]
            rows = connection.execute(f"SELECT {', '.join(kept)} FROM {table}").fetchall()
            # What the office's workbook rests on is told by rows with their times.
            found[table] = sorted(repr(row[:2] if row[0] == DESK_FILE else row) for row in rows)
        return found
    finally:
        connection.close()


def arguments_of(command, folder, spot):
    """The words of a command for a campaign in a folder."""
    words = [
        *command.removesuffix(DESK).split(),
        *(word.format(folder=folder, spot=spot) for word in COMMANDS[command]),
    ]
    return [words[0], str(spot), *words[1:]] if words[0] == "new" else [*words, "-C", str(spot)]


def fill_one(blank):
    """The workbook of an agency, filled in as it was last year, open."""
    form = api.form("ogi-2021")
    book = openpyxl.load_workbook(blank)
    for cell in form.cells:
        if not cell.total:
            name, address = make_plan(form).place(cell.key)
            book[name][address] = 78.1561 if cell.key == "disclosure.fees.amount" else 0  # as last year
    for text in form.texts:
        spot = make_plan(form).texts[text.key]
        book[spot.sheet][spot.address] = f"{text.key}已写。" if text.required else None
    return book


def fill_trial(blank, path):
    """Fills a workbook in which one figure is left out, which is to be explained."""
    book = fill_one(blank)
    name, address = make_plan(api.form("ogi-2021")).place("disclosure.licensing.decisions")
    book[name][address] = None
    book.save(path)


def fill_returns(outbox, inbox):
    """Fills the workbooks of a campaign and puts them into its inbox: one wrong, one twice, and a damaged file."""
    form = api.form("ogi-2021")
    for at, blank in enumerate(sorted(outbox.glob("99-*.xlsx")), 1):
        book = fill_one(blank)
        sheet = book[make_plan(form).place("applications.received.natural_person")[0]]
        sheet["D6"], sheet["D8"] = (12, 21) if at == 2 else (at, at)
        if at == 2:  # which its text gives away
            spot = make_plan(form).texts["overview.requests"]
            book[spot.sheet][spot.address] = "本年新收政府信息公开申请21件。"
        for version in range(2 if at == 3 else 1):
            sheet["E6"] = version
            buffer = io.BytesIO()
            book.save(buffer)
            (inbox / f"{at}-{version}.xlsx").write_bytes(buffer.getvalue())
    (inbox / "坏.xlsx").write_bytes(b"PK\3\4 damaged")
    for at, path in enumerate(sorted(inbox.iterdir())):
        os.utime(path, (1_700_000_000 + at, 1_700_000_000 + at))


def prepare_desk(folder):
    """A campaign whose returns have come, with a person's requests in its 办公室.xlsx; before and after `collect`."""
    before, after = folder / "desk", folder / "desk collected"
    [_, *words] = arguments_of("new", folder, before)
    run(["new", *(word for word in words if word != "--plain")], folder, {0})
    run(["build", "-C", str(before)], folder, {0})
    fill_returns(before / "下发", before / "收件")
    shutil.copytree(before, after)
    run(["collect", "-C", str(after), "--jobs", "1"], folder, {5})
    for root in (before, after):
        path = root / DESK_FILE
        book = openpyxl.load_workbook(path)
        book["缺席"]["A4"], book["缺席"]["C4"], book["缺席"]["D4"] = "样例4局", "撤并", "王某"
        book["本级文字"]["B4"] = "写了一段。"
        if root is after:
            sheet = book["放行"]
            assert sheet["A4"].value, "nothing is there to be let pass"
            sheet["D4"], sheet["E4"], sheet["F4"] = "√", "已核对", "王某"
        book.save(path)
    return before, after


def prepared(folder):
    """Campaigns to start from, by command.

    None yet, one to build in, one with returns in its inbox, some of them wrong, one damaged, one in which these are
    collected, that one with a finding waived and its sum made, with an opinion accepted, and that one damaged: a row
    of the database, a workbook that goes back, an archived file.
    """
    (folder / "roster.csv").write_text(ROSTER, encoding="utf-8")
    prior = folder / "last"
    prior.mkdir()
    document = json.loads((ROOT / "samples" / "2024" / "654221-015.json").read_bytes())
    for at in range(1, 5):
        agency = {"code": f"99-{at:03}", "name": f"样例{at}局", "level": "department"}
        (prior / f"{at}.json").write_text(
            json.dumps(document | {"year": 2023, "agency": agency}, ensure_ascii=False), encoding="utf-8"
        )
    empty, build = folder / "empty", folder / "build"
    empty.mkdir()
    run(arguments_of("new", folder, build), folder, {0})
    collect = folder / "collect"
    shutil.copytree(build, collect)
    run(arguments_of("build", folder, collect), folder, {0})
    fill_returns(collect / "outbox", collect / "inbox")
    fill_trial(next((collect / "outbox").glob("99-001*.xlsx")), folder / "trial.xlsx")
    held, damaged = folder / "held", folder / "damaged"
    shutil.copytree(collect, held)
    run(arguments_of("collect", folder, held), folder, {5})
    summed = folder / "summed"
    shutil.copytree(held, summed)
    run(arguments_of("waive", folder, summed), folder, {0})
    run(arguments_of("consolidate", folder, summed), folder, DONE)
    shutil.copytree(held, damaged)
    connection = sqlite3.connect(damaged / "campaign.db")
    with connection:
        connection.execute("UPDATE version SET findings = '[]' WHERE agency = '99-002'")
    connection.close()
    for path in (damaged / "returned").iterdir():
        path.write_bytes(b"damaged")
    first = min((damaged / "archive").iterdir(), key=lambda path: path.stat().st_mtime_ns)
    first.write_bytes(b"damaged")
    bases = {"new": empty, "build": build, "collect": collect, "collect --second": collect, "doctor --mend": damaged}
    bases["new 办公室"] = empty
    bases |= dict(zip(("collect 办公室", "status 办公室"), prepare_desk(folder), strict=True))
    bases["consolidate 办公室"] = bases["status 办公室"]
    accepted = bases["accept --withdraw"] = folder / "accepted"
    shutil.copytree(held, accepted)
    run(arguments_of("accept", folder, accepted), folder, {0})
    bases |= dict.fromkeys(("waive --withdraw", "publish", "sign"), summed)
    return {command: bases.get(command, held) for command in COMMANDS}


def run(arguments, folder, codes):
    code = undisturbed(arguments, folder / "run.txt")
    assert code in codes, (arguments, code, (folder / "run.txt").read_text())


def warmed(command, base, folder):
    """Runs a command once in this process.

    So its forks have every module, and each call they make concerns the campaign's files.
    """
    spot = folder / "warm"
    shutil.copytree(base, spot)
    with suppress(SystemExit), (folder / "warm.txt").open("w") as file, redirect_stdout(file), redirect_stderr(file):
        perform(arguments_of(command, folder, spot))
    shutil.rmtree(spot)


class Sweep:
    def __init__(self, folder, command, base):
        self.folder, self.command, self.base = folder, command, base
        self.spot = folder / "spot"
        self.output = folder / "out.txt"
        self.arguments = arguments_of(command, folder, self.spot)
        self.fresh()
        self.inbox = self.inbox_files()
        self.code, self.calls = traced(self.arguments, self.output)
        assert self.code in DONE, (self.command, self.code, self.output.read_text())
        self.goal = self.files(), database(self.spot)
        self.inboxes = [self.inbox, self.inbox_files()] if command == "door" else [self.inbox]
        self.before = files(base)

    def files(self):
        """The campaign's files as they are now; a key that the command itself has made is as long as any."""
        found = files(self.spot)
        if self.command.startswith("new") and KEY in found:
            found[KEY] = str((self.spot / KEY).stat().st_size)
        return found

    def inbox_files(self):
        return files(self.spot / ("收件" if self.command.endswith(DESK) else "inbox"))

    def fresh(self):
        shutil.rmtree(self.spot, ignore_errors=True)
        shutil.copytree(self.base, self.spot)

    def point(self, call, number, fault):
        """What is wrong after a disturbance at the n-th call of a kind; empty when nothing is."""
        self.fresh()
        code, _ = traced(self.arguments, self.output, "-e", f"inject={call}:{fault}:when={number}")
        shutil.copyfile(self.output.with_suffix(".strace"), self.output.with_suffix(".before"))
        said = self.output.read_text(errors="replace")
        wrong = []
        if fault.startswith("error") and (
            "Traceback" in said or code not in {0, 1, self.code, *(DONE if self.command == "door" else ())}
        ):
            wrong.append(f"exit {code}: {said[-300:]}")
        if self.inbox_files() not in self.inboxes:
            wrong.append("the inbox changed")
        wrong += [f"half written: {name}" for name, digest in self.files().items() if self.half(name, digest)]
        try:
            database(self.spot)
        except (AssertionError, sqlite3.Error) as error:
            wrong.append(f"database: {error!r}")
        second = undisturbed(self.arguments, self.output)
        # Which of them depends on how much the first run had taken in: what is known already is clean.
        if second not in DONE | SAYS_SO.get(self.command, set()):
            wrong.append(f"second run: exit {second}: {self.output.read_text(errors='replace')[-300:]}")
        now = self.files(), database(self.spot)
        late = self.unread(self.output.with_suffix(".before")) or self.command == f"collect {DESK}"
        if fault.startswith("error") and late:
            # A return that could not be read came in the second run, after those that are newer: its agency's versions
            # have another order. An absence that could not be put on record at first does not put its return aside.
            now, goal = self.unordered(*now), self.unordered(*self.goal)
        else:
            goal = self.goal
        if now != goal:
            names = {name for name in {*now[0], *goal[0]} if now[0].get(name) != goal[0].get(name)}
            tables = {name for name in {*now[1], *goal[1]} if now[1].get(name) != goal[1].get(name)}
            wrong.append(f"second run ends elsewhere: {sorted(names)[:4]} {sorted(tables)}")
        return wrong

    @staticmethod
    def unread(log):
        """Whether the disturbed call was to open a file of the inbox."""
        return any(
            "(INJECTED)" in line and re.search(r"/inbox/|/收件/", line)
            for line in log.read_text(errors="replace").splitlines()
        )

    @staticmethod
    def unordered(held, tables):
        """What must be the same whatever came first.

        Every file but those to send back and what is noted of them, and every row but its number.
        """
        kept = {name: digest for name, digest in held.items() if not name.startswith(RETURNED)}
        tables = tables | {
            "written": [row for row in tables.get("written", ()) if not any(each in row for each in RETURNED)]
        }
        return kept, {name: len(rows) if name == "version" else rows for name, rows in tables.items()}

    def half(self, name, digest):
        if Path(name).name.startswith(".xltool-") or name == "campaign.lock":
            return False
        if name.startswith(TRIALS):
            return digest != name.rpartition(".")[2] and not is_json(self.spot / name)
        # Which version is sent back depends on which came first: it must be a whole workbook.
        if name.startswith(RETURNED) and name.endswith(".xlsx"):
            return digest != self.before.get(name) and not zipfile.is_zipfile(self.spot / name)
        if name == DESK_FILE:  # some of the requests may be carried out
            return not zipfile.is_zipfile(self.spot / name)
        return digest not in {self.goal[0].get(name), self.before.get(name)}


def is_json(path):
    try:
        return isinstance(json.loads(path.read_bytes()), dict)
    except ValueError:
        return False


def swept(sweep, faults, every):
    """Every disturbance of a command, told by kind; how many points fail."""
    failed = 0
    for fault, calls in faults.items():
        points = [(call, number) for call in calls for number in range(1, sweep.calls[call] + 1)][::every]
        bad = 0
        for call, number in points:
            wrong = sweep.point(call, number, fault)
            if wrong:
                bad += 1
                print(f"{sweep.command} {fault} {call} #{number}: {'; '.join(wrong)}", file=sys.stderr, flush=True)
        print(sweep.command, sweep.calls.total(), fault, len(points), bad, sep="\t", flush=True)
        failed += bad
    return failed


def start():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=1, help="only every N-th point")
    parser.add_argument("--only", choices=COMMANDS, action="append", help="only these commands")
    faults = {"signal=KILL": CALLS} | {f"error={error}": calls for error, calls in ERRORS.items()}
    parser.add_argument("--fault", choices=faults, action="append", help="only these faults")
    given = parser.parse_args()
    faults = {fault: calls for fault, calls in faults.items() if fault in (given.fault or faults)}
    if shutil.which("strace") is None:
        sys.exit("strace is not installed")
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bases = prepared(folder)
        print("command\tcalls\tfault\tpoints\tfailed")
        for command in given.only or COMMANDS:
            warmed(command, bases[command], folder)
            failed += swept(Sweep(folder, command, bases[command]), faults, given.every)
    sys.exit(failed > 0)


if __name__ == "__main__":
    start()
