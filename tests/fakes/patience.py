"""How long a test waits for something that is to happen."""

PATIENCE = 20.0
"""Seconds: far beyond the library's own back-offs on a machine that is busy. Only a test that fails waits so long."""
