"""A policy of limits: the tightest level counts, changes are values, loosening is typed twice, text is exact."""

import tomllib
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.trading.risk import risk_desk as desk
from tests.unit.trading.risk.risk_desk import APPLE, COIN, OTHER, D

from tradewright.domain.errors import InputError
from tradewright.domain.identifiers import AccountId, StrategyId
from tradewright.trading.risk.drawdown import DrawdownLevel, DrawdownLevels
from tradewright.trading.risk.limits import BOUNDS, Limits, loosened, shipped_limits
from tradewright.trading.risk.policy import (
    ChangeLimits,
    Level,
    LimitsChanged,
    LimitsPolicy,
    Scope,
    Unconfirmed,
    changed,
    spelled,
)
from tradewright.trading.risk.policy_history import change_line, changes_of, founding_line, policy_of
from tradewright.trading.risk.policy_text import read_policy, written_policy

ACCOUNT, STRATEGY = AccountId("DU1"), StrategyId("momentum")
ALL = frozenset({APPLE, OTHER, COIN})


def policy(**parts: Any) -> LimitsPolicy:
    return LimitsPolicy(everywhere=shipped_limits(ALL), **parts)


def wish(values: dict[str, Any], scope: Scope | None = None, **parts: Any) -> ChangeLimits:
    said: dict[str, Any] = {"who": "Ann", "why": "a review", "scope": scope or Scope(), "values": values}
    return ChangeLimits(**{**said, **parts})


def made(answer: LimitsChanged | Unconfirmed) -> LimitsChanged:
    assert isinstance(answer, LimitsChanged), str(answer)
    return answer


def test_the_tightest_level_counts_field_by_field() -> None:
    several = policy(
        accounts={ACCOUNT: {"position": D("0.03"), "near_close_ms": 600_000}},
        strategies={STRATEGY: {"position": D("0.04"), "instruments": frozenset({APPLE}), "orders_per_minute": 6}},
        version=7,
    )
    both = several.tightest(account=ACCOUNT, strategy=STRATEGY)
    assert (both.position, both.near_close_ms, both.orders_per_minute) == (D("0.03"), 600_000, 6)
    assert (both.instruments, both.version) == (frozenset({APPLE}), 7)
    assert several.tightest(account=ACCOUNT).instruments == ALL
    assert several.tightest(account=AccountId("other"), strategy=STRATEGY).position == D("0.04")
    assert several.tightest(account=ACCOUNT, strategy=STRATEGY) is both


def test_a_level_never_loosens() -> None:
    wide = policy(accounts={ACCOUNT: {"position": D("0.5"), "allows_short": True, "near_close_ms": 0}})
    assert wide.tightest(account=ACCOUNT) == replace(wide.everywhere, version=1)


@pytest.mark.parametrize("part", ["accounts", "strategies"])
@pytest.mark.parametrize("wrong", [{"position": D(11)}, {"surprise": 1}, {"position": None}, {"version": 2}], ids=str)
def test_a_level_that_cannot_be_used_is_named(part: str, wrong: dict[str, Any]) -> None:
    name = next(iter(wrong))
    with pytest.raises(InputError, match=rf"(account|strategy) x: {name}: "):
        policy(**{part: {"x": wrong}})


def test_tightening_takes_effect_at_once() -> None:
    change = made(changed(policy(), wish({"position": D("0.03")}), when_ns=5))
    assert change == LimitsChanged(
        version=2, who="Ann", when_ns=5, why="a review", scope=Scope(),
        before={"position": D("0.05")}, after={"position": D("0.03")}, loosened=(),
    )  # fmt: skip
    after = policy().after(change)
    assert (after.version, after.everywhere.position, after.everywhere.version) == (2, D("0.03"), 2)


def test_loosening_needs_the_number_typed() -> None:
    asked = {"position": D("0.060"), "daily_loss": D("0.01")}
    answer = changed(policy(), wish(asked), when_ns=5)
    assert isinstance(answer, Unconfirmed) and answer.expected == {"position": "0.060"}
    assert str(answer) == "this allows more than before; confirm it by typing position = 0.060"
    mistyped = changed(policy(), wish(asked, typed={"position": "0.06"}), when_ns=5)
    assert isinstance(mistyped, Unconfirmed)
    change = made(changed(policy(), wish(asked, typed={"position": " 0.060 "}), when_ns=5))
    assert change.loosened == ("position",)


@pytest.mark.parametrize("name", sorted(BOUNDS))
def test_which_way_a_limit_loosens(name: str) -> None:
    bound = BOUNDS[name]
    low, high = (int(one) if bound.is_whole else one for one in (bound.least, bound.most))
    assert loosened(name, before=low, after=high) is not bound.tightens_upwards
    assert loosened(name, before=high, after=low) is bound.tightens_upwards
    assert not loosened(name, before=low, after=low)


def test_which_way_the_others_loosen() -> None:
    assert loosened("allows_short", before=False, after=True) and not loosened("allows_short", before=True, after=False)
    one, two = frozenset({APPLE}), frozenset({APPLE, OTHER})
    assert loosened("instruments", before=one, after=two) and not loosened("instruments", before=two, after=one)
    assert loosened("instruments", before=one, after=frozenset({OTHER}))
    plain, deeper = DrawdownLevels(), DrawdownLevels(stop=D("0.16"))
    assert loosened("drawdown", before=plain, after=deeper) and not loosened("drawdown", before=deeper, after=plain)
    mixed = DrawdownLevels(mild=DrawdownLevel("mild", D("0.04"), D("0.80")))
    assert loosened("drawdown", before=plain, after=mixed)


def test_a_level_is_changed_beside_the_others() -> None:
    scope = Scope(Level.STRATEGY, "momentum")
    change = made(changed(policy(), wish({"position": D("0.02")}, scope), when_ns=5))
    assert change.before == {"position": D("0.05")}
    after = policy().after(change)
    assert after.strategies == {STRATEGY: {"position": D("0.02")}} and after.everywhere == policy().everywhere
    back = changed(after, wish({"position": D("0.03")}, scope), when_ns=6)
    assert isinstance(back, Unconfirmed)
    account = made(changed(after, wish({"position": D("0.01")}, Scope(Level.ACCOUNT, "DU1")), when_ns=6))
    both = after.after(account)
    assert both.tightest(account=ACCOUNT, strategy=STRATEGY).position == D("0.01")


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        (wish({"position": D("0.03")}, who=" "), "by somebody for a reason"),
        (wish({"position": D("0.03")}, why=""), "by somebody for a reason"),
        (wish({"position": D("0.03")}, Scope(Level.ACCOUNT)), "needs? its name|need its name"),
        (wish({"position": D("0.03")}, Scope(Level.EVERYWHERE, "x")), "need its name"),
        (wish({"position": D("0.05")}), "as wished already"),
        (wish({}), "as wished already"),
        (wish({"position": D(11)}), r"position: expected a number from 0\.0001 to 10"),
        (wish({"surprise": 1}), "no limit of that name"),
        (wish({"version": 9}), "counts the changes by itself"),
        (wish({"position": None}), "found None"),
    ],
)
def test_a_change_that_cannot_be_made_says_why(asked: ChangeLimits, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        changed(policy(), asked, when_ns=5)


def test_changes_follow_one_another() -> None:
    change = made(changed(policy(), wish({"position": D("0.03")}), when_ns=5))
    with pytest.raises(InputError, match="does not follow"):
        policy().after(replace(change, version=3))


def test_the_history_of_limits_comes_to_the_policy() -> None:
    start = policy(accounts={ACCOUNT: {"order_notional": D("5000.50")}})
    lines, now = [founding_line(start, who="Ann", when_ns=1, why="set up")], start
    levels = DrawdownLevels.stopping_at(D("0.10"))
    for asked in (
        wish({"position": D("0.03"), "instruments": frozenset({APPLE}), "drawdown": levels}),
        wish({"near_close_ms": 600_000, "orders_per_second": 4}, Scope(Level.ACCOUNT, "DU1")),
        wish({"leverage": D("0.5"), "allows_short": False}, Scope(Level.STRATEGY, "momentum")),
    ):
        change = made(changed(now, asked, when_ns=2))
        now = now.after(change)
        lines.append(change_line(change))
    assert policy_of(lines) == now
    assert [one.version for one in changes_of(lines)] == [2, 3, 4]
    assert all("\n" not in line for line in lines)


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ([], "there is no history"),
        (["nonsense"], "line 1 of the history of limits cannot be read"),
        (["[]"], "is no record"),
        (['{"changed":{}}'], "line 1 of the history of limits does not follow"),
        ([founding_line(policy(), who="A", when_ns=1, why="x"), '{"changed":{"version":2}}'], "is not whole"),
        ([founding_line(policy(), who="A", when_ns=1, why="x")] * 2, "line 2 .* does not follow"),
    ],
)
def test_a_history_that_does_not_follow_is_no_policy(lines: list[str], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        policy_of(lines)


def test_limits_are_set_up_by_somebody() -> None:
    with pytest.raises(InputError, match="by somebody for a reason"):
        founding_line(policy(), who="", when_ns=1, why="x")


def read(text: str, **parts: Any) -> LimitsPolicy:
    return read_policy(tomllib.loads(text, parse_float=Decimal), **parts)


def test_a_number_of_a_file_is_what_is_written() -> None:
    found = read('based_on = "shipped"\nversion = 3\n[limits]\nposition = 0.07\nleverage = 2\n'
                 'instruments = ["AAPL.XNAS"]\ndrawdown = { stop = 0.30 }\n[strategies.momentum]\nposition = 0.01\n'
                 '[accounts.DU1]\norders_per_second = 1\n')  # fmt: skip
    assert (str(found.everywhere.position), found.everywhere.leverage, found.version) == ("0.07", D(2), 3)
    assert found.everywhere.drawdown.mild == DrawdownLevel("mild", D("0.10"), D("0.75"))
    assert found.tightest(account=ACCOUNT, strategy=STRATEGY).position == D("0.01")
    assert read_policy(written_policy(found), is_kept=True) == found


def test_levels_of_drawdown_are_written_one_by_one() -> None:
    levels = {
        name: {"depth": D(f"0.0{n}"), "scale": D("0.5")} for n, name in enumerate(("mild", "moderate", "severe"), 1)
    }
    found = read_policy({"based_on": "shipped", "limits": {"drawdown": {**levels, "stop": D("0.04")}}}, instruments=ALL)
    assert found.everywhere.drawdown.severe == DrawdownLevel("severe", D("0.03"), D("0.5"))
    with pytest.raises(InputError, match="drawdown: expected DrawdownLevels"):
        read_policy({"based_on": "shipped", "limits": {"drawdown": {"mild": 1, "stop": D("0.04")}}}, instruments=ALL)


WRONG = ["0", "-1", "inf", "nan", '"none"', '"0.05"', "true", "[]", "11", "{ a = 1 }"]


@pytest.mark.parametrize("value", WRONG)
def test_what_is_no_limit_refuses_the_start(value: str) -> None:
    with pytest.raises(InputError, match=r"position: expected a number from 0\.0001 to 10, found "):
        read(f'based_on = "shipped"\n[limits]\nposition = {value}\n', instruments=ALL)


@pytest.mark.parametrize("value", ["0.5", "0", '"5"', "true", "101"])
def test_a_count_is_whole(value: str) -> None:
    with pytest.raises(InputError, match="orders_per_second: expected a whole number from 1 to 100, found "):
        read(f'based_on = "shipped"\n[limits]\norders_per_second = {value}\n', instruments=ALL)


def test_nothing_is_filled_in_unless_it_is_said() -> None:
    with pytest.raises(InputError, match="order_quantity: missing, and a limit that is missing is not unlimited"):
        read("[limits]\nposition = 0.05\n", instruments=ALL)
    with pytest.raises(InputError, match="instruments: missing"):
        read('based_on = "shipped"\n')


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('based_on = "nothing"', "based_on: expected"),
        ("limit = 1", "limit: expected one of based_on"),
        ("limits = 1", "limits: expected a table"),
        ('based_on = "shipped"\n[strategies]\nmomentum = 1', "momentum: expected a table"),
        ('based_on = "shipped"\nversion = 0', "version: expected a whole number"),
        ('based_on = "shipped"\nversion = "1"', "version: expected a whole number"),
    ],
)
def test_a_text_that_is_no_policy_is_named(text: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        read(text, instruments=ALL)


@pytest.mark.parametrize("name", ["position", "allows_short", "instruments", "drawdown", "orders_per_second"])
def test_every_kind_of_limit_can_be_typed(name: str) -> None:
    told = {"position": "0.05", "allows_short": "false", "instruments": f"{APPLE}, {COIN}, {OTHER}",
            "drawdown": "0.15", "orders_per_second": "5"}  # fmt: skip
    assert spelled(getattr(policy().everywhere, name)) == told[name]
    assert spelled(True) == "true"


def test_limits_are_looked_up_by_what_they_are() -> None:
    one, other = desk.limits(position=D("0.05")), desk.limits(position=D("0.05"), leverage=D(2))
    assert hash(one) == hash(other) and one != other and isinstance(one, Limits)
