"""The project folder: set it up, explain it, say what it holds."""
