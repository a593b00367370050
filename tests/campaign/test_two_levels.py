"""Two counties, each of two agencies, consolidated into their city: each county's submission.json goes up unchanged."""

import json
import random

from click.testing import CliRunner

from tests.campaign.county import complete, document, random_inputs
from xltool.cli import main


def call(*args, code=0):
    done = CliRunner().invoke(main, list(map(str, args)))
    assert done.exit_code == code, (args, done.output)
    return done.output


def campaign(root, name, roster):
    (root.parent / f"{name}.csv").write_text("code,name,level,parent\n" + "\n".join(roster), "utf-8")
    call(
        "new",
        root,
        "--plain",
        "--form",
        "ogi-2021",
        "--year",
        2024,
        "--name",
        name,
        "--roster",
        root.parent / f"{name}.csv",
    )


def county(folder, code, rng):
    """A county's own figures, made by its office from its agencies' documents; and the figures of the agencies."""
    root, name = folder / code, f"测试县{code}"
    roster = [
        f"{code},{name}人民政府,county,",
        f"{code}-1,{name}财政局,department,{code}",
        f"{code}-2,{name}乡人民政府,township,{code}",
    ]
    campaign(root, name, roster)
    given = []
    for line in roster:
        agency, title, level, _ = line.split(",")
        given.append(complete(random_inputs(rng)))
        text = json.dumps(document(agency, title, level, 2024, given[-1]), ensure_ascii=False)
        (root / "inbox" / f"{agency}.json").write_text(text, "utf-8")
    call("collect", "-C", root)
    write_texts(root)
    call("consolidate", "-C", root)
    return root / "county" / "submission.json", given


def write_texts(root):
    """The county's own texts, without which its sum waits for them."""
    texts = "".join(f'{key} = "本县已写明。"\n' for key in ("overview", "problems", "other_matters"))
    (root / "county" / "texts.toml").write_text(texts, "utf-8")


def test_two_counties_make_a_city(tmp_path):
    rng = random.Random(5)
    counties = [county(tmp_path, code, rng) for code in ("991001", "991002")]
    city = tmp_path / "市"
    campaign(
        city,
        "测试市",
        ["991000,测试市人民政府,city,", "991001,测试县991001,county,991000", "991002,测试县991002,county,991000"],
    )
    own = complete(random_inputs(rng)) | {"disclosure.regulations.in_force": 3}
    text = json.dumps(document("991000", "测试市人民政府", "city", 2024, own), ensure_ascii=False)
    (city / "inbox" / "本级.json").write_text(text, "utf-8")
    for number, (path, _) in enumerate(counties):
        (city / "inbox" / f"县{number}.json").write_bytes(path.read_bytes())
    output = call("collect", "-C", city)
    assert "通过 3" in output
    call("consolidate", "-C", city)
    got = json.loads((city / "county" / "submission.json").read_text("utf-8"))
    assert got["scope"] == "consolidated" and got["agency"]["level"] == "city"
    everyone = [own, *(values for _, given in counties for values in given)]
    for key in got["values"]:
        if key.startswith(("applications.", "disputes.", "disclosure.normative", "disclosure.l")):
            assert got["values"][key] == sum(values[key] for values in everyone), key
    assert got["values"]["disclosure.regulations.in_force"] == 3  # never summed: the city's own
    assert (
        abs(got["values"]["disclosure.fees.amount"] - sum(values["disclosure.fees.amount"] for values in everyone))
        < 1e-9
    )
    assert call("check", city / "county" / "submission.json")
