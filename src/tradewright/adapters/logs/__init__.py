"""What processes say: cleaned, without secrets, as lines of text or JSON in files that turn over."""
