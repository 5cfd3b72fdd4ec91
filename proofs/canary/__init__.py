"""Secrets planted wherever one may be kept, a run that uses and abuses everything, and a search of what it said."""
