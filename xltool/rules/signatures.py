"""Equalities of an error's weight as bits, and cells by the set of those that look at them: their signatures."""

from __future__ import annotations

from collections.abc import Mapping

from xltool.forms.memo import derive_once
from xltool.model import CellKey, is_earlier
from xltool.rules.equalities import Equalities

CellChanges = Mapping[CellKey, int]
"""Cells of this year, and by how much each is to be changed (scaled)."""


class Signatures:
    """What looks at what, without the equalities that a blank keeps from being judged.

    `bits` gives each equality a bit; `terms` are its cells with coefficients, `columns` the bits that look at a cell
    with coefficients, `masks` these bits together, and `cells` the cells that have just those.
    """

    def __init__(self, known: Equalities, unjudged: frozenset[str]) -> None:
        grave = [name for name, rule in known.rules.items() if rule.severity == "error"]
        self.bits = {name: 1 << at for at, name in enumerate(grave)}
        judged = {name: bit for name, bit in self.bits.items() if name not in unjudged}
        self.terms = {
            bit: tuple((key, times) for key, times in known.terms[name].items() if not is_earlier(key))
            for name, bit in judged.items()
        }
        self.columns = {
            key: tuple((judged[name], times) for name, times in touched.items() if name in judged)
            for key, touched in known.columns.items()
        }
        self.masks = {key: sum(bit for bit, _ in touched) for key, touched in self.columns.items()}
        self.cells: dict[int, list[CellKey]] = {}
        for key, mask in self.masks.items():
            self.cells.setdefault(mask, []).append(key)
        self.most_touched = max(map(len, self.columns.values()), default=0)

    def miss(self, residuals: Mapping[str, int]) -> dict[int, int]:
        """Residuals by bits."""
        return {self.bits[name]: residual for name, residual in residuals.items()}


sign_cells = derive_once(Signatures)
