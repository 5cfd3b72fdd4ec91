"""A desk: real core, shell, books and paper venue in this process, on a disk and a history of the proof's choice."""
