"""The simulated venue of paper trading: an account with its own book of record, over the one step of matching."""
