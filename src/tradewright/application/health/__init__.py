"""Whether the platform is well: its parts, what each process sees of them, the numbers it tells."""
