"""The county's texts and corrections written into the TOML files of a plain campaign; what people wrote there stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import tomlkit

from xltool import files
from xltool.campaign.folder import Campaign
from xltool.campaign.toml_file import open_toml
from xltool.forms.number import format_value
from xltool.model import Correction, FormSpec

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


def write_plain_edits(campaign: Campaign, texts: Mapping[str, str], corrections: Sequence[Correction] = ()) -> None:
    """Writes texts of the county by key, and new corrections behind those that are there.

    Raises `XltoolError` where a file cannot be read as TOML, or cannot be written.
    """
    if texts:
        document = _open_file(campaign, campaign.layout.texts)
        for key, text in texts.items():
            _put_text(document, key, text)
        _save_file(campaign, campaign.layout.texts, document)
    if corrections:
        document = _open_file(campaign, campaign.layout.corrections)
        entries = document.setdefault("correction", tomlkit.aot())
        for correction in corrections:
            entries.append(tomlkit.item(_list_fields(campaign.spec, correction)))
        _save_file(campaign, campaign.layout.corrections, document)


def _open_file(campaign: Campaign, name: str) -> TOMLDocument:
    path = campaign.root / name
    data = path.read_bytes() if path.exists() else b""
    open_toml(data, name)  # refused in Chinese, with line and remedy
    return tomlkit.parse(data.decode("utf-8-sig"))


def _save_file(campaign: Campaign, name: str, document: TOMLDocument) -> None:
    files.write_file(campaign.root / name, tomlkit.dumps(document).encode())


def _put_text(document: TOMLDocument, key: str, text: str) -> None:
    """Writes a text where it stands, as `"overview.requests"` or in tables; a new one as a line of its own."""
    place, rest = document, key
    while rest not in place:
        head = next((name for name in place if rest.startswith(f"{name}.") and isinstance(place[name], dict)), None)
        if head is None:
            place, rest = document, key
            break
        place, rest = cast("Any", place[head]), rest.removeprefix(f"{head}.")
    place[rest] = tomlkit.string(text, multiline="\n" in text)


def _list_fields(spec: FormSpec, correction: Correction) -> dict[str, Any]:
    field = "value" if correction.change is None else "change"
    figure = correction.value if correction.change is None else correction.change
    written = Decimal(format_value(figure, spec.cell(correction.key).measure))
    number = int(written) if written == written.to_integral_value() else tomlkit.float_(str(written))
    return {"key": correction.key, field: number, "reason": correction.reason, "by": correction.by}
