"""Timing for benchmarks: medians of several runs, and ratios within one run.

The machines that this runs on differ and are shared, so a figure says little
alone: compare it with the ones beside it. "Busy" is processor time of this process,
which says more where others work on the same machine.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Table:
    """The results of one benchmark, printed as they come."""

    title: str
    rows: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        print(f"\n{self.title}", flush=True)

    def time(self, name: str, work: Callable[[], object], *, runs: int = 7) -> float:
        """Measure some work; return the median in seconds. The first run is not counted."""
        work()
        taken, busy = [], []
        for _ in range(runs):
            start, worked = time.perf_counter(), time.process_time()
            work()
            taken.append(time.perf_counter() - start)
            busy.append(time.process_time() - worked)
        median = statistics.median(taken)
        spread = f"({_written(min(taken))} to {_written(max(taken))})"
        self.tell(name, f"{_written(median)}  {spread}  {_written(statistics.median(busy))} busy")
        self.rows[name] = median
        return median

    def tell(self, name: str, figure: str) -> None:
        print(f"  {name:<58} {figure}", flush=True)

    def ratio(self, name: str, one: str, other: str) -> None:
        """Tell how many times as long one row took as another."""
        self.tell(name, f"{self.rows[one] / self.rows[other]:.2f}")


def _written(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


@contextmanager
def queries() -> Iterator[list[int]]:
    """Count the queries of a block: the list holds one number at its end."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counted: list[int] = []
    with CaptureQueriesContext(connection) as captured:
        yield counted
    counted.append(len(captured))
