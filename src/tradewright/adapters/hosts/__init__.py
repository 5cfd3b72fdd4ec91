"""Hosts of strategies: in this process, or in a worker process that can be ended."""
