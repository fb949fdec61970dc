"""Persons, and the addresses where they can be reached."""
