"""What we hold and what it cost."""
