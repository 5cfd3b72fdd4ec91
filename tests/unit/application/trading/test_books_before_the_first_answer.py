"""Before the broker has said what an account has, nobody claims that it is worth nothing."""

from decimal import Decimal
from pathlib import Path

import pytest
from tests.unit.application.trading.trading_samples import kept_in, story

from tradewright.application.trading.books import portfolio_view
from tradewright.application.trading.traders import Bygone
from tradewright.engine.session.apply import apply
from tradewright.engine.session.state import SessionState


@pytest.mark.parametrize(("facts", "equity"), [(1, None), (2, Decimal(100_000))])
def test_equity_is_unknown_until_the_account_is_told(tmp_path: Path, facts: int, equity: Decimal | None) -> None:
    state = SessionState()
    for fact in story()[:facts]:
        apply(state, fact)
    view = portfolio_view(Bygone(kept_in(tmp_path), state))
    assert view.equity == equity
    assert view.drawdown in {None, 0}
