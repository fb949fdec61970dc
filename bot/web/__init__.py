"""Everything that Pebble serves over HTTP."""
