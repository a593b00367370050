"""LibreOffice as a printer of our own Word documents.

Found, asked for its version, run apart and within a time limit.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Final

from xltool.messages import XltoolError

_NAMES: Final = ("soffice", "libreoffice")
_PLACES: Final = {
    "win32": ("C:/Program Files/LibreOffice/program", "C:/Program Files (x86)/LibreOffice/program"),
    "darwin": ("/Applications/LibreOffice.app/Contents/MacOS",),
}
"""Where its installers put it without telling PATH."""
_PRINT_SECONDS: Final = 120
_VERSION_SECONDS: Final = 20
_TAGGED: Final = (
    'pdf:writer_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"true"},"SelectPdfVersion":{"type":"long",'
    '"value":"2"},'
    '"ExportBookmarks":{"type":"boolean","value":"true"}}'
)
"""PDF/A-2 with the structure of the document; versions before 7.4 do not know options and print plainly."""


def find_program() -> Path | None:
    """The program, on PATH or where its installers put it; None when it is not there."""
    names = (
        [f"{name}.com" for name in _NAMES] if sys.platform == "win32" else list(_NAMES)
    )  # .exe would not write to our console
    on_path = next((path for name in names if (path := which(name))), None)
    if on_path is not None:
        return Path(on_path)
    places = [Path(place, name) for place in _PLACES.get(sys.platform, ()) for name in names]
    return next((place for place in places if place.is_file()), None)


def ask_version(program: Path, seconds: float = _VERSION_SECONDS) -> str | None:
    """What the program says of its version; None when it does not answer in time or not at all."""
    with TemporaryDirectory(prefix="xltool-", ignore_cleanup_errors=True) as folder:
        said = Path(folder, "said")
        if not _run_program([str(program), "--version"], said, seconds):
            return None
        lines = said.read_text("utf-8", "replace").strip().splitlines()
    return lines[0] if lines else None


def print_pdf(program: Path, docx: bytes, seconds: float = _PRINT_SECONDS) -> bytes:
    """A Word document as PDF/A. Not reproducible: LibreOffice writes the time and a number by chance into every file.

    It runs with a profile of its own that is thrown away, so that neither an open window nor anybody's settings matter.
    Raises `XltoolError` when it is not done in time or gives nothing.
    """
    with TemporaryDirectory(prefix="xltool-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        (folder / "report.docx").write_bytes(docx)
        command = [
            str(program), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore",
            "--nologo",
            "--convert-to", _TAGGED, "--outdir", str(folder / "out"), str(folder / "report.docx"),
        ]  # fmt: skip
        done = _run_program(command, folder / "said", seconds)
        made = folder / "out" / "report.pdf"
        if not done or not made.is_file():
            why = "没有生成文件" if done else f"{seconds:g} 秒内没有完成，或出了错"
            raise XltoolError(
                f'LibreOffice（{program}）转换 PDF 失败：{why}。可以改装 typst：pip install "xltool[pdf]"。'
            )
        return made.read_bytes()


def _run_program(command: list[str], said: Path, seconds: float) -> bool:
    """Whether a program ended well within its time.

    What it starts in turn is ended with it, and its words go to a file.
    """
    with said.open("wb") as output:
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.DEVNULL,
                start_new_session=os.name == "posix",
            )
        except OSError:
            return False
        try:
            return process.wait(seconds) == 0
        except subprocess.TimeoutExpired:
            return False
        finally:
            _end_process(process)


def _end_process(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    if sys.platform == "win32":
        import psutil

        with suppress(psutil.Error):
            for child in psutil.Process(process.pid).children(recursive=True):
                child.kill()
        process.kill()
    else:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
