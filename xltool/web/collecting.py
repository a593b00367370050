"""The collection that is at work, or was last: `xltool collect` in a process of its own, and what it has told so far.

It is nobody's window: a page that is closed or loaded anew finds it as it stands, and two windows see the same one.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import Any, Final, Literal, TypeAlias

from xltool.campaign.folder import load_campaign
from xltool.campaign.inbox import count_files
from xltool.web.calling import Caller, find_last_sentence, start_command

Progress: TypeAlias = Literal["none", "running", "ended", "stopped", "failed"]
_INTERRUPTED: Final = 130
_WORKED: Final = frozenset({0, 3, 4, 5})
"""Exit codes of a collection that came to its end, whatever it found."""
_LAST_SECONDS: Final = 20


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one file, as the command told it; `number` counts from the first of the run."""

    number: int
    file: str
    state: str
    agency: str
    reason: str


@dataclass
class Collection:
    """The collection of one campaign. Whoever looks takes a copy of the results; `changes` counts what has changed."""

    caller: Caller
    progress: Progress = "none"
    results: list[Result] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    said: str = ""
    total: int = 0
    changes: int = 0
    _again: str | None = None
    _stopping: bool = False
    _process: subprocess.Popen[str] | None = None
    _lock: Lock = field(default_factory=Lock)

    @property
    def is_running(self) -> bool:
        """Whether it is at work."""
        return self.progress == "running"

    def counts(self) -> Counter[str]:
        """How many files ended in each state."""
        return Counter(result.state for result in [*self.results])

    def start(self, received: str = "", refused: Sequence[str] = ()) -> None:
        """Takes in what lies in the inbox; while it is at work, once more when it has ended.

        `received` is the ISO day on which what is new was sent; empty where files tell that themselves. `refused` says
        of files that were sent with these why they are not there.
        """
        with self._lock:
            self.changes += 1
            if self.is_running:
                self._again = received
                self.refused = [*self.refused, *refused]
                return
            self.progress, self.results, self.said, self._stopping = "running", [], "", False
            self.refused = [*refused]
        Thread(target=self._work, args=(received,), daemon=True).start()

    def stop(self) -> None:
        """Ends it after the file at hand; what was not read stays in the inbox."""
        with self._lock:
            self._stopping, self._again = True, None
            process = self._process
        if process is not None and process.poll() is None:
            if sys.platform == "win32":
                process.terminate()
            else:
                process.send_signal(signal.SIGINT)

    def end(self) -> None:
        """Stops it and waits until it is gone, when the office page is closed."""
        self.stop()
        process = self._process
        if process is not None:
            try:
                process.wait(_LAST_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()

    def _work(self, received: str) -> None:
        while True:
            code, said = self._run(received)
            with self._lock:
                again, self._again = self._again, None
                if again is None or self._stopping:
                    self.progress = "stopped" if self._stopping else "ended" if code in _WORKED else "failed"
                    self.said = said if self.progress == "failed" else ""
                    self._process = None
                    self.changes += 1
                    return
            received = again

    def _run(self, received: str) -> tuple[int, str]:
        """One run of the command; its exit code, and what it said last."""
        campaign = load_campaign(self.caller.root)
        self.total = count_files(campaign.root / campaign.layout.inbox)
        options = [f"--received={received}"] if received else []
        with self._lock:
            if self._stopping:
                return _INTERRUPTED, ""
            self._process = process = start_command(self.caller, "collect", "--json", *options)
        told: list[str] = []
        listening = Thread(target=_listen, args=(process, told), daemon=True)
        listening.start()
        assert process.stdout is not None
        for line in process.stdout:
            self._note(json.loads(line))
        code = process.wait()
        listening.join()
        process.stdout.close()
        return code, find_last_sentence("".join(told))

    def _note(self, told: dict[str, Any]) -> None:
        with self._lock:
            number = len(self.results) + 1
            self.results.append(Result(number, told["file"], told["state"], told["agency"] or "", told["reason"]))
            self.changes += 1


def _listen(process: subprocess.Popen[str], told: list[str]) -> None:
    """Keeps what a command says on standard error, so that it never waits to be heard."""
    assert process.stderr is not None
    with process.stderr:
        told.extend(process.stderr)
