"""Conversations: data that names its steps, an engine that moves through them, and a row that remembers where."""
