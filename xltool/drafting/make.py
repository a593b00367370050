"""A definition drafted from the bytes of a blank form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from xltool.drafting.blank import read_blank
from xltool.drafting.build import build_draft
from xltool.drafting.dividing import TYPED_RATE
from xltool.drafting.draft import DraftRule, DraftTable
from xltool.drafting.entries import take_back_entries
from xltool.drafting.papers import BlankPaper, read_paper
from xltool.drafting.proof import Deviation, compare_draft
from xltool.drafting.write import write_definition
from xltool.forms import catalog
from xltool.messages import DefinitionError, XltoolError
from xltool.model import FormSpec


@dataclass(frozen=True)
class Drafted:
    """A definition, the form that it defines, and what of the blank it has otherwise.

    There is no form where a blank is of a shape that cannot be defined as it is; `faults` says then what a person has
    to mend.
    """

    text: str
    spec: FormSpec | None
    differences: tuple[Deviation, ...] = ()
    faults: str = ""


def draft_form(data: bytes, name: str, form_id: str, year: int, copies: Sequence[tuple[bytes, str]] = ()) -> Drafted:
    """The definition of the form that a blank is of; `name` is the blank's file, for what is told.

    `copies` are filled copies of it, with the names of their files: what their figures prove becomes totals too. Raises
    `XltoolError` for a file that is no document, is damaged or has no table with anything to fill in, or is no copy.
    """
    paper = read_paper(read_blank(data, name))
    tables = build_draft(paper, copies)
    if not tables:
        raise XltoolError(f"{name}：表格里没有要填的空格，起草不了报表定义；请用没有填过数的空白表。")
    text, spec = _settle_rules(paper, tables, form_id, year)
    if isinstance(spec, DefinitionError):
        return Drafted(text, None, faults=str(spec))
    return Drafted(text, spec, compare_draft(spec, paper.tables))


def _settle_rules(
    paper: BlankPaper, tables: Sequence[DraftTable], form_id: str, year: int
) -> tuple[str, FormSpec | DefinitionError]:
    """The definition with all of its rules; one that does not fit the others is told in a comment instead."""
    file = f"{form_id.replace('-', '_')}.toml"
    text = write_definition(paper, tables, form_id, year)
    if not isinstance(spec := _parse_draft(text, file), DefinitionError):
        return text, spec
    if take_back_entries(tables):  # what is no figure is seldom sure enough to break a draft for
        return _settle_rules(paper, tables, form_id, year)
    _settle_rates(paper, tables, form_id, year)
    wanted = [(table, list(table.rules)) for table in tables]
    for table in tables:
        table.rules.clear()
    if isinstance(_parse_draft(write_definition(paper, tables, form_id, year), file), DefinitionError):
        for table, rules in wanted:  # it is not the rules
            table.rules.extend(rules)
        return text, spec
    for table, rules in wanted:
        for rule in rules:
            table.rules.append(rule)
            if isinstance(_parse_draft(write_definition(paper, tables, form_id, year), file), DefinitionError):
                table.rules.remove(rule)
                table.told.append(_tell_rule(rule))
    text = write_definition(paper, tables, form_id, year)
    return text, _parse_draft(text, file)


def _parse_draft(text: str, file: str) -> FormSpec | DefinitionError:
    try:
        return catalog.parse_form(text, file)
    except DefinitionError as error:
        return error


def _settle_rates(paper: BlankPaper, tables: Sequence[DraftTable], form_id: str, year: int) -> None:
    """Takes back rates with which the definition has a fault even without its rules."""
    file = f"{form_id.replace('-', '_')}.toml"
    bare = [replace(table, rules=[]) for table in tables]
    items = [item for table in tables for block in table.blocks for item in (*block.rows, *block.columns)]
    rates = [(item, item.rate) for item in items if item.rate is not None]
    for item, _ in rates:
        item.rate = None
    sound = not isinstance(_parse_draft(write_definition(paper, bare, form_id, year), file), DefinitionError)
    for item, rate in rates:
        item.rate = rate
        if sound and isinstance(_parse_draft(write_definition(paper, bare, form_id, year), file), DefinitionError):
            item.rate = None
            item.doubts.append(TYPED_RATE)


def _tell_rule(rule: DraftRule) -> str:
    return f"这条关系与别的对不上，没有写：{rule.text}"
