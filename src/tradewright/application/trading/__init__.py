"""Trading sessions: start, watch and end them; orders, positions and the journal of each."""
