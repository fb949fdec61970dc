"""Pebble: a chat companion that brings people back to micro-moments, one small calming thing at a time."""

__version__ = "0.1.0"
