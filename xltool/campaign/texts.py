"""The county's own texts: county/texts.toml, in which figures are written as references, so that they cannot differ from the tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from xltool.campaign.handwritten import nearest, opened, refuse
from xltool.forms.source import Located, Source
from xltool.model import FormSpec, Submission
from xltool.report.references import resolve, unresolved

FILE: Final = "texts.toml"


def resolved(data: bytes, name: str, spec: FormSpec, total: Submission, prior: Submission | None) -> dict[str, str]:
    """The texts of a file with every reference resolved; raises `DefinitionError` with every fault and its line."""
    source, document = opened(data, name)
    given = dict(_texts(source, document, ""))
    known = [text.key for text in spec.texts]
    for key, text in given.items():
        if key not in known:
            source.fault(_place(source, text, key), f"{spec.id} 没有“{key}”这一项文字", nearest(key, known))
            continue
        for fault in unresolved(text, spec, total, prior):
            hint = f"最接近的是 {fault.near}" if fault.near else ""
            start = source.text.find(fault.written, text.offset if isinstance(text, Located) else 0)
            source.fault(max(start, 0), f"{fault.written}：{fault.message}", hint)
    refuse(source)
    return {key: resolve(text, spec, total, prior) for key, text in given.items() if text.strip()}


def _texts(source: Source, document: Mapping[str, Any], above: str) -> Iterator[tuple[str, str]]:
    """Texts by key, written as `"overview.requests" = "…"` or in tables."""
    for name, value in document.items():
        key = f"{above}{name}"
        if isinstance(value, dict):
            yield from _texts(source, value, f"{key}.")
        elif isinstance(value, str):
            yield key, value
        else:
            source.fault(name, f"“{key}”应为双引号里的文字")


def _place(source: Source, text: str, key: str) -> int:
    """Where the line of a text begins, which is before its value."""
    offset = text.offset if isinstance(text, Located) else 0
    start = max(source.text.rfind(f'"{key}"', 0, offset), source.text.rfind(key.rpartition(".")[2], 0, offset))
    return max(start, 0)
