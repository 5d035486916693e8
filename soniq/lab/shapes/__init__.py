"""The same order placed through Soniq, in each of four shapes."""

from soniq.lab.shapes.scenes import call_api, killed_after_the_invoice

__all__ = ["call_api", "killed_after_the_invoice"]
