"""How often the wrong cells are found, and what it costs: `python benchmarks/localising.py [--share N]`.

What the self-test of the rules does (`xltool rules selftest`), with all kinds of slips of single cells together and
many more submissions; last year is at hand. Then the CPU time of judging figures alone, none to all of them wrong.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from time import process_time

from figures import different, spoiled

import xltool
from xltool.model import Reading
from xltool.rules.selftest import list_heads, list_shares, try_slips

TRIALS = (
    ("applications", 1, False, 10_000, 11),
    ("applications", 2, False, 2_000, 12),
    ("applications", 3, False, 1_000, 13),
    ("disputes", 1, False, 1_000, 14),
    ("applications", 1, True, 1_000, 16),
)
"""Table, wrong cells in each submission, whether totals are locked, how many submissions, seed."""
MANY = 10_000
FORMS = ("ogi-2021", "ogi-2019")


def main() -> None:
    parser = argparse.ArgumentParser(description="How often the wrong cells are found, and what it costs.")
    parser.add_argument("--share", type=int, default=1, help="one in so many submissions of each kind")
    share = parser.parse_args().share
    print("form", "locked", *list_heads(), sep="\t")
    for form in FORMS:
        spec = xltool.form(form)
        for table, times, locked, count, seed in TRIALS:
            tally = try_slips(spec, seed, table, times, max(count // share, 1), locked=locked)
            print(form, locked, table, tally.slip, *list_shares(tally), sep="\t", flush=True)
    figures = [Reading(replace(submission, texts={})) for submission in different(max(MANY // share, 1))]
    for wrong in (0.0, 0.05, 1.0):
        readings = spoiled(figures, wrong)
        began = process_time()
        xltool.check(readings)
        print(f"{len(readings)} submissions, {wrong:.0%} with a wrong figure: {process_time() - began:.1f} s of CPU")


if __name__ == "__main__":
    main()
