"""Who is served first at a price, by hand: each table is the arithmetic of a page of docs/concepts/ticks.md."""

import pytest
from tests.unit.engine.ticks.tick_samples import (
    ASKS,
    BIDS,
    BUYER,
    SELLER,
    clear,
    follow,
    level,
    quote,
    told,
    told_endings,
    trade,
)


def buy_at(price: float, quantity: float = 10.0):  # type: ignore[no-untyped-def]
    return {0: lambda desk: desk.buy(quantity, limit=price)}


def test_what_was_shown_before_an_order_is_served_before_it() -> None:
    # 30 are bid at 99 when the order arrives; 25 trade, then 12: 30 - 25 = 5 are left before it, 12 - 5 = 7 reach it.
    run, _ = follow(
        buy_at(99.0),
        quote(0, 99.0, 30.0, 101.0, 10.0),
        trade(10, 99.0, 25.0, SELLER),
        trade(20, 99.0, 12.0, SELLER),
        trade(30, 99.0, 1.0, SELLER),
    )
    assert told(run) == [(1, 7.0, 99.0), (1, 1.0, 99.0)]


def test_a_trade_through_the_price_fills_all_of_it_at_the_limit() -> None:
    run, _ = follow(buy_at(99.0), quote(0, 99.0, 30.0, 101.0, 10.0), trade(10, 98.5, 1.0, SELLER))
    assert told(run) == [(1, 10.0, 99.0)]


def test_a_trade_of_somebody_who_bought_does_not_serve_a_bid() -> None:
    run, _ = follow(buy_at(99.0), quote(0, 99.0, 0.0, 101.0, 10.0), trade(10, 99.0, 50.0, BUYER))
    assert told(run) == []


@pytest.mark.parametrize(
    ("cancels_ahead", "fills"), [(0.0, []), (0.5, [(1, 2.0, 99.0)]), (1.0, [(1, 10.0, 99.0)])], ids=str
)
def test_of_cancels_only_the_stated_share_was_before_the_order(
    cancels_ahead: float, fills: list[tuple[int, float, float]]
) -> None:
    # 30 before us; 6 trade: 24 are left before us. The level then shows 24 + 20 of others behind us - 16 canceled = 28.
    # Of the 16: none, 8 or 16 were before us: 24, 16 or 8 are left. Then 18 trade: 0, 2 or 10 reach the order.
    run, _ = follow(
        buy_at(99.0),
        level(0, BIDS, 99.0, 30.0),
        level(1, BIDS, 99.0, 50.0),
        trade(10, 99.0, 6.0, SELLER),
        level(20, BIDS, 99.0, 28.0),
        trade(30, 99.0, 18.0, SELLER),
        cancels_ahead=cancels_ahead,
    )
    assert told(run) == fills


def test_no_more_can_be_before_an_order_than_is_shown() -> None:
    # 30 before us; the level falls to 4 without a trade: at most 4 are left before us, so 9 - 4 = 5 reach the order.
    run, _ = follow(buy_at(99.0), level(0, BIDS, 99.0, 30.0), level(10, BIDS, 99.0, 4.0), trade(20, 99.0, 9.0, SELLER))
    assert told(run) == [(1, 5.0, 99.0)]


def test_an_order_better_than_the_best_price_is_first() -> None:
    run, _ = follow(buy_at(99.5), quote(0, 99.0, 30.0, 101.0, 10.0), trade(10, 99.5, 4.0, SELLER))
    assert told(run) == [(1, 4.0, 99.5)]


def test_an_order_behind_the_best_quote_waits_until_its_price_is_shown() -> None:
    # At 98 nobody knows what is shown. When 98 is the best bid, all 20 shown there are before us.
    run, _ = follow(
        buy_at(98.0),
        quote(0, 99.0, 30.0, 101.0, 10.0),
        trade(5, 98.0, 50.0, SELLER),
        quote(10, 98.0, 20.0, 101.0, 10.0),
        trade(20, 98.0, 26.0, SELLER),
    )
    assert told(run) == [(1, 6.0, 98.0)]


@pytest.mark.parametrize(("unseen", "quantity"), [(0.0, 8.0), (5.0, 3.0)], ids=str)
def test_where_only_trades_are_known_the_assumed_quantity_is_before_an_order(unseen: float, quantity: float) -> None:
    run, _ = follow(buy_at(99.0), trade(0, 100.0, 1.0), trade(10, 99.0, 8.0), unseen_ahead=unseen)
    assert told(run) == [(1, quantity, 99.0)]


def test_what_one_own_order_takes_of_a_trade_the_next_one_cannot_take() -> None:
    script = {0: lambda desk: (desk.buy(4.0, limit=99.0), desk.buy(4.0, limit=99.0))}
    run, _ = follow(script, trade(0, 100.0, 1.0), trade(10, 99.0, 6.0, SELLER))
    assert told(run) == [(1, 4.0, 99.0), (2, 2.0, 99.0)]


def test_an_order_that_takes_walks_the_book_no_farther_than_its_limit() -> None:
    run, _ = follow(
        {2: lambda desk: desk.buy(10.0, limit=102.0)},
        level(0, ASKS, 101.0, 3.0),
        level(1, ASKS, 102.0, 4.0),
        level(2, ASKS, 103.0, 9.0),
    )
    assert told(run) == [(1, 3.0, 101.0), (1, 4.0, 102.0)]
    assert told_endings(run) == []


def test_what_an_order_has_taken_is_gone_until_the_level_is_shown_anew() -> None:
    script = {0: lambda desk: desk.buy(3.0), 1: lambda desk: desk.buy(3.0), 2: lambda desk: desk.buy(1.0)}
    run, _ = follow(
        script, level(0, ASKS, 101.0, 4.0), trade(5, 101.0, 1.0), level(10, ASKS, 101.0, 4.0), trade(20, 101.0, 1.0)
    )
    assert told(run) == [(1, 3.0, 101.0), (2, 1.0, 101.0), (2, 2.0, 101.0), (3, 1.0, 101.0)]


def test_somebody_who_offers_at_the_price_of_an_order_fills_it_as_far_as_he_offers() -> None:
    run, _ = follow(buy_at(99.0), quote(0, 98.0, 5.0, 101.0, 10.0), quote(10, 98.0, 5.0, 98.5, 4.0))
    assert told(run) == [(1, 4.0, 99.0)]


def test_immediate_or_cancel_takes_what_is_there_and_ends() -> None:
    run, _ = follow(
        {0: lambda desk: desk.buy(9.0, limit=101.0, force=3)},
        quote(0, 99.0, 5.0, 101.0, 4.0),
        quote(10, 99.0, 5.0, 101.0, 4.0),
    )
    assert told(run) == [(1, 4.0, 101.0)]
    assert told_endings(run) == [(1, "not filled at once", 5.0)]


def test_fill_or_kill_takes_all_or_nothing() -> None:
    script = {0: lambda desk: (desk.buy(5.0, limit=101.0, force=4), desk.buy(4.0, limit=101.0, force=4))}
    run, _ = follow(script, quote(0, 99.0, 5.0, 101.0, 4.0), quote(10, 99.0, 5.0, 101.5, 4.0))
    assert told(run) == [(2, 4.0, 101.0)]
    assert told_endings(run) == [(1, "not filled at once", 5.0)]


def test_a_post_only_order_that_would_take_ends_instead() -> None:
    script = {0: lambda desk: (desk.buy(5.0, limit=101.0, post_only=True), desk.buy(5.0, limit=100.0, post_only=True))}
    run, _ = follow(script, quote(0, 99.0, 5.0, 101.0, 4.0), quote(10, 99.0, 5.0, 100.0, 2.0))
    assert told_endings(run) == [(1, "would have taken liquidity", 5.0)]
    assert told(run) == [(2, 2.0, 100.0)]


def test_where_only_trades_are_known_a_market_order_fills_at_the_first_trade_after_it() -> None:
    run, _ = follow({0: lambda desk: desk.buy(7.0)}, trade(0, 100.0, 1.0), trade(10, 100.5, 1.0), trade(20, 99.0, 1.0))
    assert told(run) == [(1, 7.0, 100.5)]


def test_where_only_trades_are_known_an_order_can_be_held_to_a_share_of_each() -> None:
    run, _ = follow(
        {0: lambda desk: desk.buy(7.0)},
        trade(0, 100.0, 1.0),
        trade(10, 100.5, 8.0),
        trade(20, 99.0, 8.0),
        participation=0.5,
    )
    assert told(run) == [(1, 4.0, 100.5), (1, 3.0, 99.0)]


def test_less_quantity_keeps_the_place_in_the_queue_and_another_price_loses_it() -> None:
    def less(desk):  # type: ignore[no-untyped-def]
        return desk.replace(1, quantity=2.0)

    def elsewhere(desk):  # type: ignore[no-untyped-def]
        return desk.replace(1, limit=98.0), desk.replace(1, limit=99.0)

    events = (
        level(0, BIDS, 99.0, 10.0),
        level(1, BIDS, 99.0, 30.0),
        trade(10, 99.0, 10.0, SELLER),
        trade(20, 99.0, 5.0, SELLER),
    )
    kept, _ = follow({0: lambda desk: desk.buy(4.0, limit=99.0), 1: less}, *events)
    lost, _ = follow({0: lambda desk: desk.buy(4.0, limit=99.0), 1: elsewhere}, *events)
    assert told(kept) == [(1, 2.0, 99.0)]
    assert told(lost) == []  # 30 were shown when it came back to 99


def test_a_snapshot_takes_the_place_of_the_book() -> None:
    run, strategy = follow(
        {0: lambda desk: desk.bid(), 1: lambda desk: (desk.bid(), desk.ask(), desk.bid_quantity())},
        level(0, BIDS, 99.0, 10.0),
        clear(10),
        level(10, ASKS, 98.5, 2.0),
        level(10, BIDS, 98.0, 3.0),
    )
    assert strategy.said == [99.0, (98.0, 98.5, 3.0)]
    assert told(run) == []


def test_an_order_that_only_reduces_never_turns_a_position() -> None:
    script = {
        0: lambda desk: desk.buy(5.0),
        1: lambda desk: desk.sell(9.0, reduce_only=True),
        2: lambda desk: desk.sell(9.0, reduce_only=True),
    }
    run, _ = follow(script, *(quote(10 * k, 99.0, 50.0, 101.0, 50.0) for k in range(5)))
    assert told(run) == [(1, 5.0, 101.0), (2, -5.0, 99.0)]


def test_an_order_that_the_account_cannot_carry_ends_when_it_would_fill() -> None:
    run, _ = follow({0: lambda desk: desk.buy(5.0)}, *(quote(k, 99.0, 50.0, 101.0, 50.0) for k in range(3)), cash=500.0)
    assert told(run) == []
    assert told_endings(run) == [(1, "not enough buying power", 5.0)]


def test_equity_that_is_gone_closes_everything_at_what_is_shown() -> None:
    # 30 sold short at 100 with 1,000: gone when the middle is above 133.33; closed at the ask of 141.
    script = {0: lambda desk: desk.sell(30.0)}
    run, _ = follow(
        script, quote(0, 100.0, 50.0, 101.0, 50.0), quote(5, 100.0, 50.0, 101.0, 50.0),
        quote(10, 139.0, 50.0, 141.0, 50.0), quote(20, 10.0, 50.0, 11.0, 50.0), cash=1_000.0, leverage=5.0,
    )  # fmt: skip
    assert told(run)[0] == (1, -30.0, 100.0)
    assert told(run)[1][1:] == (30.0, 141.0)
    assert run.equity[-1] == 1_000.0 + 30 * 100.0 - 30 * 141.0
