"""The operators of the rule language.

Each is one object, and everything that judges, writes or explains a rule asks it.
"""

from __future__ import annotations

import operator
from collections.abc import Mapping
from functools import cache
from typing import Final

from xltool.messages import format_scaled
from xltool.model import Operator

EQUAL: Final = Operator(sign="=", words="=", holds=operator.eq, excel="{difference}=0", excess=abs)
AT_MOST: Final = Operator(sign="<=", words="不大于", holds=operator.le, excel="{difference}<=0", excess=operator.pos)
AT_LEAST: Final = Operator(sign=">=", words="不小于", holds=operator.ge, excel="{difference}>=0", excess=operator.neg)
LESS: Final = Operator(sign="<", words="小于", holds=operator.lt, excel="{difference}<0", excess=operator.pos)
MORE: Final = Operator(sign=">", words="大于", holds=operator.gt, excel="{difference}>0", excess=operator.neg)
NEEDS: Final = Operator(
    sign="needs",
    words="大于 0 时，须大于 0 的是",
    holds=lambda left, right: (left <= 0) | (right > 0),
    excel="OR({left}<=0,{right}>0)",
    excess=None,
)

UNEQUAL: Final = Operator(sign="!=", words="不等于", holds=operator.ne, excel="{difference}<>0", excess=abs)
"""Of conditions alone: that two figures must differ is no rule, since no residual tells by how much they should."""


@cache
def approximate(slack: int, decimals: int) -> Operator:
    """An equality that lets its sides differ by so much, scaled: for sums that a form says are rounded."""
    most = format_scaled(slack, decimals)
    return Operator(
        sign="=",
        words=f"（相差不超过 {most} 不计）=",
        holds=lambda left, right: abs(left - right) <= slack,
        excel=f"ABS({{difference}})<={most}",
        excess=abs,
        slack=slack,
    )


OPERATORS: Final[Mapping[str, Operator]] = {each.sign: each for each in (EQUAL, AT_MOST, AT_LEAST, LESS, MORE, NEEDS)}
"""All operators, by how the rule language writes them."""
