"""The versions of an agency: what each would make of it, two of them side by side, and which one counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.exceptions import HTTPException

from xltool import api
from xltool.campaign.arrivals import Difference, find_different_cells, find_different_texts
from xltool.campaign.judging import judge_version
from xltool.campaign.kept_decisions import Choice
from xltool.campaign.kept_versions import Version
from xltool.campaign.standing import Standing
from xltool.digits import parse_whole
from xltool.messages import XltoolError
from xltool.model import Submission
from xltool.web.site import OpenFolder


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """A version with the state that it would give its agency, and the day on which it was sent."""

    version: Version
    state: str
    errors: int
    sent: str
    counts: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions side by side: the earlier, the later, what differs."""

    before: ShownVersion
    after: ShownVersion
    differences: Sequence[Difference]


@dataclass(frozen=True, slots=True)
class VersionsPart:
    """All versions of an agency, the word on which of them counts, and two of them compared."""

    versions: Sequence[ShownVersion]
    choice: Choice | None
    comparison: Comparison | None


def make_versions(look: OpenFolder, standing: Standing, pair: tuple[str, str]) -> VersionsPart:
    """The versions of an agency; `pair` are the numbers of those to compare, empty for the newest two.

    Raises `HTTPException` when there is no such version.
    """
    code = standing.entry.agency.code
    versions = [_weigh(look, standing, version) for version in look.store.versions(code)]
    return VersionsPart(versions, look.store.choices().get(code), _compare(look, versions, standing.number, pair))


def _weigh(look: OpenFolder, standing: Standing, version: Version) -> ShownVersion:
    """What a version would make of its agency."""
    code = standing.entry.agency.code
    waivers = look.store.waivers().get(code, ())
    judged = judge_version(look.campaign.spec, standing.entry, version, waivers, look.store.versions)
    sent = look.store.sent_day(version.sha256) or version.at[:10]
    return ShownVersion(version, judged.state, judged.errors, sent, version.number == standing.number)


def _compare(
    look: OpenFolder, versions: Sequence[ShownVersion], counting: int, pair: tuple[str, str]
) -> Comparison | None:
    """The two versions that are asked for, or the one that counts beside the newest other one."""
    if len(versions) < 2:
        return None
    numbers = [parse_whole(each, 6) for each in pair if each]
    if not numbers:
        numbers = [counting or len(versions), next(n for n in range(len(versions), 0, -1) if n != counting)]
        if not counting:
            numbers = [len(versions) - 1, len(versions)]
    chosen = sorted({number for number in numbers if number is not None and 1 <= number <= len(versions)})
    if len(chosen) != 2:
        raise HTTPException(404, "没有这样两版可以比。")
    before, after = (versions[number - 1] for number in chosen)
    old, new = (_read(each.version) for each in (before, after))
    spec = look.campaign.spec
    return Comparison(before, after, [*find_different_cells(spec, new, old), *find_different_texts(spec, new, old)])


def _read(version: Version) -> Submission:
    submission = api.read(version.submission, version.file).submission
    if submission is None:
        raise XltoolError(f"第{version.number}版已读不出来，请重新收取。")
    return submission
