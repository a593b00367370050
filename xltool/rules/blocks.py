"""The blocks of earlier cells that the rules of a form look at."""

from __future__ import annotations

from typing import Final

from xltool.forms.memo import derive_once
from xltool.model import CARRIED, PRIOR, YEAR_AGO, FormSpec

BLOCKS: Final = (PRIOR, YEAR_AGO, CARRIED)
"""What stands in a stack behind the cells of the submission itself, each as many cells as the form has."""


@derive_once
def count_blocks(spec: FormSpec) -> int:
    """How many blocks of earlier cells the rules of a form look at: the period before alone, or all of them."""
    keys = [key for rule in spec.rules for key in rule.linear.keys]
    return len(BLOCKS) if any(key.startswith((YEAR_AGO, CARRIED)) for key in keys) else 1
