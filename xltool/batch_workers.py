"""What the processes of a cluster's worker are copied from: imported by the one that makes the copies alone.

Importing it does once all that each would do first: it loads the forms and reads a workbook of each.
"""

from __future__ import annotations

from contextlib import suppress

from xltool import api
from xltool.forms import catalog
from xltool.messages import XltoolError
from xltool.model import Agency, FormSpec
from xltool.periods import blank_submission, list_periods


def read_blank(spec: FormSpec) -> None:
    """Brings into memory what reading a workbook of a form needs."""
    agency = Agency("0", "单位", "department")
    api.read(api.fill(blank_submission(spec, list_periods(spec, spec.years[0])[0], agency)))


with suppress(XltoolError):  # a form that cannot be loaded is told by whoever needs it
    for form in catalog.load_all():
        with suppress(XltoolError):
            read_blank(form)
