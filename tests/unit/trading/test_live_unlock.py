from dataclasses import replace

import pytest

from tradewright.trading.unlock import LONGEST_NS, Arming, LiveWish, missing

NOW = 10 * LONGEST_NS
ARMED = Arming(account="main", who="Ada", armed_ns=NOW - 5, until_ns=NOW + 5, typed="main")
OPEN = LiveWish(mode="live", account="main", credentials="live", arming=ARMED)


def test_four_open_locks_let_real_money_through() -> None:
    assert missing(OPEN, now_ns=NOW) == ()


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        (replace(OPEN, mode="paper"), "mode is paper"),
        (replace(OPEN, credentials=""), "credentials are not there"),
        (replace(OPEN, credentials="paper"), "of the paper environment"),
        (replace(OPEN, arming=None), "nobody has armed"),
        (replace(OPEN, arming=replace(ARMED, account="other")), "for account other"),
        (replace(OPEN, arming=replace(ARMED, who=" ")), "names nobody"),
        (replace(OPEN, arming=replace(ARMED, typed="mian")), "was not typed"),
        (replace(OPEN, arming=replace(ARMED, until_ns=NOW)), "not valid now"),
        (replace(OPEN, arming=replace(ARMED, armed_ns=NOW + 1)), "not valid now"),
        (replace(OPEN, arming=replace(ARMED, armed_ns=NOW - LONGEST_NS)), "within a day"),
        (replace(OPEN, arming=replace(ARMED, armed_ns=NOW + 6)), "within a day"),
    ],
)
def test_each_lock_alone_keeps_it_shut(wish: LiveWish, told: str) -> None:
    assert told in "; ".join(missing(wish, now_ns=NOW))


def test_everything_that_is_missing_is_told_at_once() -> None:
    found = missing(LiveWish(mode="paper", account="", credentials="", arming=None), now_ns=NOW)
    assert len(found) == 4


def test_an_arming_lasts_to_its_last_nanosecond_and_a_day_at_most() -> None:
    day = replace(ARMED, armed_ns=NOW, until_ns=NOW + LONGEST_NS)
    assert missing(replace(OPEN, arming=day), now_ns=NOW + LONGEST_NS - 1) == ()
    longer = replace(day, until_ns=day.until_ns + 1)
    assert missing(replace(OPEN, arming=longer), now_ns=NOW)
