"""The bounds of a scene's frames, measured: CPU time and memory.

Other work on the machine makes a core slower for a while. What two fixed pieces of work take at the
moment says by how much.
"""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from pages.ui.render.array_cache import FRAMES
from pages.ui.render.frame import render_frame
from pages.ui.scene.choices import PRESETS
from pages.ui.scene.scene import Scene

FIRST_FRAME_SECONDS, FURTHER_FRAME_SECONDS, FRAME_BYTES = 0.150, 0.060, 64 * 2**20
"""s of CPU time for a scene's first frame and for each further one, and bytes for either."""

QUIET_PRODUCT, QUIET_LOOP = 0.0065, 0.003
"""s of the two pieces of work in `_slowness` on a machine for which the bounds are, when it is
quiet."""

EXTREME_LINKS = {
    "large kernel": "size=256&stack=C64x256/1c1",
    "large kernel, padded": "size=256&stack=C96x256/1p40x0c1",
    "the editor's largest kernel": "size=256&stack=C31x31/1p15c1",
    "the editor's largest, twice": "size=96&stack=C31x31/1p15c1,C31x31/1p15c1",
    "counts as quick": "size=96&stack=C64x96/1p64x0c1",
    "padded channels": "size=256&stack=C1x1/1p369c32",
    "as many channels": "size=128&stack=C1x1/1p100c32",
    "wide padding": "size=32&stack=C1x1/1p483c1",
    "no multiply-adds to speak of": "size=256&stack=C1x1c32,R,R,R,R,R,R,R,R,R,R,R",
    "as many maps": "size=256&stack=C1x1c8,R,R,R,R,R,R,R,R,R,R,R",
    "maps without channels": "size=256&stack=" + ",".join(["C3x3/1p1c1,R"] * 6),
    "large pools": "size=256&stack=C1x1c8,M31x31/1,A31x31/1",
    "large dilations": "size=256&stack=C3x3/1d31c4,R,C3x3/1d31c4,R,C3x3/1d31c4",
    "many weights": "size=256&stack=C3c32,C61x61/1c32",
    "a wide window of many channels": "size=256&stack=C1c32,C16x16/16c32",
    "blurs": "size=256&stack=C1x1c8,B7/1,B7/1,B7/1",
    "a preset": f"size=256&stack={PRESETS['dilated']}&pattern=cat&moves=wrap",
    "gradients": f"size=256&lens=fields&rings=box,effective,used&stack={PRESETS['dilated']}",
    "gradients of all pixels": "size=256&lens=fields&rings=effective,used&stack=C3,C3d16,C3d16,GA",
    "gradients of large windows": "size=192&lens=fields&rings=effective,used&stack=C31c1,R,GA",
    "kernels for each place": "size=256&lens=weight_sharing&stack=C7x7/1p3c1",
    "an orbit": "size=12&lens=pool&picture=grid&stack=M8x8/1,B3x3/8",
}
"""Links at the limits of something, beyond them, or found to hold up a class."""


def _slowness() -> float:
    """Return how many times as long as on a quiet machine frames take now, at least 1.

    Frames multiply matrices and run Python. A busy neighbour slows one more than the other.
    """
    weights, columns = np.ones((8, 72), np.float32), np.ones((2000, 72, 32), np.float32)
    begun = time.process_time()
    np.matmul(weights, columns)
    product = time.process_time() - begun
    begun = time.process_time()
    sum(number * number for number in range(50_000))
    loop = time.process_time() - begun
    return max(1.0, product / QUIET_PRODUCT, loop / QUIET_LOOP)


def _quickest(run: Callable[[], object], bound: float) -> float:
    """Return the CPU time of a run relative to its bound, the best of a few if it is beyond it."""
    found = []
    for _ in range(4):
        slow = _slowness()
        begun = time.process_time()
        run()
        took = time.process_time() - begun
        found.append(took / (bound * max(slow, _slowness())))
        if found[-1] <= 1:
            break
    return min(found)


def _peak(run: Callable[[], object]) -> int:
    """Return the bytes that a run allocates at most at a time."""
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _moved(scene: Scene, by: int) -> Scene:
    """The scene with its pattern, or face, elsewhere."""
    most = scene.size - scene.pattern_size
    row, col = ((at + by) % (most + 1) for at in scene.position)
    return replace(scene, position=(row, col))


def broken_bounds(scene: Scene) -> list[str]:
    """Say which bounds a scene breaks."""
    other = _moved(scene, 1)

    def first() -> None:
        FRAMES.drop_all()
        render_frame(scene)

    render_frame(scene)  # what is drawn once for all scenes
    found = []
    if (share := _quickest(first, FIRST_FRAME_SECONDS)) > 1:
        found.append(f"the first frame took {share * FIRST_FRAME_SECONDS:.3f} s")
    first()
    render_frame(other)
    if (share := _quickest(lambda: render_frame(_moved(scene, 2)), FURTHER_FRAME_SECONDS)) > 1:
        found.append(f"a further frame took {share * FURTHER_FRAME_SECONDS:.3f} s")
    for name, run in (("first", first), ("further", lambda: render_frame(_moved(scene, 3)))):
        # Another thread may allocate something at the same time, but not each time.
        if (peak := min(_peak(run), _peak(run))) > FRAME_BYTES:
            found.append(f"a {name} frame took {peak / 2**20:.0f} MB")
    return found
