"""Parity: a session is laid beside a backtest of the very bars it saw, and every difference gets its cause.

What traded otherwise than it was tested must have a reason: a limit, a refusal, the venue, a restart. Here it is the
strategy itself, which remembers what it must not.
"""

import tradewright as tw

bars = tw.load_bars("examples/data/ibm.csv", symbol="IBM", start="2009")

honest = tw.paper(tw.Breakout(lookback=40), bars, costs=tw.Commission(bps=5)).parity
print(f"{honest.slices} bars, {honest.orders} orders, {honest.fills} fills: no difference is {honest.is_equal}")


class Forgetful(tw.Strategy):
    """Long for a month, then flat for a month; but the month depends on how often it was started before."""

    started = 0

    def on_start(self, context):
        Forgetful.started += 1  # state that outlives a run: the next run will do something else
        self.month = 20 + Forgetful.started
        self.seen = 0

    def on_bar(self, context, bar):
        self.seen += 1
        if self.seen % self.month == 0:
            if context.position.is_flat:
                context.enter(weight=0.5)
            else:
                context.close()


session = tw.paper(Forgetful, bars)
found = session.parity
first = found.differences[0]
print(f"\nForgetful: {len(found.differences)} differences, {found.unexplained} of them unexplained. The first one:")
print(f"  bar {first.slice}, {first.matter}: {first.session or 'nothing'} here, {first.backtest or 'nothing'} there")
print(f"  {first.cause}: {first.evidence}")
