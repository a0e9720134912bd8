"""Hostile and broken input, for as long as you like: what a stranger can send, by the thousand.

    python -m benchmarks.fuzz --minutes 10
    python -m benchmarks.fuzz --minutes 1 --only photo --seed 7

Each kind of input starts from valid ones and changes them by a seed. A case is at fault when it
ends in anything but the app's own refusals, takes longer than SLOWEST seconds, or changes a scene
that it should not. Memory is watched as well: what caches hold is bounded, so it must come to rest.
The tests run the same cases with a small, fixed budget.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
from PIL import Image

from benchmarks.app_server import ROOT
from benchmarks.mutations import changed_bytes, changed_message, changed_text
from pages.ui.deck import read_deck
from pages.ui.frame import Request, render_frame
from pages.ui.frame_socket import Drag
from pages.ui.hand import read_hand
from pages.ui.lessons import read_lesson
from pages.ui.limits import check_stack
from pages.ui.link import to_query, to_query_string
from pages.ui.photos import PHOTO_SIZE
from pages.ui.progress import Progress, ProgressError, from_code, from_text, to_code, to_text
from pages.ui.rooms import CONVOLUTION, HEADS, PARTS, POOL, STACK, page_of, scene_of
from pages.ui.scene import PRESETS, Scene
from rfcore.errors import RfcoreError
from rfcore.images import read_photo
from rfcore.interop import read_model, to_keras, to_pytorch
from rfcore.stack import Stack

SLOWEST = 2.0  # s that one case may take
MOST_GROWTH = 1.2  # of the memory at half-time that may be held at the end

NOTATIONS = (*PRESETS.values(), "input image --> C3x5/2p1d2c4 -> B3/2, R, GA -> output feature map")
SCENES = tuple(room.scene for room in (STACK, POOL, CONVOLUTION, HEADS, PARTS))
QUERIES = tuple(to_query_string(scene) for scene in SCENES)
LINKS = tuple(
    f"/{page_of(scene.lens)}?{query}" for scene, query in zip(SCENES, QUERIES, strict=True)
)
DECKS = tuple(
    f"# mine\n{link} notes\n\n{other} more" for link, other in zip(LINKS, LINKS[::-1], strict=True)
)
PROGRESS = Progress({"where-did-the-pixel-go": {"a-pixel": 3}}, ("where", "a-pixel"), 1)
MODELS = tuple(code(Stack.parse(text)) for text in NOTATIONS[:4] for code in (to_pytorch, to_keras))
KERAS_JSON = (ROOT / "tests" / "keras_sequential.json").read_text(encoding="utf-8")
LESSONS = tuple(
    file.read_text(encoding="utf-8")
    for file in sorted((ROOT / "assets" / "lessons").glob("*.toml"))
)


def _photos() -> tuple[bytes, ...]:
    pixels = Random(0).randbytes(40 * 30 * 4)
    rgba = Image.fromarray(np.frombuffer(pixels, np.uint8).reshape(30, 40, 4))
    files = []
    for mode, kind in (("RGBA", "PNG"), ("P", "PNG"), ("RGB", "JPEG"), ("L", "JPEG"),
                       ("RGBA", "WEBP"), ("RGB", "WEBP")):  # fmt: skip
        buffer = BytesIO()
        rgba.convert(mode).save(buffer, kind)
        files.append(buffer.getvalue())
    return tuple(files)


PHOTOS = _photos()


def hand_of(scene: Scene, **changes: Any) -> dict[str, Any]:
    """Return a message of the stage that is as it should be, for a scene."""
    return {
        "mount": "fuzz", "token": 1, "revision": 0, "knownScene": "", "knownStart": None,
        "position": list(scene.position), "start": list(scene.start), "unit": None,
        "channels": list(scene.channels), "view": "now", "settled": False, "probe": [0, 1, 1],
        "pointed": [1, 1], "pixel": None, "rings": ["box"], **changes,
    }  # fmt: skip


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
    read_deck(changed_text(random, random.choice(DECKS), DECKS))


def progress(random: Random) -> None:
    """A learner's progress, as a link and as a browser carries it."""
    texts = to_code(PROGRESS), to_text(PROGRESS)
    read = random.choice((from_code, from_text))
    found = read(changed_text(random, texts[read is from_text], texts))
    if from_text(to_text(found)).done != found.done:
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
    changed = read_hand(changed_message(random, hand_of(scene))).applied_to(scene)
    render_frame(changed, Request())


def drag(random: Random) -> None:
    """Messages over the frame socket: one that cannot be done leaves the scene as it was."""
    line, scene = Drag(), random.choice(SCENES)
    told = hand_of(scene, query=to_query_string(scene), photo=None)
    line.answer(json.dumps(told))
    for _ in range(3):
        before, message = line.scene, json.dumps(changed_message(random, told))
        if random.random() < 0.3:
            message = changed_text(random, message, QUERIES)
        try:
            line.answer(message)
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


def memory() -> float:
    """Return the MB that this process has in memory."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def run(minutes: float, seed: int, names: Sequence[str]) -> int:
    """Try cases for some minutes; print what was found, return how many were at fault."""
    begun, faults, number, half = time.monotonic(), 0, 0, 0.0
    counts = dict.fromkeys(names, 0)
    while (spent := time.monotonic() - begun) < 60 * minutes:
        name = names[number % len(names)]
        if fault := attempt(name, f"{seed}-{number}"):
            print(fault, flush=True)
            faults += 1
        counts[name] += 1
        number += 1
        if not half and spent > 30 * minutes:
            half = memory()
    print("  ".join(f"{name} {count:,}" for name, count in counts.items()))
    print(f"memory {half:.0f} MB at half-time, {memory():.0f} MB at the end")
    if memory() > MOST_GROWTH * half:
        print("memory grows")
        faults += 1
    return faults


def main() -> None:
    """Run by the command line's wishes; end with 1 when anything was at fault."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--only", choices=CASES, help="one kind of input alone")
    options = parser.parse_args()
    print(f"seed {options.seed}")
    names = [options.only] if options.only else list(CASES)
    sys.exit(1 if run(options.minutes, options.seed, names) else 0)


if __name__ == "__main__":
    main()
