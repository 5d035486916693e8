"""A row becomes yours, for a while."""
