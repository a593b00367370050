"""Long work tells how far it is, while the lines of results come."""

from __future__ import annotations

import json
from random import Random

from click.testing import CliRunner

from tests.campaign import county, stores
from xltool.campaign.roster import Roster
from xltool.cli import main


def test_collect_tells_how_many_agencies_have_returned(tmp_path):
    roster = Roster(stores.entries(60))
    campaign = stores.campaign(tmp_path, roster)
    given = county.complete(county.random_inputs(Random(3)))
    for entry in roster.entries[:45]:
        agency = entry.agency
        document = county.document(agency.code, agency.name, agency.level, 2024, given)
        text = json.dumps(document, ensure_ascii=False)
        (campaign.root / "inbox" / f"{agency.code}.json").write_text(text, "utf-8")
    done = CliRunner().invoke(main, ["collect", "-C", str(campaign.root), "--jobs", "1"])
    told = [line for line in done.stderr.splitlines() if line.startswith("已收 ")]
    assert told == ["已收 20/60", "已收 40/60"]
    assert sum(line.startswith("通过　") for line in done.stdout.splitlines()) == 45
