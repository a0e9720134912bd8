"""Fuzz the app: hostile and broken input of every kind that a stranger can send.

    python -m benchmarks.fuzz --minutes 10
    python -m benchmarks.fuzz --minutes 1 --only photo --seed 7

Each kind of input starts from valid ones and changes them by a seed. A case is at fault when it
ends in anything but the app's own refusals, takes longer than SLOWEST seconds, or changes a scene
that it should not. The live server gets links, hands and frames over its own sockets. Its memory is
watched, and that of this process: what caches hold is bounded, so both must come to rest.
The tests run the same cases with a small, fixed budget.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from urllib.parse import parse_qsl

from benchmarks.app_server import memory
from benchmarks.fuzz_changes import changed_bytes, changed_message, changed_text
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
MAX_MEMORY_GROWTH = 1.2  # of the memory at half-time that may be held at the end

# ---- the cases: each makes an input from a seed and tries it, and raises what is at fault


def notation(random: Random) -> None:
    """A stack in writing: read, written again, and checked for the stage."""
    stack = Stack.parse(changed_text(random, random.choice(NOTATIONS), NOTATIONS))
    if Stack.parse(str(stack)) != stack:
        raise AssertionError(f"{stack} is read as another stack than it was written for")
    check_stack(stack, random.choice((32, 64, 256)))


def link(random: Random) -> None:
    """A link: whatever it says, there is a scene, which can be linked to and shown."""
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
    """A list of slides: lines that make none are named."""
    read_deck(changed_text(random, random.choice(DECK_TEXTS), DECK_TEXTS))


def progress(random: Random) -> None:
    """A learner's progress, as a link and as a browser carries it."""
    texts = progress_to_code(PROGRESS), progress_to_text(PROGRESS)
    read = random.choice((progress_from_code, progress_from_text))
    found = read(changed_text(random, texts[read is progress_from_text], texts))
    try:
        again = progress_from_text(progress_to_text(found))
    except ProgressError as error:  # no refusal: it would cost the learner all that is kept
        raise AssertionError(f"{found} can not be read again") from error
    if again.done != found.done:
        raise AssertionError(f"{found} is not what is kept of it")


def lesson(random: Random) -> None:
    """A lesson file: every mistake has its line."""
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
    """A model pasted in, PyTorch, Keras or its JSON."""
    texts = (*MODELS, KERAS_JSON)
    read_model(changed_text(random, random.choice(texts), texts))


def photo(random: Random) -> None:
    """An upload: a picture file, broken."""
    plane = read_photo(changed_bytes(random, random.choice(PHOTOS), PHOTOS), PHOTO_SIZE)
    if plane.shape != (1, PHOTO_SIZE, PHOTO_SIZE) or not 0 <= plane.min() <= plane.max() <= 1:
        raise AssertionError("no gray picture")


def hand(random: Random) -> None:
    """A message of the stage to the page: a scene, or a refusal."""
    scene = random.choice(SCENES)
    changed = parse_message(changed_message(random, valid_message(scene))).applied_to(scene)
    render_frame(changed, Request())


def drag(random: Random) -> None:
    """Messages over the frame socket: one that cannot be done leaves the scene as it was."""
    line, scene = Drag(), random.choice(SCENES)
    told = valid_message(scene, query=to_query_string(scene), photo=None)
    line.answer(read_message(json.dumps(told)))
    for _ in range(3):
        before, message = line.scene, json.dumps(changed_message(random, told))
        if random.random() < 0.3:
            message = changed_text(random, message, QUERIES)
        try:
            line.answer(read_message(message))
        except RfcoreError:
            if line.scene != before:
                raise AssertionError(f"refused, and yet changed: {message}") from None


CASES: dict[str, Callable[[Random], None]] = {
    case.__name__: case
    for case in (notation, link, deck, progress, lesson, model, photo, hand, drag)
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
    return Fault(name, seed, f"took {took:.1f} s") if took > SLOWEST else None


def run(minutes: float, seed: int, names: Sequence[str]) -> int:
    """Try cases for some minutes; print what was found, return how many were at fault."""
    faults, number, half = 0, 0, (0.0, 0.0)
    counts = dict.fromkeys(names, 0)
    with LiveServer(SLOWEST) as live:
        cases = {**CASES, "wire": live.wire}
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
    names = [*CASES, "wire"]
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
