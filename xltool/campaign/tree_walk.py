"""What stands in a tree of folders whose sums are made level by level: its branches and units, in one order.

A folder is a level. A unit is the folder of a campaign, a folder with a `submission.json`, or a `.json` file. Links are
never followed. Where a folder has more than `WIDEST`, they are summed in groups, so that no more of them are held at
once and no page is too long.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from xltool import files
from xltool.campaign.folder import SETTINGS
from xltool.campaign.layout import PLAIN_LAYOUT, SUBMISSION_FILE
from xltool.campaign.tree_campaign import read_campaign_sum
from xltool.messages import finding, join_first, make_visible
from xltool.model import Agency, Finding

OWN_UNIT: Final = "本级"
"""The name of the folder or file that holds what a government's own departments reported, whose figures stand where
nothing is summed."""
TEXTS_FILE, CORRECTIONS_FILE = (Path(name).name for name in (PLAIN_LAYOUT.texts, PLAIN_LAYOUT.corrections))
"""What an office writes for the sum of a level, in the folder of that level."""
RECORD_FILE: Final = "written.csv"
"""What was written beside it, by which a folder of sums is known."""
WIDEST: Final = 100
"""So many units are summed at once."""
MOST_LEVELS: Final = 12
_MOST_NAMED: Final = 6


@dataclass(frozen=True, slots=True)
class Branch:
    """A level, or a group of the units of one: its path in the sums (the tree's own is empty), its name, its folder."""

    path: str
    name: str
    folder: Path
    is_group: bool = False


@dataclass(frozen=True, slots=True)
class BranchBegun:
    """A branch begins."""

    branch: Branch


@dataclass(frozen=True, slots=True)
class BranchEnded:
    """A branch has ended: all of its units came before."""

    branch: Branch


@dataclass(frozen=True, slots=True)
class TreeUnit:
    """A unit as it stands there: its path in the tree, its document; `held` are agencies that are known to be in it."""

    place: str
    is_own: bool
    data: bytes
    is_campaign: bool = False
    held: tuple[Agency, ...] = ()
    notes: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Noticed:
    """What is wrong at a path, or is only told of it."""

    place: str
    finding: Finding


TreeStep: TypeAlias = BranchBegun | BranchEnded | TreeUnit | Noticed


def walk_tree(root: Path, aside: Path | None = None) -> Iterator[TreeStep]:
    """What stands in a tree, by name, units before the end of their branch; `aside` is not looked at."""
    name = root.resolve().name or root.anchor
    branch = Branch("", name, root)
    if _is_there(root / SUBMISSION_FILE):
        yield from (BranchBegun(branch), _visit_sum(root, "", False), BranchEnded(branch))
    else:
        yield from _Walk(None if aside is None else aside.resolve()).walk_branch(branch, "", 1)


class _Walk:
    """A walk that does not look at one folder."""

    def __init__(self, aside: Path | None) -> None:
        self.aside = aside

    def walk_branch(self, branch: Branch, place: str, level: int) -> Iterator[TreeStep]:
        yield BranchBegun(branch)
        try:
            with os.scandir(branch.folder) as listed:
                entries = sorted(listed, key=lambda entry: os.fsencode(entry.name))
        except OSError as error:
            yield Noticed(place, finding("tree.folder", place=_show(place), why=files.name_reason(error)))
            yield BranchEnded(branch)
            return
        taken: list[os.DirEntry[str]] = []
        others: list[str] = []
        names: dict[str, str] = {}
        for entry in entries:
            if _is_left_aside(entry, self.aside):
                continue
            below = _join(place, entry.name)
            noticed = _find_fault(entry, below, level)
            if noticed is not None:
                yield Noticed(below, noticed)
            elif entry.is_dir(follow_symlinks=False) or _is_document(entry.name):
                other = names.setdefault(_fold_name(entry.name), entry.name)
                if other != entry.name:
                    twice = finding("tree.names", place=_show(below), other=_show(other))
                    yield Noticed(below, twice)
                else:
                    taken.append(entry)
            else:
                others.append(make_visible(entry.name))
        if others:
            told = join_first(others, _MOST_NAMED)
            yield Noticed(place, finding("tree.others", place=_show(place), count=len(others), files=told))
        own = [entry for entry in taken if _fold_name(entry.name) == OWN_UNIT]
        for entry in own:
            yield from self._visit(branch, entry, place, level)
        yield from self._walk_entries(branch, [entry for entry in taken if entry not in own], 0, place, level)
        yield BranchEnded(branch)

    def _walk_entries(
        self, branch: Branch, entries: Sequence[os.DirEntry[str]], before: int, place: str, level: int
    ) -> Iterator[TreeStep]:
        """The units of a branch; more than `WIDEST` in groups of groups, named by number, behind those `before`."""
        size = 1
        while len(entries) > size * WIDEST:
            size *= WIDEST
        for start in range(0, len(entries), size):
            part = entries[start : start + size]
            if size == 1:
                yield from self._visit(branch, part[0], place, level)
                continue
            name = f"第{before + start + 1}至{before + start + len(part)}个"
            group = Branch(_join(branch.path, name), name, branch.folder, is_group=True)
            yield BranchBegun(group)
            yield from self._walk_entries(group, part, before + start, place, level)
            yield BranchEnded(group)

    def _visit(self, branch: Branch, entry: os.DirEntry[str], place: str, level: int) -> Iterator[TreeStep]:
        """A unit, or the branch below."""
        below, path = _join(place, entry.name), Path(entry.path)
        is_own = _fold_name(entry.name) == OWN_UNIT
        if not entry.is_dir(follow_symlinks=False):
            yield _read_unit(path, below, is_own)
        elif _is_there(path / SETTINGS):
            found = read_campaign_sum(path, _show(below))
            if isinstance(found, Finding):
                yield Noticed(below, found)
            else:
                yield TreeUnit(below, is_own, found.data, True, found.held, found.notes)
        elif _is_there(path / SUBMISSION_FILE):
            yield _visit_sum(path, below, is_own)
        else:
            yield from self.walk_branch(Branch(_join(branch.path, entry.name), entry.name, path), below, level + 1)


def _visit_sum(folder: Path, place: str, is_own: bool) -> TreeStep:
    """A folder in which a sum stands, which may have nothing else to be summed."""
    if _is_there(folder / RECORD_FILE):
        return Noticed(place, finding("tree.former", place=_show(place)))
    try:
        with os.scandir(folder) as listed:
            rest = sorted(entry.name for entry in listed if entry.name != SUBMISSION_FILE and _counts(entry))
    except OSError as error:
        return Noticed(place, finding("tree.folder", place=_show(place), why=files.name_reason(error)))
    if rest:
        told = join_first([make_visible(name) for name in rest], _MOST_NAMED)
        return Noticed(place, finding("tree.both", place=_show(place), others=told))
    if (folder / SUBMISSION_FILE).is_symlink():
        return Noticed(place, finding("tree.link", place=_show(_join(place, SUBMISSION_FILE))))
    return _read_unit(folder / SUBMISSION_FILE, place, is_own)


def _read_unit(path: Path, place: str, is_own: bool) -> TreeUnit | Noticed:
    data = files.read_file(path)
    return Noticed(place, data) if isinstance(data, Finding) else TreeUnit(place, is_own, data)


def _is_there(path: Path) -> bool:
    """Whether there is something at a path; nothing where the system does not let one look, which is told elsewhere."""
    with suppress(OSError):
        return path.is_symlink() or path.exists()
    return False


def _counts(entry: os.DirEntry[str]) -> bool:
    """Whether something beside a sum may be summed, too."""
    return not entry.name.startswith(".") and (entry.is_dir(follow_symlinks=False) or _is_document(entry.name))


def _is_left_aside(entry: os.DirEntry[str], aside: Path | None) -> bool:
    """Whether something is hidden, written by the office for the sum itself, or where the sums are written."""
    if entry.name.startswith((".", "~$")) or entry.name in {TEXTS_FILE, CORRECTIONS_FILE}:
        return True
    return aside is not None and entry.is_dir() and Path(entry.path).resolve() == aside


def _find_fault(entry: os.DirEntry[str], place: str, level: int) -> Finding | None:
    try:
        entry.name.encode()
    except UnicodeEncodeError:
        return finding("tree.name", place=_show(place))
    path = Path(entry.path)
    if entry.is_symlink() or (os.name == "nt" and getattr(path, "is_junction", lambda: False)()):
        return finding("tree.link", place=_show(place)) if path.is_dir() or _is_document(entry.name) else None
    if level >= MOST_LEVELS and entry.is_dir(follow_symlinks=False):
        return finding("tree.deep", place=_show(place), level=level + 1, most=MOST_LEVELS)
    return None


def _is_document(name: str) -> bool:
    return name.lower().endswith(".json")


def _fold_name(name: str) -> str:
    """A unit's name as it is compared: without regard to the ending of a document, case and width."""
    bare = name[: -len(".json")] if _is_document(name) else name
    return unicodedata.normalize("NFKC", bare).casefold()


def _join(place: str, name: str) -> str:
    return f"{place}/{name}" if place else name


def _show(place: str) -> str:
    """A path as a message has it; the tree itself has none."""
    return make_visible(place.encode("utf-8", "replace").decode()) if place else "所给的文件夹"
