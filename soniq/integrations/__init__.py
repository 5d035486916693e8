"""What ties Soniq into web frameworks: each file is one framework, and loads it only where it needs it."""
