"""The platform's state as a whole: its database, backups of everything, and how they come back."""
