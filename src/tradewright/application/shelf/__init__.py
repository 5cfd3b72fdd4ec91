"""The shelf: strategies that somebody uploaded, beside those that come with Tradewright, in versions that stay."""
