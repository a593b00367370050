"""Trials that agencies hand in: taken in by `xltool collect` as anything in the inbox, one run for all that wait.

Much of what a run costs is the same for one file and for many, so whoever confirms while one is at work waits for the
next, with all others that do. Two of one agency are never in one run: of two that come together `collect` would ask
which was saved later, and here the agency has said it by its order.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition, Thread
from time import monotonic, sleep
from typing import Any, Final

from xltool.messages import XltoolError
from xltool.web.calling import Caller, find_last_sentence, start_warm_command
from xltool.web.door_desk import DeskKeeping

TAKING_COMMAND: Final = "collect"
"""The command that takes in."""
MOST_TOGETHER: Final = 100
"""Files that one run is given."""
_PATIENCE: Final = 300.0
"""Seconds for which it is tried to take a file in, while another command has the campaign for itself."""
_PAUSE: Final = 2.0


@dataclass(frozen=True, slots=True)
class TakenIn:
    """What became of a file that was handed in, as the command told it."""

    state: str
    reason: str


@dataclass(eq=False, slots=True)
class _Waiting:
    code: str
    path: Path
    answer: Future[TakenIn]
    since: float = field(default_factory=monotonic)


@dataclass
class HandingIn:
    """What hands in for one campaign, in a thread of its own."""

    caller: Caller
    desk: DeskKeeping
    _waiting: list[_Waiting] = field(default_factory=list)
    _working: list[_Waiting] = field(default_factory=list)
    _changed: Condition = field(default_factory=Condition)
    _thread: Thread | None = None
    _ending: bool = False

    def hand_in(self, code: str, path: Path) -> Future[TakenIn]:
        """Has a file of the inbox taken in for an agency; the answer comes when that is done.

        The answer raises `XltoolError` when it could not be: then the file lies in the inbox, for the next collection.
        """
        answer: Future[TakenIn] = Future()
        with self._changed:
            if self._ending:
                answer.set_exception(XltoolError("报送入口正在关闭。"))
                return answer
            self._waiting.append(_Waiting(code, path, answer))
            self._changed.notify()
            if self._thread is None:
                self._thread = Thread(target=self._work, daemon=True)
                self._thread.start()
        return answer

    def is_taking_in(self, code: str) -> bool:
        """Whether something of an agency waits for its answer."""
        with self._changed:
            return any(each.code == code and not each.answer.done() for each in (*self._working, *self._waiting))

    def end(self) -> None:
        """Lets the run at work come to its end, and begins no other; then 办公室.xlsx is written up to date."""
        with self._changed:
            self._ending = True
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            thread.join()
        self.desk.end()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._ending)
                if self._ending:
                    for each in self._waiting:
                        each.answer.set_exception(XltoolError("报送入口正在关闭。"))
                    return
                group = self._working = _choose_group(self._waiting)
                self._waiting = [each for each in self._waiting if each not in group]
            left, said = _run(self.caller, group)
            self.desk.fall_behind()
            latest = monotonic() - _PATIENCE
            again = [each for each in left if each.since > latest and not self._ending]
            for each in left:
                if each not in again:
                    each.answer.set_exception(XltoolError(said))
            if again:
                sleep(_PAUSE)
                with self._changed:
                    self._waiting = [*again, *self._waiting]


def _choose_group(waiting: list[_Waiting]) -> list[_Waiting]:
    """Those that go into one run: the first of each agency, no two files of one name."""
    chosen: dict[str, _Waiting] = {}
    for each in waiting:
        if each.code not in chosen and all(each.path != other.path for other in chosen.values()):
            chosen[each.code] = each
        if len(chosen) == MOST_TOGETHER:
            break
    return [*chosen.values()]


def _run(caller: Caller, group: list[_Waiting]) -> tuple[list[_Waiting], str]:
    """Takes files in; those that the command did not tell of, and what it said last."""
    waiting = {each.path.name: each for each in group}
    said = ""
    try:
        process = start_warm_command(
            caller, TAKING_COMMAND, "--json", "--only", "--", *(str(each.path) for each in group)
        )
        listening: list[str] = []
        assert process.stdout is not None and process.stderr is not None
        heard = Thread(target=lambda: listening.extend(process.stderr or ()), daemon=True)
        heard.start()
        with process.stdout:
            for line in process.stdout:
                told: Mapping[str, Any] = json.loads(line)
                if told["file"] in waiting:
                    each = waiting.pop(told["file"])
                    if told["agency"] is None and told["state"] == "rejected":  # it could not even be opened just now
                        each.answer.set_exception(XltoolError(told["reason"]))
                    else:
                        each.answer.set_result(TakenIn(told["state"], told["reason"]))
        process.wait()
        heard.join()
        process.stderr.close()
        said = find_last_sentence("".join(listening))
    except (OSError, ValueError) as error:  # the command cannot be started, or was killed in the midst of a line
        said = f"没有登记成（{type(error).__name__}）。"
    return [*waiting.values()], said or "没有登记成。"
