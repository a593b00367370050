"""`xltool forms carry`: filled workbooks of one edition into workbooks of another, with an account of every figure."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import click

from xltool import api, files
from xltool.cli import console, output
from xltool.cli.chinese import Command
from xltool.cli.definitions import open_form
from xltool.cli.passwords import password_options
from xltool.forms.carrying import CarriedForm, CarriedPart, LeftPart, carry_submission
from xltool.forms.counterparts import FilledKind
from xltool.forms.differences import FormComparison, compare_forms
from xltool.forms.sheet_names import CHECKS
from xltool.messages import XltoolError, make_visible
from xltool.model import FormSpec, Reading

_WORKBOOK: Final = ".xlsx"
_MOST_QUOTED: Final = 40
"""Signs of a text that are shown on the screen; JSON has all of it."""


@dataclass(frozen=True, slots=True)
class _Carried:
    """One file: where it is written, what was read of it, and what became of that; None where it could not be read."""

    source: Path
    target: Path
    reading: Reading
    made: CarriedForm | None


@click.command(
    cls=Command,
    name="carry",
    help="把按旧版填好的工作簿带到新版：表、行、栏印的字相同的格，数、选项、文字照搬到新版的工作簿，单位不同的准确换算。\n\n"
    "逐一列出：填了而新版放不下的（在哪一格、是什么、为什么），新版新增而空着的，意思变了请核对的"
    "（名称、单位、小数、填法、勾稽关系）。有填了而没有带过去的，退出码为 3。\n\n"
    "可以给几个文件或一个文件夹，这时 -o 是一个文件夹。新版不适用于原来的年度时，改为最近的适用年度。",
)
@click.argument("filled", metavar="填好的工作簿…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--to", "after", metavar="新版", required=True, help="报表名称（如 ogi-2021）或定义文件（….toml）。")
@click.option(
    "-o",
    "--output",
    "target",
    metavar="工作簿.xlsx",
    required=True,
    type=click.Path(path_type=Path),
    help="写到哪个文件；带几个文件时写到哪个文件夹。",
)
@click.option("--json", "as_json", is_flag=True, help="每个文件输出一行 JSON（xltool/carry/1）。")
@click.option("--strict", is_flag=True, help="都带过去了，但有新增的格空着或意思变了时，退出码为 4。")
@password_options
def carry(
    filled: tuple[Path, ...], after: str, target: Path, *, as_json: bool, strict: bool, passwords: tuple[str, ...]
) -> None:
    """Writes the workbooks, and tells of each what was not carried, what is blank and what changed."""
    spec, targets = open_form(after), _choose_targets(filled, target)
    codes = []
    for (source, place), reading in zip(targets.items(), output.read_paths([*targets], passwords), strict=True):
        done = _Carried(source, place, reading, _carry_reading(reading, spec, place))
        if as_json:
            line = json.dumps(_describe(done), ensure_ascii=False)
            console.write_result(line.encode("utf-8", "replace") + b"\n")
        else:
            for told in _list_lines(done):
                console.say(told)
        codes.append(_choose_code(done, strict))
    sys.exit(output.FAILED if output.FAILED in codes else max(codes))


def _choose_targets(filled: Sequence[Path], target: Path) -> dict[Path, Path]:
    """Where each file is written; `XltoolError` where two would be one, or one would be written over what is read."""
    sources = list(dict.fromkeys(file for path in filled for file in _list_files(path)))
    if len(filled) == 1 and not filled[0].is_dir():
        if target.suffix.lower() != _WORKBOOK:
            raise click.UsageError("工作簿的文件名应以 .xlsx 结尾。")
        targets = {sources[0]: target}
    else:
        targets = {source: target / f"{source.stem}{_WORKBOOK}" for source in sources}
    taken: dict[Path, Path] = {source.resolve(): source for source in sources}
    for source, place in targets.items():
        other = taken.setdefault(place.resolve(), source)
        if other is not source or source.resolve() == place.resolve():
            names = "、".join(dict.fromkeys(make_visible(str(each)) for each in (other, source)))
            raise XltoolError(f"{make_visible(str(place))} 不能写：会盖掉 {names}；请改 -o，或先把文件改名。")
    return targets


def _list_files(path: Path) -> list[Path]:
    """A file itself, or the files of a folder that may hold a filled form."""
    from xltool.campaign.inbox import DROPPINGS
    from xltool.campaign.priors import ENDINGS

    if not path.is_dir():
        return [path]
    found = sorted(
        file for file in path.iterdir() if file.suffix.lower() in ENDINGS and not file.name.startswith(DROPPINGS)
    )
    if not found:
        raise XltoolError(f"{make_visible(str(path))} 里没有填好的工作簿。")
    return found


def _carry_reading(reading: Reading, spec: FormSpec, place: Path) -> CarriedForm | None:
    from xltool.workbook.write import write_workbook

    if reading.submission is None:
        return None
    made = carry_submission(_compare(api.form(reading.submission.form), spec), reading.submission)
    files.write_file(place, write_workbook(spec, made.submission))
    return made


@cache
def _compare(before: FormSpec, after: FormSpec) -> FormComparison:
    return compare_forms(before, after)


def _choose_code(done: _Carried, strict: bool) -> int:
    made = done.made
    read = output.choose_exit_code([done.reading], strict)
    if made is None or read == output.FAILED:
        return read
    doubts = output.WARNINGS if strict and (made.blank or made.changed) else output.DONE
    return max(read, output.ERRORS if made.left else doubts)


def _list_lines(done: _Carried) -> Iterator[str]:
    """What became of a file, for people."""
    made, name = done.made, make_visible(str(done.source))
    if made is None:
        yield f"{name}：没有带过去"
        yield from output.describe_opinions(done.reading)
        return
    old, new = made.comparison.before, made.comparison.after
    yield f"{name}（{old.id}）→ {make_visible(str(done.target))}（{new.id}）"
    given, now = done.reading.submission, made.submission
    if given is not None and given.year != now.year:
        yield f"  年度由 {given.year} 改为 {now.year}：{new.id} 不适用于 {given.year} 年度"
    yield from output.describe_opinions(done.reading)
    counts = [(sum(part.kind == kind for part in made.parts), word) for kind, word in _KINDS.items()]
    yield f"  带过去 {'、'.join(f'{count} {word}' for count, word in counts if count) or '0 格'}"
    places = _Places(old), _Places(new)
    if made.left:
        yield f"\n  填了而没有带过去的 {len(made.left)} 处："
        yield from (f"    {_word_left(part, *places)}" for part in made.left)
    if made.blank:
        yield f"\n  新版新增、空着的 {len(made.blank)} 处："
        rows: dict[str, list[str]] = {}
        for kind, key in made.blank:
            sheet, address, label = places[1].find(kind, key)
            rows.setdefault(f"{sheet}　{label.partition(' / ')[0] if kind == 'cell' else label}", []).append(address)
        yield from (f"    {row}：{'、'.join(addresses)}" for row, addresses in rows.items())
    if made.changed:
        yield f"\n  带过去而意思变了、请核对的 {len(made.changed)} 处："
        yield from (f"    {line}" for line in _list_changed(made.changed, places[1]))


_KINDS: Final[dict[FilledKind, str]] = {
    "cell": "格",
    "text": "段文字",
    "explanation": "条说明",
    "control": "个核对数",
    "line": "格明细",
}


def _word_left(part: LeftPart, old: _Places, new: _Places) -> str:
    sheet, address, label = old.find(part.kind, part.before)
    flat = " ".join(part.filled.split())
    shown = flat if len(flat) <= _MOST_QUOTED else f"{flat[:_MOST_QUOTED]}…"
    near = ""
    if part.near:
        place = new.find(part.kind, part.near)
        near = f"（新版 {place[0]} {place[1]}）"
    return f"{sheet} {address}　{label}　{shown}：{part.why}{near}"


def _list_changed(parts: Iterable[CarriedPart], new: _Places) -> Iterator[str]:
    """What is otherwise, each with all the places that it holds for."""
    groups: dict[str, dict[str, list[str]]] = {}
    for part in parts:
        sheet, address, _ = new.find(part.kind, part.after)
        told = "；".join(told for _, told in part.changes)
        groups.setdefault(told, {}).setdefault(sheet, []).append(address)
    for told, sheets in groups.items():
        places = (f"{sheet} {'、'.join(addresses)}" for sheet, addresses in sheets.items())
        yield f"{told}：{'；'.join(places)}"


class _Places:
    """Where the workbook of a form has what is filled in, and what it is called."""

    def __init__(self, spec: FormSpec) -> None:
        from xltool.workbook.layout_plan import make_plan

        self.spec, self.plan = spec, make_plan(spec, False, True)

    def find(self, kind: FilledKind, key: str) -> tuple[str, str, str]:
        """Sheet, address and labels; a 说明 is named by its check, which stands at one place or another."""
        if kind == "explanation":
            return CHECKS, "", key
        if kind == "line":
            name, *number, column = key.split(".")
            row_list = next(each for each in self.spec.lists if each.id == name)
            at = row_list.find_column(column)
            assert at is not None
            head = self.plan.list_column(row_list, at)[0]
            spot = head._replace(row=head.row + int(number[0])) if number else head
            return spot.sheet, spot.address, f"{row_list.name} / {row_list.columns[at].label}"
        if kind == "text":
            spot, label = self.plan.texts[key], self.spec.text(key).label
        else:
            spot = (self.plan.controls.get(key) if kind == "control" else None) or self.plan.cells[key]
            label = self.spec.any_cell(key).label
        return spot.sheet, spot.address, label


def _describe(done: _Carried) -> dict[str, Any]:
    """What became of a file, for programs."""
    made, given = done.made, done.reading.submission
    told: dict[str, Any] = {
        "schema": "xltool/carry/1",
        "file": str(done.source),
        "output": None if made is None else str(done.target),
        "opinions": [
            {"severity": each.severity, "message": api.describe_opinion(each, done.reading)["message"]}
            for each in api.group_opinions(done.reading)
        ],
    }
    if made is None or given is None:
        return told
    old, new = made.comparison.before, made.comparison.after
    places = _Places(old), _Places(new)
    return told | {
        "before": {"form": old.id, "year": given.year},
        "after": {"form": new.id, "year": made.submission.year},
        "agency": {"code": given.agency.code, "name": given.agency.name},
        "carried": len(made.parts),
        "left": [
            {
                **_describe_place(places[0], part.kind, part.before),
                "value": part.filled,
                "why": part.why,
                "near": _describe_place(places[1], part.kind, part.near) if part.near else None,
            }
            for part in made.left
        ],
        "blank": [_describe_place(places[1], kind, key) for kind, key in made.blank],
        "changed": [
            {
                "before": _describe_place(places[0], part.kind, part.before) | {"value": part.filled},
                "after": _describe_place(places[1], part.kind, part.after) | {"value": part.carried},
                "changes": [{"what": what, "told": said} for what, said in part.changes],
            }
            for part in made.changed
        ],
    }


def _describe_place(places: _Places, kind: FilledKind, key: str) -> dict[str, Any]:
    sheet, address, label = places.find(kind, key)
    return {"kind": kind, "key": key, "sheet": sheet, "address": address or None, "label": label}
