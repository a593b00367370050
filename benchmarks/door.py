"""The agencies' door under load: `python benchmarks/door.py [--agencies N] [--seconds S] [--together M] [--write]`.

On loopback alone: so many agencies hand in within so many seconds, and then so many at the same moment. What each waits
for, what the server holds in memory, and that nothing was lost.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import quantiles
from typing import Final

import httpx
from load import COMMAND, PLACE, YEAR, name_agency, name_code
from measure import Table, markdown, printed, spent

README: Final = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- door -->", "<!-- end of the door -->"
STEPS: Final = ("the page", "a trial, and what it says", "handing in, and what it says")
TOKEN: Final = re.compile('name="token" value="([^"]+)"')
TRIAL: Final = re.compile('name="trial" value="([^"]+)"')


@dataclass
class Waited:
    """Seconds that agencies waited, by what for."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {step: [] for step in STEPS})

    async def take(self, step: str, answer: Awaitable[httpx.Response]) -> httpx.Response:
        """An answer, with how long it took."""
        began = time.perf_counter()
        given = await answer
        self.seconds[step].append(time.perf_counter() - began)
        if given.status_code != 200:
            raise SystemExit(f"{step}: {given.status_code} {re.sub('<[^>]+>', ' ', given.text)[-300:]}")
        return given


def main() -> None:
    parser = argparse.ArgumentParser(description="What agencies wait for at the door, and what it holds in memory.")
    parser.add_argument("--agencies", type=int, default=300)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--together", type=int, default=50)
    parser.add_argument("--write", action="store_true", help="put the tables into README.md beside this file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tables = []
        for table in measured(Path(folder), options.agencies, options.seconds, options.together):
            tables.append(table)
            print("", *printed(table), sep="\n", flush=True)
    if options.write:
        before, _, rest = README.read_text("utf-8").partition(BEGIN)
        body = "\n\n".join(["", *("\n".join(markdown(table)) for table in tables), ""])
        README.write_text(f"{before}{BEGIN}{body}{END}{rest.partition(END)[2]}", "utf-8")


def measured(place: Path, count: int, seconds: int, together: int) -> Iterator[Table]:
    root = place / PLACE
    roster = place / "roster.csv"
    lines = ("单位代码,单位名称,级别", *(f"{name_code(n)},{name_agency(n)},department" for n in range(count)))
    roster.write_text("\n".join(lines) + "\n", "utf-8")
    call("new", root, "--form", "ogi-2021", "--year", YEAR, "--name", PLACE, "--roster", roster)
    call("build", "-C", root)
    first, second = fill_all(root, count), fill_all(root, count, later=together)
    serve = [sys.executable, "-c", COMMAND, "serve", "--agencies", "-C", str(root)]
    server = subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8")
    try:
        assert server.stdout is not None
        base = server.stdout.readline().partition("：")[2].strip()
        listed = call("links", "-C", root, "--base", base).splitlines()[1:]
        links = {line.split(",")[0]: line.split(",")[2] for line in listed}
        waited = Waited()
        asyncio.run(come_within(waited, links, first, seconds))
        yield tell(f"{count} agencies within {seconds} s", waited)
        waited = Waited()
        asyncio.run(come_together(waited, links, second))
        yield tell(f"{together} agencies at the same moment", waited)
        peak = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{server.pid}/status").read_text("ascii"))
        versions = [each["versions"] for each in json.loads(call("status", "--json", "-C", root))["agencies"]]
        if sum(versions) != count + together:
            raise SystemExit(f"{count + together} were handed in and {sum(versions)} are known")
        held = "?" if peak is None else f"{int(peak[1]) / 1024:.0f} MiB"
        rows = (("most memory of the server", held), ("handed in, and taken in", f"{sum(versions)}"))
        yield Table("In all", ("", ""), rows)
    finally:
        server.terminate()
        server.wait(60)


async def come_within(waited: Waited, links: Mapping[str, str], filled: Mapping[str, bytes], seconds: int) -> None:
    """Agencies one after another, spread over a while, as they come on the last day."""
    pause = seconds / len(filled)

    async def come(at: int, code: str, client: httpx.AsyncClient) -> None:
        await asyncio.sleep(at * pause)
        token = await look(waited, client, links[code])
        trial = await try_out(waited, client, links[code], token, filled[code])
        await confirm(waited, client, links[code], token, trial)

    async with open_client() as client:
        await asyncio.gather(*(come(at, code, client) for at, code in enumerate(filled)))


async def come_together(waited: Waited, links: Mapping[str, str], filled: Mapping[str, bytes]) -> None:
    """All of them at each step at once."""
    async with open_client() as client:
        codes = [*filled]
        tokens = await asyncio.gather(*(look(waited, client, links[code]) for code in codes))
        tries = zip(codes, tokens, strict=True)
        trials = await asyncio.gather(*(try_out(waited, client, links[c], t, filled[c]) for c, t in tries))
        ends = zip(codes, tokens, trials, strict=True)
        await asyncio.gather(*(confirm(waited, client, links[c], token, trial) for c, token, trial in ends))


def open_client() -> httpx.AsyncClient:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    return httpx.AsyncClient(trust_env=False, timeout=120, follow_redirects=True, limits=limits)


async def look(waited: Waited, client: httpx.AsyncClient, link: str) -> str:
    page = await waited.take(STEPS[0], client.get(f"{link}/"))
    return find(TOKEN, page)


async def try_out(waited: Waited, client: httpx.AsyncClient, link: str, token: str, data: bytes) -> str:
    sent = client.post(f"{link}/trial", data={"token": token}, files={"file": ("年报.xlsx", data)})
    return find(TRIAL, await waited.take(STEPS[1], sent))


async def confirm(waited: Waited, client: httpx.AsyncClient, link: str, token: str, trial: str) -> None:
    page = await waited.take(STEPS[2], hand_in(client, link, token, trial))
    if "已报送" not in page.text:
        raise SystemExit("one was handed in and is not told so")


async def hand_in(client: httpx.AsyncClient, link: str, token: str, trial: str) -> httpx.Response:
    """The page that says what became of it; one that says that it waits is looked at again, as a browser does."""
    page = await client.post(f"{link}/hand-in", data={"token": token, "trial": trial})
    while "refresh" in page.headers:
        await asyncio.sleep(int(page.headers["refresh"]))
        page = await client.get(f"{link}/")
    return page


def find(pattern: re.Pattern[str], page: httpx.Response) -> str:
    found = pattern.search(page.text)
    if found is None:
        raise SystemExit(f"no {pattern.pattern} on a page: {re.sub('<[^>]+>', ' ', page.text)[:900]}")
    return found[1]


def tell(title: str, waited: Waited) -> Table:
    rows = ((step, *tell_seconds(seconds)) for step, seconds in waited.seconds.items())
    return Table(title, ("", "p50", "p95", "longest"), tuple(rows))


def tell_seconds(seconds: Iterable[float]) -> tuple[str, str, str]:
    known = sorted(seconds)
    twentieths = quantiles(known, n=20, method="inclusive")
    return spent(twentieths[9]), spent(twentieths[18]), spent(known[-1])


def fill_all(root: Path, count: int, later: int = 0) -> dict[str, bytes]:
    """What agencies hand in by code: all of them, or the first `later` with other figures than before."""
    from figures import different

    from xltool import api
    from xltool.campaign.folder import load_campaign
    from xltool.campaign.store import Store

    with_store = Store(load_campaign(root).database)
    serials = {code: issue.serial for code, issue in with_store.issues().items()}
    with_store.close()
    given = [*different(count)]
    agencies = [each.agency for each in given]
    if later:  # each with the figures of the next
        given = [replace(each, agency=agency) for each, agency in zip(given[1:] + given[:1], agencies, strict=True)]
        given = given[:later]
    return {each.agency.code: api.fill(replace(each, serial=serials[each.agency.code], year=YEAR)) for each in given}


def call(*words: object) -> str:
    command = [sys.executable, "-c", COMMAND, *map(str, words)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        raise SystemExit(f"{words[0]} ended with {done.returncode}: {done.stderr[-900:]}")
    return done.stdout


if __name__ == "__main__":
    main()
