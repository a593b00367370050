"""The county's texts and corrections put into the TOML files of a plain campaign; what people wrote there stays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import tomlkit
from tomlkit.items import Comment, InlineTable, Table

from xltool.campaign.toml_file import open_toml
from xltool.forms.number import format_value
from xltool.model import Correction, FormSpec

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


def edit_plain_texts(data: bytes, name: str, texts: Mapping[str, str]) -> bytes:
    """The file of the county's texts with some of them, by key, as they are to be.

    Raises `XltoolError` where it cannot be read as TOML.
    """
    document = _open_document(data, name)
    for key, text in texts.items():
        _put_text(document, key, text)
    return tomlkit.dumps(document).encode()


def edit_plain_corrections(
    data: bytes,
    name: str,
    spec: FormSpec,
    added: Sequence[Correction],
    replaced: Mapping[int, Correction | None],
) -> bytes:
    """The file of corrections with new ones behind those that are there.

    `replaced` says by place what some of them are to be, None for those that are taken back. Raises `XltoolError` where
    the file cannot be read as TOML.
    """
    document = _open_document(data, name)
    entries = document.setdefault("correction", tomlkit.aot())
    for at in sorted(replaced, reverse=True):
        correction = replaced[at]
        if correction is None:
            del entries[at]
        else:
            entries[at].update(_list_fields(spec, correction))
    for correction in added:
        entries.append(tomlkit.item(_list_fields(spec, correction)))
    if not len(entries):
        del document["correction"]
    return tomlkit.dumps(document).encode()


def _open_document(data: bytes, name: str) -> TOMLDocument:
    open_toml(data, name)  # refused in Chinese, with line and remedy
    return tomlkit.parse(data.decode("utf-8-sig"))


def _put_text(document: TOMLDocument, key: str, text: str) -> None:
    """Writes a text where it stands, as `"overview.requests"` or in tables; a new one as a line of its own.

    A key that is the head of a table cannot be a text as well: what stands in that table gets lines of its own, too.
    """
    place, rest = document, key
    while rest not in place:
        head = next((name for name in place if rest.startswith(f"{name}.") and isinstance(place[name], dict)), None)
        if head is None:
            place, rest = document, key
            break
        place, rest = cast("Any", place[head]), rest.removeprefix(f"{head}.")
    if isinstance(place.get(rest), dict):
        for below, content in [*_list_below(place.pop(rest), rest)]:
            place.add(content) if below is None else place.add(below, content)
    place[rest] = tomlkit.string(text, multiline="\n" in text)


def _list_below(table: Any, above: str) -> Iterator[tuple[str | None, Any]]:
    """What stands in a table and the tables in it, by whole key, as it is written; comments have no key."""
    written = isinstance(table, Table | InlineTable)  # else keys with dots here and there
    for name, content in table.value.body if written else table.items():
        if isinstance(content, Comment):
            yield None, content
        elif isinstance(content, dict):
            yield from _list_below(content, f"{above}.{name.key if written else name}")
        elif name is not None:
            yield f"{above}.{name.key if written else name}", content


def _list_fields(spec: FormSpec, correction: Correction) -> dict[str, Any]:
    field = "value" if correction.change is None else "change"
    figure = correction.value if correction.change is None else correction.change
    written = Decimal(format_value(figure, spec.cell(correction.key).measure))
    number = int(written) if written == written.to_integral_value() else tomlkit.float_(str(written))
    codes = {"agencies": list(correction.agencies)} if correction.agencies else {}
    return {"key": correction.key, field: number, "reason": correction.reason, "by": correction.by, **codes}
