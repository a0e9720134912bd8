"""The names that links carry and learners read, written out once more.

A renamed one breaks old links. Each list is in the order in which the product shows it.
"""

PATTERN_NAMES = (
    "pixel",
    "bar",
    "cross",
    "disc",
    "ring",
    "square",
    "triangle",
    "checker",
    "letter",
    "cat",
    "dog",
    "face",
)
BACKGROUND_NAMES = ("flat", "black", "gradient", "stripes", "dots", "noise", "bricks", "meadow")
FILTER_NAMES = (
    "vertical edge",
    "horizontal edge",
    "smooth",
    "spot",
    "falling edge",
    "rising edge",
    "sharpen",
    "identity",
)
LAYER_LETTERS = (
    "C (convolution), M (max pool), A (average pool), B (blur pool), R (ReLU), "
    "GA (global average pool), GM (global max pool)"
)
CHOOSE = {
    "picture": ", ".join([*BACKGROUND_NAMES, "grid"]),
    "picture size": "32, 48, 64, 96, 128, 192, 256",
    "pattern": ", ".join(PATTERN_NAMES),
    "kernels": ", ".join(["bank", *FILTER_NAMES, "random"]),
    "padding mode": "zeros, circular, reflect, replicate",
    "view": "now, start, difference",
}
"""What an error message lists after “choose”, by the kind of what it did not find."""
