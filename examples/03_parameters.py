"""Parameters: what a strategy can be told, in which range, and what it answers to nonsense."""

import tradewright as tw

bars = tw.load_bars("examples/data/ibm.csv", symbol="IBM")

print("Breakout takes:")
for name, parameter in tw.Breakout.parameters.items():
    told = f"{parameter.default!r}, {parameter.range_text()}"
    print(f"  {name:14} {told:42} {parameter.description}")

print("\nlookback  total return  Sharpe  deepest drawdown")
for lookback in (20, 55, 120):
    stats = tw.backtest(tw.Breakout(lookback=lookback), bars).stats
    print(f"{lookback:8}  {stats['total_return']:12.1%}  {stats['sharpe']:6.2f}  {stats['max_drawdown']:16.1%}")

print("\nWhat is out of range, misspelled or contradictory is refused before anything runs:")
for wrong in ({"lookback": 1}, {"loockback": 55}, {"lookback": 10, "exit_lookback": 20}):
    try:
        tw.Breakout(**wrong)
    except tw.TradewrightError as error:
        print(" ", error)

strategy = tw.Breakout(lookback=120, short=True)
print("\nA strategy prints as the expression that makes it:", strategy)
