"""When: rules, words for them, and zones. Pure: the time, the zone and the language are arguments."""
