"""News: what happens in sessions and jobs, told as it happens to whoever watches."""
