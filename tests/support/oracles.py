"""The operations once more, in plain loops and without rfcore: slow, and easy to believe.

Every size is a (rows, cols) pair, every map a (channels, rows, cols) array; results are float64.
"""

import numpy as np

Pair = tuple[int, int]


def source(place: int, size: int, mode: str) -> int | None:
    """Which cell of `size` cells stands at `place`, which may lie beyond them; None for a zero."""
    if 0 <= place < size:
        return place
    if mode == "zeros":
        return None
    if mode == "circular":
        return place + size if place < 0 else place - size
    if mode == "reflect":
        return -place if place < 0 else 2 * (size - 1) - place
    if mode == "replicate":
        return 0 if place < 0 else size - 1
    raise AssertionError(mode)


def windows(size: int, kernel: int, stride: int, padding: int, dilation: int) -> list[list[int]]:
    """The places that each window along an axis looks at, those in the padding too."""
    found = []
    first = -padding
    while first + (kernel - 1) * dilation < size + padding:
        found.append([first + tap * dilation for tap in range(kernel)])
        first += stride
    return found


def blur_windows(size: int, kernel: int, stride: int) -> list[list[int]]:
    """As `windows`, one for every stride-th cell, the longer half of an even one after it."""
    return [
        [cell - (kernel - 1) // 2 + tap for tap in range(kernel)] for cell in range(0, size, stride)
    ]


def conv2d(
    x: np.ndarray,
    kernels: np.ndarray,
    bias: np.ndarray | None = None,
    *,
    stride: Pair = (1, 1),
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
    padding_mode: str = "zeros",
) -> np.ndarray:
    rows, cols = x.shape[1:]
    down = windows(rows, kernels.shape[2], stride[0], padding[0], dilation[0])
    across = windows(cols, kernels.shape[3], stride[1], padding[1], dilation[1])
    out = np.zeros((len(kernels), len(down), len(across)))
    for o, i, j in np.ndindex(out.shape):
        total = 0.0 if bias is None else float(bias[o])
        for c in range(len(x)):
            for a, place_row in enumerate(down[i]):
                for b, place_col in enumerate(across[j]):
                    row = source(place_row, rows, padding_mode)
                    col = source(place_col, cols, padding_mode)
                    if row is not None and col is not None:
                        total += float(kernels[o, c, a, b]) * float(x[c, row, col])
        out[o, i, j] = total
    return out


def max_pool2d(
    x: np.ndarray,
    kernel_size: Pair,
    stride: Pair,
    padding: Pair = (0, 0),
    dilation: Pair = (1, 1),
) -> np.ndarray:
    rows, cols = x.shape[1:]
    down = windows(rows, kernel_size[0], stride[0], padding[0], dilation[0])
    across = windows(cols, kernel_size[1], stride[1], padding[1], dilation[1])
    out = np.zeros((len(x), len(down), len(across)))
    for c, i, j in np.ndindex(out.shape):
        out[c, i, j] = max(
            float(x[c, row, col])
            for row in down[i]
            for col in across[j]
            if 0 <= row < rows and 0 <= col < cols
        )
    return out


def avg_pool2d(
    x: np.ndarray, kernel_size: Pair, stride: Pair, padding: Pair = (0, 0)
) -> np.ndarray:
    rows, cols = x.shape[1:]
    down = windows(rows, kernel_size[0], stride[0], padding[0], 1)
    across = windows(cols, kernel_size[1], stride[1], padding[1], 1)
    out = np.zeros((len(x), len(down), len(across)))
    for c, i, j in np.ndindex(out.shape):
        inside = [
            float(x[c, row, col])
            for row in down[i]
            for col in across[j]
            if 0 <= row < rows and 0 <= col < cols
        ]
        out[c, i, j] = sum(inside) / (len(down[i]) * len(across[j]))
    return out


def pascal(taps: int) -> list[float]:
    """Weights of a binomial filter: the mean of two neighbours, again and again."""
    row = [1.0]
    while len(row) < taps:
        row = [(a + b) / 2 for a, b in zip([0.0, *row], [*row, 0.0], strict=True)]
    return row


def blur_pool2d(x: np.ndarray, kernel_size: Pair, stride: Pair) -> np.ndarray:
    rows, cols = x.shape[1:]
    down = blur_windows(rows, kernel_size[0], stride[0])
    across = blur_windows(cols, kernel_size[1], stride[1])
    weights = pascal(kernel_size[0]), pascal(kernel_size[1])
    out = np.zeros((len(x), len(down), len(across)))
    for c, i, j in np.ndindex(out.shape):
        for a, row in enumerate(down[i]):
            for b, col in enumerate(across[j]):
                cell = x[c, source(row, rows, "reflect"), source(col, cols, "reflect")]
                out[c, i, j] += weights[0][a] * weights[1][b] * float(cell)
    return out


def global_pool2d(x: np.ndarray, kind: str) -> np.ndarray:
    """Average ("GA") or maximum ("GM") of each channel."""
    out = np.zeros((len(x), 1, 1))
    for c in range(len(x)):
        cells = [float(cell) for row in x[c] for cell in row]
        out[c, 0, 0] = sum(cells) / len(cells) if kind == "GA" else max(cells)
    return out
