"""What somebody decides on a page: carried out by the very command of the console, and his name kept for the next."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from xltool.web.calling import run_command
from xltool.web.site import ServedCampaign


def carry_out(
    served: ServedCampaign,
    command: str,
    operands: Sequence[str],
    told: Mapping[str, str],
    *,
    flags: Collection[str] = (),
    given: str | None = None,
) -> None:
    """Runs a command on a campaign; what is empty of its options `told` is left out, `given` is its standard input.

    The name in `by` is offered by the next form that asks for one. Raises `XltoolError` with what the command says.
    """
    options = {option: value for option, value in told.items() if value} | dict.fromkeys(flags, "")
    run_command(served.caller, command, operands, options, given=given)
    served.site.person = told.get("by", "") or served.site.person
