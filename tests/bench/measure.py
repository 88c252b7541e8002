"""Times calls against a yardstick in the same run: on a shared machine only ratios of neighbours mean anything."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROUNDS = 15


class Row(NamedTuple):
    """One line of the table: what was measured, the yardstick's time and its own, their ratio, and what the ratio may be."""

    what: str
    yardstick: str
    measured: str
    ratio: float
    goal: str = ""
    met: bool | None = None

    def cells(self) -> tuple[str, ...]:
        """The row as text."""
        met = {True: "yes", False: "no", None: ""}[self.met]
        return self.what, self.yardstick, self.measured, f"{self.ratio:.1f}x", self.goal, met


def at_most(what: str, yardstick: float, measured: float, goal: float | None = None) -> Row:
    """A row from two times in seconds; `goal` is the highest ratio allowed."""
    ratio = measured / yardstick
    allowed = "" if goal is None else f"at most {goal:g}x"
    return Row(what, duration(yardstick), duration(measured), ratio, allowed, None if goal is None else ratio <= goal)


def duration(seconds: float) -> str:
    """Seconds in the unit that people read best."""
    return f"{seconds * 1e6:.1f} us" if seconds < 1e-3 else f"{seconds * 1e3:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"


def calls(named: Mapping[str, Callable[[], object]], repeat: int = 1, rounds: int = ROUNDS) -> dict[str, float]:
    """CPU seconds of one call of each, the best of `rounds` of `repeat` calls taken in turn.

    The garbage collector rests meanwhile: its pauses fall on whoever is measured when it wakes.
    """
    best = dict.fromkeys(named, float("inf"))
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        for _ in range(rounds):
            for name, call in named.items():
                start = time.process_time()
                for _ in range(repeat):
                    call()
                best[name] = min(best[name], (time.process_time() - start) / repeat)
                gc.collect()
    finally:
        gc.enable()
        gc.unfreeze()
    return best


def processes(named: Mapping[str, Sequence[str | Path]], cwd: Path, environment: Mapping[str, str]) -> dict[str, float]:
    """Wall seconds of a whole process, start to end, the best of several rounds taken in turn. Exit codes 0 and 1 are fine."""
    best = dict.fromkeys(named, float("inf"))
    for _ in range(ROUNDS):
        for name, command in named.items():
            start = time.perf_counter()
            done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, check=False)
            best[name] = min(best[name], time.perf_counter() - start)
            if done.returncode not in (0, 1):
                raise SystemExit(f"{name} ended with {done.returncode}: {done.stderr.decode()}")
    return best


def peak_megabytes(program: str, *arguments: str | Path) -> float:
    """Peak resident memory of a Python process that runs a program (Linux: VmHWM, which a parent's size does not enter)."""
    ending = "\nfrom pathlib import Path; print(Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0])"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", program + ending, *arguments], env=environment, capture_output=True, text=True, check=True)
    return int(done.stdout.split()[-1]) / 1024
