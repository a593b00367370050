"""`xltool forms`: the known forms, or one form's cells, texts and rules."""

from __future__ import annotations

import json
from typing import Any

import click

from xltool import api
from xltool.cli import console
from xltool.cli.chinese import Command
from xltool.codes import GRADES
from xltool.model import FormSpec


@click.command(
    cls=Command,
    name="forms",
    help="列出各种报表；给出报表名称时，列出它的单元格、文字和勾稽关系。",
)
@click.argument("form_id", metavar="[报表]", required=False)
@click.option("--json", "as_json", is_flag=True, help="输出 JSON（xltool/form/1）。")
def command(form_id: str | None, as_json: bool) -> None:
    """Prints the list or the form."""
    if form_id is None:
        specs = [api.form(known) for known in api.forms()]
        if as_json:
            heads = [{"id": s.id, "title": s.title, "authority": s.authority, "years": list(s.years)} for s in specs]
            console.write_result(
                json.dumps({"schema": "xltool/forms/1", "forms": heads}, ensure_ascii=False).encode() + b"\n"
            )
        else:
            for spec in specs:
                console.say(f"{spec.id}　{spec.title}（{spec.basis}，{_describe_years(spec)}）")
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
            "kind": "total" if cell.total else "input",
            "unit": cell.measure.unit,
            "decimals": cell.measure.decimals,
            "sheet": layout.cells[cell.key].sheet,
            "address": layout.cells[cell.key].address,
        }
        for cell in spec.cells
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
    return {
        "schema": "xltool/form/1",
        "id": spec.id,
        "title": spec.title,
        "authority": spec.authority,
        "years": list(spec.years),
        "cells": cells,
        "texts": texts,
        "rules": list(rules.values()),
    }


def _describe_years(spec: FormSpec) -> str:
    first, last = spec.years
    return f"{first} 年度起" if last is None else f"{first} 至 {last} 年度"


def _print_form(spec: FormSpec) -> None:
    from xltool.workbook.layout_plan import make_plan

    layout = make_plan(spec)
    console.say(f"{spec.id}　{spec.title}\n{spec.authority}　{spec.basis}　{_describe_years(spec)}")
    for table in spec.tables:
        console.say(f"\n{table.title}（工作表“{table.sheet}”）")
        for cell in (cell for cell in spec.cells if cell.table is table):
            kind = "合计" if cell.total else cell.measure.unit
            console.say(f"  {layout.cells[cell.key].address:<5}{cell.key:<48}{kind}　{cell.label}")
    console.say("\n文字")
    for text in spec.texts:
        console.say(f"  {layout.texts[text.key].sheet} {layout.texts[text.key].address:<5}{text.key:<24}{text.label}")
    console.say("\n勾稽关系")
    for rule in {rule.id: rule for rule in spec.rules}.values():
        console.say(f"  [{GRADES[rule.severity]}] {rule.id}　{rule.text}")
