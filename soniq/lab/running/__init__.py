"""The shop's back office, run as an operator runs it: workers that are processes, commands, and a live view."""

from soniq.lab.office import office
from soniq.lab.running.command import Said, command
from soniq.lab.running.live import LiveView, live
from soniq.lab.running.staff import Staff, busy, hire

__all__ = ["LiveView", "Said", "Staff", "busy", "command", "hire", "live", "office"]
