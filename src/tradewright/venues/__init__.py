"""Simulated venues as processes of their own: servers over `simulation/` that live on when a trader dies."""
