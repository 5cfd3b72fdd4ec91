"""Confinement of uploaded strategies: walls of the kernel around a process, raised before one is loaded."""
