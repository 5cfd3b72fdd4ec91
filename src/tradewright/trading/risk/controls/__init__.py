"""The controls of the gate, a family a file; `table.py` lists them all."""
