"""`xltool facts`: the figures that texts state, each held against the tables."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import click

from xltool import api
from xltool.cli import console, output, prior_files
from xltool.cli.chinese import Command
from xltool.cli.days import Year
from xltool.cli.passwords import password_options
from xltool.messages import make_visible
from xltool.model import CellKey, FormSpec, Submission
from xltool.rules.facts import (
    Fact,
    FactVerdict,
    Proof,
    TextNumber,
    find_facts,
    list_numbers,
    list_plain_numbers,
    read_facts,
)

_VERDICTS: Final[dict[FactVerdict, str]] = {"agrees": "一致", "differs": "不一致", "unknown": "无从比较"}
_PROOFS: Final[dict[Proof, str]] = {
    "cell": "表中有这个数",
    "prior": "上年的数可以证明",
    "sum": "文中相加得出",
    "reference": "引用表中的数",
    "unproved": "没有依据，请自行核对",
}


@click.command(
    cls=Command,
    name="facts",
    help="列出文字里写的数（写“未收到”的是 0），逐个与表中的数对照。\n\n"
    "文件可以是工作簿、上报件（JSON）或已公布的报告；用 --text 给一段纯文字（UTF-8，写 - 的从标准输入读），"
    "要用 --form 写明是哪种报表，没有表可以对照。",
)
@click.argument("path", metavar="[文件]", required=False, type=click.Path(path_type=Path))
@click.option("--text", "source", metavar="文字文件", default="", help="纯文字，写 - 的从标准输入读。")
@click.option("--form", "form_id", metavar="报表", default="", help="纯文字是哪种报表的，如 ogi-2021。")
@click.option("--year", metavar="年度", type=Year(), help="纯文字是哪个年度的报告。")
@click.option("--prior", "prior_path", metavar="上年", type=click.Path(path_type=Path), help="上年的工作簿或上报件。")
@click.option("--all", "shows_all", is_flag=True, help="列出文字里的每一个数，并说明有没有依据。")
@click.option("--json", "as_json", is_flag=True, help="每个数输出一行 JSON（xltool/fact/1）。")
@password_options
def command(  # noqa: PLR0917
    path: Path | None,
    source: str,
    form_id: str,
    year: int | None,
    prior_path: Path | None,
    shows_all: bool,
    as_json: bool,
    passwords: tuple[str, ...],
) -> None:
    """Prints the facts of a file or of a plain text."""
    if (path is None) == (not source):
        raise click.UsageError("写一个文件，或者用 --text 给一段纯文字。")
    if source:
        if not form_id:
            raise click.UsageError("纯文字要用 --form 写明是哪种报表。")
        if prior_path is not None:
            raise click.UsageError("--prior 是上年的文件，纯文字没有表可以对照。")
        _tell_plain(api.form(form_id), output.read_plain_text(source), year, shows_all, as_json)
        return
    if form_id or year:
        raise click.UsageError("--form、--year 说的是 --text 的纯文字；文件自己写明了报表和年度。")
    assert path is not None
    _tell_file(path, prior_path, shows_all, as_json, passwords)


def _tell_plain(spec: FormSpec, text: str, year: int | None, shows_all: bool, as_json: bool) -> None:
    _tell(spec, year, read_facts(spec, text, year), list_plain_numbers(spec, text) if shows_all else None, as_json)


def _tell_file(path: Path, prior_path: Path | None, shows_all: bool, as_json: bool, passwords: Sequence[str]) -> None:
    reading = output.read_path(path, passwords)
    if reading.submission is None:
        console.say(f"{make_visible(str(path))}：{output.STATUS_WORDS['rejected']}", err=True)
        for line in output.describe_opinions(reading):
            console.say(line, err=True)
        sys.exit(output.choose_exit_code([reading]))
    prior: Submission | None = None
    if prior_path is not None:
        _, [prior] = prior_files.pair_with_priors([reading], prior_files.read_prior_files([prior_path], passwords))
    spec = api.form(reading.submission.form)
    facts = find_facts(spec, reading.submission, prior)
    _tell(
        spec,
        reading.submission.year,
        facts,
        list_numbers(spec, reading.submission, prior) if shows_all else None,
        as_json,
    )


def _tell(
    spec: FormSpec, year: int | None, facts: Sequence[Fact], numbers: Sequence[TextNumber] | None, as_json: bool
) -> None:
    """Prints the facts, or with `numbers` every number, and what is said in words of none."""
    if numbers is None:
        for fact in facts:
            _print(describe_fact(fact), as_json, _word_fact(fact, spec, year))
        if not facts and not as_json:
            console.say("文字里没有写表中统计的数。", err=True)
        return
    places = {(number.text, number.start) for number in numbers}
    for number in numbers:
        _print(describe_number(number), as_json, _word_number(number, spec, year))
    for fact in facts:
        if fact.kind != "sum" and (fact.text, fact.start) not in places:
            _print(describe_fact(fact), as_json, _word_fact(fact, spec, year))
    if not as_json:
        unproved = sum(number.proof == "unproved" for number in numbers)
        console.say(f"文字里共有 {len(numbers)} 个数，{unproved} 个没有依据。", err=True)


def _print(described: dict[str, Any], as_json: bool, words: str) -> None:
    if as_json:
        console.write_result(json.dumps(described, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
    else:
        console.say(words)


def describe_fact(fact: Fact) -> dict[str, Any]:
    """A fact as the contract's JSON."""
    described: dict[str, Any] = {
        "schema": "xltool/fact/1",
        "text": fact.text,
        "sentence": fact.sentence,
        "quote": fact.quote,
        "kind": fact.kind,
        "value": _to_json(fact.value),
        "unit": fact.unit,
        "of": [list(keys) for keys in fact.of],
        "qualifier": fact.qualifier,
        "scope": fact.scope,
        "year": fact.year,
        "verdict": fact.verdict,
        "printed": None if fact.printed is None else _to_json(fact.printed),
        "words": list(fact.words),
    }
    if fact.base:
        described["base"] = [list(keys) for keys in fact.base]
    return described


def describe_number(number: TextNumber) -> dict[str, Any]:
    """A number of a text as JSON: its fact, or the number alone, and what proves it."""
    if number.fact is not None:
        return {**describe_fact(number.fact), "proof": number.proof}
    return {
        "schema": "xltool/fact/1",
        "text": number.text,
        "sentence": number.sentence,
        "quote": number.quote,
        "kind": "reference" if number.proof == "reference" else "number",
        "value": None if number.value is None else _to_json(number.value),
        "unit": number.unit,
        "of": [],
        "qualifier": None,
        "scope": None,
        "year": None,
        "verdict": "unknown",
        "printed": None,
        "words": [],
        "proof": number.proof,
    }


def _to_json(value: Decimal) -> int | float:
    """A figure for JSON; with at most 15 digits Python's shortest form of a double prints just these."""
    return int(value) if value == value.to_integral_value() else float(value)


def _word_fact(fact: Fact, spec: FormSpec, year: int | None) -> str:
    label = f"“{spec.text(fact.text).label}”" if fact.text else ""
    said = f"{label}“{make_visible(fact.quote)}”"
    if fact.kind == "sum":
        return f"{said}：{' + '.join(fact.words)}，相加正好"
    notes = "".join(f"（{note}）" for note in _list_notes(fact, year))
    printed = "" if fact.printed is None else f"，表中为 {_write(fact.printed)}"
    return f"{said}：{_KINDS[fact.kind]}{_name_cells(spec, fact.keys)}{notes}，{_VERDICTS[fact.verdict]}{printed}"


_KINDS: Final = {"figure": "", "percent": "所占比例，", "change": "比上年的变化，"}


def _list_notes(fact: Fact, year: int | None) -> Iterator[str]:
    if fact.qualifier:
        yield f"“{fact.qualifier}”，不是确数"
    if fact.scope:
        yield f"范围：{fact.scope}"
    if fact.year not in (None, year):
        yield "上年" if fact.year == "last" else f"{fact.year} 年"


def _word_number(number: TextNumber, spec: FormSpec, year: int | None) -> str:
    if number.fact is not None and number.fact.verdict == "differs":
        return _word_fact(number.fact, spec, year)
    label = f"“{spec.text(number.text).label}”" if number.text else ""
    return f"{label}“{make_visible(number.quote)}”：{_PROOFS[number.proof]}"


def _name_cells(spec: FormSpec, keys: Sequence[CellKey]) -> str:
    return " + ".join(output.describe_cell(spec, key) for key in keys)


def _write(value: Decimal) -> str:
    return format(value.normalize(), "f")
