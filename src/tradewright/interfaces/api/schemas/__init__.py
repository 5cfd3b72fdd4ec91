"""What a message looks like as JSON, and what a view does: derived from both, so that nothing is said twice."""
