"""Speed of the core, compared with SciPy, PyTorch's CPU kernels and the matrix product alone.

    python -m benchmarks.core

Every row is measured side by side in one run, one thread each, the sides taking turns; medians.
A drag step is one move by one pixel of a 16x16 pattern; a turn is 16 of them in a row, as in a
drag. The floor is the time of the matrix products alone, on inputs that are unfolded already.
Targets stand in the last column; a row that misses its target says so, and the exit code is 1.
"""

from __future__ import annotations

import os

# Before NumPy and PyTorch are imported: they read these once.
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle
from statistics import median

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage, signal
from torch.nn import functional

from rfcore import Network, Stack, conv2d, draw_background, draw_pattern, max_pool2d
from rfcore.moving import MovingPattern

BENCHMARK_STACK = Stack.parse("C3p1c8 R M2 C3p1c16 R M2 C3p1c16")
IMAGE_SIZES = (64, 128, 256, 512)
DRAG_STEPS = 16
Map = NDArray[np.float32]
Side = Callable[[], object]

missed: list[str] = []


def medians(sides: dict[str, Side], *, seconds: float = 1.0) -> dict[str, float]:
    """Return the median ms of every side; they take turns, so that noise meets them alike."""
    times: dict[str, list[float]] = {name: [] for name in sides}
    for side in sides.values():
        side()
    end = time.perf_counter() + seconds * len(sides)
    while time.perf_counter() < end or len(times[next(iter(times))]) < 7:
        for name, side in sides.items():
            start = time.perf_counter()
            side()
            times[name].append(1000 * (time.perf_counter() - start))
    return {name: median(taken) for name, taken in times.items()}


def show(row: str, taken: dict[str, float], target: str = "", met: bool = True) -> None:
    """Print one row: every side's median and how often rfcore's time goes into it."""
    ours = taken["rfcore"]
    sides = "  ".join(
        f"{name} {ms:8.3f}" + ("" if name == "rfcore" else f" ({ms / ours:5.2f}x)")
        for name, ms in taken.items()
    )
    verdict = f"   {target}: {'met' if met else 'MISSED'}" if target else ""
    print(f"{row:<26} {sides}{verdict}")
    if not met:
        missed.append(row)


def random_map(*shape: int) -> Map:
    """Return a seeded random array of float32."""
    return np.random.default_rng(0).standard_normal(shape, np.float32)


def scipy_convolution(x: Map, kernels: Map) -> list[Map]:
    """Convolve as SciPy can: plane by plane."""
    return [
        sum(signal.correlate(plane, tap, "same") for plane, tap in zip(x, taps, strict=True))
        for taps in kernels
    ]


def scipy_pool(x: Map, kernel_size: int) -> Map:
    """Pool as SciPy can: filter at every cell, then keep every second one."""
    filtered: Map = ndimage.maximum_filter(x, (1, kernel_size, kernel_size))
    return filtered[:, ::2, ::2]


def steps(moving: MovingPattern, places: Iterator[tuple[int, int]]) -> None:
    """Move the pattern DRAG_STEPS times in a row, as a drag does, with no full pass between."""
    for _ in range(DRAG_STEPS):
        moving.move_to(*next(places))


def convolutions() -> None:
    """Convolutions from 1 to 8 and from 8 to 16 channels."""
    print("\nconvolution 3x3, padding 1; ms, and in brackets the time of the other side over ours")
    for channels, out_channels in ((1, 8), (8, 16)):
        for size in IMAGE_SIZES[:3]:
            x = random_map(channels, size, size)
            kernels = random_map(out_channels, channels, 3, 3)
            tensor, weights = torch.from_numpy(x)[None], torch.from_numpy(kernels)
            unfolded = random_map(channels * 9, size * size)
            flat = kernels.reshape(out_channels, -1)

            taken = medians(
                {
                    "rfcore": partial(conv2d, x, kernels, padding=1),
                    "PyTorch": partial(functional.conv2d, tensor, weights, padding=1),
                    "SciPy": partial(scipy_convolution, x, kernels),
                    "product alone": partial(np.matmul, flat, unfolded),
                }
            )
            share = taken["rfcore"] / taken["PyTorch"]
            target = "at most 2x PyTorch" if channels >= 8 else ""
            show(
                f"{channels} to {out_channels}, {size}x{size}",
                taken,
                target,
                share <= 2 or not target,
            )


def pools() -> None:
    """Max pools of 8 channels."""
    print("\nmax pooling, 8 channels")
    for kernel_size in (2, 3):
        for size in IMAGE_SIZES[:3]:
            x = random_map(8, size, size)
            tensor = torch.from_numpy(x)[None]
            taken = medians(
                {
                    "rfcore": partial(max_pool2d, x, kernel_size, stride=2),
                    "PyTorch": partial(functional.max_pool2d, tensor, kernel_size, 2),
                    "SciPy": partial(scipy_pool, x, kernel_size),
                },
                seconds=0.5,
            )
            met = taken["PyTorch"] >= 2 * taken["rfcore"]
            row = f"{kernel_size}x{kernel_size}/2, {size}x{size}"
            show(row, taken, "2x faster than PyTorch", met)


def torch_network(network: Network) -> Callable[[torch.Tensor], torch.Tensor]:
    """Return the stack of this benchmark in PyTorch, with the same weights."""
    kernels = [torch.from_numpy(k) for k in network.kernels if k is not None]

    def forward(x: torch.Tensor) -> torch.Tensor:
        for place, weights in enumerate(kernels):
            x = functional.conv2d(x, weights, padding=1)
            if place < 2:
                x = functional.max_pool2d(functional.relu(x), 2)
        return x

    return forward


def scipy_network(network: Network, image: Map) -> list[Map]:
    """Run the stack of this benchmark as SciPy can."""
    maps: list[Map] = list(image)
    kernels = [k for k in network.kernels if k is not None]
    for place, weights in enumerate(kernels):
        maps = scipy_convolution(np.stack(maps), weights)
        if place < 2:
            maps = list(scipy_pool(np.maximum(np.stack(maps), 0), 2))
    return maps


def products(network: Network, size: int) -> Callable[[], None]:
    """Return the matrix products of a full pass alone, on inputs that are unfolded already."""
    pairs = []
    for place, kernels in enumerate(k for k in network.kernels if k is not None):
        flat = kernels.reshape(len(kernels), -1)
        pairs.append((flat, random_map(flat.shape[1], (size >> place) ** 2)))

    def run() -> None:
        for flat, unfolded in pairs:
            np.matmul(flat, unfolded)

    return run


def networks() -> None:
    """A full pass, and one step of a drag, through the whole stack."""
    print(f"\n{BENCHMARK_STACK}: full pass, and one step of a drag of a 16x16 pattern")
    network = Network.with_filters(BENCHMARK_STACK)
    forward = torch_network(network)
    movers: dict[int, Side] = {}
    for size in IMAGE_SIZES:
        background, pattern = draw_background("meadow", size), draw_pattern("cat", 16)
        tensor = torch.from_numpy(background)[None]
        full: dict[str, Side] = {
            "rfcore": partial(network.forward, background),
            "PyTorch": partial(forward, tensor),
            "products alone": products(network, size),
        }
        if size < 512:  # SciPy takes seconds there
            full["SciPy"] = partial(scipy_network, network, background)
        with torch.inference_mode():
            show(f"full pass, {size}x{size}", medians(full))
        third = size // 3
        moving = MovingPattern(network, background, pattern)
        movers[size] = partial(steps, moving, cycle([(third, third), (third, third + 1)]))
        sides: dict[str, Side] = {"rfcore": movers[size], "PyTorch full pass": full["PyTorch"]}
        with torch.inference_mode():
            taken = medians(sides)
        taken["rfcore"] /= DRAG_STEPS
        least = {256: 10, 512: 20}.get(size)
        ratio = taken["PyTorch full pass"] / taken["rfcore"]
        target = f"{least}x faster than PyTorch" if least else ""
        show(f"drag step, {size}x{size}", taken, target, least is None or ratio >= least)
    taken = medians({str(size): mover for size, mover in movers.items()})
    growth = taken["512"] / taken["64"]
    verdict = "met" if growth <= 1.5 else "MISSED"
    print(f"a step at 512x512 costs {growth:.2f} times one at 64x64   at most 1.5: {verdict}")
    if growth > 1.5:
        missed.append("growth")


def peak_memory() -> None:
    """Peak memory of a full pass at 512x512."""
    network = Network.with_filters(BENCHMARK_STACK)
    image = draw_background("meadow", 512)
    network.forward(image)
    tracemalloc.start()
    activations = network.forward(image)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    held = sum(activation.nbytes for activation in activations)
    met = peak <= 4 * held
    print(
        f"\nfull pass at 512x512: peak {peak / 2**20:.1f} MiB, activations {held / 2**20:.1f} MiB, "
        f"{peak / held:.2f} times   at most 4: {'met' if met else 'MISSED'}"
    )
    if not met:
        missed.append("memory")


def main() -> int:
    """Print every table; return 1 when a target was missed."""
    torch.set_num_threads(1)
    convolutions()
    pools()
    networks()
    peak_memory()
    print(f"\nmissed: {', '.join(missed)}" if missed else "\nevery target met")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
