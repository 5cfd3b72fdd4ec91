"""Attacks on the sandbox of uploaded strategies: programs, the ground they are tried on, and a judge."""
