"""What the levels of a tree are held against: their sums of last year, as `consolidate --tree` wrote them then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from xltool import files, readings
from xltool.campaign.layout import SUBMISSION_FILE
from xltool.campaign.tree_walk import Branch
from xltool.forms import catalog
from xltool.messages import XltoolError, finding, make_visible
from xltool.model import Agency, Finding, FormSpec, Submission
from xltool.periods import Period, looks_a_year_back, period_of, word_earlier
from xltool.rules.prior_year import align_prior, join_earlier

UNCOMPARED: Final = "tree.uncompared"


class EarlierSum(NamedTuple):
    """The earlier figures of a level, where there are any, and what was noticed while they were looked for."""

    prior: Submission | None
    findings: tuple[Finding, ...]


def find_earlier_sum(
    folders: Sequence[Path], branch: Branch, spec: FormSpec, own: Agency, period: Period, *, missing: int
) -> EarlierSum:
    """The earlier sum of a level from the folders of earlier trees, in which it stands at the same path.

    A sum in which units are missing is held against nothing: figures of some beside those of all break every rule.
    """
    if not folders or branch.is_group:
        return EarlierSum(None, ())
    place = make_visible(branch.path) or branch.name
    if missing:
        return EarlierSum(None, (finding(UNCOMPARED, place=place, why=f"有 {missing} 处未汇总"),))
    found: dict[Period, Submission] = {}
    noted: list[Finding] = []
    for path in _list_sums(folders, branch):
        taken = _read_sum(path, spec, own, period)
        if isinstance(taken, str):
            noted.append(finding("tree.prior", place=place, file=make_visible(str(path)), why=taken))
        elif period_of(taken) in found:
            why = f"{period_of(taken).spoken}的前面已经有一份"
            noted.append(finding("tree.prior", place=place, file=make_visible(str(path)), why=why))
        else:
            found[period_of(taken)] = taken
    before, year_ago = found.get(period.before), found.get(period.last_year)
    if before is not None or year_ago is not None:
        return EarlierSum(join_earlier(period, before, year_ago), tuple(noted))
    if not noted:
        noted.append(finding(UNCOMPARED, place=place, why=f"{word_earlier(period)}，所给的文件夹里没有它的"))
    return EarlierSum(None, tuple(noted))


def _list_sums(folders: Sequence[Path], branch: Branch) -> Iterator[Path]:
    for folder in folders:
        path = folder / branch.path / SUBMISSION_FILE
        if path.is_symlink() or path.exists():
            yield path


def _read_sum(path: Path, spec: FormSpec, own: Agency, period: Period) -> Submission | str:
    """The sum of a level in a file; or why it is not the one that is looked for."""
    if path.is_symlink():
        return "是链接，没有跟随"
    data = files.read_file(path)
    if isinstance(data, Finding):
        return f"打不开：{data.data.get('why', '文件过大')}"
    submission = readings.read_apart(data, path.name).submission
    if submission is None:
        return "读不出来，逐条看执行 xltool check"
    return _explain_unfit(submission, spec, own, period) or submission


def _explain_unfit(submission: Submission, spec: FormSpec, own: Agency, period: Period) -> str:
    """Why a submission is not the earlier sum of a level; nothing where it is."""
    about, agency = period_of(submission), submission.agency
    if agency.code != own.code:
        return f"是{agency.name}（{agency.code}）的，这里是{own.name}（{own.code}）"
    if about != period.before and not (about == period.last_year and looks_a_year_back(period)):
        return f"是 {about.spoken}的，{word_earlier(period)}"
    with suppress(XltoolError):
        if submission.form == spec.id or any(each is not None for each in align_prior(spec, submission)):
            return ""
    return f"是另一种报表《{catalog.load_form(submission.form).title}》的"
