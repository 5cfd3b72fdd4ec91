"""The control line over a Unix socket that only its owner can use."""
