"""The engine: strategies meet a market. `runtime` goes event by event, `kernel` is compiled; results are the same."""
