"""The nouns and rules of the market, in the standard library alone: what everything else talks about."""
