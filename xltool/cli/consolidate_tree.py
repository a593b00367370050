"""`xltool consolidate --tree`: the sums of a tree of folders, level by level, with pages to drill down through."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import click
from click.core import ParameterSource

from xltool import files
from xltool.campaign.documents import NEW_MARK
from xltool.campaign.tree import TreeOutcome, check_places, check_root, consolidate_tree, export_tree
from xltool.campaign.tree_page import PAGE_FILE
from xltool.campaign.tree_sum import TreeLine
from xltool.cli import console, output
from xltool.codes import GRADES
from xltool.forms import catalog
from xltool.messages import join_first, make_visible, render
from xltool.periods import Period, period_of

_PROGRESS, _MOST_NAMED = 500, 10


@dataclass(frozen=True, slots=True)
class TreeChoice:
    """What is summed of a tree, and how."""

    tree: Path | None
    target: Path | None
    form: str
    period: Period | None
    priors: tuple[Path, ...] = ()
    allow_missing: bool = False
    replace: bool = False
    strict: bool = False

    def is_asked(self, others: object = None, *, target_too: bool = True) -> bool:
        """Whether a tree is meant; a usage error for options that do not go together.

        `others` says whether there are some that are of a campaign alone; `target_too` that `-o` is of a tree alone.
        """
        if self.tree is None:
            if self.form or self.period is not None or self.priors or (target_too and self.target is not None):
                named = f"{'-o、--prior、' if target_too else ''}--form、--year、--period"
                raise click.UsageError(f"{named} 只用于逐级汇总（--tree）。")
            return False
        if others or click.get_current_context().get_parameter_source("root") != ParameterSource.DEFAULT:
            raise click.UsageError("--tree 与 -C、--take 不能一起用：前者汇总一个文件夹里的各级，后者是一个任务的。")
        if self.target is None:
            raise click.UsageError("逐级汇总要用 -o 写明写到哪个文件夹。")
        return True


def run_tree(choice: TreeChoice) -> NoReturn:
    """Sums a tree into a folder, tells everything wrong as it comes, and ends with the exit code."""
    root, target = choice.tree, choice.target
    assert root is not None and target is not None
    check_places(root, target, choice.priors)
    if choice.form:
        catalog.load_form(choice.form)
    outcome = consolidate_tree(
        root,
        target,
        jobs=os.cpu_count() or 1,
        form=choice.form,
        period=choice.period,
        priors=choice.priors,
        allow_missing=choice.allow_missing,
        replace=choice.replace,
        tell=_Telling("汇总").tell,
    )
    _tell_outcome(outcome, target)
    sys.exit(_choose_exit_code(outcome, choice))


def run_tree_export(choice: TreeChoice, kind: str) -> NoReturn:
    """Writes the figures of the units of a tree as one table, tells what is not in it, and ends with the exit code."""
    root, target = choice.tree, choice.target
    assert root is not None and target is not None
    check_root(root)
    if choice.form:
        catalog.load_form(choice.form)
    telling = _Telling("导出")
    jobs = os.cpu_count() or 1
    pieces = export_tree(root, kind, jobs=jobs, form=choice.form, period=choice.period, tell=telling.tell)
    files.write_file(target, pieces)
    console.say(f"已写出 {target}：{telling.taken} 个单位；未导出 {telling.missing}。", err=True)
    sys.exit(output.UNREADABLE if telling.unread else output.ERRORS if telling.missing else output.DONE)


@dataclass(slots=True)
class _Telling:
    """Tells what is wrong with units as they come, counts them, and says now and then how many came."""

    what: str
    taken: int = 0
    missing: int = 0
    unread: int = 0

    def tell(self, line: TreeLine) -> None:
        """Tells one line."""
        self.taken += line.taken
        self.missing += line.is_missing
        self.unread += line.unread
        for found in line.findings:
            if not line.is_missing or found.severity == "error":
                place = "" if found.code.startswith("tree.") else f"{make_visible(line.place)}："
                console.say(f"  [{GRADES[found.severity]}] {place}{render(found, None, None)}")
        count = self.taken + self.missing
        if count % _PROGRESS == 0 and (line.taken or line.is_missing):
            console.say(f"{self.what} {count}", err=True)


def _tell_outcome(outcome: TreeOutcome, target: Path) -> None:
    top = outcome.top
    if top is not None:
        period = period_of(top.consolidation.total).spoken
        console.say(
            f"{top.branch.name} {period}逐级汇总：{outcome.branches} 级文件夹，汇总 {outcome.taken} 个单位，"
            f"未汇总 {outcome.missing}。"
        )
    if outcome.written is None:
        why = "没有可以汇总的单位" if top is None else f"有 {outcome.missing} 处未汇总"
        hint = "" if top is None else "，或加 --allow-missing 只汇总其余的"
        console.say(f"{why}，没有写出；先照上面的办法改正{hint}。", err=True)
        return
    console.say(f"已写出 {target / PAGE_FILE}，{outcome.written} 个文件有变化。", err=True)
    if outcome.kept:
        console.say(
            f"有 {len(outcome.kept)} 份写出以后被人改动过，没有覆盖，新的写在旁边，名称以{NEW_MARK}结尾："
            f"{join_first(outcome.kept, _MOST_NAMED, '份')}。改动的内容不要了的，加 --replace 再执行一次。",
            err=True,
        )


def _choose_exit_code(outcome: TreeOutcome, choice: TreeChoice) -> int:
    """As of a county's sum; what could not be read counts though it was left out."""
    if outcome.unread:
        return output.UNREADABLE
    if outcome.written is None or outcome.worst == "error":
        return output.ERRORS
    return output.WARNINGS if choice.strict and outcome.worst == "warning" else output.DONE
