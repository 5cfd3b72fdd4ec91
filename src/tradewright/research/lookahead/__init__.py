"""The check for look-ahead: do orders stand when the future is cut away, and what else flatters a strategy."""
