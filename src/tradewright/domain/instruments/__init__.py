"""What is traded."""
