"""The risk gate: limits, controls, and the one function that approves or refuses an order."""
