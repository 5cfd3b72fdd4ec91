"""What can be asked of the system, the same from every door."""
