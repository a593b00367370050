"""Random figures that satisfy every identity.

Totals are reckoned here, from the contract, and not by the code under test.
"""

from __future__ import annotations

from random import Random

from xltool.model import Agency, FormSpec, Submission, Value

APPLICANTS = ("natural_person", "enterprise", "research", "welfare", "legal_services", "other")
OUTCOMES = ("upheld", "corrected", "other", "pending")
BODIES = ("review", "direct", "after_review")
OUTSIDE = {"received", "carried_in", "processed_total", "carried_out"}
AGENCY = Agency("654221-015", "额敏县教育和科学技术局", "department")


def results(spec: FormSpec) -> list[str]:
    """The rows of table 3 that add up to （七）总计: 21 in the edition of 2021, 19 in that of 2019."""
    table = next(table for table in spec.tables if table.id == "applications")
    return [row.id for row in table.blocks[0].rows if row.id not in OUTSIDE]


def consistent(spec: FormSpec, rng: Random) -> dict[str, int]:
    """Scaled figures for every cell: random inputs, true totals, every rule satisfied, warnings too."""
    values = {}
    for cell in spec.cells:
        if cell.table.id == "disclosure" and cell.row.id != "regulations":
            values[cell.key] = rng.randrange(400) * 10 ** rng.randint(0, cell.measure.decimals)
        else:
            values[cell.key] = 0
    for key in values:
        if key.endswith((".in_force", ".published_total")):
            values[key] = max(
                values[key.rpartition(".")[0] + end]
                for end in (".issued", ".published")
                if key.rpartition(".")[0] + end in values
            )
    for column in APPLICANTS:
        for row in results(spec):
            values[f"applications.{row}.{column}"] = rng.choice([0, 0, 1, 3, 12, 250]) * (row != "other_rest")
        done = sum(values[f"applications.{row}.{column}"] for row in results(spec))
        kept = rng.randint(0, done // 2)
        carried_in = rng.randint(0, done)
        values[f"applications.carried_out.{column}"] = kept
        values[f"applications.carried_in.{column}"] = carried_in
        values[f"applications.received.{column}"] = done + kept - carried_in
    values["applications.granted.natural_person"] += 1
    values["applications.received.natural_person"] += 1
    for body in BODIES:
        for outcome in OUTCOMES:
            values[f"disputes.{body}.{outcome}"] = rng.choice([0, 0, 2, 7, 31])
    return summed(spec, values)


def summed(spec: FormSpec, values: dict[str, int]) -> dict[str, int]:
    """The figures with all totals reckoned anew."""
    found = dict(values)
    for column in APPLICANTS:
        found[f"applications.processed_total.{column}"] = sum(
            found[f"applications.{row}.{column}"] for row in results(spec)
        )
    for row in [*results(spec), *OUTSIDE]:
        found[f"applications.{row}.total"] = sum(found[f"applications.{row}.{column}"] for column in APPLICANTS)
    for body in BODIES:
        found[f"disputes.{body}.total"] = sum(found[f"disputes.{body}.{outcome}"] for outcome in OUTCOMES)
    return found


def aligned(spec: FormSpec, values: dict[str, Value] | dict[str, int]) -> tuple[Value, ...]:
    """The figures in the order of the form; keys that are not there are blank."""
    return tuple(values.get(cell.key) for cell in spec.cells)


def submission(
    spec: FormSpec, values: dict[str, Value] | dict[str, int], agency: Agency = AGENCY, **texts: str
) -> Submission:
    """A submission with those figures; the texts that must be written are written."""
    written = {text.key: "已写。" for text in spec.texts if text.required}
    year = spec.years[1] or 2024
    return Submission(spec.id, year, agency, aligned(spec, values), written | texts)
