"""Thanks from person to person: who may write to whom, the links that they make, and how far they travel."""
