"""Where limits are kept: an append-only file whose records are chained by their digests."""
