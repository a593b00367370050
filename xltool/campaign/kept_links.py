"""The links to the agencies' door as the store keeps them: which were revoked, and below which address they stand."""

from __future__ import annotations

from typing import Final

from xltool.campaign.kept_facts import KeptFacts

_LINK: Final = "link of "
"""How the facts begin that tell the number of an agency's link, where it is not the first."""
_LINK_BASE: Final = "links stand at"
"""The fact that tells the public address of the agencies' door."""


class KeptLinks(KeptFacts):
    """The number of each agency's link, and the address of the door."""

    def link_numbers(self) -> dict[str, int]:
        """The number of the link of each agency that had one revoked, by code; that of all others is 1."""
        rows = self._get("meta", "WHERE name LIKE ? ORDER BY name", f"{_LINK}%")
        return {name.removeprefix(_LINK): int(value) for name, value in rows}

    def revoke_link(self, agency: str, at: str, person: str) -> None:
        """Gives an agency the next link; the one before leads nowhere from now on."""
        with self._transaction():
            number = self.link_numbers().get(agency, 1) + 1
            self._put("meta", f"{_LINK}{agency}", str(number))
            self._note(at, person, "link", f"{agency} 换成第 {number} 个链接，以前的作废")

    def link_base(self) -> str:
        """The public address of the agencies' door; empty when nobody has said it."""
        return self.remembered(_LINK_BASE) or ""

    def place_links(self, base: str, at: str, person: str) -> None:
        """Notes the public address of the agencies' door, in place of the one before."""
        if self.link_base() != base:
            with self._transaction():
                self._put("meta", _LINK_BASE, base)
                self._note(at, person, "link", f"报送入口的网址：{base}")
