"""Figures of agencies for the campaign's tests, made without xltool.

Inputs that agree with each other, totals, documents.
"""

COLUMNS = ("natural_person", "enterprise", "research", "welfare", "legal_services", "other")
RESULTS = (
    *(
        "granted",
        "partly_granted",
        "refused_state_secret",
        "refused_other_law",
        "refused_security",
        "refused_third_party",
    ),
    *("refused_internal", "refused_process", "refused_enforcement_file", "refused_inquiry", "unavailable_not_held"),
    *(
        "unavailable_not_compiled",
        "unavailable_unclear",
        "declined_complaint",
        "declined_repeat",
        "declined_publication",
    ),
    *("declined_excessive", "declined_confirmation", "other_not_corrected", "other_fee_unpaid", "other_rest"),
)
ROWS = ("received", "carried_in", *RESULTS, "processed_total", "carried_out")
CASES = ("review", "direct", "after_review")
OUTCOMES = ("upheld", "corrected", "other", "pending")


def random_inputs(rng):
    """Inputs of ogi-2021 that break no rule of error grade."""
    values = {f"disclosure.regulations.{column}": 0 for column in ("issued", "repealed", "in_force")}
    values |= {
        "disclosure.normative_documents.issued": rng.randrange(3),
        "disclosure.normative_documents.repealed": rng.randrange(2),
    }
    values["disclosure.normative_documents.in_force"] = rng.randrange(5, 20)
    values |= {f"disclosure.{row}.decisions": rng.randrange(300) for row in ("licensing", "penalties", "coercion")}
    values["disclosure.fees.amount"] = rng.choice([0, 12.5, 78.1561, 3])
    for column in COLUMNS:
        done = {row: rng.choice([0, 0, 0, 1, 2, 5]) for row in RESULTS}
        done["granted"] += 6
        carried_in, carried_out = rng.choice([0, 0, 1]), rng.choice([0, 0, 1])
        values |= {f"applications.{row}.{column}": count for row, count in done.items()}
        values[f"applications.carried_in.{column}"] = carried_in
        values[f"applications.carried_out.{column}"] = carried_out
        values[f"applications.received.{column}"] = sum(done.values()) + carried_out - carried_in
    values |= {f"disputes.{case}.{outcome}": rng.choice([0, 0, 1, 2]) for case in CASES for outcome in OUTCOMES}
    return values


def complete(inputs):
    """The inputs and every total of them; what is not there adds nothing."""
    values = dict(inputs)
    for row in ROWS:
        if row != "processed_total":
            values[f"applications.{row}.total"] = sum(
                values.get(f"applications.{row}.{column}", 0) for column in COLUMNS
            )
    for column in (*COLUMNS, "total"):
        values[f"applications.processed_total.{column}"] = sum(
            values.get(f"applications.{row}.{column}", 0) for row in RESULTS
        )
    for case in CASES:
        values[f"disputes.{case}.total"] = sum(values.get(f"disputes.{case}.{outcome}", 0) for outcome in OUTCOMES)
    return values


def document(code, name, level, year, values):
    """A submission document."""
    return {
        "schema": "xltool/submission/1",
        "form": "ogi-2021",
        "year": year,
        "agency": {"code": code, "name": name, "level": level},
        "scope": "own",
        "values": values,
        "texts": {"overview": "概述。", "problems": "问题。", "other_matters": "未收取信息处理费。"},
    }
