"""Tables that are in memory already, as a notebook has them."""
