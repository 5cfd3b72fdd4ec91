"""Jobs: long work that waits in a queue, is done by workers, and can be watched and called off."""
