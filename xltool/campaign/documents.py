"""Documents that xltool writes for people into a campaign's folder: known again by their hash, hand work being kept.

One that a person has changed, or that no record tells of, is never written over: the new one stands beside it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count, takewhile
from pathlib import Path, PurePosixPath
from typing import Final

from xltool import files
from xltool.campaign.folder import Campaign
from xltool.campaign.store import Store
from xltool.messages import XltoolError, join_first

NEW_MARK: Final = "（新）"
"""How the name of a document ends that stands beside one that a person has changed."""
_MARKED: Final = re.compile(f"(?:-[0-9]+)?{NEW_MARK}$")
_MOST_NAMED: Final = 10


@dataclass(frozen=True, slots=True)
class Deliverable:
    """A document as it is to be: its path in the campaign folder, its bytes or pieces, what it rests on.

    `known` are hashes of what xltool wrote there and noted elsewhere. One that is `executable` is a program to those
    who may read it.
    """

    file: str
    data: bytes | Iterable[bytes]
    basis: str = ""
    known: Collection[str] = ()
    executable: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a document stands, as a path in the campaign folder: at `file` or beside it; `fresh` when just written."""

    file: str
    place: str
    sha256: str
    fresh: bool

    @property
    def is_beside(self) -> bool:
        """Whether hand work was kept."""
        return self.place != self.file


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be done for one document: `staged` goes to `place`, of `cleared` nothing is left.

    `spare` is a name under which the hash is noted until it has its place: so a run that is killed in between leaves
    nothing that would be taken for hand work.
    """

    document: Deliverable
    sha256: str
    place: str
    staged: files.Staged | None
    spare: str
    cleared: tuple[str, ...]


def place_documents(
    campaign: Campaign, store: Store, documents: Iterable[Deliverable], *, replace: bool = False
) -> list[Placed]:
    """Writes documents, all noted at once; what stands there as it is to be is not written again.

    With `replace` hand work is written over.
    """
    plans: list[_Plan] = []
    try:
        for document in documents:
            plans.append(_plan_document(campaign, store, document, replace))
        store.note_written({plan.spare: (plan.sha256, plan.document.basis) for plan in plans if plan.staged})
        notes = {plan.place: (plan.sha256, plan.document.basis) for plan in plans}
        forgotten = {name for plan in plans for name in (plan.spare, *plan.cleared)} - notes.keys()

        def put() -> None:
            for plan in plans:
                if plan.staged is not None:
                    plan.staged.put(campaign.root / plan.place, executable=plan.document.executable)
                for name in plan.cleared:
                    with suppress(OSError):  # open somewhere: the next run clears it away
                        (campaign.root / name).unlink()

        if any(plan.staged or plan.cleared for plan in plans):
            store.note_written(notes, forgotten, put)
        else:
            store.note_written(notes)
    except BaseException:
        for plan in plans:
            if plan.staged is not None:
                plan.staged.discard()
        raise
    return [Placed(plan.document.file, plan.place, plan.sha256, plan.staged is not None) for plan in plans]


def find_current(campaign: Campaign, store: Store, file: str, basis: str | None = None) -> str | None:
    """Where a document stands as xltool wrote it last, as a path in the campaign folder; None where it does not.

    With `basis` only one that rests on just that.
    """
    for name in _list_names(campaign, store, file):
        digest = files.hash_file(campaign.root / name)
        if digest and any(
            digest == noted and (basis is None or basis == rested != "")
            for noted, rested in _read_notes(campaign, store, file)
        ):
            return name
    return None


def clear_document(campaign: Campaign, store: Store, file: str, *, replace: bool = False) -> bool:
    """Takes a document away, with what stands beside it, hand work only with `replace`; whether none of it is left.

    Raises `OSError` where it cannot be.
    """
    names = list(_list_names(campaign, store, file))
    ours = {noted for noted, _ in _read_notes(campaign, store, file)}
    for name in names:
        if replace or files.hash_file(campaign.root / name) in ours:
            (campaign.root / name).unlink(missing_ok=True)
    gone = [name for name in names if not (campaign.root / name).exists()]
    noted = [name for name in gone if store.find_written(name)[0]]
    if noted:
        store.note_written({}, noted)
    return gone == names


def find_standing(path: Path) -> list[Path]:
    """The document that stands at a path and those beside it, where there are any."""
    beside = (path.with_name(_name_beside(path.name, number)) for number in count(1))
    return [*([path] if path.exists() else []), *takewhile(Path.exists, beside)]


def describe_kept(placed: Iterable[Placed]) -> Iterator[str]:
    """A line that says which hand work was kept, and where the new documents are."""
    kept = [each for each in placed if each.is_beside]
    if kept:
        names = [f"{each.file} → {PurePosixPath(each.place).name}" for each in kept]
        yield (
            f"有 {len(kept)} 份写出以后被人改动过，没有覆盖，新的写在旁边：{join_first(names, _MOST_NAMED, '份')}。"
            "改动的内容不要了的，加 --replace 再执行一次，用新的覆盖。"
        )


def strip_mark(file: str) -> str:
    """The path of the document beside which one stands; its own path for one that stands beside none."""
    path = PurePosixPath(file)
    return path.with_name(_MARKED.sub("", path.stem) + path.suffix).as_posix()


def _name_beside(file: str, number: int) -> str:
    """`报告（新）.docx`, and where that was changed by hand in its turn `报告-2（新）.docx`."""
    path = PurePosixPath(file)
    return path.with_name(f"{path.stem}{f'-{number}' if number > 1 else ''}{NEW_MARK}{path.suffix}").as_posix()


def _list_names(campaign: Campaign, store: Store, file: str) -> Iterator[str]:
    """The path of a document, and those beside it that are there or noted, and one more."""
    yield file
    for number in count(1):
        name = _name_beside(file, number)
        yield name
        if not (campaign.root / name).exists() and not store.find_written(name)[0]:
            return


def _read_notes(campaign: Campaign, store: Store, file: str) -> list[tuple[str, str]]:
    """Hash and basis of all noted for a document and beside it: a person may have put one in the place of another."""
    return [note for name in _list_names(campaign, store, file) if (note := store.find_written(name))[0]]


def _plan_document(campaign: Campaign, store: Store, document: Deliverable, replace: bool) -> _Plan:
    data = document.data
    staged = None if isinstance(data, bytes) else files.stage_file(campaign.root / document.file, data)
    digest = hashlib.sha256(data).hexdigest() if isinstance(data, bytes) else staged.sha256 if staged else ""
    try:
        ours = {digest, *document.known, *(noted for noted, _ in _read_notes(campaign, store, document.file))}
        names = list(_list_names(campaign, store, document.file))  # the last is free
        there = {name: files.hash_file(campaign.root / name) for name in names if (campaign.root / name).exists()}
        place = next(
            name for name in names if name not in there or there[name] in ours or (replace and name == document.file)
        )
        rest = names[names.index(place) + 1 :]
        cleared = tuple(
            name for name in rest if (there[name] in ours if name in there else store.find_written(name)[0])
        )
        if there.get(place) != digest:
            if isinstance(data, bytes):
                staged = files.stage_file(campaign.root / place, data)
            return _Plan(document, digest, place, staged, place if place not in there else names[-1], cleared)
    except XltoolError:
        if staged is not None:
            staged.discard()
        raise
    if staged is not None:
        staged.discard()
    return _Plan(document, digest, place, None, place, cleared)
