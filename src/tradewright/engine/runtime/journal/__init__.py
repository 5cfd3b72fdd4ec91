"""The journal: what a trading session knows for certain, in the order it learned it, and what restarts it."""
