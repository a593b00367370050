"""LibreOffice as a printer of our own Word documents and workbooks, and as a reader of others' that only it can read.

Found, asked for its version, run apart: with limits of time, memory and size, and a profile that is thrown away, in
which macros do not run, nothing outside of the document is opened and nothing is fetched from a network.
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

from xltool import itself
from xltool.messages import XltoolError

_NAMES: Final = ("soffice", "libreoffice")
_PLACES: Final = {
    "win32": ("C:/Program Files/LibreOffice/program", "C:/Program Files (x86)/LibreOffice/program"),
    "darwin": ("/Applications/LibreOffice.app/Contents/MacOS",),
}
"""Where its installers put it without telling PATH."""
OFFICE_SECONDS: Final = 60
"""How long it may take over a file of somebody else's; most take three, the first run on a machine ten."""
OFFICE_MEMORY: Final = 4 * 2**30
"""Bytes of address space it may take, where the system limits it; half of them are its own libraries and fonts."""
OFFICE_OUTPUT: Final = 64 * 2**20
"""Bytes of a file that it may write."""
_PRINT_SECONDS: Final = 120
_VERSION_SECONDS: Final = 20
_NOWHERE: Final = "127.0.0.1"
"""Where its requests would go: to the port that is reserved for throwing away (9), at which nobody listens."""
_PROFILE: Final = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
{items}
</oor:items>
"""
_ITEM: Final = (
    '<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
)
_SETTINGS: Final = (
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Common/Load", "UpdateDocMode", "0"),
    ("Office.Writer/Content/Update", "Link", "0"),
    ("Office.Writer/Content/Update", "Field", "false"),
    ("Inet/Settings", "ooInetProxyType", "2"),
    ("Inet/Settings", "ooInetNoProxy", ""),
    *(("Inet/Settings", f"ooInet{kind}ProxyName", _NOWHERE) for kind in ("HTTP", "HTTPS", "FTP")),
    *(("Inet/Settings", f"ooInet{kind}ProxyPort", "9") for kind in ("HTTP", "HTTPS", "FTP")),
)
"""What its profile says; a version that does not know one passes it over."""
_WORD: Final = "docx:MS Word 2007 XML"
_SHEETS: Final = "pdf:calc_pdf_Export"
_DOTS: Final = "80"
"""Dots per inch of a picture of a page: a page of A4 is as wide as a third of a screen."""
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

    Raises `XltoolError` when it is not done in time or gives nothing.
    """
    made = _convert_file(program, docx, "docx", _TAGGED, seconds=seconds)
    if isinstance(made, str):
        raise XltoolError(
            f"LibreOffice（{program}）转换 PDF 失败：{made}。可以改用 typst：{itself.advise_install('xltool[pdf]')}。"
        )
    return made


def print_sheets(program: Path, xlsx: bytes, seconds: float = _PRINT_SECONDS) -> bytes | str:
    """The sheets of one of our workbooks as PDF, as they would be printed, or in a few words why there is none."""
    return _convert_file(program, xlsx, "xlsx", _SHEETS, seconds=seconds)


def find_page_drawer() -> Path | None:
    """The program of poppler that draws the pages of a PDF; None when it is not there."""
    found = which("pdftoppm")
    return None if found is None else Path(found)


def draw_pages(program: Path, pdf: bytes, seconds: float = _PRINT_SECONDS) -> list[bytes]:
    """The pages of a PDF of ours as PNG; none where the program fails or is not done in time."""
    with TemporaryDirectory(prefix="xltool-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        (folder / "sheets.pdf").write_bytes(pdf)
        command = [str(program), "-png", "-r", _DOTS, str(folder / "sheets.pdf"), str(folder / "page")]
        if not _run_program(command, folder / "said", seconds):
            return []
        return [path.read_bytes() for path in sorted(folder.glob("page-*.png"))]


def convert_to_docx(
    program: Path, data: bytes, suffix: str, kind: str, *, seconds: float = OFFICE_SECONDS
) -> bytes | str:
    """A document of another kind as a Word document, or in a few words why there is none.

    `suffix` is its own, without the dot, `kind` what LibreOffice calls its filter. The document is somebody else's: its
    macros do not run, its links lead nowhere.
    """
    return _convert_file(program, data, suffix, _WORD, seconds=seconds, kind=kind)


def _convert_file(
    program: Path, data: bytes, suffix: str, wanted: str, *, seconds: float, kind: str = ""
) -> bytes | str:
    """A file as another kind of file, `wanted` as LibreOffice names its filters, or why there is none.

    It runs with a profile of its own that is thrown away, so that neither an open window nor anybody's settings matter.
    """
    with TemporaryDirectory(prefix="xltool-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        (folder / f"report.{suffix}").write_bytes(data)
        (folder / "profile" / "user").mkdir(parents=True)
        settings = "\n".join(_ITEM.format(path=path, name=name, value=value) for path, name, value in _SETTINGS)
        (folder / "profile" / "user" / "registrymodifications.xcu").write_text(_PROFILE.format(items=settings), "utf-8")
        command = [
            str(program), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore",
            "--nologo", *([f"--infilter={kind}"] if kind else []),
            "--convert-to", wanted, "--outdir", str(folder / "out"), str(folder / f"report.{suffix}"),
        ]  # fmt: skip
        done = _run_program(command, folder / "said", seconds)
        made = folder / "out" / f"report.{wanted.partition(':')[0]}"
        if not done or not made.is_file():
            return "没有生成文件" if done else f"{seconds:g} 秒内没有完成，或出了错"
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
            _limit_process(process.pid)
            return process.wait(seconds) == 0
        except subprocess.TimeoutExpired:
            return False
        finally:
            _end_process(process)


def _limit_process(number: int) -> None:
    """Sets how much memory a process and what it starts may take, and how much they may write, where a system can."""
    if sys.platform == "linux":
        import resource

        with suppress(OSError, ValueError):
            resource.prlimit(number, resource.RLIMIT_AS, (OFFICE_MEMORY, OFFICE_MEMORY))
            resource.prlimit(number, resource.RLIMIT_FSIZE, (OFFICE_OUTPUT, OFFICE_OUTPUT))
            resource.prlimit(number, resource.RLIMIT_CORE, (0, 0))


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
