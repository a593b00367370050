"""The county's report signed off by name: which figures, and what has changed since.

What a sum rests on is noted when it is written, what was signed when it is signed; whatever differs later is told until
it is signed again.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from xltool import api, files
from xltool.campaign.folder import Campaign
from xltool.campaign.gathering import Gathered
from xltool.campaign.kept_reports import Signature
from xltool.campaign.store import Store
from xltool.forms import document
from xltool.forms.entries import find_different_entries
from xltool.forms.list_rows import find_different_lines
from xltool.forms.number import format_value
from xltool.messages import XltoolError, join_first, say_cell
from xltool.model import Finding, FormSpec, Submission
from xltool.workbook.layout_plan import make_plan

MOST_NAMED: Final = 8
"""So many agencies, or cells, a sentence names."""
_PLACES, _OPINIONS = re.compile(r"(?<=，放行 )\d+ 处$"), re.compile(r"(?<=，放行 )\d+ 条$")


def describe_basis(given: Gathered) -> str:
    """What a sum rests on, as JSON: how each agency goes into it, by code."""
    found = {
        standing.entry.agency.code: (
            f"{standing.entry.agency.name}：第 {standing.number} 版"
            + (f"，放行 {standing.waived} 条" if standing.waived else "")
        )
        for standing in given.taken
    }
    found |= {each.agency.code: f"{each.agency.name}：{each.reason}" for each in (*given.covered, *given.excused)}
    found |= {each.agency.code: f"{each.agency.name}：没有汇总" for each in given.absent}
    return json.dumps(found, ensure_ascii=False, sort_keys=True)


def read_sum(campaign: Campaign, store: Store) -> tuple[bytes, str]:
    """The county's sum as it stands in county/, and what it rests on.

    Raises `XltoolError` when there is none, or when it is not as it was written: nobody signs what xltool did not make.
    """
    data = files.read_file(campaign.root / campaign.layout.sum_file)
    written, basis = store.find_written(campaign.layout.sum_file)
    if isinstance(data, Finding):
        raise XltoolError("还没有汇总，没有可以签发的报告；先执行 xltool consolidate。")
    if hashlib.sha256(data).hexdigest() != written:
        raise XltoolError(
            f"{campaign.layout.sum_file} 与汇总时写出的不同；"
            "先执行 xltool consolidate --replace 再汇总一次，核对后签发。"
        )
    return data, basis


def list_signed_figures(spec: FormSpec, submission: Submission) -> Iterator[str]:
    """A line for each table: the grand totals that it has, else the totals of its rows."""
    place = make_plan(spec).place
    for table in spec.tables:
        cells = [cell for cell in spec.cells if cell.table is table]
        chosen = [cell for cell in cells if cell.row.total and cell.column.total]
        chosen = chosen or [cell for cell in cells if cell.column.total] or cells
        told = [
            f"{say_cell(cell, place)} {format_value(submission.values[spec.index[cell.key]], cell.measure)}"
            for cell in chosen
        ]
        yield f"{table.name}：{join_first(told, MOST_NAMED, '格')}"


@dataclass(frozen=True, slots=True)
class SignOff:
    """The signature under the county's report, and what has changed since, a sentence each."""

    signature: Signature
    changes: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """Who signed it, when, and whether it is as it was signed."""
        s = self.signature
        noted = f"{s.reason}；" if s.reason else ""
        then = "此后有变动：" if self.changes else "此后没有变动。"
        return f"汇总报告由 {s.person} 于 {s.at[:10]} 签发（{noted}校验码 {s.sha256[:12]}…），{then}"

    def describe(self) -> dict[str, Any]:
        """As `xltool status --json` has it."""
        s = self.signature
        return {"by": s.person, "at": s.at, "reason": s.reason, "sha256": s.sha256, "changes": [*self.changes]}


def find_sign_off(campaign: Campaign, store: Store, given: Gathered) -> SignOff | None:
    """How the county's report is signed off; None when nobody has signed it."""
    signed = store.signature()
    if signed is None:
        return None
    changes = (*_compare_sums(campaign, signed), *compare_basis(signed.basis, describe_basis(given)))
    return SignOff(signed, changes)


def compare_basis(before: str, after: str) -> list[str]:
    """How agencies go into a sum otherwise than they did, a phrase each; empty where what was is not known."""
    if not before:
        return []
    old, new = json.loads(before), json.loads(after)
    changed = [code for code in sorted({*old, *new}) if not _is_same(old.get(code), new.get(code))]
    return [f"{code} {_word_part(old.get(code))} → {_word_part(new.get(code))}" for code in changed]


def _is_same(before: str | None, now: str | None) -> bool:
    """Whether an agency goes into a sum as it did: a count in 处 was one of findings, of which opinions are fewer."""
    if before is None or now is None:
        return before is now
    return before == now or (bool(_PLACES.search(before)) and _PLACES.sub("", before) == _OPINIONS.sub("", now))


def _word_part(part: str | None) -> str:
    return "（不在名录里）" if part is None else part


def _compare_sums(campaign: Campaign, signed: Signature) -> Iterator[str]:
    """What the sum that was written last says otherwise than the one that was signed."""
    data = files.read_file(campaign.root / campaign.layout.sum_file)
    if isinstance(data, Finding):
        yield f"{campaign.layout.sum_file} 不在了"
        return
    if hashlib.sha256(data).hexdigest() == signed.sha256:
        return
    spec = campaign.spec
    now, then = (document.parse_document(each, api.known_form).submission for each in (data, signed.document))
    if now is None or then is None or now.form != then.form:
        yield f"{campaign.layout.sum_file} 与签发的不同"
        return
    plan = make_plan(spec)
    cells = [
        f"{say_cell(cell, plan.place)} {format_value(old, cell.measure)} → {format_value(new, cell.measure)}"
        for cell, old, new in zip(spec.cells, then.values, now.values, strict=True)
        if old != new
    ]
    cells += [
        f"{say_cell(entry, plan.place)} {old} → {new}" for entry, old, new in find_different_entries(spec, then, now)
    ]
    cells += [f"{each.where} {each.was} → {each.now}" for each in find_different_lines(spec, then, now)]
    if cells:
        yield f"汇总数改了 {len(cells)} 格：{join_first(cells, MOST_NAMED, '格', between='；')}"
    texts = [text.label for text in spec.texts if then.texts.get(text.key) != now.texts.get(text.key)]
    if texts:
        yield f"文字改了：{join_first([f'“{label}”' for label in texts], MOST_NAMED, '段')}"
    if not cells and not texts:
        yield "放行的记录或单位的名称改了"
