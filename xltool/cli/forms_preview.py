"""`xltool forms preview`: a form filled in, reported, with each rule broken once, and pictures of its sheets."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import click

from xltool import files, office
from xltool.cli import console
from xltool.cli.chinese import Command
from xltool.cli.definitions import read_definition
from xltool.messages import XltoolError, make_visible

_PICTURE: Final = "{name}-{page:02}.png"
_OLD_PICTURE: Final = re.compile(r"[0-9]{2,3}\.png")
_OLD_SPOILT: Final = re.compile(r"错例[0-9]+\.xlsx")
_MOST_SHOWN: Final = 10
"""How many opinions or cells are told on the screen; the others stand in the file."""


@click.command(
    cls=Command,
    name="preview",
    help="把一份报表定义做出来看：填报工作簿和报告（docx、html），填满让每条勾稽关系都平的样数；另一份工作簿，"
    "每条勾稽关系改坏一次，附审核意见（不能同时改坏的分在错例2.xlsx 等里）；规则.txt 逐条写明改了哪一格、审核怎么说。"
    "装有 LibreOffice 时还有各工作表的 PDF，装有 pdftoppm 时还有图片。\n\n"
    "同一份定义每次结果相同；文件夹里的同名文件会被覆盖。",
)
@click.argument("definition", metavar="定义文件", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "output",
    metavar="文件夹",
    type=click.Path(path_type=Path),
    help="写到哪个文件夹；默认在当前文件夹里，名为“报表名称-预览”。",
)
def preview(definition: Path, output: Path | None) -> None:
    """Writes the files, and tells what is not as it should be."""
    from xltool.preview import SAMPLE, list_files, list_held_lines, list_unbroken, make_preview
    from xltool.rules.plausible import UnsatisfiedError

    spec = read_definition(definition)
    try:
        made = make_preview(spec)
    except UnsatisfiedError as error:
        named = "、".join(dict.fromkeys(name.partition("@")[0] for name in error.rules))
        raise XltoolError(
            f"造不出让“{make_visible(spec.title)}”（{spec.id}）的勾稽关系全平的样数，没有预览；请核对：{named}。"
        ) from error
    folder = output or Path(f"{spec.id}-预览")
    for old in folder.glob("错例*.xlsx"):
        if _OLD_SPOILT.fullmatch(old.name):
            old.unlink(missing_ok=True)  # of an earlier preview with more of them
    for name, data in list_files(made):
        files.write_file(folder / name, data)
        console.say(str(folder / name))
        if name == f"{SAMPLE}.xlsx":
            _draw_sheets(folder, SAMPLE, data)
    for told, lines in (
        ("样表审核后还有这些意见，请核对定义：", made.opinions),
        ("没有找到不是 0 的数的填报格，和不许它大于 0 的勾稽关系：", [*list_held_lines(made)]),
        ("没有找到能改坏它的数的勾稽关系：", [*list_unbroken(made)]),
    ):
        if lines:
            console.say(told, err=True)
            for line in lines[:_MOST_SHOWN]:
                console.say(f"  {line}", err=True)
            if len(lines) > _MOST_SHOWN:
                console.say(f"  还有 {len(lines) - _MOST_SHOWN} 处，见 规则.txt。", err=True)
    console.say(
        f"{spec.id}　{spec.title}：{len(spec.cells)} 格填了样数；勾稽关系改坏 {len(made.tried) + len(made.lines)} 条，"
        f"另有 {len(made.locked)} 条由公式自动算出。",
        err=True,
    )


def _draw_sheets(folder: Path, name: str, workbook: bytes) -> None:
    """The sheets as PDF and its pages as pictures, or a sentence on why there are none."""
    for old in folder.glob(f"{name}-*.png"):
        if _OLD_PICTURE.fullmatch(old.name.removeprefix(f"{name}-")):
            old.unlink(missing_ok=True)  # of an earlier preview with more pages
    program = office.find_program()
    if program is None:
        console.say("这台电脑没有 LibreOffice，没有生成各工作表的 PDF 和图片；用 Excel 或 WPS 打开工作簿看。", err=True)
        return
    printed = office.print_sheets(program, workbook)
    if isinstance(printed, str):
        console.say(f"LibreOffice 没有印出各工作表：{printed}。", err=True)
        return
    files.write_file(folder / f"{name}.pdf", printed)
    console.say(str(folder / f"{name}.pdf"))
    drawer = office.find_page_drawer()
    pages = [] if drawer is None else office.draw_pages(drawer, printed)
    for page, data in enumerate(pages, 1):
        path = folder / _PICTURE.format(name=name, page=page)
        files.write_file(path, data)
        console.say(str(path))
    if not pages:
        why = "没有 pdftoppm（poppler）" if drawer is None else "pdftoppm 没有画成"
        console.say(f"这台电脑{why}，没有生成图片；看 {name}.pdf。", err=True)
