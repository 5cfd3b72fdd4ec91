"""The kill switch as a file."""
