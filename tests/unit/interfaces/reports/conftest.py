"""One small run for all tests of the folder; it is frozen, so sharing it is safe."""

import pytest
from tests.unit.interfaces.reports.sample_views import random_walk, view_of

from tradewright.application.backtests.views import BacktestView


@pytest.fixture(scope="session")
def view() -> BacktestView:
    walks = [random_walk("AAPL.XNAS", bars=1300, seed=3), random_walk("IBM.XNYS", bars=1300, seed=8)]
    return view_of(walks, short=True)


@pytest.fixture(scope="session")
def lonely_view() -> BacktestView:
    """One instrument, no benchmark, a few weeks only."""
    return view_of([random_walk("BTC.KRAKEN", bars=70, seed=4)], benchmark=False, fast=3, slow=8)
