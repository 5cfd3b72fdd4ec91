"""Trading sessions played in this process, at once and to the end: what a notebook asks."""
