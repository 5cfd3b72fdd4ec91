"""A compiled strategy over ticks: a maker that quotes around an average, with latency and a place in the queue."""

import numpy as np

import tradewright as tw


class Quoter(tw.CompiledStrategy):
    """Bids below a running average; sells above it what it has bought."""

    every: int = tw.parameter(50, low=1)
    width: float = tw.parameter(0.0004, low=0.0)
    seen: int = tw.state(0)
    average: float = tw.state(0.0)
    order: int = tw.state(0)

    def on_tick(self, desk, tick):  # type: ignore[no-untyped-def]
        if self.seen == 0:
            self.average = tick.price
        self.average += 0.02 * (tick.price - self.average)
        self.seen += 1
        if self.seen % self.every == 0:
            desk.cancel(self.order)
            if desk.position() <= 0:
                self.order = desk.buy(1.0, limit=self.average * (1 - self.width))
            else:
                self.order = desk.sell(1.0, limit=self.average * (1 + self.width))


random = np.random.default_rng(1)
count = 20_000
trades = tw.trades_of(
    "AAA.SIM",
    1_700_000_000_000_000_000 + np.cumsum(random.integers(1, 400_000_000, count)),
    price=np.round(100 * np.exp(np.cumsum(random.normal(0, 2e-5, count))), 2),
    quantity=random.integers(1, 50, count),
    aggressor=random.choice([-1, 1], count),
)
print(trades)

# engine="auto" compiles the class; "runtime" runs the same class as plain Python, with the same fills.
result = tw.backtest(
    Quoter(), trades, cash=10_000, costs="Commission(bps=0.1)", engine="runtime",
    order_latency_ns=2_000_000, answer_latency_ns=2_000_000, unseen_ahead=20.0,
)  # fmt: skip
print(result)
print(result.fills.select("time", "side", "quantity", "price").head())
