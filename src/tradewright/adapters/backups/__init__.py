"""Backups: archives of files with their digests, and the folder that they are taken of."""
