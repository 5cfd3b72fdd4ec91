"""The door for all services: it answers what is its own, and hands on everything else."""
