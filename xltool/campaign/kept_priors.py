"""Last year's figures kept beside the campaign, for commands that come close together: read by one, not by each.

They may stand in hundreds of reports, which take minutes to read. What is kept holds as long as what they rest on is as
it was; it is a comfort and no more, and made anew where it is gone or damaged.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from xltool import __version__, api, files
from xltool.campaign.folder import Campaign, resolve_paths
from xltool.campaign.passwords import read_passwords
from xltool.campaign.priors import read_last_year
from xltool.campaign.roster import Roster
from xltool.campaign.store import Store
from xltool.messages import XltoolError
from xltool.model import Finding, Submission

KEPT_FILE: Final = ".last-year.json"


class KeptLastYear(Mapping[str, Submission]):
    """Last year's submissions by agency code, each read out of its document when it is asked for."""

    def __init__(self, documents: Mapping[str, str]) -> None:
        self._documents = documents
        self._known: dict[str, Submission] = {}

    def __getitem__(self, code: str) -> Submission:
        if code not in self._known:
            submission = api.read(self._documents[code].encode()).submission
            if submission is None:
                raise KeyError(code)
            self._known[code] = submission
        return self._known[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._documents)

    def __len__(self) -> int:
        return len(self._documents)


def read_kept_last_year(campaign: Campaign, roster: Roster, store: Store) -> Mapping[str, Submission]:
    """Last year's submissions by agency code, as they were kept, or read now and kept; raises as reading them does."""
    if not campaign.prior:
        return {}
    path, basis = campaign.root / KEPT_FILE, hash_prior_basis(campaign, roster, store)
    documents = _read_kept(path, basis)
    if documents is None:
        found = read_last_year(campaign, roster, store)
        documents = {code: api.dump(submission).decode() for code, submission in found.items()}
        kept = json.dumps({"seal": _seal(basis, documents), "documents": documents}, ensure_ascii=False)
        with suppress(XltoolError, OSError):  # the next one can
            files.write_file(path, kept.encode())
    return KeptLastYear(documents)


def hash_prior_basis(campaign: Campaign, roster: Roster, store: Store) -> str:
    """A hash of what last year's figures rest on.

    The files, as far as their names, sizes and times tell, the passwords that open them, whose they are taken to be,
    and xltool, which reads them.
    """
    listed = (line for path in resolve_paths(campaign, campaign.prior) for line in _list_files(path))
    known = [
        __version__,
        str(campaign.period),
        *read_passwords(campaign),
        *map(str, roster.entries),
        *map(str, sorted(store.absences().items())),
    ]
    return hashlib.sha256("\n".join([*listed, *known]).encode("utf-8", "surrogatepass")).hexdigest()


def _list_files(path: Path) -> Iterator[str]:
    with suppress(OSError):  # gone, or not to be looked at: reading it tells so
        for file in (path, *(sorted(path.iterdir()) if path.is_dir() else ())):
            facts = file.stat()
            yield f"{file} {facts.st_size} {facts.st_mtime_ns}"


def _read_kept(path: Path, basis: str) -> Mapping[str, str] | None:
    """The documents that were kept for this basis; None where there are none, or what stands there is none of ours."""
    data = files.read_file(path) if path.is_file() else None
    if data is None or isinstance(data, Finding):
        return None
    try:
        kept = json.loads(data)
        documents, seal = kept["documents"], kept["seal"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    if not isinstance(documents, dict) or not all(isinstance(each, str) for each in documents.values()):
        return None
    return documents if seal == _seal(basis, documents) else None


def _seal(basis: str, documents: Mapping[str, str]) -> str:
    """A hash of what is kept and of what it rests on: a digit that is another one is none of last year's."""
    kept = json.dumps([basis, sorted(documents.items())])
    return hashlib.sha256(kept.encode()).hexdigest()
