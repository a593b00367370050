"""The sums of a tree of folders, level by level, by what `consolidate` sums a county with.

Units are read, judged and added as they come; of each only what its level still needs is kept. So memory holds one
level of each depth, and a place and a name for each unit, by which doubled ones are known.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Final, TypeAlias

from xltool import api, files
from xltool.campaign.consolidate import consolidate_submissions
from xltool.campaign.corrections import parse_corrections
from xltool.campaign.county import NAMELESS, JudgedSum, judge_total
from xltool.campaign.county_written import list_waiting
from xltool.campaign.texts import parse_texts
from xltool.campaign.tree_prior import EarlierSum, find_earlier_sum
from xltool.campaign.tree_walk import (
    CORRECTIONS_FILE,
    TEXTS_FILE,
    Branch,
    BranchBegun,
    BranchEnded,
    Noticed,
    TreeStep,
    TreeUnit,
    walk_tree,
)
from xltool.codes import CATALOGUE
from xltool.forms.references import resolve_references
from xltool.messages import DefinitionError, XltoolError, finding, make_visible
from xltool.model import (
    LEVELS,
    Absence,
    Agency,
    Consolidation,
    Correction,
    Finding,
    FormSpec,
    Level,
    Reading,
    Submission,
)
from xltool.periods import Period, period_of
from xltool.readings import stream_readings
from xltool.rules.opinions import tell_opinion
from xltool.workbook.layout_plan import make_plan

JUDGED_AT_ONCE: Final = 64
"""Units that are judged together."""
_ABOVE: Final[dict[Level, Level]] = {
    "ministry": "ministry",
    "province": "province",
    "city": "province",
    "county": "city",
    "township": "county",
    "department": "county",
}
"""Whose sum it is, by the highest of those in it, where no unit of its own says so."""
WRITTEN_FAULT: Final = "tree.written"
"""The code of what the office of a level has written and cannot be used."""
_MOST_FAULTS: Final = 6
_NESTED_SUM: Final = "county.scope"


@dataclass(frozen=True, slots=True)
class TreeLine:
    """A unit of the tree, or what is wrong at a path: whose it is, in which level, and what was found.

    `taken` where its figures are in the sum; `is_missing` where they should be and are not, `unread` where nothing
    could be read. `warnings` are of its own figures, and stop nothing. `submission` is what was taken.
    """

    place: str
    above: str
    agency: Agency | None
    taken: bool
    findings: tuple[Finding, ...]
    unread: bool = False
    warnings: int = 0
    submission: Submission | None = None

    @property
    def is_missing(self) -> bool:
        """Whether figures are not in the sum for what was found."""
        return not self.taken and any(each.severity == "error" for each in self.findings)


@dataclass(frozen=True, slots=True)
class BranchPart:
    """One of those that a level is summed of: a unit, or a level below, whose `path` is empty for a unit."""

    agency: Agency
    place: str
    path: str
    units: int
    missing: int
    warnings: int


@dataclass(frozen=True, slots=True)
class SummedBranch:
    """The sum of a level: its parts in the order of their figures, what is not in it, how many units below are.

    `above` are the names of the levels over it, the tree itself first.
    """

    branch: Branch
    above: tuple[str, ...]
    spec: FormSpec
    judged: JudgedSum
    parts: tuple[BranchPart, ...]
    left: tuple[TreeLine, ...]
    units: int
    missing: int
    has_own: bool

    @property
    def consolidation(self) -> Consolidation:
        """Whose figures it is made of."""
        return self.judged.consolidation


SummedStep: TypeAlias = TreeLine | SummedBranch


@dataclass(slots=True)
class _Frame:
    """A level whose units are still coming."""

    branch: Branch
    parts: list[BranchPart] = field(default_factory=list)
    submissions: list[Submission] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    left: list[TreeLine] = field(default_factory=list)
    absent: list[Absence] = field(default_factory=list)
    levels: set[Level] = field(default_factory=set)
    own: Agency | None = None
    units: int = 0
    missing: int = 0


def iterate_judged(root: Path, aside: Path | None, jobs: int) -> Iterator[tuple[TreeStep, Reading | None]]:
    """What stands in a tree, units with their readings and all findings of their forms' rules."""
    coming = _read_steps(root, aside, jobs)
    while batch := list(islice(coming, JUDGED_AT_ONCE)):
        judged = iter(api.check([reading for _, reading in batch if reading is not None]))
        yield from ((step, None if reading is None else next(judged)) for step, reading in batch)


def _read_steps(root: Path, aside: Path | None, jobs: int) -> Iterator[tuple[TreeStep, Reading | None]]:
    steps: deque[TreeStep] = deque()

    def list_documents() -> Iterator[tuple[bytes, str]]:
        for step in walk_tree(root, aside):
            if isinstance(step, TreeUnit):
                # What was read of the file is not kept beside it: a reader asks for many before it answers.
                steps.append(replace(step, data=b""))
                yield step.data, step.place
            else:
                steps.append(step)

    for reading in stream_readings(list_documents(), (), jobs):
        while not isinstance(steps[0], TreeUnit):
            yield steps.popleft(), None
        yield steps.popleft(), reading
    yield from ((step, None) for step in steps)


def sum_tree(
    root: Path,
    aside: Path | None = None,
    *,
    jobs: int = 1,
    form: str = "",
    period: Period | None = None,
    priors: Sequence[Path] = (),
) -> Iterator[SummedStep]:
    """Every unit and everything wrong as it comes, and each level when all of it has come, the tree itself last.

    Without `form` and `period` the first unit says what the tree is of. `priors` are folders of earlier trees' sums.
    """
    summing = _Summing(form, period, priors)
    for step, reading in iterate_judged(root, aside, jobs):
        yield from summing.take_step(step, reading)


class _Summing:
    """The levels that are open, what the tree is of, and which units came before."""

    def __init__(self, form: str, period: Period | None, priors: Sequence[Path]) -> None:
        self.form, self.period, self.first = form, period, ""
        self.priors = priors
        self.frames: list[_Frame] = []
        self.seen: dict[int, str] = {}
        self.inside: dict[int, str] = {}

    def take_step(self, step: TreeStep, reading: Reading | None) -> Iterator[SummedStep]:
        """What becomes of a step."""
        match step:
            case BranchBegun():
                self.frames.append(_Frame(step.branch))
            case Noticed():
                yield self._note(step.place, (step.finding,), unread=step.finding.code.startswith("file."))
            case TreeUnit():
                assert reading is not None
                yield self._take_unit(step, reading)
            case BranchEnded():
                yield from self._close_frame()

    def _note(
        self,
        place: str,
        findings: tuple[Finding, ...],
        agency: Agency | None = None,
        *,
        unread: bool = False,
    ) -> TreeLine:
        """What is wrong at a path, which is missing in the level at hand where it is an error."""
        frame = self.frames[-1]
        line = TreeLine(place, frame.branch.path, agency, False, findings, unread)
        if line.is_missing:
            frame.left.append(line)
            frame.missing += 1
            named = agency or Agency(place, make_visible(place.rpartition("/")[2]), None)
            worst = next(each for each in findings if each.severity == "error")
            frame.absent.append(Absence(named, CATALOGUE[worst.code].title))
        return line

    def _take_unit(self, unit: TreeUnit, reading: Reading) -> TreeLine:
        submission, frame = reading.submission, self.frames[-1]
        if submission is None:
            return self._note(unit.place, reading.findings, unread=True)
        agency = submission.agency
        refused = self._find_refusal(unit, reading, submission)
        if refused is not None:
            return self._note(unit.place, (refused,), agency)
        notes = list(unit.notes)
        if unit.is_own and submission.scope == "consolidated" and not unit.is_campaign:
            notes.append(finding("tree.own_sum", place=unit.place, name=agency.name))
        self.seen[_key(agency)] = unit.place
        for held in unit.held:
            if _key(held) != _key(agency):
                self.inside[_key(held)] = unit.place
        if agency.code == NAMELESS:  # which several may have
            submission = replace(submission, agency=replace(agency, code=unit.place))
        if unit.is_own:
            frame.own = submission.agency
        if agency.level is not None:
            frame.levels.add(agency.level)
        warnings = sum(each.severity == "warning" for each in reading.findings)
        self._add(frame, submission, BranchPart(submission.agency, unit.place, "", 1, 0, warnings))
        return TreeLine(unit.place, frame.branch.path, agency, True, tuple(notes), False, warnings, reading.submission)

    def _find_refusal(self, unit: TreeUnit, reading: Reading, submission: Submission) -> Finding | None:
        """Why a unit is not summed."""
        agency, place = submission.agency, unit.place
        self.form, self.first = self.form or submission.form, self.first or place
        self.period = self.period or period_of(submission)
        if (submission.form, period_of(submission)) != (self.form, self.period):
            return finding(
                "tree.form",
                place=place,
                name=agency.name,
                form=submission.form,
                period=period_of(submission).spoken,
                wanted=f"{self.form} {self.period.spoken}",
                first=self.first,
            )
        errors = [each for each in api.group_opinions(reading) if each.severity == "error"]
        if errors:
            spec = api.form(submission.form)
            example, _, _ = tell_opinion(errors[0], reading.findings, spec, make_plan(spec).place)
            example = example.rstrip("。")
            return finding("tree.returned", place=place, name=agency.name, count=len(errors), example=example)
        other = self._find_double(unit, agency)
        if other:
            return finding("tree.doubled", place=place, name=agency.name, number=agency.code, other=other)
        return None

    def _find_double(self, unit: TreeUnit, agency: Agency) -> str:
        """Where a unit was summed before: itself, as one of another's, or one of its own."""
        key = _key(agency)
        before = self.seen.get(key) or self.inside.get(key, "")
        if not before and agency.code != NAMELESS:
            before = self.frames[-1].codes.get(agency.code, "")
        others = (_key(held) for held in unit.held if _key(held) != key)
        return before or next((self.seen[other] for other in others if other in self.seen), "")

    @staticmethod
    def _add(frame: _Frame, submission: Submission, part: BranchPart) -> None:
        frame.codes[submission.agency.code] = part.place
        frame.submissions.append(submission)
        frame.parts.append(part)
        frame.units += part.units
        frame.missing += part.missing

    def _close_frame(self) -> Iterator[SummedStep]:
        """The sum of the level that has ended, which is a part of the one above."""
        frame = self.frames.pop()
        above, branch = (self.frames[-1] if self.frames else None), frame.branch
        place = make_visible(branch.path) or branch.name
        if not frame.submissions:
            yield from self._close_empty(frame, place)
            return
        own = self._find_own(frame)
        if above is not None and own.code in above.codes:
            doubled = finding("tree.doubled", place=place, name=own.name, number=own.code, other=above.codes[own.code])
            yield self._note(branch.path, (doubled,), own)
            return
        noted: list[Finding] = []
        assert self.period is not None
        earlier = find_earlier_sum(self.priors, branch, api.form(self.form), own, self.period, missing=frame.missing)
        for each in earlier.findings:
            yield TreeLine(branch.path, branch.path, own, False, (each,))
        judged = self._sum_frame(frame, own, earlier, noted)
        left = [TreeLine(branch.path, branch.path, own, False, (each,)) for each in noted]
        yield from left
        lines, missing = (*frame.left, *left), frame.missing + len(left)
        parts, has_own = tuple(frame.parts), frame.own is not None
        names = tuple(each.branch.name for each in self.frames)
        yield SummedBranch(branch, names, api.form(self.form), judged, parts, lines, frame.units, missing, has_own)
        if above is not None:
            above.levels |= frame.levels if branch.is_group else ({own.level} if own.level else set())
            warnings = sum(each.severity == "warning" for each in judged.reading.findings)
            part = BranchPart(own, place, branch.path, frame.units, missing, warnings)
            self._add(above, judged.consolidation.total, part)

    def _close_empty(self, frame: _Frame, place: str) -> Iterator[TreeLine]:
        """A level of which nothing is summed."""
        branch, above = frame.branch, (self.frames[-1] if self.frames else None)
        empty = finding("tree.empty", place=place)
        if above is None:
            if not frame.missing:
                yield TreeLine(branch.path, branch.path, None, False, (empty,))
        elif frame.missing:
            above.missing += frame.missing
            above.absent.append(Absence(Agency(branch.path, branch.name, None), "没有一个单位可以汇总"))
        elif not branch.is_group:
            yield self._note(branch.path, (empty,))

    @staticmethod
    def _find_own(frame: _Frame) -> Agency:
        """Whose the sum of a level is: its own unit's code and level, else the level above the highest in it."""
        branch = frame.branch
        if frame.own is not None:
            return Agency(frame.own.code, branch.name, frame.own.level)
        levels: list[Level] = [*frame.levels, "department"]
        return Agency(branch.path or branch.name, branch.name, _ABOVE[min(levels, key=LEVELS.index)])

    def _sum_frame(self, frame: _Frame, own: Agency, earlier: EarlierSum, noted: list[Finding]) -> JudgedSum:
        assert self.period is not None
        spec, branch = api.form(self.form), frame.branch
        corrections = () if branch.is_group else _read_corrections(branch, spec, frame.codes, noted)
        held = consolidate_submissions(
            spec,
            frame.submissions,
            own,
            self.period,
            root_code="" if frame.own is None else frame.own.code,
            corrections=corrections,
            absent=frame.absent,
        )
        total = held.total
        if not branch.is_group:
            total = _write_texts(branch, spec, total, earlier.prior, noted)
        total = replace(
            total,
            waivers=tuple(word for each in frame.submissions for word in each.waivers),
            acceptances=tuple(replace(word, totals={}) for each in frame.submissions for word in each.acceptances),
        )
        # A level's own departments are always summed: whether that sum holds others is told of the unit.
        found = tuple(each for each in held.findings if each.code != _NESTED_SUM)
        return judge_total(spec, replace(held, total=total, findings=(*found, *earlier.findings)), earlier.prior)


def _read_corrections(
    branch: Branch, spec: FormSpec, codes: dict[str, str], noted: list[Finding]
) -> tuple[Correction, ...]:
    """What the office of a level corrects in its sum; faults are noted, and what has no reason or no name yet."""
    data = _read_written(branch, CORRECTIONS_FILE, noted)
    try:
        found = () if data is None else parse_corrections(data, CORRECTIONS_FILE, spec, codes)
        for waiting in list_waiting(spec, found):
            noted.append(_fault(branch, CORRECTIONS_FILE, waiting))
        return tuple(each for each in found if not each.is_waiting)
    except XltoolError as error:
        noted.append(_fault(branch, CORRECTIONS_FILE, _word_faults(error)))
        return ()


def _write_texts(
    branch: Branch, spec: FormSpec, total: Submission, prior: Submission | None, noted: list[Finding]
) -> Submission:
    """The sum with the texts that the office of a level has written; faults are noted."""
    data = _read_written(branch, TEXTS_FILE, noted)
    try:
        if data is None:
            return total
        texts = parse_texts(data, TEXTS_FILE, spec, total, prior)
        return resolve_references(spec, replace(total, texts=texts), prior)
    except XltoolError as error:
        noted.append(_fault(branch, TEXTS_FILE, _word_faults(error)))
        return total


def _word_faults(error: XltoolError) -> str:
    """What is wrong with a file, in one line."""
    if isinstance(error, DefinitionError):
        return "；".join(f"第 {fault.line} 行 {fault.message.rstrip('。')}" for fault in error.faults[:_MOST_FAULTS])
    return str(error).rstrip("。")


def _read_written(branch: Branch, name: str, noted: list[Finding]) -> bytes | None:
    path = branch.folder / name
    if path.is_symlink() or not path.exists():
        return None
    data = files.read_file(path)
    if isinstance(data, Finding):
        why = data.data.get("why", "文件过大")
        noted.append(_fault(branch, name, why))
        return None
    return data


def _fault(branch: Branch, name: str, why: str) -> Finding:
    return finding("tree.written", place=make_visible(f"{branch.path}/{name}" if branch.path else name), why=why)


def _key(agency: Agency) -> int:
    """A unit by code and name, in little room."""
    told = f"{agency.code}\0{agency.name}".encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(told, digest_size=8).digest())
