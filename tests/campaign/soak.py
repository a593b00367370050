"""What must be true of a campaign, as simply as it can be said, and the commands that play it.

`Model` knows nothing of the code under test: lists of what came, what was said, what counts. `Play` runs commands, in
this process, in forks that are killed, and in two forks at once, and makes the files that come back.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import signal
import sys
import zipfile
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from random import Random

from click.testing import CliRunner

from tests import figures
from xltool import api
from xltool.cli import main
from xltool.model import Agency, Submission

SPEC = api.form("ogi-2021")
YEAR = 2024
ROOT = "A0"
BEIJING = timezone(timedelta(hours=8))
BEGIN = datetime(2025, 1, 6, 8)
RULE = "applications.balance"
RECEIVED = "applications.received.natural_person"
TOO_MANY = 5
"""What a wrong return has too many of in `RECEIVED`."""
GROUNDS = [
    (SPEC.index[f"applications.{row}.{column}"], f"applications.{row}.{column}")
    for row in ("received", "carried_in", "processed_total", "carried_out")
    for column in ("natural_person", "total")
]
"""The cells in which a wrong return breaks the rule: those that a waiver is about."""
CALLS = {
    *("execute", "executemany", "backup", "fsync", "replace", "rename", "unlink", "remove", "write", "pwrite"),
    *("ftruncate", "mkdir", "chmod", "open", "close"),
}
"""Calls of the system, and of the database, before which a command is killed."""


@dataclass(frozen=True)
class Came:
    """A file that came back: whose it says that it is, what is in it, when it was made (minutes after the begin)."""

    data: bytes
    dated: int
    code: str = ""
    told: str = ""
    values: tuple[int, ...] = ()
    stamped: bool = True
    forged: bool = False
    wrong: bool = False
    witnessed: bool = False  # whether its text tells what should stand where it is wrong

    @property
    def received(self) -> int:
        return self.values[SPEC.index[RECEIVED]]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def grounds(self) -> frozenset[tuple[str, int]]:
        """The figures that a waiver of the rule is about."""
        return frozenset((key, self.values[at]) for at, key in GROUNDS)


@dataclass
class Model:
    """What must be true."""

    roster: dict[str, str]
    issued: set[str] = field(default_factory=set)
    versions: dict[str, list[Came]] = field(default_factory=dict)
    counting: dict[str, int] = field(default_factory=dict)  # number of the version that counts
    choice: dict[str, tuple[int, str]] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)
    waived: dict[str, frozenset[tuple[str, int]]] = field(default_factory=dict)  # the figures that it was said of
    accepted_for: dict[str, int] = field(default_factory=dict)  # by agency the figure in place of which another counts
    refused: dict[str, Came] = field(default_factory=dict)
    corrections: list[tuple[str, int]] = field(default_factory=list)
    taken: dict[str, Came] = field(default_factory=dict)

    def collect(self, files: list[Came]) -> None:
        """What a collect of files does, in their order, with what was refused before behind them."""
        arrived: dict[str, int | None] = {}
        seen = {came.sha256 for held in self.versions.values() for came in held}
        again = [came for came in self.refused.values() if came.sha256 not in {each.sha256 for each in files}]
        for came, dated in [*((each, each.dated) for each in files), *((each, None) for each in again)]:
            if came.sha256 not in seen:
                seen.add(came.sha256)
                self.taken[came.sha256] = came
                self._judge(came, dated, arrived)

    def _judge(self, came: Came, dated: int | None, arrived: dict[str, int | None]) -> None:
        code = came.code
        if code not in self.roster or came.forged:
            self.refused[came.sha256] = came
            return
        self.refused.pop(came.sha256, None)
        held = self.versions.setdefault(code, [])
        before = held[self.counting[code] - 1] if code in self.counting else None
        aside = code in self.absent
        aside |= came.told != self.roster[code] and came.told in self.roster.values()
        aside |= not came.stamped and code in self.issued and before is not None and before.stamped
        if not aside and code in arrived and dated is not None:
            other = arrived[code]
            aside = other is not None and dated < other
        held.append(came)
        if not aside:
            self.counting[code] = len(held)
            arrived[code] = dated

    def use(self, code: str, number: int) -> None:
        self.choice[code] = (number, self.roster[code])
        self.counting.pop(code, None)
        if number:
            self.counting[code] = number

    def counted(self, code: str) -> Came | None:
        return self.versions[code][self.counting[code] - 1] if code in self.counting else None

    def state(self, code: str) -> str:
        came = self.counted(code)
        if code in self.absent:
            return "absent"
        if came is None:
            return "missing"
        broken = came.wrong != (self.change(code) != 0)
        return "returned" if broken and self.waived.get(code) != came.grounds else "accepted"

    def change(self, code: str) -> int:
        """What is added to `RECEIVED` of the version that counts, by what was accepted."""
        came = self.counted(code)
        return -TOO_MANY if came is not None and self.accepted_for.get(code) == came.received else 0

    def strays(self) -> set[str]:
        """Agencies whose returns and line of the roster do not fit and of which nobody has said what is to be."""
        found = set()
        for code in self.issued | set(self.versions):
            came = self.counted(code)
            if code in self.absent:
                continue
            renamed = code in self.roster and came is not None and came.told != self.roster[code]
            if code not in self.roster or (
                renamed and self.choice.get(code) != (self.counting[code], self.roster[code])
            ):
                found.add(code)
        return found

    def accepted(self) -> list[str]:
        return [code for code in self.roster if self.state(code) == "accepted"]

    def figures(self) -> dict[str, int]:
        """The county's inputs: the sums of the accepted; rows that are never summed are the office's own."""
        found = {}
        for at, cell in enumerate(SPEC.cells):
            never = cell.row.consolidate == "never"
            codes = [code for code in self.accepted() if not never or code == ROOT]
            if not cell.total and codes:
                found[cell.key] = sum(self.counted(code).values[at] for code in codes)
                if cell.key == RECEIVED:
                    found[cell.key] += sum(map(self.change, codes))
        for key, change in self.corrections:
            found[key] += change
        return found


class Clock:
    """The time that commands see: their modules' `datetime` and `date` are those of this clock."""

    now = BEGIN

    @classmethod
    @contextlib.contextmanager
    def held(cls):
        kinds = {datetime: cls._kind(datetime), date: cls._kind(date)}
        changed = []
        for name, module in list(sys.modules.items()):
            if name.startswith("xltool.") and module is not None:
                for word in ("datetime", "date"):
                    real = getattr(module, word, None)
                    if real in kinds:
                        changed.append((module, word, real))
                        setattr(module, word, kinds[real])
        try:
            yield
        finally:
            for module, word, real in changed:
                setattr(module, word, real)

    @staticmethod
    def _kind(real):
        meta = type("meta", (type(real),), {"__instancecheck__": lambda _, value: isinstance(value, real)})
        words = {
            "now": classmethod(lambda _, tz=None: Clock.now if tz is None else Clock.now.replace(tzinfo=BEIJING)),
            "today": classmethod(lambda _: Clock.now.date()),
            # what a worker answers with goes through a pipe
            "__reduce_ex__": lambda self, protocol: (real, real.__reduce_ex__(self, protocol)[1]),
        }
        return meta(real.__name__, (real,), words)


@dataclass
class Done:
    code: int
    output: str


class Play:
    """A campaign folder, the model of it, and the commands."""

    def __init__(self, folder: Path, agencies: int, jobs: int = 1) -> None:
        self.folder, self.root, self.jobs = folder, folder / "某县", jobs
        self.spoken = Counter()
        self.model = Model({f"A{at}": "某县人民政府办公室" if at == 0 else f"某县第{at}局" for at in range(agencies)})
        self.blanks: dict[str, Submission] = {}
        self.sent: list[Came] = []
        self.inbox: dict[str, tuple[int, list[Came]]] = {}  # by name: time of the file, and what is in it
        self.minute, self.named, self.seed = 0, agencies, 0
        self.unknown: set[str] = set()  # commands whose documents the database does not know: it was lost or older
        Clock.now = BEGIN
        (folder / "名录.csv").write_text(self.roster_text(), "utf-8")
        self.run("new", self.root, "--plain", "--form", SPEC.id, "--year", YEAR, "--name", "某县",
                 "--roster", folder / "名录.csv", at=None)  # fmt: skip
        (self.root / "campaign.key").write_bytes(bytes(range(32)))  # the same bytes come back in each run
        self.build()

    # ---- commands

    def arguments(self, command, *arguments, at=True):
        more = ["--jobs", self.jobs] if command == "collect" else []
        return [str(each) for each in (command, *arguments, *more, *(("-C", self.root) if at else ()))]

    def run(self, command, *arguments, at=True, code: int | set[int] | None = 0) -> Done:
        self.spoken[command] += 1
        with Clock.held():
            done = CliRunner().invoke(main, self.arguments(command, *arguments, at=at))
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise AssertionError(f"{command}: a traceback") from done.exception
        self.settle_times()
        wanted = {code} if isinstance(code, int) else code
        assert wanted is None or done.exit_code in wanted, f"{command} {arguments}: {done.exit_code}: {done.output}"
        return Done(done.exit_code, done.output)

    def fork(self, arguments, kill_at=0):
        """Starts a command in a fork, to be killed before one of its calls; what waits for it."""
        self.spoken[arguments[0]] += 1
        said = self.folder / f"said{kill_at}-{self.spoken.total()}.txt"
        child = os.fork()
        if not child:
            code = 70
            try:
                with said.open("wb") as file:
                    os.dup2(file.fileno(), 1)
                    os.dup2(file.fileno(), 2)
                sys.stdout, sys.stderr = (open(at, "w", closefd=False) for at in (1, 2))  # noqa: SIM115
                if kill_at:
                    sys.setprofile(_count_calls(kill_at))
                with Clock.held():
                    main(arguments)
            except SystemExit as ended:
                code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
            except BaseException as error:
                print("Traceback", repr(error))
            finally:
                with contextlib.suppress(BaseException):
                    sys.stdout.flush()
                    sys.stderr.flush()
                os._exit(code)

        def wait() -> Done:
            code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            self.settle_times()
            text = said.read_text("utf-8", "replace")
            said.unlink()
            assert "Traceback" not in text and code != 70, f"{arguments}: {text}"
            return Done(code, text)

        return wait

    def settle_times(self):
        """What was put into the archive gets the clock's time, in its order."""
        folder = self.root / "archive"
        new = [path for path in folder.iterdir() if path.stat().st_mtime > 1_780_000_000] if folder.is_dir() else []
        new.sort(key=lambda path: path.stat().st_mtime_ns)
        self.minute += 1
        for at, path in enumerate(new):
            stamp = int(Clock.now.replace(tzinfo=UTC).timestamp() * 1e9) + self.minute * 1_000_000 + at * 1000
            os.utime(path, ns=(stamp, stamp))

    # ---- what a clerk does

    def build(self):
        self.run("build")
        self.model.issued |= set(self.model.roster)
        for path in sorted((self.root / "outbox").glob("A*.xlsx")):
            submission = api.read(path.read_bytes()).submission
            self.blanks[submission.agency.code] = submission

    def roster_text(self) -> str:
        lines = ["单位代码,单位名称,级别,上级代码"]
        for code, name in self.model.roster.items():
            lines.append(f"{code},{name},{'county' if code == ROOT else 'department'},{'' if code == ROOT else ROOT}")
        return "\n".join(lines) + "\n"

    def write_roster(self):
        (self.root / "roster.csv").write_text(self.roster_text(), "utf-8")

    def make(self, code: str, kind: str = "right", other: str = "") -> Came:
        """A filled workbook of an agency that has a blank."""
        self.seed += 1
        self.minute += 1
        blank = self.blanks[code]
        values = figures.consistent(SPEC, Random(self.seed))
        texts = {text.key: f"第{self.seed}稿。" for text in SPEC.texts if text.required}
        if kind in {"wrong", "witnessed"}:
            right = figures.aligned(SPEC, values)[SPEC.index["applications.received.total"]]
            if kind == "witnessed":
                texts["overview.requests"] = f"本年新收政府信息公开申请{right}件。"
            values[RECEIVED] += TOO_MANY
            values = figures.summed(SPEC, values)
        told, serial = blank.agency.name, blank.serial
        if kind == "swapped":
            told = self.model.roster.get(other, told)
        if kind == "unstamped":
            serial = ""
        if kind == "forged":
            serial = self.blanks[other].serial
        forged = kind == "forged" and other != code
        row = figures.aligned(SPEC, values)
        agency = Agency(code, told, blank.agency.level)
        data = api.fill(replace(blank, agency=agency, serial=serial, values=row, texts=texts))
        wrong, witnessed = kind in {"wrong", "witnessed"}, kind == "witnessed"
        came = Came(data, self.minute, code, told, row, bool(serial), forged, wrong, witnessed)
        self.sent.append(came)
        return came

    def put(self, files: list[Came], how: str = "file") -> None:
        """Files into the inbox: as they are, in an archive, in a mail."""
        self.minute += 1
        name = f"收件{self.minute:05}"
        if how == "zip":
            buffer = io.BytesIO()
            with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
                for at, came in enumerate(files):
                    archive.writestr(zipfile.ZipInfo(f"{at}.xlsx", _moment(came.dated).timetuple()[:6]), came.data)
            self._place(f"{name}.zip", buffer.getvalue(), self.minute, files)
        elif how == "mail":
            mail = EmailMessage()
            mail["Subject"], mail["From"], mail["Date"] = "上报", "a@example.invalid", format_datetime(
                _moment(self.minute).replace(tzinfo=BEIJING))  # fmt: skip
            mail.set_content("请查收。")
            for at, came in enumerate(files):
                mail.add_attachment(came.data, maintype="application", subtype="octet-stream", filename=f"{at}.xlsx")
            files = [replace(came, dated=self.minute) for came in files]
            self._place(f"{name}.eml", bytes(mail), self.minute, files)
        else:
            for at, came in enumerate(files):
                self._place(f"{name}-{at}.xlsx", came.data, came.dated, [came])

    def _place(self, name: str, data: bytes, minute: int, files: list[Came]) -> None:
        path = self.root / "inbox" / name
        path.write_bytes(data)
        stamp = _moment(minute).replace(tzinfo=BEIJING).timestamp()
        os.utime(path, (stamp, stamp))
        self.inbox[name] = (minute, files)

    def waiting(self) -> list[Came]:
        """Everything in the inbox, in the order in which it is looked at."""
        order = sorted(self.inbox.items(), key=lambda item: (item[1][0], item[0]))
        return [came for _, (_, files) in order for came in files]

    def pending(self) -> list[Came]:
        return [came for came in self.waiting() if came.sha256 not in self.model.taken]

    def over(self, command: str) -> list[str]:
        """What writes over documents that only look like hand work."""
        told = ["--replace"] if command in self.unknown else []
        self.unknown.discard(command)
        return told

    def collect(self, *more: str) -> Done:
        before = {code: len(held) for code, held in self.model.versions.items()}
        pending = self.pending()
        self.model.collect(self.waiting())
        done = self.run("collect", *more, *self.over("collect"), code={0, 3, 5})
        if pending and before != {code: len(held) for code, held in self.model.versions.items()}:
            assert "共 " in done.output
        self.check_returned()
        return done

    # ---- what must be true

    def check(self, *, whole: bool = True, damaged: bool = False) -> None:
        """Status against the model; `whole` with the county's figures, which take most of the time.

        `damaged`: rows that nobody reads but who writes are told by `consolidate`.
        """
        model = self.model
        told = json.loads(self.run("status", "--json").output.partition("\n")[0])
        states = {each["code"]: (each["state"], each["versions"]) for each in told["agencies"]}
        wanted = {code: (model.state(code), len(model.versions.get(code, ()))) for code in model.roster}
        assert states == wanted, f"status {states}, expected {wanted}"
        unmatched = len(model.refused) + sum(code in model.counting for code in model.strays())
        assert told["counts"]["unmatched"] == unmatched, f"unmatched {told['unmatched']}, expected {unmatched}"
        if whole:
            self.check_sum(damaged=damaged)
        held = {path.stem for path in (self.root / "archive").iterdir()}
        assert held >= model.taken.keys(), "a file that was taken in is not in the archive"

    def check_sum(self, *, damaged: bool) -> None:
        model, path = self.model, self.root / "county" / "submission.json"
        before = path.read_bytes() if path.exists() else None
        strays, accepted = model.strays(), model.accepted()
        able = bool(accepted) and not strays
        done = self.run("consolidate", "--allow-missing", *(self.over("consolidate") if able else ()), code=None)
        if damaged and done.code == 1:
            assert "campaign.db" in done.output or "数据库" in done.output, done.output
            return
        if not able:
            assert done.code == 3, done.output
            assert all(code in done.output for code in strays), done.output
            assert (path.read_bytes() if path.exists() else None) == before
            return
        odd = any(model.counted(code).wrong for code in accepted)
        assert done.code in ({0, 3} if odd else {0}), done.output
        total = api.read(path.read_bytes()).submission
        wanted = model.figures()
        found = {key: total.values[SPEC.index[key]] for key in wanted}
        assert found == wanted, {key: (found[key], wanted[key]) for key in wanted if found[key] != wanted[key]}
        left = [code for code in model.roster if model.state(code) not in {"accepted", "absent"}]
        if left:
            assert self.run("consolidate", code=3).output.count("没有汇总")

    def check_returned(self) -> None:
        """Who is to mend something has a workbook in returned/, of the version that counts, and nobody else."""
        there = {path.name.partition("_")[0] for path in (self.root / "returned").iterdir()}
        assert not list((self.root / "returned").glob("*（新）*")), "nobody has changed any"
        assert there == {code for code in self.model.roster if self.model.state(code) == "returned"}

    def check_archive(self) -> None:
        """Every byte that was taken in is there."""
        held = {path.stem: path for path in (self.root / "archive").iterdir()}
        for digest, came in self.model.taken.items():
            assert held[digest].read_bytes() == came.data


def _count_calls(kill_at: int):
    """A profiler that kills the process before the n-th call that changes something."""
    left = [kill_at]

    def count(_frame, event, argument):
        if event == "c_call" and getattr(argument, "__name__", "") in CALLS:
            left[0] -= 1
            if left[0] <= 0:
                os.kill(os.getpid(), signal.SIGKILL)

    return count


def _moment(minute: int) -> datetime:
    return BEGIN + timedelta(minutes=minute)
