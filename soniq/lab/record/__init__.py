"""What happened in one run, as it happened: events, the recorder that keeps them, and the verdict."""

from soniq.lab.record.events import KINDS, LANE_NAMES, LANES, Details, Event, Kind, Lane, Store, Story
from soniq.lab.record.recorder import ENVIRONMENT_NAME, Recorder
from soniq.lab.record.verdict import SIGNS, Facts, Sign, Verdict, VerdictName, judge

__all__ = [
    "ENVIRONMENT_NAME",
    "KINDS",
    "LANES",
    "LANE_NAMES",
    "SIGNS",
    "Details",
    "Event",
    "Facts",
    "Kind",
    "Lane",
    "Recorder",
    "Sign",
    "Store",
    "Story",
    "Verdict",
    "VerdictName",
    "judge",
]
