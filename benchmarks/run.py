"""Measures xltool against what one would use instead: `python benchmarks/run.py [--quick] [--write]`."""

from __future__ import annotations

import argparse
import os
import platform
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import checking
import collecting
import consolidating
import fill
import memory
import processes
import reading
import reports
import stamping
import startup
from measure import Table, markdown, printed

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- one run -->", "<!-- end of the run -->"
SUBJECTS = (startup, fill, stamping, reading, checking, processes, collecting, consolidating, reports, memory)
RIVALS = ("isal", "xlsxwriter", "openpyxl", "pandas", "python-calamine", "python-docx", "jinja2", "numpy")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures xltool against what one would use instead.")
    parser.add_argument(
        "--quick", action="store_true", help="few rounds and small numbers: whether it runs, not how fast"
    )
    parser.add_argument("--write", action="store_true", help="put the tables into README.md beside this file")
    names = [subject.__name__ for subject in SUBJECTS]
    parser.add_argument("--only", metavar="SUBJECT", nargs="+", choices=names, help=f"of {', '.join(names)}")
    options = parser.parse_args()
    print(machine(), flush=True)
    tables: list[Table] = []
    for subject in (subject for subject in SUBJECTS if subject.__name__ in (options.only or names)):
        for table in subject.measured(options.quick):
            tables.append(table)
            print("", *printed(table), sep="\n", flush=True)
    if options.write:
        written(tables)


def machine() -> str:
    """The class of this machine and what was measured against, without names or paths."""
    rivals = ", ".join(f"{name} {number}" for name in RIVALS if (number := _version(name)))
    interpreter = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, {interpreter}; {rivals}"


def written(tables: list[Table]) -> None:
    """Puts the tables between the two marks of the README, each in the place of that with its title, new ones last."""
    before, _, rest = README.read_text("utf-8").partition(BEGIN)
    held, end, after = rest.partition(END)
    if not end:
        raise SystemExit(f"README.md lacks the marks {BEGIN} and {END}")
    shown = {
        title: f"**{title}**{text}" for title, text in re.findall(r"^\*\*(.+)\*\*$((?:\n(?!\*\*).*)*)", held, re.M)
    }
    shown |= {table.title: "\n".join(markdown(table)) for table in tables}
    body = "\n\n".join(["", machine(), *(text.strip() for text in shown.values()), ""])
    README.write_text(f"{before}{BEGIN}{body}{END}{after}", "utf-8")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


if __name__ == "__main__":
    main()
