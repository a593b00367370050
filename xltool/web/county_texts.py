"""The county's texts: one at a time in an editor that offers figures by name and shows how it prints; then saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from xltool.campaign.county_edits import hash_text
from xltool.campaign.county_written import read_drafts
from xltool.digits import parse_whole
from xltool.messages import XltoolError
from xltool.model import Submission, Text
from xltool.web.changes import take_change
from xltool.web.county import show_part
from xltool.web.deciding import carry_out
from xltool.web.site import OpenFolder, look_at, served_of
from xltool.web.sum_view import COUNTY_TEXTS, SumView, find_sum
from xltool.web.text_editor import find_faults, mend_fault, offer_cells, print_text


@dataclass(frozen=True, slots=True)
class ListedText:
    """A text in the list: its label, how it stands in a word, whether something is to be done about it."""

    label: str
    word: str
    is_due: bool
    address: str
    current: bool


@dataclass(frozen=True, slots=True)
class TextDraft:
    """A text as somebody writes it: `seen` is the hash of what stood there when it was opened.

    `others` is what stands there now, where somebody else has changed it meanwhile; `words` are looked for among the
    names of figures.
    """

    text: Text
    content: str
    seen: str
    words: str = ""
    others: str | None = None
    refused: str = ""


def locate_text(key: str) -> str:
    """The address of a text's editor."""
    return f"{COUNTY_TEXTS}?{urlencode({'text': key})}"


def show_texts(request: Request) -> Response:
    """A text in its editor, and the list of all."""
    asked = request.query_params
    with look_at(served_of(request)) as look:
        view, drafts = find_sum(look), read_drafts(look.campaign)
        if "text" in asked:
            text = _find_text(look, asked["text"])
        elif not look.campaign.spec.texts:
            raise HTTPException(404, "这份报表没有文字部分。")
        else:
            due = (each for each in _list_texts(look) if each.required and not drafts.get(each.key, "").strip())
            text = next(due, _list_texts(look)[0])
        content = drafts.get(text.key, "")
        return _show_editor(
            request, look, view, TextDraft(text, content, hash_text(content), asked.get("q", "").strip())
        )


def edit_text(request: Request, fields: Mapping[str, str]) -> Response:
    """Saves a text by the very command of the console, or shows it as it is written now.

    What stands there is only written over when it is what the editor was opened with: else both are shown.
    """
    served = served_of(request)
    content, seen = fields.get("text", ""), fields.get("seen", "")
    with look_at(served) as look:
        text, view = _find_text(look, request.path_params["key"]), find_sum(look)
        total, prior = _find_figures(view)
        if "insert" in fields:
            content += fields["insert"]
        fault = parse_whole(fields.get("fix", ""), 6)
        faults = find_faults(content, look.campaign.spec, total, prior)
        if fault is not None and fault < len(faults) and faults[fault].near:
            content = mend_fault(content, faults[fault])
        stands = read_drafts(look.campaign).get(text.key, "")
        draft = TextDraft(text, content, seen, fields.get("q", ""))
        if "save" not in fields:
            return _show_editor(request, look, view, draft)
        if hash_text(stands) != seen:
            return _show_conflict(request, look, view, draft, stands)
    told = {"expect": seen, "by": fields.get("person", "")}
    try:
        carry_out(served, "text", [text.key, "-"], told, given=content)
    except XltoolError as error:
        with look_at(served) as look:
            view, stands = find_sum(look), read_drafts(look.campaign).get(text.key, "")
            if hash_text(stands) != seen:
                return _show_conflict(request, look, view, draft, stands)
            refused = TextDraft(text, content, seen, draft.words, refused=str(error))
            return _show_editor(request, look, view, refused, 409)
    return RedirectResponse(served.base + locate_text(text.key), 303)


def _show_conflict(request: Request, look: OpenFolder, view: SumView, draft: TextDraft, stands: str) -> Response:
    """Both texts, and nothing written; whoever saves now has seen what he writes over."""
    both = TextDraft(draft.text, draft.content, hash_text(stands), draft.words, stands)
    return _show_editor(request, look, view, both, 409)


def _show_editor(request: Request, look: OpenFolder, view: SumView, draft: TextDraft, status: int = 200) -> Response:
    spec, (total, prior) = look.campaign.spec, _find_figures(view)
    listed = _list_states(look, view, draft.text)
    at = next(at for at, each in enumerate(listed) if each.current)
    offered, count = offer_cells(draft.words, spec, total, prior)
    return show_part(
        request,
        look,
        view,
        "county_texts",
        status,
        draft=draft,
        listed=listed,
        before=listed[at - 1] if at else None,
        after=listed[at + 1] if at + 1 < len(listed) else None,
        faults=find_faults(draft.content, spec, total, prior),
        printed=print_text(draft.content, spec, total, prior),
        has_figures=total is not None,
        offered=offered,
        offered_count=count,
        address=f"{COUNTY_TEXTS}/{draft.text.key}",
    )


def _list_states(look: OpenFolder, view: SumView, open_text: Text) -> list[ListedText]:
    """All texts as they stand where they are written."""
    drafts, (total, prior) = read_drafts(look.campaign), _find_figures(view)
    listed = []
    for text in _list_texts(look):
        content = drafts.get(text.key, "")
        faults = len(find_faults(content, look.campaign.spec, total, prior))
        lacks = text.required and not content.strip()
        word = (
            f"{faults}处写错" if faults else "必写，还没有写" if lacks else f"{len(content)}字" if content else "没有写"
        )
        current = text is open_text
        listed.append(ListedText(text.label, word, bool(faults) or lacks, locate_text(text.key), current))
    return listed


def _list_texts(look: OpenFolder) -> Sequence[Text]:
    """The texts that a report prints, in its order, then the others."""
    spec = look.campaign.spec
    printed = [key for section in spec.sections for key in (*section.texts, *section.facts)]
    return sorted(spec.texts, key=lambda text: printed.index(text.key) if text.key in printed else len(printed))


def _find_text(look: OpenFolder, key: str) -> Text:
    found = next((text for text in look.campaign.spec.texts if text.key == key), None)
    if found is None:
        raise HTTPException(404, "没有这一段文字。")
    return found


def _find_figures(view: SumView) -> tuple[Submission | None, Submission | None]:
    """This year's figures and last year's that texts may name."""
    if view.summed is None:
        return None, None
    return view.summed.consolidation.total, view.summed.beside


TEXT_ROUTES: Final = (
    Route(COUNTY_TEXTS, show_texts, methods=["GET"]),
    Route(f"{COUNTY_TEXTS}/{{key}}", take_change(edit_text, texts=("text",)), methods=["POST"]),
)
