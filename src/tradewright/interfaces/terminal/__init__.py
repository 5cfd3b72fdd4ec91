"""Text for people and programs: tables, summaries, JSON. Used by the command line and by notebooks."""
