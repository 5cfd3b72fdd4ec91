"""Indicators remembered within a sweep: the same arrays again, within a limit, the ones used last."""

import numpy as np

from tradewright.quant.indicators.memo import Memo, key_of, remembering
from tradewright.quant.indicators.sma import sma

CLOSE = np.linspace(10.0, 20.0, 100)
COLUMN = CLOSE.nbytes


def test_the_same_average_is_computed_once_and_read_only() -> None:
    with remembering(Memo(10 * COLUMN)):
        first = sma(CLOSE, 5)
        assert sma(CLOSE, 5) is first
        assert sma(CLOSE, 6) is not first
        assert sma(CLOSE[1:], 5) is not first
    assert not first.flags.writeable
    assert sma(CLOSE, 5) is not first
    np.testing.assert_array_equal(sma(CLOSE, 5), first)


def test_what_was_not_asked_for_longest_goes_first() -> None:
    with remembering(Memo(3 * COLUMN)):  # the prices and two averages
        five, six = sma(CLOSE, 5), sma(CLOSE, 6)
        assert sma(CLOSE, 5) is five
        sma(CLOSE, 7)
        assert sma(CLOSE, 5) is five
        assert sma(CLOSE, 6) is not six


def test_inputs_count_once_and_are_let_go_with_the_last_output() -> None:
    memo = Memo(4 * COLUMN)
    with remembering(memo):
        kept = [sma(CLOSE, window) for window in (2, 3, 4)]
        assert all(sma(CLOSE, window) is column for window, column in zip((2, 3, 4), kept, strict=True))
        assert sma(CLOSE, 2) is kept[0]
        derived = CLOSE * 2.0
        fresh = sma(derived, 2)  # two columns more: the averages of 3 and 4 make room
        assert sma(derived, 2) is fresh
        assert sma(CLOSE, 2) is kept[0]
        assert sma(CLOSE, 3) is not kept[1]


def test_what_is_larger_than_the_limit_is_not_kept() -> None:
    with remembering(Memo(COLUMN)):
        assert sma(CLOSE, 5) is not sma(CLOSE, 5)


def test_lists_and_whole_numbers_are_converted_each_time() -> None:
    with remembering(Memo(10 * COLUMN)):
        whole = np.arange(1, 101)
        np.testing.assert_array_equal(sma(whole, 3), sma(list(range(1, 101)), 3))


def test_two_makers_of_one_average_keep_the_first() -> None:
    memo = Memo(10 * COLUMN)
    key = key_of("sma", (5,), inputs=(CLOSE,))
    first, second = CLOSE + 1.0, CLOSE + 1.0
    memo.keep(key, (CLOSE,), outputs=(first,))
    memo.keep(key, (CLOSE,), outputs=(second,))
    found = memo.found(key)
    assert found is not None
    assert found[0] is first
