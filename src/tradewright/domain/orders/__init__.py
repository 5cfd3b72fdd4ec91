"""Our standing instructions and the life they lead."""
