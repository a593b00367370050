"""Whole campaigns of random mistakes, decisions, damage and kills, against a simple model of what must be true.

Ten campaigns each time. `XLTOOL_SOAK=300` plays as many, `XLTOOL_SOAK=70x30` one of 70 agencies and 30 days;
`300:1000` begins with seed 1000. A campaign is its seed; a failure tells it and every step.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from random import Random

import pytest

from tests.campaign.soak import RECEIVED, ROOT, RULE, SPEC, TOO_MANY, Came, Clock, Play
from xltool.campaign.store import Store
from xltool.forms.cell_names import name_cell

ASKED, _, FIRST = os.environ.get("XLTOOL_SOAK", "10").partition(":")
SIZE, _, DAYS = ASKED.partition("x")
SEEDS = range(int(FIRST or 0), int(FIRST or 0) + (1 if DAYS else int(SIZE)))
STEPS_A_DAY = 12 if DAYS else 3
STEPS = STEPS_A_DAY * int(DAYS or 10)
SUMMED = 0.3
"""How often the county's figures are looked at after a step, beside how each agency stands."""
PLACE = name_cell(SPEC, RECEIVED)
BY = ("--reason", "会议决定", "--by", "王某")
KINDS = ("right", "right", "right", "wrong", "wrong", "witnessed", "witnessed", "unstamped", "swapped", "forged")
OWING = {"missing", "returned"}
JUNK = (b"", b"PK\3\4 damaged", b"%PDF-1.4 no report", b"MZ", "你好".encode(), bytes(500))
COUNTED: Counter[str] = Counter()
"""Events of all campaigns by kind, and commands run."""
EVENTS: list[tuple[Callable, int, Callable]] = []

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="commands are killed in forks")


@pytest.fixture(scope="module", autouse=True)
def figures():
    """What was played is told at the end, when it was asked for (`-s`)."""
    yield
    if "XLTOOL_SOAK" in os.environ:
        print(json.dumps(dict(sorted(COUNTED.items())), indent=1))


def event(weight, possible=lambda _: True):
    """A method that is a step of campaigns, how often, and when it can be."""

    def add(method):
        EVENTS.append((method, weight, possible))
        return method

    return add


class Campaign:
    """One campaign; every choice comes from the seed and is noted."""

    def __init__(self, seed, folder):
        self.random, self.steps = Random(seed), []
        self.play = Play(folder, int(SIZE) if DAYS else self.random.randint(6, 12))
        self.play.put([self.play.make(code) for code in [*self.play.blanks][:-3]])
        for at, kind in ((-3, "witnessed"), (-2, "wrong")):
            self.play.put([self.play.make([*self.play.blanks][at], kind)], "mail")
        self.play.collect()

    def step(self):
        possible = [(method, weight) for method, weight, when in EVENTS if when(self)]
        [method] = self.random.choices([method for method, _ in possible], [weight for _, weight in possible])
        self.steps.append(method.__name__)
        method(self)
        self.play.check(whole=self.random.random() < SUMMED)

    def choose(self, *words):
        """One of some words, noted."""
        chosen = self.random.choice(words)
        self.steps[-1] += f" {chosen!r:.60}"
        return chosen

    def pick(self, codes):
        """One of some agencies, files or numbers."""
        return self.choose(*sorted(codes))

    def counts(self, what):
        COUNTED[what] += 1
        Clock.now += timedelta(hours=24 / STEPS_A_DAY)
        return self.play.model

    # ---- what comes

    @event(9)
    def returns_come(self):
        how = self.choose("file", "file", "zip", "mail")
        count = self.choose(*range(1, 5))
        self.counts(f"put {how}")
        play = self.play
        files = []
        for _ in range(count):
            kind = self.choose(*KINDS)
            code, other = self.pick(play.blanks), self.pick(play.blanks)
            files.append(play.make(code, kind, other))
            COUNTED[f"return {kind}"] += 1
        play.put(files, how)

    @event(3)
    def all_who_owe_send(self):
        model = self.counts("put by all who owe")
        owing = [code for code in self.play.blanks if code in model.roster and model.state(code) in OWING]
        self.play.put([self.play.make(code) for code in owing])

    @event(2, lambda self: self.play.sent)
    def an_old_file_comes_again(self):
        how = self.choose("file", "zip")
        self.counts("put again")
        came = self.play.sent[self.pick(range(len(self.play.sent)))]
        self.play.put([came], how)

    @event(2)
    def a_late_copy_comes(self):
        """An older one lies in the inbox beside a newer one, and came later."""
        self.counts("put late copy")
        code = self.pick(self.play.blanks)
        kind = self.choose("right", "wrong")
        old, new = self.play.make(code), self.play.make(code, kind)
        self.play.put([new, old], "zip")

    @event(1)
    def a_damaged_file_comes(self):
        junk = self.choose(*JUNK)
        self.counts("put damaged")
        self.play.seed += 1
        self.play.minute += 1
        data = junk + (b"" if not junk else str(self.play.seed).encode())
        self.play.put([Came(data, self.play.minute)])

    @event(1, lambda self: self.play.sent)
    def a_cut_off_file_comes(self):
        self.counts("put cut off")
        whole = self.play.sent[-1].data
        self.play.minute += 1
        self.play.put([Came(whole[: self.pick(range(30, len(whole) - 30))], self.play.minute)])

    @event(1)
    def the_inbox_is_cleared(self):
        self.counts("inbox cleared")
        for name in self.play.inbox:
            (self.play.root / "inbox" / name).unlink()
        self.play.inbox.clear()

    # ---- what the office does

    @event(8)
    def collect(self):
        self.counts("collect")
        self.play.collect()

    @event(2)
    def build(self):
        self.counts("build")
        self.play.build()

    @event(2)
    def look(self):
        command = self.choose("reports", "export", "doctor", "page")
        self.counts(command)
        play = self.play
        if command == "export":
            play.run("export", "-o", play.folder / "数据.csv", code={0, 1} if self.nobody_counts() else 0)
        elif command == "page":
            play.run("status", "--html", play.folder / "页.html")
        else:
            play.run(command, code={0, 1, 3})

    def nobody_counts(self):
        model = self.play.model
        return all(model.state(code) in {"missing", "absent"} for code in model.roster)

    @event(3, lambda self: self.returned(witnessed=False))
    def waive(self):
        model = self.counts("waive")
        code = self.pick(self.returned(witnessed=False))
        self.play.run("waive", code, RULE, *BY)
        model.waived[code] = model.counted(code).grounds

    def returned(self, *, witnessed):
        """Those whose figures are wrong, which their texts tell or do not."""
        model = self.play.model
        found = [code for code in model.roster if model.state(code) == "returned"]
        return [code for code in found if model.counted(code).witnessed == witnessed]

    @event(9, lambda self: self.returned(witnessed=True))
    def accept(self):
        """What an opinion proposes counts, at once or behind a kill."""
        model, play = self.counts("accept"), self.play
        code = self.pick(self.returned(witnessed=True))
        if self.choose(False, False, True):
            play.fork(play.arguments("accept", code, PLACE, *BY), self.pick(range(1, 60)))()
        play.run("accept", code, PLACE, *BY)
        model.accepted_for[code] = model.counted(code).received

    @event(4, lambda self: self.play.model.accepted_for.keys() & self.play.model.roster.keys())
    def withdraw(self):
        model = self.counts("acceptance withdrawn")
        code = self.pick(model.accepted_for.keys() & model.roster.keys())
        self.play.run("accept", code, PLACE, "--withdraw", *BY)
        del model.accepted_for[code]

    @event(3)
    def use(self):
        model = self.counts("use")
        code = self.pick(model.roster)
        held = model.versions.get(code, [])
        number = self.pick(range(len(held) + 1))
        self.play.run("use", code, number or "none", *BY)
        model.use(code, number)

    @event(2)
    def absent(self):
        model = self.counts("absent")
        code = self.pick({*model.roster, *model.strays()} - {ROOT} - set(model.absent) or {"A1"})
        into = self.pick({"", *model.roster} - {code} - set(model.absent))
        known = code in model.roster or code in model.strays() or code in model.absent
        self.play.run("absent", code, *(("--into", into) if into else ()), *BY, code=0 if known else 1)
        if known:
            model.absent[code] = into

    @event(2, lambda self: self.play.model.absent)
    def present(self):
        model = self.counts("absence withdrawn")
        code = self.pick(model.absent)
        self.play.run("absent", code, "--withdraw", *BY)
        del model.absent[code]

    @event(3, lambda self: self.play.model.strays())
    def strays_are_settled(self):
        """What each message advises, done, settles it."""
        model = self.counts("strays settled")
        for code in sorted(model.strays()):
            if code in model.roster:
                number = model.counting[code]
                self.play.run("use", code, number, *BY)
                model.use(code, number)
            else:
                self.play.run("absent", code, *BY)
                model.absent[code] = ""
        assert not model.strays()

    @event(2)
    def correct(self):
        change = self.choose(*range(1, 10))
        model = self.counts("correction")
        if self.choose(False, False, True):
            del model.corrections[-1:]
        else:
            row = self.choose("licensing", "penalties", "coercion")
            model.corrections.append((f"disclosure.{row}.decisions", change))
        form = '[[correction]]\nkey = "{}"\nchange = {}\nreason = "重复"\nby = "王某"\n'
        lines = [form.format(*each) for each in model.corrections]
        (self.play.root / "county" / "corrections.toml").write_text("\n".join(lines), "utf-8")

    @event(5)
    def edit_roster(self):
        edit = self.choose("add", "lose", "rename", "swap", "back", "back")
        model, play = self.counts(f"roster {edit}"), self.play
        others = sorted(set(model.roster) - {ROOT})
        known = {**{code: blank.agency.name for code, blank in play.blanks.items()}}
        if edit == "add":
            model.roster[f"A{play.named}"] = f"某县第{play.named}局"
            play.named += 1
        elif edit == "lose" and len(others) > 2:
            del model.roster[self.pick(others)]
        elif edit == "rename":
            play.seed += 1
            model.roster[self.pick(others)] = f"某县新{play.seed}委"
        elif edit == "swap" and len(others) > 2:  # two lines with each other's names
            one, two = others[0], self.pick(others[1:])
            model.roster[one], model.roster[two] = model.roster[two], model.roster[one]
        elif edit == "back":
            model.roster = {**model.roster, **known}
        play.write_roster()

    # ---- what goes wrong

    @event(5)
    def a_command_is_killed(self):
        """And run again: it ends where an undisturbed one ends."""
        command = self.choose("collect", "collect", "build", "consolidate", "reports")
        self.counts(f"killed {command}")
        play = self.play
        if command == "collect":
            self.in_order()
        most = {"collect": 60 + 25 * len(play.pending()), "build": 120}.get(command, 200)
        more = ["--allow-missing"] if command == "consolidate" else []
        done = play.fork(play.arguments(command, *more), self.pick(range(1, most)))()
        COUNTED["killed in time"] += done.code < 0
        self.again(command)

    def in_order(self):
        """Two files of one agency that come together in two runs are judged otherwise: such are collected first."""
        codes = Counter(came.code for came in self.play.pending())
        if any(times > 1 for code, times in codes.items() if code):
            self.play.collect()

    def again(self, command):
        if command == "collect":
            self.play.collect()
        elif command == "build":
            self.play.build()
        else:
            self.play.run(command, *(["--allow-missing"] if command == "consolidate" else []), code={0, 3})

    @event(4)
    def two_at_once(self):
        one = self.choose("collect", "build", "consolidate", "reports")
        two = self.choose("collect", "build", "consolidate", "reports", "doctor")
        self.counts(f"at once {one} {two}")
        play = self.play
        if "collect" in {one, two}:
            self.in_order()
            if one == two and play.model.refused:
                one = "build"
        waits = []
        for command in (one, two):
            more = ["--mend"] if command == "doctor" else ["--allow-missing"] if command == "consolidate" else []
            waits.append((command, play.fork(play.arguments(command, *more))))
        ended = {}
        for command, wait in waits:
            done = wait()
            ended.setdefault(command, done)
            busy = "doctor" in {one, two} and "正由另一个命令使用" in done.output
            assert done.code in {0, 3, 5} or (done.code == 1 and (busy or command == "doctor")), done.output
        for command in {one, two} - {"doctor"}:
            self.again(command)

    @event(2, lambda self: list((self.play.root / "returned").iterdir()))
    def a_returned_workbook_is_spoilt(self):
        lost = self.choose(False, True)
        self.counts("returned spoilt")
        path = self.pick((self.play.root / "returned").iterdir())
        path.unlink() if lost else path.write_bytes(path.read_bytes()[: self.pick(range(5000))])
        self.play.collect(*(() if lost else ("--replace",)))

    @event(2, lambda self: self.play.model.taken)
    def an_archived_file_is_spoilt(self):
        """It comes back from the inbox if it is still there, else from whoever kept it."""
        lost = self.choose(False, True)
        model, play = self.counts("archive spoilt"), self.play
        digest = [*model.taken][self.pick(range(len(model.taken)))]
        [path] = (play.root / "archive").glob(f"{digest}.*")
        came = model.taken[digest]
        path.unlink() if lost else path.write_bytes(came.data[:-1] + b"?")
        there = path.stem in {each.sha256 for each in play.waiting()}
        done = play.run("doctor", "--mend", code=None)
        if there:
            assert done.code == 0 and "补上" in done.output
        else:
            assert done.code == 1 and "补不上" in done.output
            play.put([came])  # the message: put the same file into the inbox once more
            play.collect()
        assert path.read_bytes() == came.data
        play.run("doctor")

    @event(1)
    def the_key_is_lost(self):
        lost = self.choose(False, True)
        self.counts("key lost")
        key = self.play.root / "campaign.key"
        key.unlink() if lost else key.write_bytes(b"short")
        if self.play.run("collect", code=1).output.count("campaign.key"):
            self.play.run("doctor", "--mend")

    @event(4)
    def the_database_is_damaged(self):
        how = self.choose("bit", "bit", "bit", "wiped", "cut", "lost", "row")
        self.counts(f"database {how}")
        path = self.play.root / "campaign.db"
        whole = path.read_bytes()
        spot = self.random.randrange(len(whole))
        if how == "lost":
            path.unlink()
        elif how == "row":
            with closing(sqlite3.connect(path)) as database, database:
                database.execute("UPDATE version SET findings = '[]' WHERE rowid % 2 = 0")
        else:
            damaged = bytearray(whole)
            if how == "bit":
                damaged[spot] ^= 1 << self.random.randrange(8)
            elif how == "wiped":
                damaged[spot : spot + 300] = bytes(len(damaged[spot : spot + 300]))
            else:
                del damaged[spot:]
            path.write_bytes(damaged)
        self.told_or_right(path)
        self.recover()

    def told_or_right(self, path):
        """A damaged database is told, or changes nothing."""
        spoilt = path.read_bytes() if path.exists() else None
        done = self.play.run("status", "--json", code={0, 1})
        if done.code == 0:
            self.play.check(damaged=True)
        else:
            assert "campaign.db" in done.output or "数据库" in done.output, done.output
        if spoilt is not None and path.exists() and path.read_bytes() != spoilt:
            COUNTED["damage that hurt nothing"] += 1

    @event(2, lambda self: list((self.play.root / "backup").glob("campaign.20*.db")))
    def a_backup_is_put_back(self):
        self.counts("backup restored")
        folder = self.play.root / "backup"
        backup = self.pick(path.name for path in folder.glob("campaign.20*.db"))
        shutil.copy(folder / backup, self.play.root / "campaign.db")
        self.recover(restored=True)

    def recover(self, *, restored=False):
        """Mends the campaign; what came is known again, and what was decided since, which is told, is said again."""
        play, model = self.play, self.play.model
        play.unknown = {"collect", "consolidate"}
        if restored:
            with closing(Store(play.root / "campaign.db")) as store:
                forgotten = model.taken.keys() - {row[0] for row in store.taken_files()}
            said = play.run("status", "--json", code={0, 1}).output
            assert not forgotten or f"归档 archive 里有 {len(forgotten)} 个文件" in said, said
        told = play.run("doctor", "--mend", code=None).output
        if "升级" in told:  # the number of the schema was hit: as of a newer xltool, which is left alone
            (play.root / "campaign.db").unlink()
            told += play.run("doctor", "--mend").output
        assert "没有发现损坏" in told or restored, told
        with closing(Store(play.root / "campaign.db")) as store:
            held = {code: store.versions(code) for code in store.count_versions()}
            counting = {version.agency: version for version in store.read_counting()}
            refused = [each.sha256 for each in store.unmatched()]
            choices, absences, waivers = store.choices(), store.absences(), store.waivers()
            accepted = {code: record for code, [record] in store.acceptances().items()}
            issued = set(store.issues())
        known = {version.sha256 for versions in held.values() for version in versions} | set(refused)
        assert known == model.taken.keys(), "what was taken in is not known any more"
        before = {code: came for code in model.versions if (came := model.counted(code)) is not None}
        model.versions = {code: [model.taken[v.sha256] for v in versions] for code, versions in held.items()}
        model.refused = {digest: model.taken[digest] for digest in refused}
        model.counting = {code: version.number for code, version in counting.items()}
        model.choice = {code: (choice.number, choice.name) for code, choice in choices.items()}
        warned = restored or "请核对" in told
        assert warned or issued == model.issued
        model.issued = issued
        for code in sorted(set(model.absent) ^ set(absences)):
            assert warned, f"the absence of {code} changed and nothing was said"
            if code in absences:
                play.run("absent", code, "--withdraw", *BY)
            elif code in model.roster or code in model.strays() or code in {*held, *issued}:
                play.run("absent", code, *BY)
            else:
                del model.absent[code]
        for code in sorted({*before, *model.counting}):
            came = before.get(code)
            if model.counted(code) != came and code in model.roster:
                judged = "从归档重新审" in told or "现在是第" in told
                assert warned or judged, f"another version of {code} counts and nothing was said"
                if code in model.versions:
                    model.use(code, model.versions[code].index(came) + 1 if came in model.versions[code] else 0)
                    play.run("use", code, model.counting.get(code) or "none", *BY)
        waived = {code: frozenset((key, value) for _, key, value in word.marks) for code, [word] in waivers.items()}
        assert warned or waived == model.waived, "a waiver changed and nothing was said"
        model.waived = waived
        assert all(each.key == RECEIVED and each.typed - each.value == TOO_MANY for each in accepted.values())
        kept = {code: record.typed for code, record in accepted.items()}
        assert warned or kept == model.accepted_for, "what was accepted changed and nothing was said"
        model.accepted_for = kept


@pytest.mark.parametrize("seed", SEEDS)
def test_a_campaign_is_as_the_model_says(tmp_path, seed):
    campaign = Campaign(seed, tmp_path)
    try:
        for _ in range(STEPS):
            campaign.step()
        campaign.play.check()
        campaign.play.check_archive()
    except BaseException as error:
        error.add_note(f"seed {seed}: " + "; ".join(campaign.steps))
        raise
    finally:
        COUNTED.update({f"$ {command}": times for command, times in campaign.play.spoken.items()})
        COUNTED["campaigns"] += 1
        shutil.rmtree(campaign.play.root)
