"""Secrets that are planted in settings, environment and addresses are in nothing that a run says or keeps."""

import gzip
import io
import tarfile
from base64 import b64encode
from pathlib import Path

import pytest
from proofs.canaries import searched
from proofs.canary.planting import PLACES, plant
from proofs.canary.searching import Search
from proofs.canary.walk import Walk

SECRET = "cnry0123456789abcdefghij"


def test_commands_that_fail_show_no_secret(tmp_path: Path) -> None:
    planted = plant(tmp_path / "project")
    walk = Walk(planted)
    made = walk.shell_once("key of a trader", "keys", "create", "desk", "--role", "trader", "--json")
    password = planted.value("password of a person")
    walk.shell("keys", "person", "ada", "--role", "trader", stdin=f"{password}\n")
    walk.shell("doctor", "--json")
    walk.shell("keys", "list", "--json", "--traceback", **planted.broken_database)
    walk.shell("broker", "test", "alpaca", "--traceback")
    walk.shell("status", TRADEWRIGHT_BROKERS_ALPACA_SECRET=password, TRADEWRIGHT_LOG_LEVEL="loud")
    search = Search(planted.canaries)
    for where, data in walk.outputs:
        search.look(where, data)
    search.folder(
        planted.folder, but=frozenset({planted.folder / "tradewright.toml", planted.folder / "keys/twelve_data"})
    )
    assert len(made) > 40 and len(planted.canaries) >= 8
    assert search.outputs > 12 and any(b"alpaca" in data for _, data in walk.outputs)
    assert not search.hits, "\n".join(search.hits)


@pytest.mark.slow
def test_no_planted_secret_is_in_anything_that_a_whole_run_leaves(tmp_path: Path) -> None:
    search, walk = searched(tmp_path / "project")
    assert set(search.canaries) == set(PLACES)
    assert "strategy's environment: read" in walk.stories and "a trader: aborted" in walk.stories
    assert not search.hits, "\n".join(search.hits)


@pytest.mark.parametrize(
    "data",
    [
        SECRET.encode(),
        f"x{SECRET[:12]}".encode(),
        SECRET.encode().hex().encode(),
        b64encode(SECRET.encode()),
    ],
    ids=["plain", "half", "hexadecimal", "base 64"],
)
def test_the_search_finds_a_secret_however_it_is_written(data: bytes) -> None:
    search = Search({"somewhere": SECRET})
    search.look("an output", b"before " + data + b" after")
    assert search.hits == ["somewhere: in an output"]


def test_the_search_looks_into_archives(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with tarfile.open(fileobj=inner, mode="w") as archive:
        member = tarfile.TarInfo("deep.txt")
        member.size = len(SECRET)
        archive.addfile(member, io.BytesIO(SECRET.encode()))
    (tmp_path / "all.tar.gz").write_bytes(gzip.compress(inner.getvalue()))
    search = Search({"somewhere": SECRET})
    search.folder(tmp_path, but=frozenset())
    assert any("deep.txt" in one for one in search.hits)
