"""The work itself, as a user would write it: strategies, stores, commands. One file a group of workloads."""
