"""A session's uploaded strategy is run from the bytes that were kept for it, and from no others."""

import asyncio
from functools import partial
from pathlib import Path

import pytest
from tests.contracts.strategy_hosts import BUYS, Listener, ask, needs_walls, shown, terms

from tradewright.bootstrap.confining import confined_host, keep_source, kept_source
from tradewright.domain.errors import InputError
from tradewright.ports.code import Source
from tradewright.ports.hosts import HostFailed, HostTrouble

pytestmark = needs_walls
SOURCE = Source(BUYS.encode())


def asked(folder: Path, strategy: str) -> Listener:
    async def run() -> Listener:
        host = confined_host(folder / "strategy.log", partial(kept_source, folder))
        return await ask(host, terms(strategy), [shown(number) for number in range(1, 4)])

    return asyncio.run(run())


def test_the_kept_bytes_are_run(tmp_path: Path) -> None:
    keep_source(tmp_path, SOURCE)
    told = asked(tmp_path, SOURCE.named("Buys"))
    assert told.ready.warm_up_bars == 3
    assert [answer.slice for answer in told.proposed] == [1, 2, 3]


def test_bytes_that_were_changed_since_are_refused(tmp_path: Path) -> None:
    path = keep_source(tmp_path, SOURCE)
    path.write_bytes(SOURCE.content + b"\n")
    failed = asked(tmp_path, SOURCE.named("Buys")).events[0]
    assert isinstance(failed, HostFailed)
    assert failed.trouble is HostTrouble.REFUSED
    assert "was changed" in failed.story


@pytest.mark.parametrize("digest", ["0" * 64, "../../etc/passwd", "", "a/b"])
def test_bytes_that_are_not_there_are_refused(tmp_path: Path, digest: str) -> None:
    with pytest.raises(InputError, match="is not there"):
        kept_source(tmp_path, digest)
