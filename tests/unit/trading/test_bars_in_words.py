import numpy as np
import pytest

from tradewright.domain.market.actions import ActionKind, CorporateAction
from tradewright.domain.timeframe import Timeframe
from tradewright.trading.bars import Bars


def bars(rows: int, *instruments: str, actions: tuple[CorporateAction, ...] = ()) -> Bars:
    matrix = np.ones((rows, len(instruments)))
    time, session = np.arange(rows, dtype=np.int64), np.arange(15_000, 15_000 + rows, dtype=np.int32)
    return Bars(
        instruments, Timeframe.parse("1d"), time, session, matrix, matrix, matrix, matrix, matrix, actions=actions
    )


SPLIT = CorporateAction(15_001, "A.XNYS", ActionKind.SPLIT, 2.0)


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        (bars(3, "A.XNYS"), "Bars(A.XNYS: 3 rows of 1d, 2011-01-26 to 2011-01-28, raw prices in USD)"),
        (
            bars(2, "A.XNYS", "B.XNYS", actions=(SPLIT,)),
            "Bars(A.XNYS, B.XNYS: 2 rows of 1d, 2011-01-26 to 2011-01-27, raw prices in USD, 1 splits and dividends)",
        ),
        (
            bars(0, *(f"I{n}.XNYS" for n in range(7))),
            "Bars(I0.XNYS, I1.XNYS, I2.XNYS, I3.XNYS, I4.XNYS and 2 more: 0 rows of 1d, raw prices in USD)",
        ),
    ],
)
def test_bars_say_in_one_line_what_they_are(shown: Bars, told: str) -> None:
    assert repr(shown) == told
