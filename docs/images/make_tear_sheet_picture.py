"""Render the head of a tear sheet as the picture of the README: `make_tear_sheet_picture.py SHEET.html`.

Needs chromium in PATH and the development requirements. The picture is written to docs/images/tear-sheet.png.
"""

import argparse
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

TARGET = Path(__file__).with_name("tear-sheet.png")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


def render(sheet: Path, target: Path, *, width: int, height: int) -> None:
    """The first `height` pixels of the page, in light colors."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("chromium is not in PATH; install it (Debian: apt-get install -y chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme="light")
        page.goto(sheet.resolve().as_uri())
        page.wait_for_selector("html[data-ready=true]", state="attached")
        page.wait_for_timeout(500)
        page.screenshot(path=target)
        browser.close()


def main() -> None:
    """Read the command line and render."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sheet", type=Path, help="a tear sheet, as written by `tradewright demo`")
    parser.add_argument("--target", type=Path, default=TARGET)
    parser.add_argument("--width", type=int, default=1180)
    parser.add_argument("--height", type=int, default=1420)
    given = parser.parse_args()
    if not given.sheet.is_file():
        sys.exit(f"{given.sheet} is no file; write a tear sheet first: make demo")
    render(given.sheet, given.target, width=given.width, height=given.height)


if __name__ == "__main__":
    main()
