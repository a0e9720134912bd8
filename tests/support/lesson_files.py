"""A lesson's file without a fault, to write, to read, and to plant faults in."""

from pathlib import Path

GOOD = """\
title = "A good lesson"
idea = "That it can be read."
minutes = 3

[[steps]]
title = "First"
text = "Look."
scene = "/pooling_forgives?at=2,2"

[[steps]]
title = "Second"
text = "Look again."
scene = "/pooling_forgives?at=2,2"

[steps.task]
kind = "choice"
ask = "What happens?"
move = [0, 1]
measure = "changed"
options = [
  { text = "Nothing.", is = "= 0" },
  { text = "Something.", is = "> 0" },
]
why = "So it is."

[[steps]]
title = "Third"
text = "Drag."
scene = "/feature_map_shifts?stack=C3x3/1,M2x2/2&at=24,12"

[steps.task]
kind = "goal"
by = "pin"
ask = "Pin one."
until = [{ measure = "pinned", is = "= 2" }]
why = "So it is."
"""


def written(folder: Path, text: str, name: str = "05-a-good-one.toml") -> Path:
    """Write a lesson's file into a folder; return its path."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file
