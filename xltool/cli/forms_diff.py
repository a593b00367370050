"""`xltool forms diff`: what differs between two forms, such as two editions, by labels."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import click

from xltool.cli import console
from xltool.cli.chinese import Command
from xltool.cli.definitions import open_form
from xltool.forms.differences import FormComparison, compare_forms
from xltool.forms.parts import FormChange, FormDifference, FormPart, PartKind

_KINDS: Final[dict[PartKind, str]] = {
    "table": "表",
    "row": "行",
    "column": "栏",
    "cell": "格",
    "rule": "勾稽关系",
    "text": "文字",
}
_CHANGES: Final[dict[FormChange, str]] = {
    "new": "新增",
    "gone": "取消",
    "renamed": "改名",
    "moved": "移动",
    "rekeyed": "换了代码",
    "changed": "变动",
}


@click.command(
    cls=Command,
    name="diff",
    help="比较两种报表或两份定义，如新旧两版：按表上印的字列出新增、取消、改名、移动的表、行、栏、格、勾稽关系和文字。\n\n"
    "报表写名称（如 ogi-2019）或定义文件（如 media_check.toml）。“可能”表示只是字面相近，请核对。",
)
@click.argument("before", metavar="旧")
@click.argument("after", metavar="新")
@click.option("--json", "as_json", is_flag=True, help="输出一行 JSON（xltool/diff/1）。")
def diff(before: str, after: str, *, as_json: bool) -> None:
    """Prints what differs, in the order of the new form."""
    found = compare_forms(open_form(before), open_form(after))
    if as_json:
        console.write_result(json.dumps(describe_comparison(found), ensure_ascii=False).encode() + b"\n")
        return
    for line in list_lines(found):
        console.say(line)


def list_lines(found: FormComparison) -> Iterator[str]:
    """The differences for people, one a line, below the table that they are of."""
    old, new = found.before, found.after
    yield f"{old.id}（{old.title}）→ {new.id}（{new.title}）"
    titles = {part.id: part.title for spec in (old, new) for part in spec.sheeted}
    shown = None
    for each in sorted(found.differences, key=lambda each: _order(found, each)):
        head = _head(each, titles)
        if head != shown:
            yield f"\n{head}"
            shown = head
        yield f"  {_word_difference(each)}"
    if not found.differences:
        yield "没有不同。"
    kept = f"旧版 {len(old.cells)} 格中有 {found.kept} 格的数可以在新版里作以前的数对照"
    yield f"\n{kept}（代码、单位相同，也没有写明只限一版）。"


def _order(found: FormComparison, each: FormDifference) -> int:
    """Tables first, then what is of each in its order, rules of no order of their own, texts last."""
    part = each.after or each.before
    assert part is not None
    tables = [part.id for part in (*found.after.sheeted, *found.before.sheeted)]
    if each.kind == "table":
        return -1
    return tables.index(part.table) if part.table in tables else len(tables)


def _head(each: FormDifference, titles: dict[str, str]) -> str:
    part = each.after or each.before
    assert part is not None
    return "各表" if each.kind == "table" else titles.get(part.table, "文字")


def _word_difference(each: FormDifference) -> str:
    kind, change = _KINDS[each.kind], f"{'可能' if each.likely else ''}{_CHANGES[each.change]}"
    before, after = each.before, each.after
    if before is None or after is None:
        part = after or before
        assert part is not None
        return f"{change}{kind}：{_say(part)}"
    match each.change:
        case "renamed":
            return f"{change}{kind}：{before.label} → {after.label}"
        case "moved" if before.path != after.path and before.label == after.label:
            return f"{change}{kind}：{before.path} → {after.path}"
        case "moved":
            return f"{change}{kind}：{after.path}，前后次序变了"
        case "rekeyed":
            return f"{change}{kind}：{after.label}（{before.key} → {after.key}）"
        case _:
            return f"{change}{kind}：{_say(after)}，{each.detail}"


def _say(part: FormPart) -> str:
    return f"{part.label}（{part.key}）" if part.kind != "row" else f"{part.path}（{part.key}）"


def describe_comparison(found: FormComparison) -> dict[str, Any]:
    """The differences for programs."""
    return {
        "schema": "xltool/diff/1",
        "before": {"id": found.before.id, "title": found.before.title},
        "after": {"id": found.after.id, "title": found.after.title},
        "kept": found.kept,
        "differences": [
            {
                "change": each.change,
                "kind": each.kind,
                "before": _describe_part(each.before),
                "after": _describe_part(each.after),
                "detail": each.detail,
                "likely": each.likely,
            }
            for each in found.differences
        ],
    }


def _describe_part(part: FormPart | None) -> dict[str, str] | None:
    return None if part is None else {"key": part.key, "table": part.table, "label": part.label, "path": part.path}
