"""A platform taken apart on one machine: its processes, what is asked of it, and who judges what came of that."""
