"""Files of Python that people wrote."""
