"""Two stories laid side by side, slice by slice: what is in one and not in the other, in words.

This file decides what is paired: orders and fills of one slice and instrument, in their order.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from tradewright.research.parity_report import Cause, Matter
from tradewright.research.parity_story import Execution, Intent, Ledger, Refusal, Story, spelled

Deed = TypeVar("Deed", Intent, Refusal, Execution)
Paired = TypeVar("Paired", bound=Intent | Refusal | Execution)


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """A difference without its cause."""

    slice: int
    moment: int
    """The slice after which what led to it was decided."""
    instrument: str
    matter: Matter
    session: str
    backtest: str
    hint: Cause = Cause.UNEXPLAINED
    """What it is by its own looks, if nothing else explains it."""
    hint_text: str = ""


def differences(session: Story, backtest: Story, *, is_own_venue: bool) -> Iterator[Raw]:
    """Everything that differs. `is_own_venue`: fills are simulated by the same rules, so that none may be cut up."""
    yield from _asked(session, backtest)
    yield from _filled(session, backtest, is_own_venue=is_own_venue)
    yield from _booked(session, backtest)


def _asked(session: Story, backtest: Story) -> Iterator[Raw]:
    mine, theirs = _by_slice(session.intents), _by_slice(backtest.intents)
    refused, let_go = _by_slice(session.refusals), _by_slice(backtest.refusals)
    for number in sorted({*mine, *theirs, *refused, *let_go}):
        ours, others = mine.get(number, []), theirs.get(number, [])
        left, right = _unmatched(ours, others)
        more, less = _unmatched(refused.get(number, []), let_go.get(number, []))
        if ours != others and not left and not right:
            told, said = ("; ".join(f"{one.instrument} {one}" for one in sent) for sent in (ours, others))
            yield Raw(slice=number, moment=number, instrument="", matter=Matter.SEQUENCE, session=told, backtest=said)
        asked: list[Intent | Refusal] = [*left, *more]
        wanted: list[Intent | Refusal] = [*right, *less]
        for instrument, ones, twos in _paired(asked, wanted):
            is_refusal = any(isinstance(one, Refusal) for one in (*ones, *twos))
            is_cut = {one.bound for one in ones if isinstance(one, Intent)} != {
                one.bound for one in twos if isinstance(one, Intent)
            }
            yield Raw(
                slice=number,
                moment=number,
                instrument=instrument,
                matter=Matter.REFUSAL if is_refusal else Matter.ORDER,
                session="; ".join(map(str, ones)),
                backtest="; ".join(map(str, twos)),
                hint=Cause.GATE if is_refusal or (is_cut and ones and twos) else Cause.UNEXPLAINED,
                hint_text="the limits left another quantity" if is_cut and not is_refusal else "the verdicts differ",
            )


def _filled(session: Story, backtest: Story, *, is_own_venue: bool) -> Iterator[Raw]:
    mine, theirs = _by_slice(session.fills), _by_slice(backtest.fills)
    for number in sorted({*mine, *theirs}):
        left, right = _unmatched(mine.get(number, []), theirs.get(number, []))
        for instrument, ones, twos in _paired(left, right):
            hint, text = Cause.UNEXPLAINED, ""
            if ones and all(one in session.inside for one in ones):
                hint, text = (
                    Cause.INSIDE,
                    "at the trade that reached the order; the backtest knows no trades, but open, high, low and close",
                )
            elif not is_own_venue and ones and twos:
                hint, text = _of_venue([one.quantity for one in ones], [two.quantity for two in twos])
            yield Raw(
                slice=number,
                moment=number - 1,
                instrument=instrument,
                matter=Matter.FILL,
                session="; ".join(map(str, ones)),
                backtest="; ".join(map(str, twos)),
                hint=hint,
                hint_text=text,
            )


def _of_venue(ours: Sequence[Decimal], others: Sequence[Decimal]) -> tuple[Cause, str]:
    done, wanted = sum(ours, Decimal(0)), sum(others, Decimal(0))
    if len(ours) > len(others) or abs(done) < abs(wanted):
        return Cause.PARTIAL, f"{spelled(done)} of {spelled(wanted)} in {len(ours)} executions"
    return Cause.VENUE, "another price, quantity or fee"


def _booked(session: Story, backtest: Story) -> Iterator[Raw]:
    """Each slice after which the two accounts are apart in another way than before."""
    last = max(session.ledgers, default=0)
    every = [(number, session.ledgers[number], backtest.ledgers.get(number)) for number in sorted(session.ledgers)]
    every.append((last, session.end, backtest.end))
    before: object = {}
    for number, ours, theirs in every:
        if theirs is None:
            continue
        apart = _apart(ours, theirs)
        if apart != before and apart:
            names = sorted({name for name in apart if name})
            yield Raw(
                slice=number,
                moment=number - 1,
                instrument=names[0] if len(names) == 1 else "",
                matter=Matter.LEDGER,
                session=_account(ours, names),
                backtest=_account(theirs, names),
            )
        before = apart


def _apart(ours: Ledger, theirs: Ledger) -> dict[str, tuple[Decimal, ...]]:
    """By how much the two differ: cash under the empty name, quantity and realized PnL by instrument."""
    found: dict[str, tuple[Decimal, ...]] = {}
    if ours.cash != theirs.cash:
        found[""] = (ours.cash - theirs.cash,)
    zero = Decimal(0)
    for name in {*ours.quantity, *theirs.quantity, *ours.realized, *theirs.realized}:
        parts = tuple(
            one.get(name, zero) - other.get(name, zero)
            for one, other in ((ours.quantity, theirs.quantity), (ours.realized, theirs.realized))
        )
        if any(parts):
            found[name] = parts
    return found


def _account(one: Ledger, names: Iterable[str]) -> str:
    zero = Decimal(0)
    held = (
        f"{name} {spelled(one.quantity.get(name, zero))}, realized {spelled(one.realized.get(name, zero))}"
        for name in names
    )
    return "; ".join((f"cash {spelled(one.cash)}", *held))


def _by_slice(deeds: Sequence[Deed]) -> dict[int, list[Deed]]:
    found: dict[int, list[Deed]] = {}
    for deed in deeds:
        found.setdefault(deed.slice, []).append(deed)
    return found


def _unmatched(ours: Sequence[Deed], others: Sequence[Deed]) -> tuple[list[Deed], list[Deed]]:
    """What is left of both when equals are taken away one by one."""
    left, right = [], list(others)
    for deed in ours:
        if deed in right:
            right.remove(deed)
        else:
            left.append(deed)
    return left, right


def _paired(ours: Sequence[Paired], others: Sequence[Paired]) -> Iterator[tuple[str, list[Paired], list[Paired]]]:
    """By instrument, in the order in which they appear."""
    for instrument in dict.fromkeys([one.instrument for one in (*ours, *others)]):
        yield (
            instrument,
            [one for one in ours if one.instrument == instrument],
            [one for one in others if one.instrument == instrument],
        )
