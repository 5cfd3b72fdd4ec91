"""Sessions of venues with their holidays and half days."""
