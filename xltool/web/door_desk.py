"""办公室.xlsx behind what agencies hand in: written up to date once for all that come close together.

What was handed in is taken in with `--only`; whatever loses the server before the workbook is written, the next
command writes it, were it `xltool status`.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from threading import Condition, Thread
from typing import Final

from xltool.campaign.folder import load_campaign
from xltool.messages import XltoolError
from xltool.web.calling import Caller, start_warm_command

WRITING_COMMAND: Final = "status"
"""The command that writes it and changes nothing else."""
_PAUSE: Final = 15.0
"""Seconds for others to come."""


@dataclass
class DeskKeeping:
    """What keeps the workbook of one campaign up to date, in a thread of its own."""

    caller: Caller
    pause: float = _PAUSE
    _is_behind: bool = False
    _ending: bool = False
    _changed: Condition = field(default_factory=Condition)
    _thread: Thread | None = None

    def fall_behind(self) -> None:
        """Notes that something was taken in which the workbook does not say yet."""
        with self._changed:
            if self._ending:
                return
            self._is_behind = True
            self._changed.notify()
            if self._thread is None:
                self._thread = Thread(target=self._work, daemon=True)
                self._thread.start()

    def end(self) -> None:
        """Writes what is to be written, now, and nothing more."""
        with self._changed:
            self._ending = True
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._is_behind or self._ending)
                if not self._is_behind:
                    return
                self._changed.wait_for(lambda: self._ending, self.pause)
                self._is_behind = False
            _write(self.caller)


def _write(caller: Caller) -> None:
    """Has the workbook written; what could not be is told by the next command, and on the office's pages."""
    with suppress(OSError, XltoolError):  # nothing can be started just now, or the campaign not be read
        if load_campaign(caller.root).has_desk:
            process = start_warm_command(caller, WRITING_COMMAND, "--json")
            assert process.stdout is not None and process.stderr is not None
            with process.stdout, process.stderr:
                heard = Thread(target=process.stderr.read, daemon=True)
                heard.start()
                process.stdout.read()
                heard.join()
            process.wait()
