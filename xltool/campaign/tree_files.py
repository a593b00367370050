"""The sums of a tree as files: staged while they are made, put into their places together, hand work being kept.

A record beside them has the hash of each, so that what a person has changed is known and never written over, and what
is no longer made is cleared away.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path

from xltool import api, files
from xltool.campaign import contributions
from xltool.campaign.county import CONTRIBUTION_FILE
from xltool.campaign.documents import NEW_MARK
from xltool.campaign.layout import SUBMISSION_FILE
from xltool.campaign.names import sum_name
from xltool.campaign.tree_page import PAGE_FILE, render_branch
from xltool.campaign.tree_sum import SummedBranch
from xltool.campaign.tree_walk import RECORD_FILE
from xltool.csvfile import as_csv, read_inert
from xltool.files import Staged
from xltool.messages import XltoolError
from xltool.model import Finding
from xltool.periods import period_of
from xltool.workbook.listing import stream_listing

_HEADS = ("文件", "SHA-256")


class TreeFiles:
    """What is written into a folder, each file whole under another name until `put_all`."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self._staged: dict[str, Staged] = {}
        self._made: list[Path] = []
        self._swept: set[str] = set()

    def add_branch(self, summed: SummedBranch) -> None:
        """Stages the files of a level; a group has a page alone."""
        spec, held, path = summed.spec, summed.consolidation, summed.branch.path
        self._stage(path, PAGE_FILE, render_branch(summed))
        if summed.branch.is_group:
            return
        prior = summed.judged.prior
        pictures = (*api.pictures(held.total, prior), *contributions.draw_contributions(spec, held))
        sheets = stream_listing(contributions.build_sheets(spec, held), pictures, contributions.PAPERS)
        self._stage(path, SUBMISSION_FILE, api.dump(held.total))
        self._stage(path, sum_name(held.total.agency, period_of(held.total)), api.fill(held.total, prior))
        self._stage(path, CONTRIBUTION_FILE, sheets)

    def add_listing(self, name: str, pieces: Iterable[bytes]) -> None:
        """Stages a file of the tree as a whole, which may come in pieces."""
        self._stage("", name, pieces)

    def _stage(self, path: str, name: str, data: bytes | Iterable[bytes]) -> None:
        folder = self.target / path
        if path not in self._swept:
            files.sweep_leftovers(folder)
            self._swept.add(path)
        missing = [each for each in (folder, *folder.parents) if not each.exists()]
        staged = files.stage_file(folder / name, data)
        self._made.extend(missing)
        self._staged[f"{path}/{name}" if path else name] = staged

    def discard_all(self) -> None:
        """Leaves everything as it was."""
        for staged in self._staged.values():
            staged.discard()
        for folder in sorted(self._made, key=lambda made: len(made.parts), reverse=True):
            with suppress(OSError):
                folder.rmdir()

    def put_all(self, *, replace: bool = False) -> tuple[int, list[str]]:
        """How many files were written, and those that a person has changed, beside which the new ones stand.

        With `replace` these are written over. What was written before and is no longer made is taken away.
        """
        before = self._read_record()
        record: dict[str, str] = {}
        # Both what stands there and what is to stand there is noted first: a run that is killed in between leaves
        # nothing that would be taken for hand work.
        coming = {(name, staged.sha256) for name, staged in self._staged.items()}
        self._write_record({(name, each) for name, noted in before.items() for each in noted} | coming)
        kept: list[str] = []
        fresh = 0
        for name, staged in self._staged.items():
            there = files.hash_file(self.target / name)
            place = name
            if not replace and there not in {"", staged.sha256, *before.get(name, ())}:
                kept.append(name)
                place = _name_beside(name)
                there = files.hash_file(self.target / place)
            if there == staged.sha256:
                staged.discard()
            else:
                staged.put(self.target / place)
                fresh += 1
            record[place] = staged.sha256
        for name in sorted(before.keys() - record.keys(), reverse=True):
            self._clear(name, before[name])
        self._write_record(set(record.items()))
        return fresh, kept

    def _write_record(self, record: Collection[tuple[str, str]]) -> None:
        files.write_file(self.target / RECORD_FILE, as_csv([_HEADS, *sorted(record)]))

    def _clear(self, name: str, noted: Collection[str]) -> None:
        """Takes away what was written and is no longer made, unless a person has changed it, and its empty folder."""
        path = self.target / name
        if not path.resolve().is_relative_to(self.target.resolve()) or files.hash_file(path) not in noted:
            return
        with suppress(OSError):
            path.unlink()
            path.parent.rmdir()

    def _read_record(self) -> dict[str, set[str]]:
        """The hashes of what was written before, by path; nothing where no record tells of it."""
        data = files.read_file(self.target / RECORD_FILE) if (self.target / RECORD_FILE).exists() else b""
        if isinstance(data, Finding):
            raise XltoolError(f"{self.target / RECORD_FILE} 读不出来：{data.data.get('why', '文件过大')}。")
        rows = csv.reader(io.StringIO(data.decode("utf-8-sig", "replace")))
        found: dict[str, set[str]] = {}
        for row in rows:
            if len(row) == len(_HEADS) and tuple(row) != _HEADS:
                found.setdefault(read_inert(row[0]), set()).add(row[1])
        return found


def _name_beside(name: str) -> str:
    path = Path(name)
    return path.with_name(f"{path.stem}{NEW_MARK}{path.suffix}").as_posix()
