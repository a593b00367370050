"""Ledgers made at random, in which no line contradicts itself, and what they come to, said naively."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from xltool import api
from xltool.forms.compiled import load_plan
from xltool.model import Agency, ListRow, Submission

FORM = api.form("ogi-ledger")
PLAN = load_plan(FORM)
LIST = PLAN.row_list
FIRST, LAST = date(2024, 1, 1), date(2024, 12, 31)
CATEGORIES = {
    "自然人": "natural_person",
    "商业企业": "enterprise",
    "科研机构": "research",
    "社会公益组织": "welfare",
    "法律服务机构": "legal_services",
    "其他": "other",
}
RESULTS = {
    "予以公开": "granted",
    "部分公开": "partly_granted",
    "不予公开：国家秘密": "refused_state_secret",
    "不予公开：其他法律行政法规禁止公开": "refused_other_law",
    "不予公开：危及三安全一稳定": "refused_security",
    "不予公开：保护第三方合法权益": "refused_third_party",
    "不予公开：三类内部事务信息": "refused_internal",
    "不予公开：四类过程性信息": "refused_process",
    "不予公开：行政执法案卷": "refused_enforcement_file",
    "不予公开：行政查询事项": "refused_inquiry",
    "无法提供：本机关不掌握": "unavailable_not_held",
    "无法提供：没有现成信息": "unavailable_not_compiled",
    "无法提供：补正后仍不明确": "unavailable_unclear",
    "不予处理：信访举报投诉": "declined_complaint",
    "不予处理：重复申请": "declined_repeat",
    "不予处理：要求提供公开出版物": "declined_publication",
    "不予处理：无正当理由大量反复": "declined_excessive",
    "不予处理：要求确认或重新出具": "declined_confirmation",
    "其他处理：逾期不补正": "other_not_corrected",
    "其他处理：逾期未缴费": "other_fee_unpaid",
    "其他处理：其他": "other_rest",
}
OUTCOMES = {"结果维持": "upheld", "结果纠正": "corrected", "其他结果": "other", "尚未审结": "pending"}
EDGES = (FIRST - timedelta(days=1), FIRST, LAST, LAST + timedelta(days=1))
"""The days on which it is decided in which year something counts."""
DAYS_TO_COME = st.integers(0, 60).map(lambda days: timedelta(days=days))


def draw_day(since, most=1):
    """A day that is not before another: soon, or at an edge of the year."""
    edges = [edge for edge in EDGES if edge >= since]
    soon = DAYS_TO_COME.map(lambda days: since + most * days)
    return soon | st.sampled_from(edges) if edges else soon


@st.composite
def draw_case(draw):
    """A case by its columns, days as dates; each may lack what it may lack."""
    case = {
        "received": draw(st.dates(FIRST - timedelta(days=200), LAST + timedelta(days=40)) | st.sampled_from(EDGES)),
        "category": draw(st.sampled_from([*CATEGORIES])),
    }
    day = case["received"]
    if draw(st.booleans()):
        day = case["mend_asked"] = day + draw(DAYS_TO_COME)
        case["mend_days"] = draw(st.none() | st.integers(0, 20))
        if draw(st.booleans()):
            day = case["mended"] = day + draw(DAYS_TO_COME)
    if draw(st.booleans()):
        asked = case["consulted_on"] = case["received"] + draw(DAYS_TO_COME)
        case["consulted"] = draw(st.sampled_from(["第三方", "共同制作机关"]))
        if draw(st.booleans()):
            case["consulted_until"] = asked + draw(DAYS_TO_COME)
    if draw(st.booleans()):
        case["extended"] = case["received"] + draw(DAYS_TO_COME)
        day = max(day, case["extended"])
    if draw(st.booleans()):
        case["answered"], case["result"] = draw(draw_day(day)), draw(st.sampled_from([*RESULTS]))
    for name in ("review", "suit"):
        if draw(st.integers(0, 3)) == 0:
            case[f"{name}_date"] = draw(draw_day(case["received"], 4))
            case[f"{name}_result"] = draw(st.sampled_from([*OUTCOMES]))
    return case


def write_row(number: str, case: dict) -> ListRow:
    """A line of the list."""
    held = {key: value.isoformat() if isinstance(value, date) else value for key, value in case.items()}
    return ListRow(tuple({"number": number, **held}.get(column.id) for column in LIST.columns))


def submit(cases: list[dict]) -> Submission:
    """A submission with a line for each case, called 1, 2, …."""
    rows = tuple(write_row(f"{at}", case) for at, case in enumerate(cases, 1))
    return Submission(FORM.id, 2024, Agency("000000-001", "样例局", "county"), (), lists={LIST.id: rows})


def count_naively(cases: list[dict]) -> dict[str, list[str]]:
    """The cases of each input of tables 3 and 4 that has any, by the words of the form."""
    found: dict[str, list[str]] = {}

    def put(table, row, column, at):
        found.setdefault(f"{table}.{row}.{column}", []).append(f"{at}")

    for at, case in enumerate(cases, 1):
        received, answered, who = case["received"], case.get("answered"), CATEGORIES[case["category"]]
        if received.year == 2024:
            put("applications", "received", who, at)
        if received.year < 2024 and (answered is None or answered.year >= 2024):
            put("applications", "carried_in", who, at)
        if answered is not None and answered.year == 2024:
            put("applications", RESULTS[case["result"]], who, at)
        if received.year <= 2024 and (answered is None or answered.year > 2024):
            put("applications", "carried_out", who, at)
        reviewed, judged = case.get("review_date"), case.get("suit_date")
        line = "direct" if reviewed is None else "after_review"
        for day, row, name in ((reviewed, "review", "review_result"), (judged, line, "suit_result")):
            if day is not None:
                outcome = OUTCOMES[case[name]]
                if day.year == 2024 or (outcome == "pending" and day.year < 2024):
                    put("disputes", row, outcome, at)
    return found
