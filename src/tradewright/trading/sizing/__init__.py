"""How much: from strengths to weights of equity."""
