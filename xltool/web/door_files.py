"""Files that an agency fetches at the door: its blank, its trial marked, what goes back, what it handed in."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from xltool import files
from xltool.campaign.documents import find_current
from xltool.campaign.names import workbook_name
from xltool.campaign.returns import RETURN_MARKS, mark_version, name_return
from xltool.campaign.roster import RosterEntry
from xltool.campaign.standings import find_standing
from xltool.campaign.trials import find_trial
from xltool.model import Finding
from xltool.web import downloads
from xltool.web.door_site import door_of, entry_of
from xltool.web.site import OpenFolder


def send_blank(request: Request) -> Response:
    """The workbook that was made for the agency, to be filled in."""
    door = door_of(request)
    with door.look() as look:
        entry = entry_of(look, request)
        place = find_blank(look, entry)
        data = None if place is None else files.read_file(look.campaign.root / place)
        if place is None or data is None or isinstance(data, Finding):
            raise HTTPException(404, "还没有给贵单位生成工作簿，请与发来网址的机关联系。")
        door.note(look, entry, "取工作簿", request.state.address)
        return downloads.attach_file(data, place.rpartition("/")[2])


def send_marked(request: Request) -> Response:
    """The agency's trial as it would go back: with what is wrong marked where it stands."""
    door = door_of(request)
    with door.look() as look:
        entry = entry_of(look, request)
        trial = find_trial(look.campaign, entry.agency.code)
        if trial is None:
            raise HTTPException(404, "现在没有试审的一份。")
        verdict, last_year = door.judge(look, entry, trial)
        if verdict.standing is None or verdict.version is None:
            raise HTTPException(404, "这一份读不出来，标不出错处。")
        prior = last_year.submissions.get(entry.agency.code)
        data = mark_version(look.campaign, look.store, verdict.standing, verdict.version, prior)
        return downloads.attach_file(data, workbook_name(look.campaign, entry.agency, "_试审"))


def send_returned(request: Request) -> Response:
    """The workbook that goes back to the agency for what it has handed in; made where it is not written yet."""
    with door_of(request).look() as look:
        code = entry_of(look, request).agency.code
        standing = find_standing(look.campaign, look.roster, look.store, code, look.today)
        version = look.store.version(code, standing.number)
        if standing.state not in RETURN_MARKS or version is None or downloads.find_return(look, standing) is not None:
            return downloads.send_return(look, standing)
        prior = look.find_last_year().submissions.get(code)
        data = mark_version(look.campaign, look.store, standing, version, prior)
        return downloads.attach_file(data, name_return(look.campaign, standing))


def send_handed_in(request: Request) -> Response:
    """What the agency has handed in before, byte for byte."""
    with door_of(request).look() as look:
        return downloads.send_original(look, entry_of(look, request).agency.code, request.path_params["number"])


def find_blank(look: OpenFolder, entry: RosterEntry) -> str | None:
    """Where the agency's workbook stands in the campaign folder, as it was made last."""
    name = workbook_name(look.campaign, entry.agency)
    return find_current(look.campaign, look.store, f"{look.campaign.layout.outbox}/{name}")
