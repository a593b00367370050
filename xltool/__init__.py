"""xltool: the annual report on open government information, from locked workbook to finished report.

That is 政府信息公开工作年度报告.

The verbs work on values and bytes and touch no file:

    reading = xltool.read(data)                 # bytes of a workbook or a submission document -> Reading
    [reading] = xltool.check([reading])         # with all findings
    data = xltool.fill(reading.submission)      # the official workbook
    data = xltool.report(reading.submission)    # the finished report: a .docx; "html", "pdf", "md" …
    frame = xltool.to_frame([reading.submission, ...])
"""

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xltool.api import (
        check,
        differing_totals,
        dump,
        explain,
        fill,
        form,
        forms,
        from_frame,
        imported,
        message,
        read,
        report,
        status,
        to_frame,
        verify,
    )

__version__ = "0.1.0"
__all__ = [
    "check",
    "differing_totals",
    "dump",
    "explain",
    "fill",
    "form",
    "forms",
    "from_frame",
    "imported",
    "message",
    "read",
    "report",
    "status",
    "to_frame",
    "verify",
]


class _Verbs(ModuleType):
    """Finds the verbs on first use, so that `import xltool` costs nothing."""

    def __getattr__(self, name: str) -> Any:
        if name in __all__:
            from importlib import import_module

            return getattr(import_module("xltool.api"), name)
        raise AttributeError(f"module 'xltool' has no attribute '{name}'")

    def __setattr__(self, name: str, value: Any) -> None:
        """Rooms named like verbs (`forms`, `report`) do not take their place when they are imported."""
        if not (name in __all__ and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Verbs
