"""What the campaign's commands share: the `-C` option, the open folder, last year's figures, the progress bar."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from xltool import files
from xltool.campaign import folder, holding, lock, opening, passwords, priors, rejudging
from xltool.campaign.desk import DeskVisit, hash_desk, is_behind
from xltool.campaign.desk_sheets import DESK_FILE
from xltool.campaign.documents import NEW_MARK
from xltool.campaign.folder import Campaign
from xltool.campaign.intake import Intake
from xltool.campaign.next_step import find_next_step
from xltool.campaign.roster import Roster
from xltool.campaign.roster_zeros import restore_zeros
from xltool.campaign.schema import DamagedError
from xltool.campaign.store import Store
from xltool.cli import console
from xltool.cli.places import FolderPath
from xltool.messages import XltoolError
from xltool.report.text import clean_line

Item = TypeVar("Item")
PROGRESS: Final = 20
"""After so many items it is told how far the work is."""


def campaign_option(command: Any) -> Any:
    """The option `-C DIR`, as in git."""
    return click.option(
        "-C",
        "root",
        metavar="文件夹",
        default=".",
        type=FolderPath(),
        help="填报任务的文件夹；默认是当前文件夹所在的任务。",
    )(command)


def replace_option(command: Any) -> Any:
    """The option `--replace`: hand work is written over."""
    return click.option(
        "--replace",
        "replaces",
        is_flag=True,
        help=f"写出以后被人改动过的，用新的覆盖；不加则保留，新的写在旁边，名称以{NEW_MARK}结尾。",
    )(command)


@contextmanager
def open_campaign(
    root: Path,
    *,
    create: bool = False,
    writes: bool = True,
    guides: bool = True,
    desk_later: bool = False,
    holds: bool = False,
) -> Iterator[tuple[Campaign, Roster, Store]]:
    """The campaign that a folder is in, its roster and its database, which is closed at the end.

    What of the settings was edited since blanks were issued is told, and what the archive has beyond the database. With
    `create` a database that was never there is made. One that `writes` holds the campaign's lock, together with others
    but not with one that mends. One that `guides` tells at its very end what is to be done next. `desk_later`: the
    office's workbook is left as it stands, for the next command, unless somebody has written there. One that `holds`
    what counts against other forms need not be told that this is to be done.
    """
    campaign = folder.find_campaign(root)
    with hold_open(campaign) if writes else nullcontext():
        yield from _open_found(campaign, create, guides, writes, desk_later, holds)


@contextmanager
def hold_open(campaign: Campaign, *, alone: bool = False) -> Iterator[None]:
    """Holds the campaign's lock for the command at hand."""
    command = click.get_current_context().info_name or "?"
    who = lock.name_holder(command, name_user(), datetime.now().strftime("%Y-%m-%d %H:%M"))
    with lock.hold_campaign(campaign.root, who, alone=alone):
        yield


def _open_found(  # noqa: PLR0917 -- what `open_campaign` is asked
    campaign: Campaign, create: bool, guides: bool, writes: bool, desk_later: bool, holds: bool
) -> Iterator[tuple[Campaign, Roster, Store]]:
    roster = campaign.read_roster()
    for name in ("", *campaign.layout.folders):
        files.sweep_leftovers(campaign.root / name)
    store = opening.open_store(campaign, create=create)
    try:
        roster, lost = restore_zeros(campaign, roster, store)
        outdated = "" if holds else holding.find_outdated(campaign, roster, store)
        edited, forgotten = opening.find_edits(campaign, store), opening.find_forgotten(campaign, store)
        how = f"{outdated}执行 xltool collect。" if outdated else ""
        for line in filter(None, [lost, *edited, forgotten, how]):
            console.say(line, err=True)
        if campaign.database.exists():
            _keep_copy(store)
        leaves = desk_later and campaign.has_desk and hash_desk(campaign) == store.find_written(DESK_FILE)[0]
        visit = DeskVisit(campaign, roster, store, datetime.now()) if campaign.has_desk and not leaves else None
        # One that only looks leaves the workbook alone, unless somebody has asked for something there, or what is known
        # was not written there yet.
        works = visit is not None and (writes or visit.is_changed or is_behind(roster, store))
        if visit is not None:
            _visit(campaign, roster, store, visit.carry_out_requests(), works and not writes)

        def end() -> None:
            if visit is not None and works:
                last = visit
                if hash_desk(campaign) != visit.sha256:  # the command has written there itself, or somebody just has
                    last = DeskVisit(campaign, roster, store, datetime.now())
                    _visit(campaign, roster, store, last.carry_out_requests(), not writes)
                _visit(campaign, roster, store, last.refresh(), not writes)
            if guides:
                tell_next_step(find_next_step(campaign, roster, store, date.today()))

        try:
            yield campaign, roster, store
        except SystemExit:  # a command that has said all that it had to say
            end()
            raise
        end()
    finally:
        store.close()


def judge_heirs_again(
    campaign: Campaign, roster: Roster, store: Store, former: Collection[str], at: datetime
) -> Iterator[str]:
    """Holds what has come of those into which an agency is merged, or is no more, against their last year of now.

    A line for each thing that is different; `former` are those that were heirs before.
    """
    if not rejudging.list_heirs(store).union(former):
        return
    try:
        for each in rejudging.rejudge_heirs(open_intake(campaign, roster, store, at), former):
            yield from map(clean_line, each.tell(campaign.spec))
    except XltoolError as error:
        raise XltoolError(
            f"以上已经记下，但并入的单位报来的还没有重新审核：{error}排除以后执行 xltool collect。"
        ) from error


def open_intake(campaign: Campaign, roster: Roster, store: Store, at: datetime) -> Intake:
    """What versions are judged again with."""
    last_year = priors.read_last_year(campaign, roster, store)
    known, key = passwords.read_passwords(campaign), opening.ensure_key(campaign, store)
    return Intake(campaign, roster, store, key, at.isoformat(timespec="seconds"), last_year.get, known)


def _visit(campaign: Campaign, roster: Roster, store: Store, lines: Iterator[str], locks: bool) -> None:
    """Tells what a visit of the office's workbook does; a command that only looks goes on where that cannot be done."""
    heirs, absences = rejudging.list_heirs(store), store.absences()
    try:
        with hold_open(campaign) if locks else nullcontext():
            for line in lines:
                console.say(line, err=True)
            if store.absences() != absences:
                for line in judge_heirs_again(campaign, roster, store, heirs, datetime.now()):
                    console.say(line, err=True)
    except XltoolError as error:
        if not locks:
            raise
        console.say(f"{DESK_FILE} 里写的还没有办完：{error}", err=True)


def tell_next_step(sentence: str) -> None:
    """Tells the next step when the command at hand has ended, below all that it prints."""
    click.get_current_context().call_on_close(lambda: console.say(f"下一步：{sentence}", err=True))


def _keep_copy(store: Store) -> None:
    """A copy of the database once a day; looking alone works on a folder that is read only."""
    try:
        store.back_up(date.today().isoformat())
    except DamagedError:
        raise
    except XltoolError:
        return


def name_user() -> str:
    """Who is at work, as the system names them; one without an entry among its users by number."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # which of them depends on the Python
        return str(os.getuid()) if hasattr(os, "getuid") else "?"


def show_progress(items: Iterable[Item], length: int | None, label: str) -> Iterator[Item]:
    """The items; on a terminal with a bar that counts them, else with a line now and then."""
    if not sys.stderr.isatty():
        for count, item in enumerate(items, 1):
            yield item
            if count % PROGRESS == 0:
                console.say(f"{label} {count}" + (f"/{length}" if length is not None else ""), err=True)
        return
    with click.progressbar(items, length=length, label=label, show_pos=True, file=sys.stderr) as bar:
        yield from bar
