"""What the workers of the agencies' door are copied from: imported by the process that makes the copies alone.

Importing it does once all that a worker would do first: it loads the forms, and reads and marks a workbook of each.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from xltool import api, readings
from xltool.forms import catalog
from xltool.messages import XltoolError
from xltool.model import Agency, FormSpec
from xltool.periods import blank_submission, list_periods
from xltool.workbook.mark import mark_workbook


def warm_up(spec: FormSpec) -> None:
    """Brings into memory what reading, judging and marking a workbook of a form need."""
    agency = Agency("0", "单位", "department")
    blank = blank_submission(spec, list_periods(spec, spec.years[0])[0], agency)
    # the same figure everywhere keeps few rules: what tells why one is broken is needed too
    values = tuple(None if cell.total else 1 for cell in spec.cells)
    written = replace(blank, values=values, texts={text.key: "1件。" for text in spec.texts})
    reading = readings.read_apart(api.fill(written))
    if reading.submission is not None:
        mark_workbook(spec, reading.submission, api.check([reading])[0].findings, None, 1)


with suppress(XltoolError):  # a form that cannot be loaded is told by whoever needs it
    for form in catalog.load_all():
        with suppress(XltoolError):
            warm_up(form)
