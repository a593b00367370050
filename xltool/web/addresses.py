"""Addresses within a campaign that more than one page names."""

from __future__ import annotations

from urllib.parse import quote


def locate_agency(code: str, part: str = "") -> str:
    """The address of an agency's page, or of a part of it."""
    return locate_below("/agency", code) + (f"/{part}" if part else "")


def locate_below(page: str, code: str) -> str:
    """The address below that of a page under which what concerns one agency stands."""
    return f"{page}/{quote(code, safe='')}"
