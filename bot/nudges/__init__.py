"""Nudges and their moments: set, swept when due, answered."""
