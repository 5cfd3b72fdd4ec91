"""Files that people bring, and the ones we ship."""
