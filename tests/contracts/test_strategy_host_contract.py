"""Every host keeps the contract of `ports/hosts.py`: in this process, deferred, in a worker, and behind walls."""

import asyncio
from pathlib import Path

import pytest
from tests.contracts.strategy_hosts import (
    BUYS,
    NAME,
    Listener,
    Place,
    ask,
    confined,
    here,
    later,
    needs_walls,
    shown,
    strategy_file,
    terms,
    worker,
)

from tradewright.application.strategies.source import code_digest
from tradewright.ports.hosts import (
    CancelWish,
    HostFailed,
    HostReady,
    HostTrouble,
    OrderWish,
    Proposed,
    ProtectWish,
    Shown,
    StrategyTerms,
    TargetWish,
)
from tradewright.trading.strategies.moving_average import MovingAverage

every_host = pytest.mark.parametrize("place", [here, later, worker, pytest.param(confined, marks=needs_walls)])


@pytest.fixture
def buys(tmp_path: Path) -> str:
    path = tmp_path / "buys.py"
    path.write_text(BUYS, encoding="utf-8")
    return f"{path}:Buys"


def run(place: Place, folder: Path, stated: StrategyTerms, slices: list[Shown]) -> Listener:
    async def asked() -> Listener:
        return await ask(place(folder), stated, slices)

    return asyncio.run(asked())


@every_host
def test_a_host_says_when_it_is_ready(place: Place, tmp_path: Path, buys: str) -> None:
    told = run(place, tmp_path, terms(buys), [])
    assert told.ready.warm_up_bars == 3
    assert not told.ready.speaks_weights
    assert len(told.ready.code) == 32


@every_host
def test_a_strategy_of_the_registry_has_the_digest_of_a_run(place: Place, tmp_path: Path) -> None:
    digest = code_digest(MovingAverage)
    told = run(place, tmp_path, terms("moving_average", code=digest), [])
    assert told.ready == HostReady(digest, 50, speaks_weights=False, logs=told.ready.logs)


@every_host
def test_answers_come_in_the_order_of_the_slices(place: Place, tmp_path: Path, buys: str) -> None:
    told = run(place, tmp_path, terms(buys, parameters={"size": 2}), [shown(n) for n in range(1, 40)])
    assert [answer.slice for answer in told.proposed] == list(range(1, 40))
    first, second = told.proposed[:2]
    assert first.wishes == (
        OrderWish(number=1, instrument=NAME, side="BUY", quantity=2.0, kind="limit", limit=101.5),
        TargetWish(NAME, 0.5, is_instruction=True),
        ProtectWish(NAME, stop_loss=100.0),
        CancelWish(1),
    )
    assert second.wishes == (OrderWish(number=2, instrument=NAME, side="BUY", quantity=4.0, kind="limit", limit=102.5),)
    assert all(answer.took_ns > 0 for answer in told.proposed)


@every_host
def test_a_warm_up_is_answered_with_no_wishes(place: Place, tmp_path: Path, buys: str) -> None:
    slices = [shown(n, is_warm_up=n <= 600) for n in range(1, 603)]
    told = run(place, tmp_path, terms(buys), slices)
    assert [answer.slice for answer in told.proposed] == list(range(1, 603))
    assert not any(answer.wishes for answer in told.proposed[:600])
    order = told.proposed[600].wishes[0]
    assert isinstance(order, OrderWish)
    assert (order.number, order.quantity) == (1, 601.0)


@every_host
def test_the_same_slices_shown_again_restore_the_strategy(place: Place, tmp_path: Path, buys: str) -> None:
    first = run(place, tmp_path, terms(buys), [shown(n) for n in range(1, 12)])
    again = run(place, tmp_path, terms(buys), [shown(n, is_again=n < 9) for n in range(1, 12)])
    assert [answer.wishes for answer in again.proposed] == [answer.wishes for answer in first.proposed]


@every_host
def test_a_strategy_that_raises_is_told_with_its_line(place: Place, tmp_path: Path) -> None:
    bad = strategy_file(tmp_path, body="return 1 / 0")
    told = run(place, tmp_path, terms(bad), [shown(n) for n in range(1, 6)])
    assert len(told.proposed) == 1
    assert told.failed.trouble is HostTrouble.RAISED
    assert told.failed.slice == 2
    assert told.failed.story == (
        "Bad.on_bar raised ZeroDivisionError in line 11 of bad.py: division by zero; mend the strategy"
    )


@every_host
def test_a_strategy_that_leaves_is_told(place: Place, tmp_path: Path) -> None:
    bad = strategy_file(tmp_path, body="sys.exit(3)")
    told = run(place, tmp_path, terms(bad), [shown(1), shown(2)])
    assert told.failed.trouble is HostTrouble.RAISED
    assert "sys.exit(3)" in told.failed.story


@every_host
def test_a_strategy_that_asks_for_impossible_memory_is_too_large(place: Place, tmp_path: Path) -> None:
    bad = strategy_file(tmp_path, body="self.much = np.ones(1 << 45)", imports="import numpy as np")
    told = run(place, tmp_path, terms(bad), [shown(1), shown(2)])
    assert told.failed.trouble is HostTrouble.TOO_LARGE


REFUSED = {
    "an unknown strategy": (terms("moving_avrage"), "did you mean moving_average?"),
    "a file that is not there": (terms("nowhere.py:Idea"), "is not there"),
    "a parameter out of range": (terms("moving_average", parameters={"fast": 100_000}), "a whole number from"),
    "a parameter that is none": (terms("moving_average", parameters={"fats": 3}), "did you mean fast?"),
    "other code": (terms("moving_average", code="0" * 32), "is not the code that was agreed on"),
    "no instrument": (terms("moving_average", instruments=()), "a strategy needs an instrument"),
    "no allocation": (terms("moving_average", allocation="greedy"), "expected equal, whole, or rules of size"),
    "no interval": (terms("moving_average", interval="often"), "is not understood"),
}


@every_host
@pytest.mark.parametrize("case", sorted(REFUSED))
def test_what_cannot_be_loaded_is_refused_with_the_reason(place: Place, case: str, tmp_path: Path) -> None:
    stated, reason = REFUSED[case]
    told = run(place, tmp_path, stated, [])
    assert isinstance(told.events[0], HostFailed)
    assert told.failed.trouble is HostTrouble.REFUSED
    assert told.failed.slice == 0
    assert reason in told.failed.story


@every_host
def test_a_file_that_cannot_be_run_is_refused(place: Place, tmp_path: Path) -> None:
    path = tmp_path / "broken.py"
    path.write_text("import nothing_of_this_name\n", encoding="utf-8")
    told = run(place, tmp_path, terms(str(path)), [])
    assert told.failed.trouble is HostTrouble.REFUSED
    assert "line 1" in told.failed.story


@every_host
def test_slices_out_of_order_end_the_strategy(place: Place, tmp_path: Path, buys: str) -> None:
    told = run(place, tmp_path, terms(buys), [shown(2), shown(1)])
    assert told.failed.trouble is HostTrouble.RAISED
    assert "not later than the one before" in told.failed.story


@every_host
def test_nothing_is_told_after_the_end(place: Place, tmp_path: Path, buys: str) -> None:
    async def ended() -> Listener:
        host, listener = place(tmp_path), Listener()
        await host.start(terms(buys), listener)
        await listener.until(1)
        host.show(shown(1))
        await host.close()
        await host.close()
        count = len(listener.events)
        host.show(shown(2))
        await asyncio.sleep(0.01)
        assert len(listener.events) == count
        return listener

    told = asyncio.run(ended())
    assert all(isinstance(event, HostReady | Proposed) for event in told.events)


@every_host
def test_a_host_that_was_never_started_can_be_closed(place: Place, tmp_path: Path) -> None:
    async def closed() -> None:
        await place(tmp_path).close()

    asyncio.run(closed())


@every_host
def test_a_strategy_hears_of_the_end(place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "ends.py"
    path.write_text(
        "import tradewright as tw\n\n\nclass Ends(tw.Strategy):\n"
        "    def on_bar(self, context, bar):\n        pass\n\n"
        "    def on_end(self, context):\n        assert context.buy(1) == 0\n        print('it heard of the end')\n",
        encoding="utf-8",
    )
    told = run(place, tmp_path, terms(str(path)), [shown(1)])
    printed = Path(told.ready.logs).read_text(encoding="utf-8") if told.ready.logs else capsys.readouterr().out
    assert printed == "it heard of the end\n"


@every_host
def test_what_a_strategy_raises_at_its_end_is_no_matter(place: Place, tmp_path: Path) -> None:
    path = tmp_path / "ends.py"
    path.write_text(
        "import tradewright as tw\n\n\nclass Ends(tw.Strategy):\n"
        "    def on_bar(self, context, bar):\n        pass\n\n"
        "    def on_end(self, context):\n        raise KeyError(context)\n",
        encoding="utf-8",
    )
    told = run(place, tmp_path, terms(str(path)), [shown(1)])
    assert len(told.proposed) == 1
