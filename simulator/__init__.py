"""A deterministic simulator of a trading session: seeded loop, disk, network and venue, and a judge of its own."""
