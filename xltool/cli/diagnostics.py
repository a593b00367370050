"""What a computer must have, and may have, for xltool.

Each thing looked at, with what its lack means and what to do.
"""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterator
from importlib import import_module, metadata
from pathlib import Path
from typing import Final

from xltool import itself
from xltool.model import Diagnosis

_REQUIREMENT: Final = re.compile(r"([A-Za-z0-9._-]+)\s*(?:\(?>=\s*([0-9.]+))?")
_SAMPLE: Final = "填报工作簿“√”→—"
_FONTS: Final = "把字体文件装进系统（Windows：右键“为所有用户安装”），再生成。"


def run_checks(folder: Path) -> Iterator[Diagnosis]:
    """Every check in order; the folder is the one that results would be written to."""
    yield _check_python()
    yield from _check_libraries()
    yield from _check_forms()
    yield _check_writable(folder)
    yield _check_console()
    yield from _check_pdf_printers()
    yield _check_pdf_reader()
    yield from _check_fonts()


def _check_python() -> Diagnosis:
    try:
        version = metadata.version("xltool")
    except metadata.PackageNotFoundError:
        version = "（没有安装，从源文件夹运行）"
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    return Diagnosis(
        "xltool", "ok", f"xltool {version}，Python {platform.python_version()}（{sys.executable}），{system}"
    )


def _check_libraries() -> Iterator[Diagnosis]:
    """One line for all libraries that are as they should be, and one for each that is not."""
    there = []
    modules = _list_modules()
    for name, oldest in _list_requirements():
        check = _check_library(name, oldest, modules.get(_normalise(name), []))
        if check is None:
            there.append(f"{name} {metadata.version(name)}")
        else:
            yield check
    if there:
        yield Diagnosis("libraries", "ok", f"程序库：{'、'.join(there)}")


def _list_modules() -> dict[str, list[str]]:
    """What each installed library is imported by, which is often another name than it is installed by."""
    modules: dict[str, list[str]] = {}
    for module, names in metadata.packages_distributions().items():
        for name in names:
            modules.setdefault(_normalise(name), []).append(module)
    return modules


def _normalise(name: str) -> str:
    return re.sub("[-_.]+", "_", name).lower()


def _check_library(name: str, oldest: str, modules: list[str]) -> Diagnosis | None:
    """What is wrong with a library, tried under its own name, else under the first that it says it has."""
    again = "" if itself.is_bundle() else "，或重新安装 xltool"
    remedy = f"{itself.advise_install(f'{name}>={oldest}' if oldest else name)}{again}。"
    try:
        installed = metadata.version(name)
    except metadata.PackageNotFoundError:
        return Diagnosis(f"library.{name}", "missing", f"程序库 {name}：没有安装，用到它的命令不能运行", remedy)
    if _parse_version(installed) < _parse_version(oldest):
        return Diagnosis(f"library.{name}", "missing", f"程序库 {name}：{installed}，太旧，至少要 {oldest}", remedy)
    try:
        import_module(_normalise(name) if _normalise(name) in modules else min(modules, default=name))
    except ImportError as error:
        return Diagnosis(f"library.{name}", "missing", f"程序库 {name}：{installed}，装了但打不开（{error}）", remedy)
    return None


def _list_requirements() -> Iterator[tuple[str, str]]:
    """The libraries that the installed xltool says it needs on this system, each with its oldest version or ''."""
    try:
        written = metadata.requires("xltool") or []
    except metadata.PackageNotFoundError:
        return
    for requirement in written:
        what, _, marker = requirement.partition(";")
        match = _REQUIREMENT.match(what.strip())
        if match is None or "extra" in marker or ("sys_platform" in marker and sys.platform not in marker):
            continue
        yield match[1], match[2] or ""


def _parse_version(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall("[0-9]+", version)[:3])


def _check_forms() -> Iterator[Diagnosis]:
    """The forms that are known; one whose definition has a fault can be used by nobody, the others can."""
    from xltool import api
    from xltool.forms.catalog import FOLDERS_VARIABLE, find_former_faults
    from xltool.messages import DefinitionError

    good = []
    for form_id in api.forms():
        try:
            spec = api.form(form_id)
        except (DefinitionError, OSError) as error:
            first = str(error).strip().partition("\n")[0]
            yield Diagnosis(
                f"form.{form_id}",
                "missing",
                f"报表 {form_id}：定义有错或读不出来（{first}）",
                "改正定义文件，见所示的行。",
            )
        else:
            good.append(f"{form_id}（{spec.title}）")
    if good:
        yield Diagnosis("forms", "ok", f"报表：{'、'.join(good)}")
    else:
        yield Diagnosis("forms", "missing", "报表：一种也没有，什么都做不了", "重新安装 xltool。")
    for fault in find_former_faults():
        first = str(fault).strip().partition("\n")[0]
        yield Diagnosis(
            "forms.former", "optional", f"旧版定义有错，用不上（{first}）", "改正定义文件，见所示的行；或删去它。"
        )
    for folder in os.environ.get(FOLDERS_VARIABLE, "").split(os.pathsep):
        if folder and not Path(folder).is_dir():
            yield Diagnosis(
                "forms.folder",
                "optional",
                f"{FOLDERS_VARIABLE} 所指的文件夹不存在：{folder}",
                f"改正环境变量 {FOLDERS_VARIABLE}，或去掉它。",
            )


def _check_writable(folder: Path) -> Diagnosis:
    """Whether a file can be made in the folder: really tried, and cleared away again."""
    from xltool import files

    shown = folder.absolute()
    try:
        files.try_writing(folder)
    except OSError as error:
        return Diagnosis(
            "folder",
            "missing",
            f"当前文件夹：不能写文件（{shown}：{files.name_reason(error)}）",
            "换一个有写权限、没有满的文件夹。",
        )
    return Diagnosis("folder", "ok", f"当前文件夹：可以写文件（{shown}）")


def _check_console() -> Diagnosis:
    encoding = sys.stdout.encoding or "utf-8"
    try:
        _SAMPLE.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        # The words in ASCII are what can be read on such a console.
        return Diagnosis(
            "console", "optional", f"屏幕编码（console encoding）：{encoding}，显示不了汉字，会变成问号；"
                f"写出的文件不受影响",
            "设置环境变量（set） PYTHONUTF8=1；Windows 命令窗口先运行 chcp 65001。",
        )  # fmt: skip
    return Diagnosis("console", "ok", f"屏幕编码：{encoding}，能显示汉字")


def _check_pdf_reader() -> Diagnosis:
    """The library that reads PDF."""
    try:
        return Diagnosis("pdfplumber", "ok", f"pdfplumber：{metadata.version('pdfplumber')}，用它读 PDF")
    except metadata.PackageNotFoundError:
        lack = "读不了 PDF 的报告，生成的 PDF 不能读回核对"
        return Diagnosis(
            "pdfplumber", "optional", f"pdfplumber：没有安装；{lack}", f"{itself.advise_install('xltool[pdf]')}。"
        )


def _check_pdf_printers() -> Iterator[Diagnosis]:
    """The two programs that can print a PDF: one is enough, typst is the better."""
    from xltool import office
    from xltool.report import typeset

    version, program = typeset.find_version(), office.find_program()
    said = None if program is None else office.ask_version(program)
    oldest = ".".join(map(str, typeset.OLDEST))
    remedy = f"{itself.advise_install('xltool[pdf]')}。"
    if typeset.is_available():
        yield Diagnosis("typst", "ok", f"typst：{version}，用它生成 PDF")
    else:
        state = "没有安装" if version is None else f"{version}，太旧，至少要 {oldest}"
        lack = "PDF 改由 LibreOffice 转换，每次的字节不同" if said else "生成不了 PDF，其他格式不受影响"
        yield Diagnosis("typst", "optional", f"typst：{state}；{lack}", remedy)
    need = "用它读 .doc、.wps、.rtf 的报告" + ("" if typeset.is_available() else "，没有 typst 时用它转换 PDF")
    if program is None:
        more = "" if typeset.is_available() else "；只要生成 PDF，安装 typst 也行"
        remedy = f"要读这些报告就安装 LibreOffice{more}。"
        yield Diagnosis("libreoffice", "optional", f"LibreOffice：没有找到；{need}", remedy)
    elif said is None:
        text = f"LibreOffice：找到了（{program}），但没有应答，可能装坏了或太慢；{need}"
        yield Diagnosis("libreoffice", "optional", text, "重新安装 LibreOffice，或等它空闲再试。")
    else:
        yield Diagnosis("libreoffice", "ok", f"{said}（{program}）；{need}")


def _check_fonts() -> Iterator[Diagnosis]:
    """For each kind of text the face that a PDF made here would have."""
    from xltool.report import fonts, typeset

    ours = typeset.is_available()
    known = typeset.list_families() if ours else fonts.list_system_families()
    if known is None:
        yield Diagnosis(
            "fonts", "optional", "字体：问不出这台电脑有哪些字体（没有 fc-list）", "安装 fontconfig，或安装 typst。"
        )
        return
    for choice in fonts.choose_faces(known):
        use, wanted = choice.chain.use, choice.chain.faces[0][0]
        name = f"font.{wanted}"
        if choice.prescribed:
            yield Diagnosis(name, "ok", f"字体（{use}）：{wanted}")
        elif choice.name:
            yield Diagnosis(
                name,
                "optional",
                f"字体（{use}）：没有 {wanted}，PDF 中{f'用 {choice.name} 代替' if ours else '由 LibreOffice 另选'}",
                _FONTS,
            )
        else:
            yield Diagnosis(
                name, "optional", f"字体（{use}）：没有 {wanted}，也没有可以代替的，PDF 中用什么字体说不定", _FONTS
            )
