"""SQL tables that follow the journals."""
