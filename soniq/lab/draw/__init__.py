"""Draw a recorded story: an SVG for notebooks and pages, a text, a table for the terminal."""

from soniq.lab.draw.timeline import Timeline, timeline

__all__ = ["Timeline", "timeline"]
