"""Proofs: what is promised of trading sessions, measured on real processes, disks and clocks."""
