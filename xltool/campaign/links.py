"""The links to the agencies' door (报送入口): who holds one may act for its agency there, and for no other.

Derived from the campaign's key, the agency's code and the number of its link, so that it can be written again at any
time. A link is revoked by raising the number, which the database keeps; the key itself never leaves the folder.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlsplit

from xltool.campaign.folder import Campaign
from xltool.campaign.opening import ensure_key
from xltool.campaign.store import Store
from xltool.messages import XltoolError

LINK_ROOM: Final = "/b/"
"""How the path of every link begins."""
LONGEST_BASE: Final = 200
_SIGNS: Final = 32
"""Hexadecimal digits of a link's secret: 128 bits."""
_SCHEMES: Final = ("http", "https")


@dataclass(frozen=True, slots=True)
class Links:
    """What the links of a campaign are made of: key, number of each agency's link where it is not the first, address.

    `base` is the public address of the door, without a slash at its end; empty where nobody has said it.
    """

    key: bytes = field(repr=False)
    numbers: Mapping[str, int]
    base: str = ""

    def make_secret(self, code: str) -> str:
        """What only the holder of an agency's link knows."""
        return self._derive("xltool/link/1", code)

    def make_form_token(self, code: str) -> str:
        """What the forms on an agency's page bear, so that no other site can send one."""
        return self._derive("xltool/link/1/form", code)

    def locate(self, code: str) -> str:
        """The path of an agency's link, below the address of the door."""
        return f"{LINK_ROOM}{quote(code, safe='')}/{self.make_secret(code)}"

    def write_link(self, code: str) -> str:
        """The whole link of an agency; empty while the address of the door is not known."""
        return f"{self.base}{self.locate(code)}" if self.base else ""

    def _derive(self, purpose: str, code: str) -> str:
        # JSON, so that no two lists of facts are one text; another purpose than that of the stamps
        facts = json.dumps([purpose, code, self.numbers.get(code, 1)]).encode()
        return hmac.new(self.key, facts, hashlib.sha256).hexdigest()[:_SIGNS]


NO_LINKS: Final = Links(b"", {})
"""What carries none."""


def read_links(campaign: Campaign, store: Store) -> Links:
    """The links of a campaign as they are now; raises `XltoolError` when its key is lost."""
    return Links(ensure_key(campaign, store), store.link_numbers(), store.link_base())


def find_links(campaign: Campaign, store: Store) -> Links:
    """The links as what is sent out carries them: none, and the key is not asked for, while no address is known."""
    return read_links(campaign, store) if store.link_base() else NO_LINKS


def parse_base(text: str) -> str:
    """The public address of the door as it stands before every link; raises `XltoolError` for what is no such address.

    It may have a path, where the door stands in a part of another site.
    """
    wanted = "写成 https://年报.example.cn 或 https://www.example.cn/baosong 的样子"
    try:
        parts = urlsplit(text.strip())
        host, _ = parts.hostname or "", parts.port  # a port that is none is told here
    except ValueError as error:
        raise XltoolError(f"“{text[:LONGEST_BASE]}”不是网址：{wanted}。") from error
    if parts.scheme not in _SCHEMES or not host or len(text) > LONGEST_BASE:
        raise XltoolError(f"“{text[:LONGEST_BASE]}”不是报送入口的网址：{wanted}。")
    if parts.query or parts.fragment or "@" in parts.netloc or not text.strip().isprintable() or " " in text.strip():
        raise XltoolError(f"报送入口的网址里不能有空格、用户名、“?”和“#”：{wanted}。")
    return f"{parts.scheme}://{parts.netloc.lower()}{quote(parts.path.rstrip('/'), safe='/%')}"
