"""`xltool forms`: the known forms, or what one consists of; `draft`, `check`, `preview`, `diff`, `carry`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, assert_never

import click

from xltool import api, files
from xltool.cli import console
from xltool.cli.chinese import Command
from xltool.cli.days import Year
from xltool.cli.definitions import read_beside, read_definition
from xltool.cli.forms_carry import carry
from xltool.cli.forms_diff import diff
from xltool.cli.forms_preview import preview
from xltool.codes import GRADES
from xltool.forms import catalog
from xltool.forms.across import ENDING, OtherForm, list_both_cells, load_across
from xltool.forms.differences import word_kind
from xltool.forms.entries import describe_briefly
from xltool.forms.list_joins import word_joining
from xltool.forms.rates import word_rate
from xltool.messages import XltoolError, make_visible, tell_finding
from xltool.model import AnyCell, Cell, EntryCell, EntryKind, Finding, FormSpec, Rate, RowList

_FORM_ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_MOST_TOLD: Final = 20
"""Differences between a blank and its draft that are told one by one."""


@click.command(
    cls=Command,
    name="draft",
    help="按一张空白表（Word、Excel、网页或 PDF）起草报表定义：表头、行名、计量单位、合并、要填的格、合计、说明里印的"
    "勾稽关系。拿不准的地方在那一行写“请核对”；起草后把定义自己的表格与空白表逐格比较，不同的列出来。\n\n"
    "改好后把文件夹写进环境变量 XLTOOL_FORMS，就能用这种报表。",
)
@click.argument("blank", metavar="空白表", type=click.Path(path_type=Path))
@click.option(
    "--id", "form_id", metavar="名称", required=True, help="报表名称：小写字母、数字，用 - 连接，如 media-check。"
)
@click.option("--year", metavar="年度", required=True, type=Year(), help="从哪个年度起用，如 2024。")
@click.option(
    "-o",
    "output",
    metavar="文件",
    type=click.Path(path_type=Path),
    help="写到这个文件，如 media_check.toml；不写就输出到屏幕。",
)
@click.option(
    "--filled",
    "copies",
    metavar="文件",
    multiple=True,
    type=click.Path(path_type=Path),
    help="按这张空白表填好的一份，可以给几次：各份里都相等的合计也写进定义，标“请核对”。",
)
def draft(blank: Path, form_id: str, year: int, output: Path | None, copies: tuple[Path, ...]) -> None:
    """Writes the definition, and tells what is doubtful and what differs."""
    from xltool.drafting.make import draft_form
    from xltool.drafting.write import list_doubts

    if not _FORM_ID.fullmatch(form_id):
        raise XltoolError(f"“{make_visible(form_id)}”不能作报表名称：用小写字母和数字，中间用 - 连接，如 media-check。")
    wanted = f"{form_id.replace('-', '_')}.toml"
    if output is not None and output.name != wanted:
        raise XltoolError(f"报表 {form_id} 的定义要叫 {wanted}，不能叫 {make_visible(output.name)}；请改 -o。")
    if output is not None and output.exists():
        raise XltoolError(f"{make_visible(str(output))} 已经有了，没有覆盖；要重新起草，请先把它移走或改名。")
    (data, name), *given = (_read_blank_file(path) for path in (blank, *copies))
    drafted = draft_form(data, name, form_id, year, given)
    if output is None:
        console.write_result(drafted.text.encode())
    else:
        files.write_file(output, drafted.text.encode())
    spec, doubts = drafted.spec, list_doubts(drafted.text)
    if spec is None:
        raise XltoolError(
            f"空白表的样子没能全部写成定义，起草的定义还有错；改好后用 xltool forms check 检查：\n{drafted.faults}"
        )
    totals = len(spec.rates) + sum(cell.total for cell in spec.cells)
    rules = len({rule.id for rule in spec.rules})
    console.say(
        f"{spec.id}　{spec.title}：{_count_tables(spec)}，{len(spec.every_cell)} 格（合计 {totals} 格），"
        f"勾稽关系 {rules} 条；"
        f"请核对 {len(doubts)} 处。",
        err=True,
    )
    for line, told in doubts:
        console.say(f"  第 {line} 行：{told}", err=True)
    if drafted.differences:
        console.say(f"与空白表不同的有 {len(drafted.differences)} 处：", err=True)
        for difference in drafted.differences[:_MOST_TOLD]:
            console.say(f"  {difference.table}　{difference.told}", err=True)
        rest = len(drafted.differences) - _MOST_TOLD
        if rest > 0:
            console.say(f"  还有 {rest} 处没有列出。", err=True)
    else:
        console.say("与空白表逐格比较：格子、合并和文字都相同。", err=True)


def _read_blank_file(path: Path) -> tuple[bytes, str]:
    """The bytes of a blank, or of a filled copy of it, and what it is called in messages."""
    data = files.read_file(path)
    if isinstance(data, Finding):
        raise XltoolError(f"{make_visible(path.name)}：{tell_finding(data, None, None)[0]}")
    return data, make_visible(path.name)


@click.command(
    cls=Command,
    name="check",
    help="检查一份报表定义，一次列出所有的错：在哪一行、错在哪里。旁边有跨报表勾稽关系（….across.toml）的一并检查，也可以"
    "单独检查它。有错时退出码为 1。",
)
@click.argument("definition", metavar="定义文件", type=click.Path(path_type=Path))
def check(definition: Path) -> None:
    """Tells all faults of a definition, and of what stands beside it for other forms, or what they define."""
    if definition.name.endswith(ENDING):
        _tell_across(definition.name, read_beside(definition))
        return
    spec = read_definition(definition)
    rules = len({rule.id for rule in spec.rules})
    console.say(
        f"{spec.id}　{spec.title}：没有错。{_count_tables(spec)}，{len(spec.every_cell)} 格，勾稽关系 {rules} 条。"
    )
    beside = definition.with_name(f"{definition.name.removesuffix('.toml')}{ENDING}")
    if beside.is_file():
        _tell_across(beside.name, read_beside(beside, spec))


def _count_tables(spec: FormSpec) -> str:
    """How many tables a form has, those that no report prints apart."""
    unprinted = len(spec.tables) - len(spec.printed_tables)
    return f"{len(spec.printed_tables)} 张表{f'（另有 {unprinted} 张报告不印）' if unprinted else ''}"


def _tell_across(name: str, found: Sequence[OtherForm]) -> None:
    """Tells beside which forms one is held, and by how many rules."""
    told = "；".join(f"与 {other.spec.id} 的 {len(other.rules)} 条" for other in found)
    console.say(f"{make_visible(name)}：没有错。跨报表勾稽关系：{told or '没有'}。")


_SUBCOMMANDS: Final = {each.name: each for each in (draft, check, preview, diff, carry)}


class _Forms(Command):
    """A command that is another one where its first argument says so: no form is called so."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        if args and (known := _SUBCOMMANDS.get(args[0])):
            return known.make_context(f"{info_name} {args[0]}", args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


@click.command(
    cls=_Forms,
    name="forms",
    help="列出各种报表；给出报表名称时，列出它的单元格、文字和勾稽关系。\n\n"
    "xltool forms draft 空白表 … 按空白表起草一种报表的定义，见 xltool forms draft --help。\n\n"
    "xltool forms check 定义文件 一次列出定义里所有的错。\n\n"
    "xltool forms preview 定义文件 把定义做出来看：填好样数的工作簿、报告、每条勾稽关系改坏一次的工作簿。\n\n"
    "xltool forms diff 旧 新 比较两种报表或两份定义。\n\n"
    "xltool forms carry 填好的工作簿 --to 新版 -o 工作簿.xlsx 把填好的数和文字带到新版，没有带过去的逐一列出。",
)
@click.argument("form_id", metavar="[报表]", required=False)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON（xltool/form/1）。")
def command(form_id: str | None, as_json: bool) -> None:
    """Prints the list or the form."""
    if form_id is None:
        specs, broken = catalog.load_all(), [*catalog.find_faults()]
        if as_json:
            heads = [{"id": s.id, "title": s.title, "authority": s.authority, "years": list(s.years)} for s in specs]
            console.write_result(
                json.dumps({"schema": "xltool/forms/1", "forms": heads}, ensure_ascii=False).encode() + b"\n"
            )
        else:
            for spec in specs:
                console.say(f"{spec.id}　{spec.title}（{spec.basis}，{_describe_years(spec)}）")
        if broken:
            told = "\n".join(f"报表 {known} 的定义有错，没有列出：\n{why}" for known, why in broken)
            raise XltoolError(told)
        return
    spec = api.form(form_id)
    if as_json:
        console.write_result(json.dumps(describe_form(spec), ensure_ascii=False).encode() + b"\n")
    else:
        _print_form(spec)


def describe_form(spec: FormSpec) -> dict[str, Any]:
    """A form as the contract's JSON: cells with sheet and address, texts, rules by id."""
    from xltool.workbook.layout_plan import make_plan

    layout = make_plan(spec)
    cells = [
        {
            "key": cell.key,
            "label": cell.label,
            **describe_kind(spec, cell),
            "unit": cell.measure.unit,
            "decimals": cell.measure.decimals,
            "sheet": layout.cells[cell.key].sheet,
            "address": layout.cells[cell.key].address,
            **({"printed": False} if cell.table.unprinted else {}),
        }
        for cell in spec.every_cell
    ]
    spots = [(text, layout.texts[text.key]) for text in spec.texts]
    texts = [
        {"key": text.key, "label": text.label, "sheet": spot.sheet, "address": spot.address} for text, spot in spots
    ]
    rules: dict[str, dict[str, Any]] = {}
    for rule in spec.rules:
        entry = {"id": rule.id, "severity": rule.severity, "text": rule.text, "basis": rule.basis, "cells": []}
        known = rules.setdefault(rule.id, entry)["cells"]
        known.extend(key for key in rule.linear.own if key not in known)
        if asked := dict.fromkeys(term.row_list for term, _ in rule.linear.lists):
            rules[rule.id]["lists"] = [*asked]
    return {
        "schema": "xltool/form/1",
        "id": spec.id,
        "title": spec.title,
        "authority": spec.authority,
        "years": list(spec.years),
        **({} if spec.every == "year" else {"period": spec.every}),
        "cells": cells,
        "texts": texts,
        **({"lists": [_describe_list(each) for each in spec.lists]} if spec.lists else {}),
        "rules": list(rules.values()),
        **({"across": across} if (across := [*_describe_across(spec)]) else {}),
    }


def _describe_across(spec: FormSpec) -> Iterator[dict[str, Any]]:
    """The rules about other forms, which no workbook of the form can show."""
    for other in load_across(spec):
        for rule in other.rules:
            mine, theirs = list_both_cells(other, rule.linear)
            told = {"id": rule.name, "form": other.spec.id, "period": other.agreement, "severity": rule.severity}
            yield told | {"text": rule.text, "basis": rule.basis, "cells": [*mine], "others": [*theirs]}


def _describe_list(row_list: RowList) -> dict[str, Any]:
    columns = [
        {
            "id": column.id,
            "label": column.label,
            "unit": column.measure.unit,
            "decimals": column.measure.decimals,
            **{name: True for name in ("required", "unique", "total") if getattr(column, name)},
            **({"consolidate": column.policy} if row_list.join and column.entry is None else {}),
            **({} if column.entry is None else {"entry": _describe_entry(column.entry)}),
        }
        for column in row_list.columns
    ]
    rules = [
        {"id": rule.id, "severity": rule.severity, "text": rule.text, "basis": rule.basis} for rule in row_list.rules
    ]
    return {
        "id": row_list.id,
        "title": row_list.title,
        "sheet": row_list.sheet,
        "limit": row_list.limit,
        **({"join": [*row_list.join]} if row_list.join else {}),
        "columns": columns,
        **({"rules": rules} if rules else {}),
    }


def _tell_joining(row_list: RowList) -> str:
    return f"，汇总时{word_joining(row_list)}" if row_list.join else ""


def describe_kind(spec: FormSpec, cell: AnyCell) -> dict[str, Any]:
    """Whether a cell is filled in or computed, what a rate is computed from, and what may stand where no figure does.

    As the contract's JSON says it.
    """
    match cell:
        case Cell():
            return {"kind": "total" if cell.total else "input"}
        case Rate():
            return {"kind": "total", "rate": word_rate(cell, spec)}
        case EntryCell():
            return {"kind": "input", "entry": _describe_entry(cell.kind)}
        case _:
            assert_never(cell)


def _describe_entry(kind: EntryKind) -> dict[str, Any]:
    told = {"form": kind.form, "required": kind.required, "consolidate": kind.consolidate}
    match kind.form:
        case "choice" | "several" | "yes_no":
            return told | {"choices": [*kind.choices]}
        case "date":
            return told | {"earliest": kind.earliest.isoformat(), "latest": kind.latest.isoformat()}
        case "text":
            return told | {"longest": kind.longest}
        case _:
            assert_never(kind.form)


def _describe_years(spec: FormSpec) -> str:
    first, last = spec.years
    return f"{first} 年度起" if last is None else f"{first} 至 {last} 年度"


def _print_form(spec: FormSpec) -> None:
    from xltool.workbook.layout_plan import make_plan

    layout = make_plan(spec)
    console.say(f"{spec.id}　{spec.title}\n{spec.authority}　{spec.basis}　{_describe_years(spec)}")
    for table in spec.tables:
        unprinted = "，报告不印" if table.unprinted else ""
        console.say(f"\n{table.title}（工作表“{table.sheet}”{unprinted}）")
        for cell in (cell for cell in spec.every_cell if cell.table is table):
            kind = cell.measure.unit if isinstance(cell, Cell) and not cell.total else word_kind(cell)
            console.say(f"  {layout.cells[cell.key].address:<5}{cell.key:<48}{kind}　{cell.label}")
    for row_list in spec.lists:
        most = f"最多 {row_list.limit} 行{_tell_joining(row_list)}"
        console.say(f"\n{row_list.title}（工作表“{row_list.sheet}”，{most}）")
        for at, column in enumerate(row_list.columns):
            kind = column.measure.unit if column.entry is None else describe_briefly(column.entry)
            marks = (("必填", column.required), ("各行不同", column.unique), ("合计", column.total))
            said = "，".join([kind, *(word for word, is_so in marks if is_so)])
            letters = layout.list_column(row_list, at)[0].address.rstrip("0123456789")
            console.say(f"  {letters:<5}{f'{row_list.id} {column.id}':<48}{said}　{column.label}")
    if spec.texts:
        console.say("\n文字")
    for text in spec.texts:
        console.say(f"  {layout.texts[text.key].sheet} {layout.texts[text.key].address:<5}{text.key:<24}{text.label}")
    if spec.rules or any(each.rules for each in spec.lists):
        console.say("\n勾稽关系")
    told: set[str] = set()
    for row_list, line_rule in ((each, rule) for each in spec.lists for rule in each.rules):
        console.say(
            f"  [{GRADES[line_rule.severity]}] {row_list.id} {line_rule.id}　{line_rule.text}（{row_list.name}每一行）"
        )
    for rule in spec.rules:
        if rule.id in told:
            continue
        told.add(rule.id)
        console.say(f"  [{GRADES[rule.severity]}] {rule.id}　{rule.text}")
    for other in load_across(spec):
        console.say(f"\n跨报表勾稽关系：与 {other.spec.id}（{other.spec.title}）")
        for each in other.rules:
            console.say(f"  [{GRADES[each.severity]}] {each.name}　{each.text}")
