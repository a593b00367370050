"""What a form's rules notice and what they do not: the self-test of `xltool rules selftest` as a page."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from xltool import api
from xltool.messages import XltoolError
from xltool.rules.selftest import Tally, list_heads, list_shares
from xltool.web import pages
from xltool.web.calling import call_program, find_last_sentence
from xltool.web.changes import take_change
from xltool.web.check_file import CHECK_ADDRESS
from xltool.web.form_choice import offer_forms
from xltool.web.site import site_of

RULES_ADDRESS: Final = f"{CHECK_ADDRESS}/rules"
_COUNT: Final = 20
"""Submissions of each kind: some seconds for the largest form; the console makes as many as one likes."""
_SECONDS: Final = 300


@dataclass(frozen=True, slots=True)
class SlipRow:
    """What became of one kind of slip in one table: the table's name, the slip, and the shares in words."""

    table: str
    slip: str
    shares: Sequence[str]


@dataclass(frozen=True, slots=True)
class SlipTable:
    """The rows of submissions whose totals are typed, or of those whose totals are computed."""

    id: str
    title: str
    rows: Sequence[SlipRow]


def run_selftest(command: tuple[str, ...], form_id: str) -> list[SlipTable]:
    """What `xltool rules selftest` finds of a form; raises `XltoolError` with what it says when it finds nothing."""
    answer = call_program(command, "rules", "selftest", "--json", f"--count={_COUNT}", "--", form_id, seconds=_SECONDS)
    if answer.code:
        raise XltoolError(find_last_sentence(answer.said) or "没有自检成，请再试一次。")
    names = {table.id: table.name for table in api.form(form_id).tables}
    tallies = [Tally(**each) for each in json.loads(answer.output)["slips"]]
    words = {False: ("typed", "合计由人填（已公布的报告）"), True: ("locked", "合计由工作簿自动算（发出去的工作簿）")}
    return [
        SlipTable(*named, [SlipRow(names[t.table], t.slip, list_shares(t)) for t in tallies if t.locked is locked])
        for locked, named in words.items()
    ]


def show_rules(request: Request) -> Response:
    """The choice of a form, and nothing yet."""
    return _show(request, "", (), "", 200)


def test_rules(request: Request, fields: Mapping[str, str]) -> Response:
    """What the rules of the chosen form notice."""
    form_id = fields.get("form", "")
    if form_id not in dict(offer_forms().offered):
        return _show(request, "", (), "请选一种报表。", 422)
    try:
        return _show(request, form_id, run_selftest(site_of(request).command, form_id), "", 200)
    except XltoolError as error:
        return _show(request, form_id, (), str(error), 422)


def _show(request: Request, form_id: str, tables: Sequence[SlipTable], fault: str, status: int) -> Response:
    forms = offer_forms()
    return pages.show_site_page(
        request,
        "check_rules",
        status=status,
        site_page="check",
        forms=forms,
        chosen=form_id,
        chosen_word=dict(forms.offered).get(form_id, ""),
        tables=tables,
        heads=list_heads(),
        count=_COUNT,
        fault=fault,
    )


RULES_ROUTES: Final = (
    Route(RULES_ADDRESS, show_rules, methods=["GET"]),
    Route(RULES_ADDRESS, take_change(test_rules), methods=["POST"]),
)
