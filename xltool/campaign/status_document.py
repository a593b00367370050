"""The document of `xltool status --json`: every agency's standing, and the files that are nobody's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from xltool.campaign.folder import Campaign
from xltool.campaign.kept_blanks import Sending
from xltool.campaign.kept_files import Unmatched
from xltool.campaign.rereading import count_outcomes, find_outcome
from xltool.campaign.standing import Standing, count_states
from xltool.campaign.waivers import Lapse

STATUS_SCHEMA: Final = "xltool/status/1"


def to_json(
    campaign: Campaign, found: Sequence[Standing], others: Sequence[Unmatched], signed: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The document of `xltool status --json`; what does not exist (no deadline, no file yet) is null.

    `signed` is how the county's report is signed off, as the document has it.
    """
    return {
        "schema": STATUS_SCHEMA,
        "name": campaign.name,
        "form": campaign.form,
        "year": campaign.year,
        **({"period": str(campaign.period)} if campaign.part else {}),
        "deadline": None if campaign.deadline is None else campaign.deadline.isoformat(),
        "agencies": [
            {
                "code": standing.entry.agency.code,
                "name": standing.entry.agency.name,
                "state": standing.state,
                "late": standing.late,
                "overdue": standing.overdue,
                "deadline": None if standing.deadline is None else standing.deadline.isoformat(),
                "versions": standing.versions,
                "errors": standing.errors,
                "warnings": standing.warnings,
                "open": standing.open,
                "waived": standing.waived,
                "accepted": [_describe_acceptance(each) for each in standing.accepted],
                "lapsed": [_describe_lapse(lapse) for lapse in standing.lapsed],
                "published": None if standing.published is None else standing.published.day,
                "sent": None if standing.sent is None else _describe_sending(standing.sent),
                "file": standing.file,
                "received": standing.received,
                "second": None if standing.version is None else find_outcome(standing.version),
                "refused": [{"file": each.file, "reason": each.reason} for each in standing.refused],
                "aside": [{"version": v.number, "file": v.file, "reason": v.aside} for v in standing.aside],
            }
            for standing in found
        ],
        "unmatched": [{"file": other.file, "reason": other.reason} for other in others],
        "counts": count_states(found, others),
        "signed": signed,
        "second": count_outcomes(standing.version for standing in found),
    }


def _describe_sending(sending: Sending) -> dict[str, str]:
    return {"day": sending.day, "how": sending.how, "by": sending.person}


def _describe_acceptance(accepted: Mapping[str, Any]) -> dict[str, Any]:
    number = {field: _write_number(accepted[field]) for field in ("typed", "value")}
    return {"cell": accepted["cell"], **number, "reason": accepted["reason"], "by": accepted["by"]}


def _write_number(value: Any) -> Any:
    """A figure of a document that was parsed with its decimals as text."""
    with suppress(ValueError):
        return float(value) if isinstance(value, str) else value
    return value


def _describe_lapse(lapse: Lapse) -> dict[str, str]:
    waiver = lapse.waiver
    return {"rule": waiver.rule, "reason": waiver.reason, "by": waiver.person, "change": lapse.change}
