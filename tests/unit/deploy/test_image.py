"""The image is made of pinned parts in stages, runs as nobody, and begins with secrets from files."""

import http.server
import json
import os
import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.deploy.reading import DEPLOY, READ_FROM_FILES, ROOT, is_our_command

from tradewright.settings import Settings
from tradewright.settings.fields import fields
from tradewright.settings.loading import ALIASES

TEXT = re.sub(r"\\\n\s*", " ", (DEPLOY / "Dockerfile").read_text("utf-8"))
LINES = [line for line in TEXT.splitlines() if line and not line.startswith("#")]
STAGES = [part.splitlines() for part in re.split(r"(?m)^(?=FROM )", "\n".join(LINES))][1:]
ENTRY = DEPLOY / "entrypoint.sh"


def said(word: str, lines: list[str] = LINES) -> list[str]:
    return [line.removeprefix(word).strip() for line in lines if line.startswith(f"{word} ")]


def test_the_base_is_pinned_and_the_same_in_each_stage() -> None:
    assert len(STAGES) == 2
    assert {stage[0].split()[1] for stage in STAGES} == {"${BASE}"}
    assert re.fullmatch(r"BASE=python:3\.\d+\.\d+-slim-[a-z]+", said("ARG")[0])


def test_the_last_stage_builds_nothing_and_has_no_tools_for_it() -> None:
    runs = " ".join(said("RUN", STAGES[-1]))
    assert not re.search(r"\b(apt|apt-get|apk|curl|wget|gcc|pip install)\b", runs)
    assert "/usr/local/bin/pip*" in runs and "site-packages" in runs
    assert "--without-pip" in " ".join(said("RUN", STAGES[0]))
    assert "--require-hashes" in " ".join(said("RUN", STAGES[0]))


def test_it_runs_as_nobody_without_a_shell_around_it() -> None:
    assert said("USER", STAGES[-1]) == ["10001:10001"]
    assert LINES.index("USER 10001:10001") > max(LINES.index(line) for line in LINES if line.startswith("RUN"))
    for word in ("ENTRYPOINT", "CMD"):
        assert json.loads(said(word, STAGES[-1])[0])
    assert "CMD [" in said("HEALTHCHECK")[0] and said("STOPSIGNAL") == ["SIGTERM"]


def test_nothing_is_taken_that_was_not_named_and_no_secret_is_written() -> None:
    assert not said("ADD")
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert next(line for line in ignored if not line.startswith("#")) == "*"
    kept = {line[1:] for line in ignored if line.startswith("!")}
    for line in said("COPY"):
        words = [word for word in shlex.split(line) if not word.startswith("--")]
        for source in words[:-1] if "--from" not in line else []:
            assert source in kept and (ROOT / source).exists(), line
    assert not re.search(r"(?i)(password|secret|token|api_key)\s*=", " ".join(said("ENV") + said("ARG")))


def test_its_port_and_its_commands_are_ours() -> None:
    assert said("EXPOSE") == [str(Settings().api.port)]
    assert is_our_command(json.loads(said("CMD", STAGES[-1])[0]))
    known = {one.variable for one in fields()} | set(ALIASES)
    assert known >= READ_FROM_FILES
    names = set(re.findall(r"\b(TRADEWRIGHT_[A-Z_]+)=", " ".join(said("ENV"))))
    assert names == {"TRADEWRIGHT_KERNEL_CACHE"}


def entered(folder: Path, *words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    plain = {name: value for name, value in os.environ.items() if not name.startswith("TRADEWRIGHT")}
    path = f"{Path(sys.executable).parent}:{plain['PATH']}"
    return subprocess.run(
        ["sh", str(ENTRY), *words],
        env=plain | {"PATH": path, "FOLDER": str(folder)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_secrets_in_files_become_variables_of_the_service(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-a-file\n")
    done = entered(tmp_path, "doctor", "--json", GOTIFY_TOKEN_FILE=str(tmp_path / "token"))
    found = {one["name"]: one for one in json.loads(done.stdout)["settings"]}
    assert found["notify.gotify.token"]["origin"] == "environment GOTIFY_TOKEN"
    assert "from-a-file" not in done.stdout
    lost = entered(tmp_path, "doctor", GOTIFY_TOKEN_FILE=str(tmp_path / "nothing"))
    assert lost.returncode != 0


@pytest.fixture
def service() -> Iterator[int]:
    """Something that says it lives."""

    class Alive(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/health/live" else 404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Alive)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def test_health_is_asked_of_the_service_itself(tmp_path: Path, service: int) -> None:
    assert entered(tmp_path, "--healthy", PORT=str(service)).returncode == 0
    assert entered(tmp_path, "--healthy", PORT="9").returncode != 0
