"""Work on uploaded strategies behind walls: what goes in, what is done there, what is believed of the answer."""
