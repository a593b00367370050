"""The self-test of a form's rules: consistent submissions spoilt as clerks spoil them, and what the judgement says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from random import Random
from typing import Final

from xltool.forms.totals import compute_totals
from xltool.model import Agency, Finding, FormSpec, Reading, Suspect, Value, figure_of
from xltool.rules.judge import judge_readings
from xltool.rules.opinions import find_pointed, group_findings
from xltool.rules.plausible import DrawnPeriods, count_drawn, draw_years, write_periods
from xltool.rules.slips import SINGLE, SlipKind, list_slips

AGENCY: Final = Agency("000000-001", "某县样例局", "department")
POOL: Final = 40
"""Consistent submissions of two years that are spoilt in turn."""
_TRIES: Final = 40
"""So many cells are tried for one that a slip of a kind can spoil."""
TOGETHER: Final = {2: "两处各错一格", 3: "三处各错一格"}


@dataclass(frozen=True, slots=True)
class SpoiltSubmission:
    """One spoilt submission: what was typed, the figures that are true with earlier ones, and which cells differ."""

    typed: tuple[int, ...]
    drawn: DrawnPeriods
    wrong: tuple[int, ...]


@dataclass(slots=True)
class Tally:
    """What became of the spoilt submissions of one kind, counted in submissions, `opinions` in opinions.

    `first`: every wrong cell stands first in an opinion, with its true figure. `within`: every wrong cell is among
    those that an opinion names or adds up. `sure`: the opinions that say for certain which cell is wrong; `guessed`:
    those that say which probably is; `misled` and `missed_guesses`: those of them that are about a right cell, or
    propose another figure.
    """

    table: str
    slip: str
    locked: bool
    tried: int = 0
    unnoticed: int = 0
    first: int = 0
    within: int = 0
    single: int = 0
    opinions: int = 0
    sure: int = 0
    misled: int = 0
    guessed: int = 0
    missed_guesses: int = 0
    missed: list[str] = field(default_factory=list)
    """Places of slips that no rule noticed, the first few."""


def run_selftest(spec: FormSpec, seed: int, count: int) -> list[Tally]:
    """Spoils `count` submissions for each table and kind of slip, totals typed and totals locked; what came of it.

    The same seed gives the same; a kind that no figure of a table allows is left out. Raises ValueError for a form
    whose rules no figures satisfy.
    """
    rng = Random(seed)
    spoiler = _Spoiler(spec, _draw_pool(spec, rng), rng)
    tried = [
        (table.id, slip, locked, list(islice(spoiler.spoil(table.id, locked, kinds, times), count)))
        for locked in (False, True)
        for table in spec.tables
        for slip, kinds, times in _list_trials(spec, table.id)
    ]
    return [_try_kind(spec, *each) for each in tried if each[-1]]


def try_slips(spec: FormSpec, seed: int, table: str, times: int, count: int, *, locked: bool = False) -> Tally:
    """Spoils `count` submissions in so many single cells of a table each, by any kind that spoils one; what came of it.

    Raises ValueError for a form whose rules no figures satisfy.
    """
    rng = Random(seed)
    spoiler = _Spoiler(spec, _draw_pool(spec, rng), rng)
    trials = list(islice(spoiler.spoil(table, locked, SINGLE, times), count))
    return _try_kind(spec, table, TOGETHER.get(times, "一处错一格"), locked, trials)


def _list_trials(spec: FormSpec, table: str) -> Iterator[tuple[str, Sequence[SlipKind], int]]:
    """What submissions are spoilt by: each kind of slip alone, then slips of single cells together."""
    yield from ((kind.words, (kind,), 1) for kind in list_slips(spec, table))
    yield from ((words, SINGLE, times) for times, words in TOGETHER.items())


def _draw_pool(spec: FormSpec, rng: Random) -> list[DrawnPeriods]:
    """Figures of successive periods on which the judgement has nothing to say."""
    pool: list[DrawnPeriods] = []
    for _ in range(POOL):
        drawn = [draw_years(spec, rng) for _ in range(POOL)]
        judged = _judge(spec, [each.this for each in drawn], drawn)
        pool.extend(periods for periods, found in zip(drawn, judged, strict=True) if not found)
        if len(pool) >= POOL:
            return pool[:POOL]
    raise ValueError(f"the judgement finds fault with all figures of {spec.id}")


def _judge(spec: FormSpec, typed: Sequence[Sequence[int]], drawn: Sequence[DrawnPeriods]) -> list[list[Finding]]:
    """What is said of each submission's figures beside earlier ones, texts left aside."""
    texts = {text.key: "已写。" for text in spec.texts if text.required}
    readings, priors = [], []
    for figures, periods in zip(typed, drawn, strict=True):
        this, before = write_periods(spec, AGENCY, periods._replace(this=tuple(figures)), texts)
        readings.append(Reading(this))
        priors.append(before)
    judged = judge_readings(spec, readings, priors)
    return [[f for f in reading.findings if f.severity != "info" and f.keys] for reading in judged]


class _Spoiler:
    """Consistent submissions, and the chance by which they are spoilt."""

    def __init__(self, spec: FormSpec, pool: Sequence[DrawnPeriods], rng: Random) -> None:
        self.spec, self.pool, self.rng = spec, pool, rng

    def spoil(self, table: str, locked: bool, kinds: Sequence[SlipKind], times: int) -> Iterator[SpoiltSubmission]:
        """Submissions with so many slips of these kinds in a table, until none can be made any more."""
        cells = enumerate(self.spec.cells)
        places = [at for at, cell in cells if cell.table.id == table and not (locked and cell.total)]
        failures = 0
        while failures < _TRIES:
            drawn = self.pool[self.rng.randrange(len(self.pool))]
            changes = self._make_slips(drawn, kinds, times, places)
            failures = 0 if changes else failures + 1
            if changes:
                typed: Sequence[Value] = [changes.get(at, figure) for at, figure in enumerate(drawn.this)]
                shown = compute_totals(self.spec, typed, count_drawn(self.spec)) if locked else typed
                yield SpoiltSubmission(tuple(figure_of(value) or 0 for value in shown), drawn, tuple(sorted(changes)))

    def _make_slips(
        self, drawn: DrawnPeriods, kinds: Sequence[SlipKind], times: int, places: Sequence[int]
    ) -> Mapping[int, int]:
        """So many slips in different cells of one submission; nothing where they were not to be made."""
        changes: dict[int, int] = {}
        for _ in range(_TRIES):
            kind, at = kinds[self.rng.randrange(len(kinds))], places[self.rng.randrange(len(places))]
            made = kind.make(self.spec, drawn.this, drawn.before, at, self.rng)
            if made and changes.keys().isdisjoint(made):
                changes |= made
                times -= 1
            if not times:
                return changes
        return {}


def _try_kind(spec: FormSpec, table: str, slip: str, locked: bool, trials: Sequence[SpoiltSubmission]) -> Tally:
    tally = Tally(table, slip, locked)
    for trial, found in zip(trials, _judge(spec, [t.typed for t in trials], [t.drawn for t in trials]), strict=True):
        _count(spec, tally, trial, found)
    return tally


def _count(spec: FormSpec, tally: Tally, trial: SpoiltSubmission, found: Sequence[Finding]) -> None:
    opinions = group_findings(found)
    wrong = {spec.cells[at].key: trial.drawn.this[at] for at in trial.wrong}
    pointed = [(opinion, find_pointed(opinion)) for opinion in opinions]
    first = {(each.key, each.proposed) for opinion, sure in pointed for each in sure or opinion.suspects[:1]}
    within = {key for f in found for key in f.keys} | {each.key for opinion in opinions for each in opinion.suspects}
    tally.tried += 1
    if not opinions:
        tally.unnoticed += 1
        tally.missed.extend([spec.cells[at].key for at in trial.wrong][: 5 - len(tally.missed)])
    tally.first += wrong.items() <= first
    tally.within += wrong.keys() <= within
    tally.opinions += len(opinions)
    tally.single += len(opinions) == 1
    for _, named in pointed:
        if named and any(each.likely for each in named):
            tally.guessed += 1
            tally.missed_guesses += _misleads(named, wrong)
        elif named:
            tally.sure += 1
            tally.misled += _misleads(named, wrong)


def _misleads(sure: Sequence[Suspect], wrong: dict[str, int]) -> bool:
    return any(wrong.get(each.key) != each.proposed for each in sure)


_HEADS: Final = (
    "表",
    "错法",
    "份数",
    "没看出",
    "先点出错格",
    "错格在所列之内",
    "只有一条意见",
    "平均意见数",
    "断定错",
    "推测错",
)


def list_heads() -> tuple[str, ...]:
    """The heads of the table of what came of a self-test: table and slip, then `list_shares`."""
    return _HEADS


def list_shares(tally: Tally) -> tuple[str, ...]:
    """How many were tried; shares unnoticed, first, within and with one opinion; opinions each; how many misled."""
    shares = (_word_share(part, tally.tried) for part in (tally.unnoticed, tally.first, tally.within, tally.single))
    mean = (100 * tally.opinions + tally.tried // 2) // tally.tried
    wrong = f"{tally.misled}/{tally.sure}", f"{tally.missed_guesses}/{tally.guessed}"
    return str(tally.tried), *shares, f"{mean // 100}.{mean % 100:02}", *wrong


def _word_share(part: int, whole: int) -> str:
    """A share in percent, cut off, so that 100% is all of them."""
    tenths = 1000 * part // whole
    return f"{tenths // 10}.{tenths % 10}%"
