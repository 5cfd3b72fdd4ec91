"""How a strategy is run slice by slice: what it is shown becomes history, what it asks for becomes wishes."""
