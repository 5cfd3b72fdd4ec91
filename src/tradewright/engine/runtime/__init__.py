"""The interpreted speed: event by event, the same code for backtest, paper and live. Decide, then apply."""
