"""Goes through the office page by its own links, a page of each kind."""

from __future__ import annotations

import re
from collections.abc import Collection

from lxml import html

from tests.web.conftest import Browser

_ELSEWHERE = frozenset({"/new", "/check", "/check/rules", "/campaigns"})
"""Pages of no campaign."""


def crawl(browser: Browser, codes: Collection[str]) -> dict[str, str]:
    """What each page says, by its address; each link that a page has to another must be one to a page.

    Of each agency's pages one, and of what the sum is made of one figure: addresses that differ in nothing but the
    codes of agencies and what is asked of them are of one kind.
    """
    pages: dict[str, str] = {}
    kinds: set[str] = set()
    waiting = ["/"]
    code = "|".join(map(re.escape, sorted(codes, key=len, reverse=True)))
    while waiting:
        path = waiting.pop(0)
        kind = re.sub(rf"(?<=/)(?:{code})(?=/|$)|=[^&]*", "", path)
        if kind in kinds or path in _ELSEWHERE:
            continue
        kinds.add(kind)
        answer = browser.client.get(browser.server.root + path, follow_redirects=True)
        assert answer.status_code == 200, path
        if answer.headers["content-type"].startswith("text/html"):
            tree = html.fromstring(answer.text)
            pages[path] = " ".join(tree.text_content().split())
            waiting += [link.partition("#")[0] for link in tree.xpath("//a/@href") if link.startswith("/")]
    return pages
