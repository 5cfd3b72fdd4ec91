"""The paper broker: a client of the paper venue's process."""
