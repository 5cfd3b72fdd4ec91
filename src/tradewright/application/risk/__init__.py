"""Risk as it can be asked: limits and their use, sizes, the kill switch."""
