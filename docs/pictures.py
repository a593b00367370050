"""The pictures of README.md and README.zh-CN, made anew from the sample county's own workbooks, pages and reports.

    python docs/pictures.py [FOLDER]

FOLDER is docs/pictures unless given. Needs LibreOffice (sheets and the Word report, as they print), Chromium (pages),
poppler's pdftoppm and pdftotext, Pillow, and a Chinese font. Nothing is drawn by hand: what is wrong in a picture is
wrong in the product.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Final

from PIL import Image, ImageChops

from xltool.forms.catalog import data_folder

PICTURES: Final = Path(__file__).resolve().parent / "pictures"
XLTOOL: Final = (sys.executable, "-c", "from xltool.cli import main; main()")
ADDRESS: Final = "办公台："
"""How the line begins that tells where the office page is."""
RETURNED_NAME: Final = "退回"
PAGE, OFFICE = "进度.html", "办公室.xlsx"
DOTS: Final = 110  # per inch of paper
WIDEST: Final = 1100  # pixels
COLOURS: Final = 64
MARGIN: Final = 12  # pixels of white around what stands on the paper
GAP: Final = 90  # pixels of nothing, under which only the foot of the page stands
PAGES: Final = {
    "guide": ("issued", "填报说明"),
    "table": ("issued", "三、收到和处理政府信息公开申请情况"),
    "opinion": ("returned", "退回意见"),
    "marked": ("returned", "三、收到和处理政府信息公开申请情况"),
    "office": ("office", "每次收取以后"),
    "report": ("report", "主动公开政府信息情况"),
    "enforcement": ("enforcement", "行政处罚实施情况统计表"),
    "hazards": ("hazards", "一、隐患排查治理情况"),
    "ledger": ("ledger", "申请人类别"),
    "website": ("website", "独立用户访问总量"),
}
"""A page of each document: the first one that has these words, spaces aside."""
SAMPLES: Final = {
    "enforcement": "enforcement-2024/2024/000000-002.json",
    "hazards": "hazards-2024/2024Q2/000000-001.json",
    "ledger": "ogi-ledger/2024/000000-001.json",
    "website": "website-report-2017/2024/000000-001.json",
}
"""Submissions of other packaged forms, of which the workbook is photographed."""


def make_pictures(folder: Path) -> None:
    """Plays the sample campaign and takes a picture of each thing that README.zh-CN shows."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        campaign = Path(place) / "demo"
        play_sample(campaign)
        documents = dict(find_documents(campaign))
        papers = {name: print_document(path, Path(place) / name) for name, path in documents.items() if name != "page"}
        for name, (document, words) in PAGES.items():
            save_picture(photograph_paper(papers[document], words, Path(place)), folder / f"{name}.png")
        save_picture(photograph_page(documents["page"].as_uri(), Path(place)), folder / "status.png")
        with serve_half(Path(place) / "half") as address:
            save_picture(photograph_page(address, Path(place)), folder / "board.png")


def play_sample(campaign: Path) -> None:
    """`xltool demo`, and the first version of the agency that had to mend its workbook made to count again."""
    run_xltool("demo", str(campaign))
    agencies = json.loads(run_xltool("status", "--json", "-C", str(campaign)))["agencies"]
    mended = next(agency["code"] for agency in agencies if agency["versions"] > 1)
    run_xltool("use", mended, "1", "--reason", "拍照", "--by", "某人", "-C", str(campaign))
    run_xltool("collect", "-C", str(campaign))
    run_xltool("status", "--html", str(campaign / PAGE), "-C", str(campaign))


@contextmanager
def serve_half(campaign: Path) -> Iterator[str]:
    """The address of the office page that `xltool demo --serve` opens, for as long as it is needed."""
    command = [*XLTOOL, "demo", "--serve", "--no-browser", str(campaign)]
    aside = {**os.environ, "XLTOOL_CONFIG": str(campaign.parent), "PYTHONUTF8": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8", env=aside) as process:
        try:
            lines = process.stdout or ()
            yield next(line.strip().removeprefix(ADDRESS) for line in lines if line.startswith(ADDRESS))
        finally:
            process.terminate()


def run_xltool(*arguments: str) -> str:
    """What a command prints; one that fails ends the script."""
    command = [*XLTOOL, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode in {1, 2}:
        sys.exit(done.stderr)
    return done.stdout


def find_documents(campaign: Path) -> Iterator[tuple[str, Path]]:
    """What is photographed: workbooks as issued, as returned and of the office, the county's report, the page."""
    books = sorted(campaign.rglob("*.xlsx"))
    returned = next(path for path in books if RETURNED_NAME in path.stem)
    yield "returned", returned
    code = returned.name.partition("_")[0]
    yield "issued", next(path for path in books if path.name.startswith(code) and path != returned)
    yield "office", campaign / OFFICE
    yield (
        "report",
        next(path for path in sorted(campaign.rglob("*.docx")) if (path.parent / "submission.json").exists()),
    )
    yield "page", campaign / PAGE
    for name, sample in SAMPLES.items():
        book = campaign / f"{name}.xlsx"
        run_xltool("fill", str(data_folder("samples") / sample), "-o", str(book))
        yield name, book


def print_document(document: Path, folder: Path) -> Path:
    """A PDF of a workbook or a report, as LibreOffice prints it."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(document)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return folder / f"{document.stem}.pdf"


def photograph_paper(paper: Path, words: str, folder: Path) -> Image.Image:
    """The first page of a PDF that has these words."""
    said = subprocess.run(["pdftotext", "-layout", str(paper), "-"], check=True, capture_output=True).stdout.decode()
    pages = ["".join(page.split()) for page in said.split("\f")]
    number = str(next(at for at, page in enumerate(pages, 1) if words in page))
    shot = folder / "paper"
    command = ["pdftoppm", "-png", "-singlefile", "-r", str(DOTS), "-f", number, "-l", number, str(paper), str(shot)]
    subprocess.run(command, check=True)
    return crop_paper(Image.open(shot.with_suffix(".png")).convert("RGB"))


def photograph_page(address: str, folder: Path) -> Image.Image:
    """The page of an address as Chromium shows it on a screen of 1366 x 768."""
    shot = folder / "page.png"
    options = ["--headless", "--no-sandbox", "--hide-scrollbars", "--window-size=1366,768", f"--screenshot={shot}"]
    chromium = shutil.which("chromium") or shutil.which("google-chrome") or "chromium-browser"
    subprocess.run([chromium, *options, address], check=True, capture_output=True, timeout=120)
    return Image.open(shot).convert("RGB")


def crop_paper(picture: Image.Image) -> Image.Image:
    """What stands on a page from its top to the first wide stretch of nothing, with a margin all around."""
    ink = ImageChops.difference(picture, Image.new("RGB", picture.size, "white")).convert("L")
    written = [at for at in range(ink.height) if ink.crop((0, at, ink.width, at + 1)).getbbox()]
    ends = (at for at, below in pairwise([*written, sys.maxsize]) if below - at > GAP)
    shown = ink.crop((0, 0, ink.width, next(ends) + 1))
    left, top, right, bottom = shown.getbbox()
    area = (max(left - MARGIN, 0), max(top - MARGIN, 0), min(right + MARGIN, ink.width), bottom + MARGIN)
    return picture.crop(area)


def save_picture(picture: Image.Image, path: Path) -> None:
    """A picture of at most so many pixels across, in few colours."""
    if picture.width > WIDEST:
        picture = picture.resize((WIDEST, picture.height * WIDEST // picture.width), Image.Resampling.LANCZOS)
    few = picture.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, kmeans=2)  # keeps colours that are seldom, as red is
    few.save(path, optimize=True)


if __name__ == "__main__":
    make_pictures(Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES)
