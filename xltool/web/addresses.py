"""Addresses within a campaign that more than one page names."""

from __future__ import annotations

from urllib.parse import quote


def locate_agency(code: str, part: str = "") -> str:
    """The address of an agency's page, or of a part of it."""
    return f"/agency/{quote(code, safe='')}{f'/{part}' if part else ''}"
