"""Files that a form has brought for something that is not made yet: kept in a temporary folder each, for a while.

A draft is known by a token that nobody can guess. The oldest goes when there are too many, each after an hour, and all
of them when the office page is closed.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Final

from xltool import files
from xltool.campaign.names import arrival_name
from xltool.files import Staged, Staging
from xltool.messages import XltoolError
from xltool.web.job import Job

DRAFT_SECONDS: Final = 3_600
MOST_DRAFTS: Final = 8
_DEEPEST: Final = 8
"""How many folders a file of a folder that was sent may lie in."""
_PREFIX: Final = "xltool-draft-"


@dataclass
class Draft:
    """The files of one form in a folder of their own, by paths in it that begin with a number of ours."""

    at: float
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    kept: dict[str, list[str]] = field(default_factory=dict)
    """The files by the field of the form that brought them."""
    job: Job | None = None
    """What is at work on them; it ends when they go."""
    _folder: Path | None = None
    _count: int = 0

    @property
    def folder(self) -> Path:
        """Its folder, which is made when it is first asked for."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        return self._folder

    def open_file(self) -> Staging:
        """A file that is to come."""
        return Staging(self.folder)

    def find(self, name: str) -> list[Path]:
        """The files that a field of the form has brought."""
        return [self.folder / each for each in self.kept.get(name, [])]

    def take_over(self, name: str, other: Draft, kept: list[str]) -> None:
        """Takes files that another draft holds, behind those that the field has brought before."""
        for each in kept:
            target = self.folder / each
            if target.exists() and files.hash_file(target) == files.hash_file(other.folder / each):
                continue
            while target.exists():
                self._count += 1
                target = self.folder / str(self._count) / each.partition("/")[2]
            target.parent.mkdir(parents=True, exist_ok=True)
            (other.folder / each).replace(target)
            self.kept.setdefault(name, []).append(target.relative_to(self.folder).as_posix())

    def remove(self) -> None:
        """Ends what is at work on its files, and removes them."""
        if self.job is not None:
            self.job.end()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def keep_file(self, staged: Staged, told: str) -> str:
        """Puts a file into its place and gives its path: one that came alone apart, one of a folder beside its like."""
        parts = [arrival_name(part) for part in told.replace("\\", "/").split("/") if part not in {"", ".", ".."}]
        if len(parts) > 1:
            parts = ["0", *parts[: _DEEPEST - 1], *parts[-1:]] if len(parts) > _DEEPEST else ["0", *parts]
        else:
            self._count += 1
            parts = [str(self._count), *(parts or [arrival_name("")])]
        path = self.folder.joinpath(*parts)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            staged.discard()
            raise XltoolError(f"存不下传来的文件：{files.name_reason(error)}。") from error
        staged.put(path)
        return path.relative_to(self.folder).as_posix()


@dataclass
class Drafts:
    """The drafts of one office page at work."""

    clock: Callable[[], float] = time.monotonic
    _held: dict[str, Draft] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def open(self) -> Draft:
        """A new draft; the oldest one goes when there are too many."""
        with self._lock:
            self._sweep()
            while len(self._held) >= MOST_DRAFTS:
                self._held.pop(next(iter(self._held))).remove()
            draft = Draft(self.clock())
            self._held[draft.token] = draft
            return draft

    def find(self, token: str) -> Draft | None:
        """The draft of a token, which lives on from now; None when there is none any more."""
        with self._lock:
            self._sweep()
            draft = self._held.pop(token, None)
            if draft is not None:
                draft.at = self.clock()
                self._held[token] = draft
            return draft

    def drop(self, draft: Draft) -> None:
        """Lets go of a draft."""
        with self._lock:
            self._held.pop(draft.token, None)
        draft.remove()

    def end(self) -> None:
        """Lets go of all of them, when the office page is closed."""
        with self._lock:
            for draft in self._held.values():
                draft.remove()
            self._held.clear()

    def _sweep(self) -> None:
        old = [draft for draft in self._held.values() if self.clock() - draft.at > DRAFT_SECONDS]
        for draft in old:
            del self._held[draft.token]
            draft.remove()
