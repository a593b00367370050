"""The county's own texts.

In county/texts.toml figures are written as references, so that they cannot differ from the tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

from xltool.campaign.toml_file import open_toml, raise_faults, suggest_name
from xltool.forms import references
from xltool.forms.source import LocatedText, Source
from xltool.messages import suggest
from xltool.model import FormSpec, Submission

_BRACE: Final = re.compile(r"\{[^{}\n]*\}|[{}]")


def parse_texts(data: bytes, name: str, spec: FormSpec, total: Submission, prior: Submission | None) -> dict[str, str]:
    """The texts of a file as they are written.

    Raises `DefinitionError` with every fault and its line, also of their references.
    """
    source, document = open_toml(data, name)
    texts = dict(_walk_texts(source, document, ""))
    known = [text.key for text in spec.texts]
    for key, text in texts.items():
        if key not in known:
            source.fault(
                partial(_find_text_start, source, text, key),
                f"{spec.id} 没有“{key}”这一项文字",
                suggest_name(key, known),
            )
            continue
        for fault in find_text_faults(text, spec, total, prior):
            place = partial(_offset_in_file, source, text, fault.written, fault.offset)
            source.fault(place, f"{fault.written}：{fault.why}", suggest(fault.near, lead=""))
    raise_faults(source)
    return {key: text for key, text in texts.items() if text.strip()}


def parse_drafts(data: bytes, name: str) -> dict[str, str]:
    """The texts of a file by key, whatever is wrong with them; raises `DefinitionError` when it is not TOML."""
    source, document = open_toml(data, name)
    return {key: str(text) for key, text in _walk_texts(source, document, "")}


def find_text_faults(
    text: str, spec: FormSpec, total: Submission, prior: Submission | None
) -> Iterator[references.Unresolved]:
    """What is wrong with a text that the office writes: references without a figure, and braces that are none.

    There a brace that is no reference is one that was mistyped.
    """
    yield from references.find_unresolved(text, spec, total, prior)
    for brace in _BRACE.finditer(references.blank_references(text, spec)):
        yield references.Unresolved(brace[0], brace.start(), "花括号要成对，只用来引用表中的数")


def _offset_in_file(source: Source, text: str, written: str, offset: int) -> int:
    """Where something stands in the file that is written so far into a text; what the file escapes is longer there."""
    return max(source.text.find(written, (text.offset if isinstance(text, LocatedText) else 0) + offset), 0)


def _walk_texts(source: Source, document: Mapping[str, Any], above: str) -> Iterator[tuple[str, str]]:
    """Texts by key, written as `"overview.requests" = "…"` or in tables."""
    for name, value in document.items():
        key = f"{above}{name}"
        if isinstance(value, dict):
            yield from _walk_texts(source, value, f"{key}.")
        elif isinstance(value, str):
            yield key, value
        else:
            source.fault(name, f"“{key}”应为双引号里的文字")


def _find_text_start(source: Source, text: str, key: str) -> int:
    """Where the line of a text begins, which is before its value."""
    offset = text.offset if isinstance(text, LocatedText) else 0
    start = max(source.text.rfind(f'"{key}"', 0, offset), source.text.rfind(key.rpartition(".")[2], 0, offset))
    return max(start, 0)
