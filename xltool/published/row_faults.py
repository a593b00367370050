"""Why the figures of a printed row are not read: doubtful cells, too few or too many, heads of another order."""

from __future__ import annotations

from collections.abc import Sequence

from xltool.model import CellKey, FormSpec
from xltool.published.heads import HeadVerdict, keeps_sums, proves_row
from xltool.published.recognised import explain_recognised
from xltool.published.table_figures import PrintedFigure


def find_fault(spec: FormSpec, keys: Sequence[CellKey], printed: Sequence[PrintedFigure], verdict: HeadVerdict) -> str:
    """Why the figures of a row are not read; '' where they are."""
    doubt = next((told.entry.doubt for told in printed if told.entry and told.entry.doubt), "")
    if doubt:
        return doubt
    if any(told.entry and told.entry.recognised for told in printed):
        raws = [told.raw for told in printed]
        if len(raws) != len(keys) or not proves_row(spec, dict(zip(keys, raws, strict=True))):
            return explain_recognised(printed)
    if len(printed) != len(keys):
        return f"印了 {len(printed)} 个数，表样是 {len(keys)} 栏" if printed else "后面没有数"
    if verdict.against:
        return verdict.against
    if verdict.unsure and not keeps_sums(spec, dict(zip(keys, [each.raw for each in printed], strict=True))):
        return "表头与表样不同，各数又不合表样的勾稽关系"
    return ""
