"""Market data: what can be asked of the store and of files that people bring."""
