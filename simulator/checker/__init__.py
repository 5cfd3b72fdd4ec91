"""The judge: it reads what truly happened and what the journal says, and imports nothing of what it judges."""
