"""The only way out: every message is a row until the platform has taken it."""
