"""What a newcomer runs first: daily bars from a CSV file, a crossover, its result. Started as a process of its own.

`python -m benchmarks.workloads.first_result bars.csv` prints the final equity and the number of round trips.
"""

import sys

import tradewright as tw


def main() -> None:
    """Load, test, print."""
    bars = tw.load_bars(sys.argv[1], symbol="BTCUSDT.BINANCE")
    result = tw.backtest(tw.MovingAverage(fast=20, slow=50), bars, cash=100_000, costs=tw.Commission(bps=10))
    print(len(bars), result.stats["final_equity"], result.stats["round_trips"])


if __name__ == "__main__":
    main()
