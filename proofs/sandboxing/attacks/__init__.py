"""The corpus, one file a kind of attack."""
