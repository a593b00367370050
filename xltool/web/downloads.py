"""Files handed out: what an agency sent, byte for byte, and the workbook that goes back to it."""

from __future__ import annotations

from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from xltool import files
from xltool.campaign.archive import read_archived
from xltool.campaign.documents import find_current
from xltool.campaign.names import arrival_name
from xltool.campaign.returns import RETURN_MARKS, name_return
from xltool.campaign.standing import Standing
from xltool.digits import parse_whole
from xltool.model import Finding
from xltool.web.headers import SHOWN_INSIDE
from xltool.web.site import OpenFolder


def send_original(look: OpenFolder, code: str, given: str) -> Response:
    """What an agency sent as one of its versions; `HTTPException` when there is no such version."""
    number = parse_whole(given, 6)
    version = None if number is None else look.store.version(code, number)
    if version is None:
        raise HTTPException(404, "没有这一版。")
    return attach_file(read_archived(look.campaign, version.sha256, version.file), version.file)


def find_return(look: OpenFolder, standing: Standing) -> str | None:
    """Where the workbook that goes back to an agency stands in the campaign folder, when there is one."""
    if standing.state not in RETURN_MARKS:
        return None
    wanted = f"{look.campaign.layout.returned}/{name_return(look.campaign, standing)}"
    return find_current(look.campaign, look.store, wanted)


def send_return(look: OpenFolder, standing: Standing) -> Response:
    """The workbook that goes back to an agency, as xltool wrote it; `HTTPException` when there is none."""
    place = find_return(look, standing)
    data = None if place is None else files.read_file(look.campaign.root / place)
    if place is None or data is None or isinstance(data, Finding):
        raise HTTPException(404, "没有要退回给这个单位的工作簿。")
    return attach_file(data, place.rpartition("/")[2])


def show_inside(request: Request, page: bytes) -> Response:
    """A whole web page of a report, to be shown in a frame of one of our pages, where it can do nothing."""
    setattr(request.state, SHOWN_INSIDE, True)
    return Response(page, media_type="text/html; charset=utf-8")


def attach_file(data: bytes, name: str) -> Response:
    """Bytes to be saved under a name, and never to be shown."""
    return Response(data, media_type="application/octet-stream", headers=head_attachment(name))


def head_attachment(name: str) -> dict[str, str]:
    """The header of an answer that is to be saved under a name, and never to be shown."""
    told = quote(arrival_name(name), safe="")
    return {"Content-Disposition": f"attachment; filename*=UTF-8''{told}"}
