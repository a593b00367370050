"""`xltool read`: filled workbooks back as submission documents."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from xltool import api, files, readings
from xltool.cli import console, output
from xltool.cli.chinese import Command
from xltool.cli.engines import FileName, list_names, open_engine, scheduler_option
from xltool.cli.passwords import password_options
from xltool.messages import make_visible
from xltool.model import Reading


@click.command(
    cls=Command,
    name="read",
    help="把填好的工作簿读成上报件（JSON）。读数时发现的问题写到标准错误输出。\n\n"
    "多个文件（也可以是地址，如 s3://桶/2024/*.xlsx）用 -o 写明文件夹，每个写成“文件名.json”；很多的，用 --scheduler "
    "交给 dask 集群读。",
)
@click.argument("given", metavar="工作簿.xlsx…", nargs=-1, required=True, type=FileName())
@click.option(
    "-o",
    "--output",
    "target",
    metavar="上报件.json",
    type=click.Path(path_type=Path),
    help="写到哪个文件，多个文件的写到哪个文件夹；只有一个文件而不写的，输出到屏幕。",
)
@scheduler_option
@password_options
def command(given: tuple[str, ...], target: Path | None, scheduler: str | None, passwords: tuple[str, ...]) -> None:
    """Writes the documents, and what was noticed in reading to standard error."""
    names = list_names(given)
    if [*given] != names or len(names) > 1:
        sys.exit(_read_many(names, target, scheduler, passwords))
    with open_engine(scheduler) as engine:
        [reading] = engine.map_files([readings.FileSource(names[0])], passwords, scans=True)
    if reading.submission is not None:
        data = api.dump(reading.submission)
        if target is None:
            console.write_result(data)
        else:
            files.write_file(target, data)
            console.say(f"已写出 {target}", err=True)
    for line in output.describe_opinions(reading):
        console.say(line, err=True)
    sys.exit(output.choose_exit_code([reading]))


def _read_many(names: Sequence[str], folder: Path | None, scheduler: str | None, passwords: tuple[str, ...]) -> int:
    """Writes a document for each file into a folder as it is read; the exit code of them all."""
    if folder is None:
        raise click.UsageError("读多个文件时，用 -o 写明放到哪个文件夹。")
    if len({_name_document(name) for name in names}) < len(names):
        raise click.UsageError("上报件按文件名写出，要读的文件不能同名。")
    written, codes = 0, set()
    with open_engine(scheduler) as engine:
        found = engine.map_files((readings.FileSource(name) for name in names), passwords, scans=True)
        for name, reading in zip(names, found, strict=True):
            codes.add(output.choose_exit_code([reading]))
            written += _write_document(folder / _name_document(name), reading)
            opinions = [*output.describe_opinions(reading)]
            for line in [f"{make_visible(name)}：", *opinions] if opinions else []:
                console.say(line, err=True)
    console.say(f"共 {len(names)} 个文件，已写出 {written} 个上报件，在 {folder}。", err=True)
    return output.FAILED if output.FAILED in codes else max(codes)


def _name_document(name: str) -> str:
    return f"{Path(name).name}.json"


def _write_document(path: Path, reading: Reading) -> bool:
    """Writes what was read, if anything; whether it did."""
    if reading.submission is None:
        return False
    files.write_file(path, api.dump(reading.submission))
    return True
