"""From trades to signals while the market is open: bars, slices, indicators, signals, stage by stage over a bus."""
