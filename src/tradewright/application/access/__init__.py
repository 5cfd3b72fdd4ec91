"""Who may come in: keys, people, logins, the trail of what was asked."""
