"""Bytes of uploads as files."""
