"""A venue with its own book of record: what truly happened, whatever anybody was told."""
