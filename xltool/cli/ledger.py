"""`xltool ledger compile`: the figures of another form that a list of cases comes to, each with its cases."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click

from xltool import api, files
from xltool.cli import console, output
from xltool.cli.chinese import Command
from xltool.cli.days import Day, Year
from xltool.cli.passwords import password_options
from xltool.days import format_day
from xltool.forms.cell_names import name_cell
from xltool.forms.compiled import LedgerPlan, load_plan
from xltool.forms.number import format_value, to_exact
from xltool.forms.work_years import load_calendar
from xltool.messages import XltoolError, make_visible
from xltool.model import ListRow, Reading, Submission
from xltool.periods import Period
from xltool.rules.case_days import CaseStanding, judge_cases
from xltool.rules.compiling import (
    Compilation,
    CompiledDifference,
    compile_lines,
    find_compiled_differences,
    name_case,
)


class _Ledger(Command, click.Group):
    """A group whose help is Chinese too: its commands, and last its options."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self.format_commands(ctx, formatter)
        click.Command.format_options(self, ctx, formatter)


@dataclass(frozen=True)
class _Compiled:
    """All that is told of a list."""

    file: str
    compilation: Compilation
    rows: Sequence[ListRow]
    on: date
    standings: Sequence[CaseStanding]
    differences: Sequence[CompiledDifference]

    @property
    def plan(self) -> LedgerPlan:
        return self.compilation.plan

    def name_cases(self, serials: Sequence[int]) -> list[str]:
        return [name_case(self.plan, self.rows, serial) for serial in serials]


@click.group(cls=_Ledger, name="ledger", subcommand_metavar="命令 [参数]…", help="由台账编制报表。")
def command() -> None:
    """What is made of a list of cases."""


@command.command(
    name="compile",
    cls=Command,
    short_help="由台账的各行编制报表，每个数都列出是哪些件；推算答复期限，列出逾期的",
    help="由台账的各行编制报表：不是 0 的数都列出是哪些件；按工作日推算每件的答复期限，列出逾期的。\n\n"
    "台账是填好的工作簿或上报件，有强制性错误的先改正（退出码 3）。用 --with 与填好的报表对照，"
    "有一格不同，退出码就是 3；只有逾期的，退出码是 0。",
)
@click.argument("source", metavar="台账", type=click.Path(path_type=Path))
@click.option("--year", metavar="年度", type=Year(), help="编制哪一年的报表；默认台账的年度。")
@click.option("--on", "on", metavar="日期", type=Day(), help="看到哪一天为止有没有逾期；默认到年度的最后一天。")
@click.option(
    "-o",
    "--output",
    "target",
    metavar="上报件.json",
    type=click.Path(path_type=Path),
    help="把编制出的数写成上报件：别的格都空着。",
)
@click.option(
    "--with",
    "filled",
    metavar="报表",
    type=click.Path(path_type=Path),
    help="与这份填好的报表（工作簿、上报件或已公布的报告）逐格对照。",
)
@click.option("--json", "as_json", is_flag=True, help="输出一行 JSON（xltool/ledger/1）。")
@password_options
def compile_command(
    source: Path,
    *,
    year: int | None,
    on: date | None,
    target: Path | None,
    filled: Path | None,
    as_json: bool,
    passwords: tuple[str, ...],
) -> None:
    """Checks first; then prints and writes what the lines come to."""
    submission = _read_ledger(source, passwords)
    plan = load_plan(api.form(submission.form))
    if plan is None:
        raise XltoolError(f"没有写明由“{api.form(submission.form).title}”编制什么报表；只有台账可以编制。")
    period = Period(year or submission.year)
    if not plan.target.covers(period.year):
        raise XltoolError(
            f"{period.year} 年用的不是“{plan.target.title}”的 {plan.target.id} 版，台账只能编制这一版；"
            "请用 --year 写明年度。"
        )
    rows = submission.lists.get(plan.row_list.id, ())
    compilation = compile_lines(plan, submission, period)
    differences = [] if filled is None else _compare(compilation, filled, passwords)
    until = on or period.last_day
    standings = list(judge_cases(plan, rows, until, load_calendar()))
    found = _Compiled(str(source), compilation, rows, until, standings, differences)
    if target is not None:
        files.write_file(target, api.dump(compilation.submission))
    if as_json:
        console.write_result(json.dumps(describe_compilation(found), ensure_ascii=False).encode() + b"\n")
    else:
        for line in _list_lines(found, filled):
            console.say(line)
    if target is not None:
        console.say(f"已写出 {target}", err=True)
    if differences:
        sys.exit(output.ERRORS)


def _read_ledger(source: Path, passwords: Sequence[str]) -> Submission:
    """The ledger, without an error; else its opinions are told, and the program ends."""
    [reading] = api.check([output.read_path(source, passwords)])
    if reading.submission is not None and load_plan(api.form(reading.submission.form)) is None:
        return reading.submission  # whoever asks says so
    return _refuse_faults(source, reading)


def _refuse_faults(source: Path, reading: Reading) -> Submission:
    """The submission of a reading without an error; else its opinions are told, and the program ends."""
    submission = _require_submission(source, reading)
    for line in output.describe_opinions(reading):
        console.say(line, err=True)
    if api.status(reading) == "returned":
        console.say("台账还有强制性错误，没有编制；请先改正。", err=True)
        sys.exit(output.choose_exit_code([reading]))
    return submission


def _require_submission(path: Path, reading: Reading) -> Submission:
    """The submission of a reading; the program ends where there is none, and says why."""
    if reading.submission is None:
        console.say(f"{make_visible(str(path))}：{output.STATUS_WORDS['rejected']}", err=True)
        for line in output.describe_opinions(reading):
            console.say(line, err=True)
        sys.exit(output.choose_exit_code([reading]))
    return reading.submission


def _compare(compilation: Compilation, filled: Path, passwords: Sequence[str]) -> list[CompiledDifference]:
    """The cells that differ from a filled form; the program ends where it is none of that form and year."""
    held = _require_submission(filled, output.read_path(filled, passwords))
    name, spec = make_visible(str(filled)), compilation.plan.target
    if held.form != spec.id or held.year != compilation.submission.year:
        raise XltoolError(
            f"{name} 是 {held.year} 年的“{api.form(held.form).title}”（{held.form}），"
            f"不能与 {compilation.submission.year} 年的“{spec.title}”（{spec.id}）对照。"
        )
    if held.agency.code != compilation.submission.agency.code:
        mine = compilation.submission.agency.name
        console.say(f"{name} 是{held.agency.name}的，台账是{mine}的，照样对照。", err=True)
    return list(find_compiled_differences(compilation, held))


def _list_lines(found: _Compiled, filled: Path | None) -> Iterator[str]:
    """All of it for people."""
    compiled, spec = found.compilation.submission, found.plan.target
    yield (
        f"{make_visible(found.file)}：{compiled.agency.name}{compiled.year}年，{len(found.rows)} 件，"
        f"编制“{spec.title}”（{spec.id}）"
    )
    for key, serials in found.compilation.lines.items():
        if serials and not spec.cell(key).total:
            yield f"  {name_cell(spec, key)}　{len(serials)}　{'、'.join(found.name_cases(serials))}"
    if not any(found.compilation.lines.values()):
        yield "  各格都是 0。"
    yield from _list_standings(found)
    if filled is not None:
        yield from _list_differences(found, filled)
    yield "\n编制时这样约定："
    yield from (f"  {at}. {each}" for at, each in enumerate(found.plan.assumptions, 1))


def _list_standings(found: _Compiled) -> Iterator[str]:
    overdue = [each for each in found.standings if each.overdue]
    yield f"\n到{format_day(found.on)}逾期 {len(overdue)} 件{'：' if overdue else '。'}"
    for each in overdue:
        assert each.due is not None
        answered = f"{format_day(each.answered)}才答复" if each.answered else "还没有答复"
        yield f"  {_name(found, each)}　答复期限{format_day(each.due)}，{answered}（{each.state}）"
    running = [each for each in found.standings if each.answered is None and not each.overdue]
    if running:
        yield f"没有答复、没有逾期 {len(running)} 件："
        for each in running:
            due = f"，答复期限{format_day(each.due)}" if each.due else ""
            yield f"  {_name(found, each)}　{each.state}{due}{_word_unknown(each)}"
    unknown = [each for each in found.standings if each.unknown_year and each.answered is not None]
    if unknown:
        yield f"已答复、无法推算有没有逾期 {len(unknown)} 件："
        yield from (f"  {_name(found, each)}{_word_unknown(each)}" for each in unknown)
    remarked = [each for each in found.standings if each.remarks]
    if remarked:
        yield "另请留意："
        yield from (f"  {_name(found, each)}　{'；'.join(each.remarks)}" for each in remarked)


def _list_differences(found: _Compiled, filled: Path) -> Iterator[str]:
    spec, name = found.plan.target, make_visible(str(filled))
    count = len(found.differences)
    yield f"\n与 {name} {f'有 {count} 格不同：' if count else '各格都相同。'}"
    for each in found.differences:
        theirs = "空着" if each.filled is None else format_value(each.filled, spec.cell(each.key).measure)
        cases = "、".join(found.name_cases(found.compilation.lines[each.key])) or "没有"
        yield f"  {name_cell(spec, each.key)}　台账 {each.compiled}，报表 {theirs}；台账里的件：{cases}"


def _name(found: _Compiled, each: CaseStanding) -> str:
    return name_case(found.plan, found.rows, each.serial)


def _word_unknown(each: CaseStanding) -> str:
    year = each.unknown_year
    return f"，无法推算答复期限：没有 {year} 年的工作日历，可写 {year}.days.toml" if year else ""


def describe_compilation(found: _Compiled) -> dict[str, Any]:
    """All of it for programs."""
    compiled, spec = found.compilation.submission, found.plan.target
    return {
        "schema": "xltool/ledger/1",
        "file": found.file,
        "ledger": found.plan.form.id,
        "form": spec.id,
        "year": compiled.year,
        "agency": {"code": compiled.agency.code, "name": compiled.agency.name},
        "on": found.on.isoformat(),
        "cells": [
            {"key": key, "value": compiled.values[spec.index[key]], "cases": found.name_cases(serials)}
            for key, serials in found.compilation.lines.items()
        ],
        "cases": [
            {
                "case": _name(found, each),
                "line": each.serial,
                "state": each.state,
                "due": each.due.isoformat() if each.due else None,
                "answered": each.answered.isoformat() if each.answered else None,
                "overdue": each.overdue,
                "unknown_year": each.unknown_year,
                "remarks": list(each.remarks),
            }
            for each in found.standings
        ],
        "differences": [
            {
                "key": each.key,
                "ledger": each.compiled,
                "filled": to_exact(each.filled, spec.cell(each.key).measure),
                "cases": found.name_cases(found.compilation.lines[each.key]),
            }
            for each in found.differences
        ],
        "assumptions": list(found.plan.assumptions),
    }
