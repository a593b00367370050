"""Every Python that starts with this folder on its path is poisoned: some files cost whoever reads them.

Named by what they hold: `{crash}` kills the process that reads it, `{spin}` keeps it at work without end (and it is
given four seconds of the processor), `{nap}` keeps it waiting a little. A file called `kills.json` kills the process
that opens it, and `unseen.json` is not there, both where XLTOOL_ELSEWHERE says that this is another computer.
"""

import os
import signal
import time
from pathlib import Path

from xltool import files, workers
from xltool.forms import document
from xltool.messages import finding

workers.run_in_workers.__kwdefaults__.update(seconds=4, wait_seconds=240)
looks_like, read_file = document.looks_like, files.read_file


def meet_poison(data: bytes) -> bool:
    match bytes(data):
        case b"{crash}":
            os.kill(os.getpid(), signal.SIGKILL)
        case b"{spin}":
            while True:
                pass
        case b"{nap}":
            time.sleep(0.2)
    return looks_like(data)


def open_poison(path: Path):
    if os.environ.get("XLTOOL_ELSEWHERE") and path.name == "kills.json":
        os.kill(os.getpid(), signal.SIGKILL)
    if os.environ.get("XLTOOL_ELSEWHERE") and path.name == "unseen.json":
        return finding("file.missing", why="")
    return read_file(path)


document.looks_like, files.read_file = meet_poison, open_poison
