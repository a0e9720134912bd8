"""Check lessons: every file, every step, every answer and goal, those that need training too.

python -m pages.ui.lessons.check                  # the lessons of the app
python -m pages.ui.lessons.check my-lesson.toml   # a file of one's own
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from pages.ui.lessons.reader import LESSON_FOLDER, read_lesson


def main(arguments: Sequence[str]) -> int:
    """Check the files that are named, or all lessons; return how many have a mistake."""
    files = [Path(name) for name in arguments] or sorted(LESSON_FOLDER.glob("*.toml"))
    faulty = 0
    for file in files:
        lesson, faults = read_lesson(file, train=True)
        faulty += bool(faults)
        for fault in faults:
            sys.stdout.write(f"{fault}\n")
        if lesson is not None:
            sys.stdout.write(f"{file.name}: {len(lesson.steps)} steps, no mistake\n")
    return faulty


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
