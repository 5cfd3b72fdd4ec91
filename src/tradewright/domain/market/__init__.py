"""What the market shows: bars, quotes, trades, books, funding and corporate actions."""
