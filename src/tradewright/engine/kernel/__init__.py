"""The compiled speed: the step of `domain/matching` and a loop around it, as machine code."""
