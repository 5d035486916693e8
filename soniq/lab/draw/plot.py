"""Work out what a story shows: who touched what, which transactions held, how long jobs waited.

Nothing here knows of pixels; every position is the number of a step.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from soniq.lab.record.events import LANE_NAMES, LANES, Event, Lane, Store, Story
from soniq.lab.record.verdict import Verdict

Fate = Literal["committed", "undone", "open"]

TRANSACTIONAL: Final = {"begin", "commit", "rollback", "write", "read"}
ENDS: Final[dict[str, Fate]] = {"commit": "committed", "rollback": "undone"}
WORK_ENDS: Final = {"done", "fail", "kill", "freeze", "run"}
LONG_PAUSE_S: Final = 1.0  # shorter gaps are drawn as they come; longer ones are cut short, and labelled


@dataclass(frozen=True, slots=True)
class Band:
    """A transaction: from its first step to its last, and what became of it."""

    tx: str
    actor: str
    start: int
    end: int
    fate: Fate
    track: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One event in its place.

    Attributes:
        number: Its column, from 0.
        event: What was recorded.
        store: The lane at the other end of its arrow; None draws no arrow.
        band: The transaction that it belongs to.
        track: The row inside the Postgres lane that it touches; bands that overlap have rows of their own.
        process: Which of several processes on its lane acts, from 1; 0 where there is only one.
        takes_over: The lane's event before this one was another process's.
        pause_s: The long wait before it, in seconds; 0 where it came at once.
        inferred: Nobody recorded it: Postgres ended the transaction of a process that died.
    """

    number: int
    event: Event
    store: Store | None
    band: Band | None = None
    track: int = 0
    process: int = 0
    takes_over: bool = False
    pause_s: float = 0.0
    inferred: bool = False

    @property
    def undone(self) -> bool:
        """Whether what it wrote is gone."""
        return self.store == "postgres" and self.band is not None and self.band.fate == "undone"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Something that lasts on a lane, from one step to another; None reaches to the edge.

    A lane with a living process, a job that waits in its store, or a worker at work on a job.
    """

    lane: Lane
    start: int | None
    end: int | None


@dataclass(frozen=True, slots=True)
class Plot:
    """A story, ready to be laid out."""

    title: str
    steps: tuple[Step, ...]
    lanes: tuple[Lane, ...]
    names: Mapping[Lane, str]
    tracks: int
    bands: tuple[Band, ...]
    alive: tuple[Stretch, ...]
    waiting: tuple[Stretch, ...]
    working: tuple[Stretch, ...]
    verdict: Verdict | None


def plot(story: Story) -> Plot:
    """Work out what the story shows."""
    events = _with_silent_ends(story.events)
    stores = _stores(events)
    bands = _bands(events)
    steps = _steps(events, stores, bands)
    bands, tracks, steps = _on_tracks(bands, steps)
    touched = {lane for step in steps for lane in (step.event.lane, step.store)} | story.lanes.keys()
    lanes = tuple(lane for lane in LANES if lane in touched or (lane == "postgres" and bands))
    return Plot(
        title=story.title,
        steps=steps,
        lanes=lanes or ("request",),
        names={**LANE_NAMES, **story.lanes},
        tracks=tracks,
        bands=bands,
        alive=tuple(stretch for lane in lanes for stretch in _alive(lane, steps)),
        waiting=tuple(_waiting(steps)),
        working=tuple(_working(steps)),
        verdict=story.verdict,
    )


def _with_silent_ends(events: Sequence[Event]) -> list[Event]:
    """Add the end that nobody could record: Postgres undoes what a dead process left open."""
    ended = {event.tx for event in events if event.kind in ENDS}
    told: list[Event] = []
    for event in events:
        told.append(event)
        if event.kind == "kill":
            open_txs = dict.fromkeys(e.tx for e in told if e.actor == event.actor and e.tx)
            left_open = [tx for tx in open_txs if tx not in ended]
            told += [replace(event, kind="rollback", lane="postgres", label="", tx=tx) for tx in left_open]
            ended.update(left_open)
    return told


def _stores(events: Sequence[Event]) -> list[Store | None]:
    has_queue = any(_own_store(event) == "queue" or event.lane == "queue" for event in events)
    has_postgres = any(_own_store(event) == "postgres" or event.lane == "postgres" or event.tx for event in events)
    source: Store | None = "queue" if has_queue else "postgres" if has_postgres else None
    stores = [source if e.kind == "run" and e.store is None else _own_store(e) for e in events]
    return [None if store == event.lane else store for store, event in zip(stores, events, strict=True)]


def _own_store(event: Event) -> Store | None:
    if event.store is not None:
        return event.store
    if event.kind in TRANSACTIONAL or (event.kind == "refuse" and event.tx):
        return "postgres"
    return "queue" if event.kind in {"enqueue", "refuse"} else None


def _bands(events: Sequence[Event]) -> tuple[Band, ...]:
    bands: dict[str, Band] = {}
    for number, event in enumerate(events):
        known = bands.get(event.tx)
        if not event.tx or (known and known.fate != "open"):
            continue
        start, actor = (known.start, known.actor) if known else (number, event.actor)
        bands[event.tx] = Band(event.tx, actor, start, number, ENDS.get(event.kind, "open"))
    last = len(events) - 1
    return tuple(replace(band, end=last) if band.fate == "open" else band for band in bands.values())


def _steps(events: Sequence[Event], stores: Sequence[Store | None], bands: Iterable[Band]) -> tuple[Step, ...]:
    by_tx = {band.tx: band for band in bands}
    processes = {lane: _processes(lane, events) for lane in LANES}
    steps = []
    for number, (event, store) in enumerate(zip(events, stores, strict=True)):
        band = by_tx.get(event.tx)
        within = band if band and number <= band.end else None
        before = next((e for e in reversed(events[:number]) if e.lane == event.lane), None)
        pause = (event.at_ns - events[number - 1].at_ns) / 1e9 if number else 0.0
        steps.append(
            Step(
                number=number,
                event=event,
                store=store,
                band=within,
                process=processes[event.lane].get(event.actor, 0),
                takes_over=before is None or before.actor != event.actor,
                pause_s=pause if pause >= LONG_PAUSE_S else 0.0,
                inferred=number > 0 and event.seq == events[number - 1].seq,
            )
        )
    return tuple(steps)


def _processes(lane: Lane, events: Sequence[Event]) -> dict[str, int]:
    if lane not in ("request", "relay", "worker"):
        return {}
    actors = list(dict.fromkeys(event.actor for event in events if event.lane == lane))
    return {actor: number for number, actor in enumerate(actors, 1)} if len(actors) > 1 else {}


def _on_tracks(bands: Sequence[Band], steps: Sequence[Step]) -> tuple[tuple[Band, ...], int, tuple[Step, ...]]:
    """Give overlapping transactions, and what happens beside them, rows of their own."""
    loose = [step.number for step in steps if "postgres" in (step.event.lane, step.store) and not step.band]
    spans = sorted([(band.start, band.end, band.tx) for band in bands] + [(n, n, "") for n in loose])
    busy_until: list[int] = []
    track_of: dict[tuple[int, str], int] = {}
    for start, end, tx in spans:
        free = next((track for track, until in enumerate(busy_until) if until < start), len(busy_until))
        busy_until[free : free + 1] = [end]
        track_of[start, tx] = free
    placed = {band.tx: replace(band, track=track_of[band.start, band.tx]) for band in bands}
    moved = tuple(
        replace(step, band=placed[step.band.tx], track=placed[step.band.tx].track)
        if step.band
        else replace(step, track=track_of.get((step.number, ""), 0))
        for step in steps
    )
    return tuple(placed.values()), max(len(busy_until), 1), moved


def _alive(lane: Lane, steps: Sequence[Step]) -> Iterable[Stretch]:
    start, alive = None, True
    for step in steps:
        if step.event.lane != lane:
            continue
        if not alive:
            start, alive = step.number, True
        if step.event.kind == "kill":
            yield Stretch(lane, start, step.number)
            alive = False
    if alive:
        yield Stretch(lane, start, None)


def _waiting(steps: Sequence[Step]) -> Iterable[Stretch]:
    """Follow each job from where others can see it to its last run, or to the edge where none came."""
    jobs = [step for step in steps if step.event.kind == "enqueue" and not step.undone]
    taken: dict[int, int] = {}
    for run in (step for step in steps if step.event.kind == "run" or _is_deletion(step)):
        fitting = [job for job in jobs if job.number < run.number and _same_subject(job, run)]
        fresh = [job for job in fitting if job.number not in taken]
        if fitting:
            taken[(fresh or fitting[-1:])[0].number] = run.number
    for job in jobs:
        visible = job.band.end if job.band and job.store == "postgres" else job.number
        if job.store and not (job.band and job.band.fate == "open" and job.store == "postgres"):
            yield Stretch(job.store, visible, taken.get(job.number))


def _is_deletion(step: Step) -> bool:
    return step.event.kind == "write" and step.store == "queue"


def _same_subject(job: Step, run: Step) -> bool:
    return job.event.subject == run.event.subject or not (job.event.subject and run.event.subject)


def _working(steps: Sequence[Step]) -> Iterable[Stretch]:
    for run in (step for step in steps if step.event.kind in {"run", "wake"}):
        own = [s for s in steps if s.number > run.number and s.event.actor == run.event.actor]
        own = [s for s in own if s.event.lane == run.event.lane]
        end = next((s for s in own if s.event.kind in WORK_ENDS), None)
        last = end or (own[-1] if own else run)
        yield Stretch(run.event.lane, run.number, last.number)
