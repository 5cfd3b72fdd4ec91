"""What we ask of the world, as protocols."""
