"""The campaigns that the office page knows: those that were opened before, and those in the folder for new ones.

Which were opened is remembered between runs in a small file of the user's own. It is a comfort and no more: one that is
damaged, or cannot be written, is as if it were empty.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import platformdirs

from xltool import files
from xltool.campaign.folder import DATABASE, SETTINGS
from xltool.days import parse_day
from xltool.messages import XltoolError

FOLDER_VARIABLE: Final = "XLTOOL_CONFIG"
"""The environment variable with another folder for what is remembered, as a program on a stick needs it."""
MOST_REMEMBERED: Final = 20
MOST_BESIDE: Final = 60
"""How many campaigns are looked for in the folder for new ones."""
_MOST_LOOKED_AT: Final = 2_000
"""How many entries of that folder are looked at."""


@dataclass(frozen=True, slots=True)
class Place:
    """A folder of a campaign, the day on which that was used last (None where nobody knows), whether it is remembered.

    One that is remembered may be gone.
    """

    root: Path
    used: date | None
    is_remembered: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where campaigns stand: `folder` is where new ones are made, `memory` the file that remembers, None for none."""

    folder: Path
    memory: Path | None = None

    def list_places(self) -> list[Place]:
        """Those that were opened before, the last one first, and then those in the folder, the last changed first."""
        remembered = self._recall()
        places = [Place(root, _later(day, _find_change(root)), True) for root, day in remembered.items()]
        beside = [Place(root, _find_change(root), False) for root in self._look_beside() if root not in remembered]
        beside.sort(key=lambda place: (place.used or date.min, place.root.name), reverse=True)
        return places + beside

    def remember(self, root: Path, day: date) -> None:
        """Notes that a campaign was opened on a day; nothing else depends on whether that could be done."""
        known = self._recall()
        if next(iter(known), None) == root and known[root] == day:
            return
        known.pop(root, None)
        self._keep({root: day, **known})

    def forget(self, root: Path) -> None:
        """Takes a campaign from those that were opened before; the folder itself stays as it is."""
        known = self._recall()
        if root in known:
            del known[root]
            self._keep(known)

    def _recall(self) -> dict[Path, date]:
        data = None if self.memory is None else files.read_file(self.memory)
        if not isinstance(data, bytes):
            return {}
        try:
            document = json.loads(data)
        except (ValueError, RecursionError):
            return {}
        listed = document.get("campaigns") if isinstance(document, dict) else None
        return dict(_read_entries(listed if isinstance(listed, list) else []))

    def _keep(self, known: dict[Path, date]) -> None:
        if self.memory is None:
            return
        entries = [{"folder": str(root), "day": day.isoformat()} for root, day in known.items()]
        document = {"campaigns": entries[:MOST_REMEMBERED]}
        with suppress(XltoolError, OSError):
            files.write_file(self.memory, json.dumps(document, indent=1).encode())

    def _look_beside(self) -> list[Path]:
        found: list[Path] = []
        with suppress(OSError), os.scandir(self.folder) as entries:
            for entry, _ in zip(entries, range(_MOST_LOOKED_AT), strict=False):
                if len(found) < MOST_BESIDE and (Path(entry.path) / SETTINGS).is_file():
                    found.append(Path(entry.path).resolve())
        return found


def locate_memory() -> Path:
    """The file that remembers, in the user's own folder for settings or where the environment says."""
    folder = os.environ.get(FOLDER_VARIABLE) or platformdirs.user_config_dir("xltool", appauthor=False)
    return Path(folder) / "recent.json"


def _read_entries(listed: list[Any]) -> Iterator[tuple[Path, date]]:
    """What of the file can be used: folders by their whole paths, with a day."""
    for entry in listed[:MOST_REMEMBERED]:
        folder, said = (entry.get("folder"), entry.get("day")) if isinstance(entry, dict) else (None, None)
        day = parse_day(said) if isinstance(said, str) else None
        if isinstance(folder, str) and day is not None and "\0" not in folder and Path(folder).is_absolute():
            yield Path(folder), day


def _find_change(root: Path) -> date | None:
    """The day on which something was noted in a campaign last."""
    with suppress(OSError, OverflowError, ValueError):
        return date.fromtimestamp((root / DATABASE).stat().st_mtime)
    return None


def _later(day: date, other: date | None) -> date:
    return day if other is None else max(day, other)
