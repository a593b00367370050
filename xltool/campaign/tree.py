"""A tree of folders made into the sums of its levels: every unit listed, every sum and page written, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Final

from xltool import api
from xltool.campaign.export import ExportRow, export_figures, list_figures_of
from xltool.campaign.folder import SETTINGS
from xltool.campaign.tree_files import TreeFiles
from xltool.campaign.tree_sum import WRITTEN_FAULT, SummedBranch, TreeLine, sum_tree
from xltool.codes import LEVEL_NAMES
from xltool.csvfile import write_csv
from xltool.messages import XltoolError, make_visible, tell_finding
from xltool.model import FormSpec, Severity
from xltool.periods import Period

PLACE_HEAD: Final = "place"
"""The column of an export that says where a unit stands in the tree."""
UNITS_FILE: Final = "units.csv"
_HEADS: Final = ("路径", "所在层级", "单位代码", "单位名称", "级别", "结果", "核实性问题", "说明", "改法")
_TAKEN, _LEFT, _TOLD = "已汇总", "未汇总", "提示"


@dataclass(slots=True)
class TreeOutcome:
    """What became of a tree: its own sum, how many are in it and how many are not, the gravest of what was found.

    `written` is None where nothing was written, `kept` are files that a person has changed.
    """

    top: SummedBranch | None = None
    taken: int = 0
    missing: int = 0
    unread: int = 0
    branches: int = 0
    worst: Severity = "info"
    written: int | None = None
    kept: tuple[str, ...] = ()


def consolidate_tree(
    root: Path,
    target: Path,
    *,
    jobs: int = 1,
    form: str = "",
    period: Period | None = None,
    priors: Sequence[Path] = (),
    allow_missing: bool = False,
    replace: bool = False,
    tell: Callable[[TreeLine], None] = lambda _: None,
) -> TreeOutcome:
    """Sums a tree and writes its levels into a folder; nothing is written while anything is missing.

    `priors` are folders that this wrote of earlier periods, with whose sums those of the same paths are compared.
    With `allow_missing` what is missing is left out, with `replace` what a person has changed is written over. Same
    tree, same bytes. Raises `XltoolError` where the files cannot be written.
    """
    outcome, made = TreeOutcome(), TreeFiles(target)

    def list_lines() -> Iterator[tuple[str | int, ...]]:
        for step in sum_tree(root, target, jobs=jobs, form=form, period=period, priors=priors):
            if isinstance(step, SummedBranch):
                made.add_branch(step)
                _note_branch(outcome, step)
                continue
            outcome.taken += step.taken
            outcome.missing += step.is_missing
            outcome.unread += step.unread
            if any(found.code == WRITTEN_FAULT for found in step.findings):
                outcome.worst = "error"
            tell(step)
            yield _list_line(step)

    try:
        made.add_listing(UNITS_FILE, write_csv(chain([_HEADS], list_lines())))
        if outcome.top is not None and (allow_missing or not outcome.missing):
            outcome.written, kept = made.put_all(replace=replace)
            outcome.kept = tuple(kept)
    finally:
        if outcome.written is None:
            made.discard_all()
    return outcome


def export_tree(
    root: Path,
    kind: str,
    *,
    jobs: int = 1,
    form: str = "",
    period: Period | None = None,
    tell: Callable[[TreeLine], None] = lambda _: None,
) -> Iterator[bytes]:
    """The figures of all units that are in the sums of a tree, as a file of a kind of `EXPORT_KINDS`, in pieces.

    Behind each row stands where its unit is (`place`). Raises `XltoolError` where there are none.
    """
    spec: FormSpec | None = None

    def list_rows() -> Iterator[ExportRow]:
        nonlocal spec
        for step in sum_tree(root, jobs=jobs, form=form, period=period):
            if isinstance(step, SummedBranch):
                continue
            tell(step)
            if step.submission is not None:
                spec = spec or api.form(step.submission.form)
                place = make_visible(step.place)
                yield from ((*row, place) for row in list_figures_of(spec, step.submission, "accepted"))

    rows = list_rows()
    first = next(rows, None)
    if first is None or spec is None:
        raise XltoolError("没有可以导出的单位。")
    yield from export_figures(spec, chain([first], rows), kind, (PLACE_HEAD,))


def check_root(root: Path) -> None:
    """Raises `XltoolError` where there is no folder, or that of one campaign."""
    if not root.is_dir():
        raise XltoolError(f"没有 {make_visible(str(root))} 这个文件夹。")
    if (root / SETTINGS).is_file():
        raise XltoolError(f"{make_visible(str(root))} 本身是一个填报任务：它的数用 -C 指明，不加 --tree。")


def check_places(root: Path, target: Path, priors: Sequence[Path] = ()) -> None:
    """Raises `XltoolError` where the sums of a tree cannot be written into a folder without being taken for units.

    And where one of the earlier sums that they are compared with is no folder, or the one that is written.
    """
    check_root(root)
    for prior in priors:
        if not prior.is_dir():
            raise XltoolError(f"没有 {make_visible(str(prior))} 这个文件夹。")
        if prior.resolve() == target.resolve():
            raise XltoolError(f"{make_visible(str(prior))} 是以前的汇总，不能写在它上面；用 -o 写明另一个文件夹。")
    if target.exists() and not target.is_dir():
        raise XltoolError(f"{make_visible(str(target))} 不是文件夹。")
    if target.resolve() == root.resolve():
        raise XltoolError("汇总不能写在所给的文件夹本身里：会与单位的文件混在一起；用 -o 写明另一个文件夹。")
    if (target / SETTINGS).is_file():
        raise XltoolError(f"{make_visible(str(target))} 是一个填报任务的文件夹；用 -o 写明另一个文件夹。")


def _note_branch(outcome: TreeOutcome, summed: SummedBranch) -> None:
    outcome.branches += not summed.branch.is_group
    severities = {found.severity for found in summed.judged.reading.findings}
    if "error" in severities:
        outcome.worst = "error"
    elif "warning" in severities and outcome.worst == "info":
        outcome.worst = "warning"
    if not summed.branch.path:
        outcome.top = summed


def _list_line(line: TreeLine) -> tuple[str | int, ...]:
    agency = line.agency
    told = [tell_finding(each, None, None) for each in line.findings if line.is_missing <= (each.severity == "error")]
    level = LEVEL_NAMES[agency.level] if agency is not None and agency.level else ""
    return (
        make_visible(line.place),
        make_visible(line.above),
        "" if agency is None else agency.code,
        "" if agency is None else agency.name,
        level,
        _TAKEN if line.taken else _LEFT if line.is_missing else _TOLD,
        line.warnings,
        "；".join(said for said, _, _ in told),
        "；".join(dict.fromkeys(remedy for _, remedy, _ in told)),
    )
