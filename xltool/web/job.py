"""A command that takes a while: at work in a process of its own, how far it is, what it has told.

It is nobody's window: a page that is closed or loaded anew finds it as it stands, and two windows see the same one.
"""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from threading import Lock, Thread
from typing import Final, Literal, TypeAlias

from xltool.messages import XltoolError
from xltool.web.calling import Caller, find_last_sentence, start_command
from xltool.web.day_words import word_month_day
from xltool.web.job_marks import clear_mark, put_mark, take_broken

Progress: TypeAlias = Literal["none", "running", "ended", "stopped", "failed", "broken"]
_INTERRUPTED: Final = 130
_LAST_SECONDS: Final = 20
_BROKEN: Final = (
    "{}开始的一次没有做完：办公台当时没有正常关闭，断在了中途。已经做完的都在，没有做的没有动；再做一次，就会接着做完。"
)
_HOW_FAR: Final = re.compile(r"\S+ ([0-9]+)/([0-9]+)")
"""The line by which a command tells how far it is, where nobody sees its bar."""


@dataclass(frozen=True, slots=True)
class JobState:
    """How a job stands at one moment, so that a page says one thing throughout.

    `said` is why it failed, or that it was broken off with the page that ran it; `done` and `total` are how far it is,
    0 where that is not known.
    """

    progress: Progress
    said: str
    done: int
    total: int

    @property
    def is_running(self) -> bool:
        """Whether it is at work."""
        return self.progress == "running"


class Job:
    """One command of one campaign, run again and again, once at a time.

    `worked` are the exit codes of a run that came to its end, whatever it found; `changes` counts what has changed for
    those who look.
    """

    def __init__(self, caller: Caller, command: str, worked: frozenset[int] = frozenset({0})) -> None:
        self.caller, self.command, self._worked = caller, command, worked
        self.progress: Progress = "none"
        self.said = ""
        self.done = self.total = self.changes = 0
        self._again: tuple[str, ...] | None = None
        self._stopping = False
        self._process: subprocess.Popen[str] | None = None
        self._lock = Lock()
        began = take_broken(caller.root, command)
        if began:
            self.progress, self.said = "broken", _BROKEN.format(f"{word_month_day(began[:10])}{began[11:16]}")

    @property
    def is_running(self) -> bool:
        """Whether it is at work."""
        return self.progress == "running"

    def look(self) -> JobState:
        """How it stands now."""
        with self._lock:
            return JobState(self.progress, self.said, self.done, self.total)

    def start(self, *arguments: str) -> None:
        """Runs the command with its options; while it is at work, once more when it has ended."""
        with self._lock:
            self.changes += 1
            if self.is_running:
                self._again = arguments
                return
            self.progress, self.said, self._stopping = "running", "", False
            self.done = self.total = 0
            self._forget()
        put_mark(self.caller.root, self.command)
        Thread(target=self._work, args=(arguments,), daemon=True).start()

    def stop(self) -> None:
        """Ends it after what is at hand; what it has done stays done."""
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

    def _forget(self) -> None:
        """Lets go of what the last run gave; called while nobody else changes anything."""

    def _prepare(self) -> None:
        """What is to be known before a run."""

    def _launch(self, arguments: tuple[str, ...]) -> subprocess.Popen[str]:
        """Starts the command."""
        return start_command(self.caller, self.command, *arguments)

    def _note_remark(self, line: str) -> None:
        """Takes a line that the command has said beside its output; called while nobody else changes anything."""

    def _note_output(self, line: str) -> None:
        """Takes a line that the command has printed; called while nobody else changes anything."""

    def _work(self, arguments: tuple[str, ...]) -> None:
        while True:
            try:
                code, said = self._run(arguments)
            except XltoolError as error:  # the campaign cannot be read
                code, said = -1, str(error)
            with self._lock:
                again, self._again = self._again, None
                if again is None or self._stopping:
                    self.progress = "stopped" if self._stopping else "ended" if code in self._worked else "failed"
                    self.said = said if self.progress == "failed" else ""
                    self._process = None
                    self.changes += 1
                    clear_mark(self.caller.root, self.command)
                    return
            arguments = again

    def _run(self, arguments: tuple[str, ...]) -> tuple[int, str]:
        """One run of the command; its exit code, and what it said last."""
        self._prepare()
        with self._lock:
            if self._stopping:
                return _INTERRUPTED, ""
            self._process = process = self._launch(arguments)
        told: list[str] = []
        listening = Thread(target=self._listen, args=(process, told), daemon=True)
        listening.start()
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                with self._lock:
                    self._note_output(line)
                    self.changes += 1
        code = process.wait()
        listening.join()
        return code, find_last_sentence("".join(told))

    def _listen(self, process: subprocess.Popen[str], told: list[str]) -> None:
        """Keeps what a command says on standard error, so that it never waits to be heard."""
        assert process.stderr is not None
        with process.stderr:
            for line in process.stderr:
                how_far = _HOW_FAR.fullmatch(line.strip())
                if how_far is None:
                    told.append(line)
                    with self._lock:
                        self._note_remark(line)
                    continue
                with self._lock:
                    self.done, self.total = int(how_far[1]), int(how_far[2])
                    self.changes += 1
