"""Fuzz the app with hostile and malformed input of every kind that a stranger can send.

    python -m benchmarks.fuzz --minutes 10
    python -m benchmarks.fuzz --minutes 1 --only photo --seed 7

Each case makes random changes, given by a seed, to a valid input. A case fails when it raises
anything but the app's own errors, takes longer than SLOWEST seconds, or changes a scene although it
was refused. A live server also gets links, stage messages and frame requests over its sockets. The
memory of the server and of this process is measured: caches are bounded, so both must stop growing.
The tests run the same cases for a few seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from urllib.parse import parse_qsl

from benchmarks.app_server import memory
from benchmarks.frame_bounds import EXTREME_LINKS, broken_bounds
from benchmarks.fuzz_changes import changed_bytes, changed_message, changed_text, escaped
from benchmarks.fuzz_inputs import (
    DECK_TEXTS,
    KERAS_JSON,
    LESSONS,
    LINKS,
    MODELS,
    NOTATIONS,
    PHOTOS,
    PROGRESS,
    QUERIES,
    SCENES,
    valid_message,
)
from benchmarks.live_fuzz import LiveServer
from pages.ui.lessons.progress import (
    ProgressError,
    progress_from_code,
    progress_from_text,
    progress_to_code,
    progress_to_text,
)
from pages.ui.lessons.reader import read_lesson
from pages.ui.present.deck import read_deck
from pages.ui.render.frame import Request, render_frame
from pages.ui.scene.lenses import page_of
from pages.ui.scene.limits import check_stack
from pages.ui.scene.link import to_query, to_query_string
from pages.ui.scene.photos import PHOTO_SIZE
from pages.ui.scene.stage_message import parse_message
from pages.ui.scene.workspaces import scene_of
from pages.ui.stage.frame_socket import Drag, read_message
from rfcore.errors import RfcoreError
from rfcore.interop import read_model
from rfcore.pictures.photos import read_photo
from rfcore.stack import Stack

SLOWEST = 2.0  # s that one case may take
SLOWEST_OF = {"expensive_link": 20.0}  # it makes a frame many times, to measure it
LARGE_NUMBERS = (1, 2, 7, 8, 9, 16, 31, 32, 33, 63, 64, 96, 100, 128, 200, 256, 300, 369, 483, 999)
MAX_MEMORY_GROWTH = 1.2  # of the memory at half-time that may be held at the end

# ---- the cases: each makes an input from a seed, tries it, and raises an error if the app fails


def notation(random: Random) -> None:
    """Parse a notation, write it again, and check the limits of the stage."""
    stack = Stack.parse(changed_text(random, random.choice(NOTATIONS), NOTATIONS))
    if Stack.parse(str(stack)) != stack:
        raise AssertionError(f"{stack} is read as another stack than it was written for")
    check_stack(stack, random.choice((32, 64, 256)))


def link(random: Random) -> None:
    """Open a link: there is always a scene, and it can be linked to and shown."""
    path, _, query = random.choice(LINKS).partition("?")
    parts = dict(parse_qsl(query))
    name = random.choice(list(parts))
    parts[name] = changed_text(random, parts[name], list(parts.values()))
    scene, problems = scene_of(parts, path[1:])
    if not all(isinstance(problem, str) and problem for problem in problems):
        raise AssertionError(f"no sentence in {problems}")
    again, problems = scene_of(to_query(scene), page_of(scene.lens))
    if again != scene or problems:
        raise AssertionError(f"{to_query_string(scene)} opens another scene: {problems}")
    render_frame(scene, Request())


def deck(random: Random) -> None:
    """Read a list of slides; lines that are no slides are reported."""
    read_deck(changed_text(random, random.choice(DECK_TEXTS), DECK_TEXTS))


def progress(random: Random) -> None:
    """Read a learner's progress, from a link or from the browser's storage."""
    texts = progress_to_code(PROGRESS), progress_to_text(PROGRESS)
    read = random.choice((progress_from_code, progress_from_text))
    found = read(changed_text(random, texts[read is progress_from_text], texts))
    try:
        again = progress_from_text(progress_to_text(found))
    except ProgressError as error:  # the learner would lose all progress
        raise AssertionError(f"{found} can not be read again") from error
    if again.done != found.done:
        raise AssertionError(f"{found} is stored as {again}")


def lesson(random: Random) -> None:
    """Read a lesson file; each mistake is reported with its line."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "lesson.toml"
        text = changed_text(random, random.choice(LESSONS), LESSONS)
        file.write_bytes(text.encode("utf-8", "surrogatepass"))
        found, faults = read_lesson(file)
        lines = len(text.splitlines()) + text.count("\x85") + 1
    if found is None and not all(1 <= fault.line <= lines and fault.problem for fault in faults):
        raise AssertionError(f"no line in {faults}")
    if (found is None) != bool(faults):
        raise AssertionError(f"{len(faults)} faults, lesson {found}")


def model(random: Random) -> None:
    """Read a model: PyTorch, Keras or Keras JSON."""
    texts = (*MODELS, KERAS_JSON)
    read_model(changed_text(random, random.choice(texts), texts))


def photo(random: Random) -> None:
    """Read a damaged picture file."""
    plane = read_photo(changed_bytes(random, random.choice(PHOTOS), PHOTOS), PHOTO_SIZE)
    if plane.shape != (1, PHOTO_SIZE, PHOTO_SIZE) or not 0 <= plane.min() <= plane.max() <= 1:
        raise AssertionError("no gray picture")


def expensive_link(random: Random) -> None:
    """Open a link at the limits: what is accepted keeps its bounds in CPU time and memory."""
    link = re.sub(
        r"\d+",
        lambda found: found[0] if random.random() < 0.7 else str(random.choice(LARGE_NUMBERS)),
        random.choice([*EXTREME_LINKS.values()]),
    )
    scene, _ = scene_of({"picture": "meadow", **dict(parse_qsl(link))})
    if broken := broken_bounds(scene):
        raise AssertionError(f"{link}: {'; '.join(broken)}")


def message(random: Random) -> None:
    """Apply a stage message through the component: it changes the scene or is refused."""
    scene = random.choice(SCENES)
    changed = parse_message(changed_message(random, valid_message(scene))).applied_to(scene)
    render_frame(changed, Request())


def drag(random: Random) -> None:
    """Send messages over the frame socket; a refused one leaves the scene unchanged."""
    line, scene = Drag(), random.choice(SCENES)
    first = valid_message(scene, query=to_query_string(scene), photo=None)
    line.answer(read_message(json.dumps(first)))
    for _ in range(3):
        before, text = line.scene, json.dumps(changed_message(random, first))
        if random.random() < 0.3:
            text = changed_text(random, text, QUERIES)
        elif random.random() < 0.5:
            text = escaped(random, text)
        try:
            line.answer(read_message(text))
        except RfcoreError:
            if line.scene != before:
                raise AssertionError(f"refused, and yet changed: {text}") from None


CASES: dict[str, Callable[[Random], None]] = {
    case.__name__: case
    for case in (
        notation,
        link,
        deck,
        progress,
        lesson,
        model,
        photo,
        expensive_link,
        message,
        drag,
    )
}


@dataclass(frozen=True)
class Fault:
    """A case that ended as none should; seed: what makes it again."""

    case: str
    seed: str
    words: str

    def __str__(self) -> str:
        return f"{self.case}, seed {self.seed!r}: {self.words}"


def attempt(name: str, seed: str, case: Callable[[Random], None] | None = None) -> Fault | None:
    """Try one case; return what is at fault, or None. case: another than the one of this name."""
    begun = time.monotonic()
    try:
        (case or CASES[name])(Random(seed))
    except (RfcoreError, ProgressError) as refusal:
        if not str(refusal).strip():
            return Fault(name, seed, "refused without a word")
    except Exception as error:
        return Fault(name, seed, f"{type(error).__name__}: {error}"[:300])
    took = time.monotonic() - begun
    return Fault(name, seed, f"took {took:.1f} s") if took > SLOWEST_OF.get(name, SLOWEST) else None


def run(minutes: float, seed: int, names: Sequence[str]) -> int:
    """Try cases for some minutes; print what was found, return how many were at fault."""
    faults, number, half = 0, 0, (0.0, 0.0)
    counts = dict.fromkeys(names, 0)
    with LiveServer(SLOWEST) as live:
        cases = {**CASES, "wire": live.wire, "raw": live.raw}
        begun = time.monotonic()
        while (spent := time.monotonic() - begun) < 60 * minutes:
            name = names[number % len(names)]
            if fault := attempt(name, f"{seed}-{number}", cases[name]):
                print(fault, flush=True)
                faults += 1
            counts[name] += 1
            number += 1
            if not any(half) and spent > 30 * minutes:
                half = memory(os.getpid()), live.memory
        end, traces = (memory(os.getpid()), live.memory), live.traces
    print("  ".join(f"{name} {count:,}" for name, count in counts.items()))
    for whose, before, after in zip(("this process", "the server"), half, end, strict=True):
        print(f"memory of {whose}: {before:.0f} MB at half-time, {after:.0f} MB at the end")
        if after > MAX_MEMORY_GROWTH * before:
            print(f"memory of {whose} grows")
            faults += 1
    if traces:
        print(f"{traces} traces in the server's log")
    return faults + traces


def main() -> None:
    """Run with the options of the command line; exit with 1 when anything was at fault."""
    names = [*CASES, "wire", "raw"]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--only", choices=names, help="one kind of input alone")
    options = parser.parse_args()
    print(f"seed {options.seed}")
    wanted = [options.only] if options.only else names
    sys.exit(1 if run(options.minutes, options.seed, wanted) else 0)


if __name__ == "__main__":
    main()
