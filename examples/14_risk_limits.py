"""Risk limits: every order passes a gate, which cuts it to what the limits leave or refuses it, and says why.

The same limits hold in a session on paper and in a backtest; `tradewright risk limits` shows those of a project.
"""

import tradewright as tw

bars = tw.load_bars("examples/data/ibm.csv", symbol="IBM", start="2009")
strategy = tw.MovingAverage(fast=20, slow=50, short=True)


def limits(**values):
    """Those that come with Tradewright, but for these."""
    return {"based_on": "shipped", "limits": values}


print("A strategy that wants all of the account gets what the limits leave:")
for part in (0.02, 0.05):
    session = tw.paper(strategy, bars, limits=limits(position=part, allows_short=True))
    first = session.orders.row(0, named=True)
    print(
        f"  position {part:.0%}: wished {first['wished']:.0f}, sent {first['quantity']:.0f}, bound by {first['bound']}"
    )

session = tw.paper(strategy, bars, limits=limits(allows_short=False))
print("\nSelling short has to be allowed; else:")
for control, reason, remedy in session.refusals.select("control", "reason", "remedy").unique().head(3).iter_rows():
    print(f"  {control}: {reason}; {remedy}")

try:
    tw.paper(strategy, bars, limits=limits(position=99))
except tw.InputError as refused:
    print(f"\nA limit has a ceiling that no setting passes:\n  {refused}")

print("\nA backtest within the same limits:")
tested = tw.backtest(strategy, bars, limits=limits(position=0.05, allows_short=True), numbers="exact")
free = tw.backtest(strategy, bars)
print(f"  deepest drawdown {tested.stats['max_drawdown']:.1%}, without limits {free.stats['max_drawdown']:.1%}")
session = tw.paper(strategy, bars, limits=limits(position=0.05, allows_short=True))
print("  a session is what this backtest is, from its first trading day on:", session.parity.is_equal)
