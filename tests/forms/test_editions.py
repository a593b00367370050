"""The two official editions against the public contract, written out here once more."""

from __future__ import annotations

COLUMNS = ["natural_person", "enterprise", "research", "welfare", "legal_services", "other", "total"]
HANDLED = [
    *("granted", "partly_granted"),
    *(f"refused_{why}" for why in ("state_secret", "other_law", "security", "third_party")),
    *(f"refused_{why}" for why in ("internal", "process", "enforcement_file", "inquiry")),
    *(f"unavailable_{why}" for why in ("not_held", "not_compiled", "unclear")),
    *(f"declined_{why}" for why in ("complaint", "repeat", "publication", "excessive", "confirmation")),
]
ROWS = [
    "received",
    "carried_in",
    *HANDLED,
    "other_not_corrected",
    "other_fee_unpaid",
    "other_rest",
    "processed_total",
    "carried_out",
]
KEYS = [
    *(
        f"disclosure.{row}.{column}"
        for row in ("regulations", "normative_documents")
        for column in ("issued", "repealed", "in_force")
    ),
    *(f"disclosure.{row}.decisions" for row in ("licensing", "penalties", "coercion")),
    "disclosure.fees.amount",
    *(f"applications.{row}.{column}" for row in ROWS for column in COLUMNS),
    *(
        f"disputes.{body}.{outcome}"
        for body in ("review", "direct", "after_review")
        for outcome in ["upheld", "corrected", "other", "pending", "total"]
    ),
]
TEXTS = [
    *("preface", "overview", "problems", "other_matters"),
    *(f"overview.{aspect}" for aspect in ("disclosure", "requests", "management", "platform", "supervision")),
    *(f"contact.{fact}" for fact in ("office", "address", "postcode", "phone", "website")),
]


def totals(keys):
    return {key for key in keys if key.endswith(".total") or key.startswith("applications.processed_total.")}


def test_the_200_cells_of_2021_in_order(spec):
    assert len(KEYS) == 200
    assert [cell.key for cell in spec.cells] == KEYS
    assert spec.index == {key: at for at, key in enumerate(KEYS)}


def test_the_34_totals_of_2021(spec):
    assert {cell.key for cell in spec.cells if cell.total} == totals(KEYS)
    assert len(totals(KEYS)) == 34


def test_the_cells_of_2019(spec_2019):
    keys = [cell.key for cell in spec_2019.cells]
    assert [key for key in keys if key.startswith("disclosure.")] == [
        *(
            f"disclosure.{row}.{column}"
            for row in ("regulations", "normative_documents")
            for column in ("made", "published", "published_total")
        ),
        *(
            f"disclosure.{row}.{column}"
            for row in ("licensing", "other_services")
            for column in ("last_items", "change", "decisions")
        ),
        *(
            f"disclosure.{row}.{column}"
            for row in ("penalties", "coercion")
            for column in ("last_items", "change", "decisions")
        ),
        *(
            "disclosure.fees.last_items",
            "disclosure.fees.change",
            "disclosure.procurement.projects",
            "disclosure.procurement.amount",
        ),
    ]
    rows = ["received", "carried_in", *HANDLED, "other_handled", "processed_total", "carried_out"]
    assert [key for key in keys if key.startswith("applications.")] == [
        f"applications.{row}.{column}" for row in rows for column in COLUMNS
    ]
    assert len(rows) == 23
    assert keys[-15:] == KEYS[-15:]
    assert {cell.key for cell in spec_2019.cells if cell.total} == totals(keys)


def test_the_same_key_is_the_same_indicator(spec, spec_2019):
    same = [key for key in spec.index if key in spec_2019.index]
    tables = [sum(key.startswith(table) for key in same) for table in ("disclosure.", "applications.", "disputes.")]
    assert tables == [3, 22 * 7, 15]
    for key in same:
        old, new = spec_2019.cell(key), spec.cell(key)
        assert (old.row.label, old.measure, old.total) == (new.row.label, new.measure, new.total)
        assert old.column.label.removeprefix("本年") == new.column.label.removeprefix("本年")


def test_only_changes_may_be_negative(spec, spec_2019):
    assert not any(cell.measure.signed for cell in spec.cells)
    assert {cell.column.id for cell in spec_2019.cells if cell.measure.signed} == {"change"}
    assert all(cell.measure.signed for cell in spec_2019.cells if cell.column.id == "change")


def test_texts_and_sections_are_those_of_the_contract(spec, spec_2019):
    assert {text.key for text in spec.texts} - {"cover.preparer", "cover.reviewer"} == set(TEXTS)
    assert [text.key for text in spec_2019.texts] == [text.key for text in spec.texts]
    assert spec_2019.sections == spec.sections
    assert [section.heading for section in spec.sections][1:] == [
        "一、总体情况",
        "二、主动公开政府信息情况",
        "三、收到和处理政府信息公开申请情况",
        "四、政府信息公开行政复议、行政诉讼情况",
        "五、存在的主要问题及改进情况",
        "六、其他需要报告的事项",
    ]


def places(form):
    return {
        rule_id: sum(rule.id == rule_id for rule in form.rules)
        for rule_id in dict.fromkeys(rule.id for rule in form.rules)
    }


def test_the_rules_and_how_often_they_hold(spec, spec_2019):
    shared = {
        "applications.results": 7,
        "applications.balance": 7,
        "applications.carried_out_share": 1,
        "applications.carried_in": 1,
        "applications.carried_in_applicants": 6,
        "disputes.outcomes": 3,
        "disputes.pending": 3,
        "disputes_need_applications": 1,
    }
    own = {
        "disclosure.in_force": 2,
        "disclosure.in_force_carried": 2,
        "disclosure.repealed": 2,
        "applications.applicants": 25,
    }
    assert places(spec) == shared | own | {"applications.other_share": 1}
    assert places(spec_2019) == shared | {"disclosure.published_total": 2, "applications.applicants": 23}
    for form in (spec, spec_2019):
        assert len({rule.name for rule in form.rules}) == len(form.rules)
        assert {rule.id for rule in form.rules if rule.severity == "warning"} == places(form).keys() - {
            "applications.results",
            "applications.balance",
            "applications.applicants",
            "applications.carried_in",
            "disclosure.in_force_carried",
            "disclosure.repealed",
            "disputes.outcomes",
        }


def test_every_rule_names_the_notice_of_its_edition(spec, spec_2019):
    for form, other in ((spec, spec_2019), (spec_2019, spec)):
        assert all(other.basis not in rule.basis for rule in form.rules)
        assert all(form.basis in rule.basis or "条例" in rule.basis for rule in form.rules)
        assert all(rule.remedy and rule.text for rule in form.rules)
        assert other.basis not in str([text.guidance for text in form.texts])


def test_chinese_quotes_in_what_clerks_read(spec, spec_2019):
    for form in (spec, spec_2019):
        read = [*form.steps, *(text.guidance for text in form.texts), *(cell.row.prompt for cell in form.cells)]
        read += [sentence for rule in form.rules for sentence in (rule.text, rule.remedy, rule.basis)]
        assert not any(sign in sentence for sentence in read for sign in "\"'「」")


def test_every_rule_says_where_it_applies(spec):
    where = {rule.name: rule.where for rule in spec.rules}
    assert where["disclosure.in_force@normative_documents"] == "“行政规范性文件”行"
    assert where["applications.carried_in_applicants@welfare"] == "“社会公益组织”栏"
    assert where["disputes.outcomes@after_review"] == "“复议后起诉”"  # its rows stand side by side
    assert where["disputes_need_applications"] == ""
