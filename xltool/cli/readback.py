"""A report that was just written, read back: what of it does not say what the submission holds."""

from __future__ import annotations

from typing import NamedTuple

from xltool import readings
from xltool.cli import output
from xltool.model import Reading, Submission
from xltool.report.printing import ReportKind


class Readback(NamedTuple):
    """What is to be told of a report, and whether it differs from its submission.

    What `stays` is so of each report of the form, and making it once more changes nothing.
    """

    lines: tuple[str, ...] = ()
    differs: bool = False
    stays: bool = False

    @property
    def is_passing(self) -> bool:
        """Whether there is something to tell of which another report may be without."""
        return bool(self.lines) and not self.stays


def read_back(data: bytes, kind: ReportKind, submission: Submission, prior: Submission | None) -> Readback:
    """Holds a report's bytes against its submission, and last year's where its texts name figures of it.

    Kinds that nobody reads pass.
    """
    return judge_readback(readings.verify_report(data, submission, prior)) if kind.is_read_back else Readback()


def judge_readback(reading: Reading) -> Readback:
    """What is to be told of a report by what was noticed when it was read back."""
    if any(found.code == "published.library" for found in reading.findings):
        return Readback(("没有安装 pdfplumber，PDF 写出后没有读回核对。",))
    if not reading.findings:
        return Readback()
    if all(found.severity == "info" for found in reading.findings):
        return Readback(("写出的报告读回核对过，下面的没有核对到：", *output.describe_opinions(reading)), stays=True)
    return Readback(("写出的报告读回来与数据不一致，请核对后再用：", *output.describe_opinions(reading)), differs=True)
