"""How far somebody has come: a local file, and what it says."""
