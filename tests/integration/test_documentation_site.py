"""The site builds without a warning and needs no network; the README's commands do what it says."""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
SERVING = "tradewright up"
FROM_ELSEWHERE = re.compile(r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=\"?(https?:)?//[^>]*>")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    for name in ("docs", "examples"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("out", "project"))
    shutil.copy(ROOT / "zensical.toml", folder)
    command = [sys.executable, "-m", "zensical", "build", "--clean", "--strict"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in (done.stdout + done.stderr).lower(), done.stdout + done.stderr
    return folder / "site"


def test_every_page_is_built(site: Path) -> None:
    pages = [path.relative_to(ROOT / "docs").with_suffix(".html") for path in (ROOT / "docs").rglob("*.md")]
    assert [page for page in pages if not (site / page).is_file()] == []


def test_pages_load_nothing_from_elsewhere(site: Path) -> None:
    found = {
        page.name: match[0]
        for page in site.rglob("*.html")
        if (match := FROM_ELSEWHERE.search(page.read_text(encoding="utf-8"))) and 'rel="canonical"' not in match[0]
    }
    assert found == {}


def test_examples_are_included_in_the_pages(site: Path) -> None:
    assert "BuyTheDip" in (site / "strategies.html").read_text(encoding="utf-8")
    assert not [page.name for page in site.rglob("*.html") if "--8&lt;--" in page.read_text(encoding="utf-8")]


def test_the_readme_s_commands_run(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=shutil.ignore_patterns("out", "project"))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = re.findall(r"`(tradewright [^`]+)`", readme)
    assert commands
    surroundings = os.environ | {"TRADEWRIGHT_HOME": str(tmp_path / "state")}
    for command in commands:
        words = shlex.split(command)
        words[0] = str(BIN / words[0])
        if command == SERVING:
            serves(words, tmp_path, surroundings)
            continue
        done = subprocess.run(
            words, cwd=tmp_path, env=surroundings, capture_output=True, text=True, check=False, timeout=600
        )
        assert done.returncode == 0, done.stdout + done.stderr


def serves(words: list[str], folder: Path, surroundings: dict[str, str]) -> None:
    """A command that goes on until it is ended: it says where it listens, and ends in good order."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
    command = [*words, "--port", port]
    with subprocess.Popen(command, cwd=folder, env=surroundings, stdout=subprocess.PIPE, text=True) as served:
        assert served.stdout is not None
        assert f"listens on http://127.0.0.1:{port}" in served.stdout.readline()
        served.terminate()
        assert served.wait(120) == 128 + signal.SIGTERM
