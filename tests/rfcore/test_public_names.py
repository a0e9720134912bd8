"""What rfcore offers from outside: the names are written down here, and each is documented."""

import importlib
import inspect
import re
from dataclasses import dataclass
from typing import Any

import pytest

import rfcore

FRONT_PAGE = """
    Stack Layer Conv2d MaxPool2d AvgPool2d BlurPool2d ReLU GlobalAvgPool2d GlobalMaxPool2d
    with_pools pool_kind POOL_KINDS
    conv2d max_pool2d avg_pool2d blur_pool2d global_avg_pool2d global_max_pool2d relu softmax pad
    PADDING_MODES locally_connected_conv2d locally_connected_kernels argmax_cells NO_ARGMAX
    Network convolution_kernels filter_kernel FILTERS
    receptive_fields ReceptiveField exact_fields effective_receptive_field used_pixels
    gaussian_width middle_share
    draw_background BACKGROUNDS draw_pattern PATTERNS Pattern place read_photo scale_photo
    MovingPattern
    shift is_representable expected_shift measured_shift changed_cells equivariance_errors
    compare_activations first_break break_of orbit_map steps_unchanged
    share_unchanged peak_orbit
    ZOO read_model to_pytorch to_keras
    RfcoreError LayerError NotationError ShapeError KernelError PatternError ShiftError ImageError
    TrainingError
"""
PUBLIC = FRONT_PAGE.split()

OF_THE_APP = {
    "rfcore.equivariance": "Break LayerEquivariance",
    "rfcore.exact_fields": "ExactField",
    "rfcore.shifts": "MeasuredShift",
    "rfcore.zoo": "Architecture",
    "rfcore.interop": "ModelReading",
    "rfcore.heads.head": "FlattenHead GlobalAvgHead GlobalMaxHead GridHead",
    "rfcore.heads.classifier": "Classifier weight_maps",
    "rfcore.heads.softmax_regression": "train_softmax_regression",
    "rfcore.heads.position_sweep": "position_sweep",
    "rfcore.heads.experiment": "Experiment",
    "rfcore.heads.examples": "Examples draw_examples example_features",
    "rfcore.heads.run_experiment": "train_heads position_maps",
    "rfcore.heads.head_analysis": "Flip right_probabilities quarter_accuracy share_right "
    "shortest_flip one_pixel_sensitivity softmax_at",
    "rfcore.heads.depth_study": "DepthResult compare_depths",
    "rfcore.faces.parts": "draw_face draw_part part_box face_places scrambled_places",
    "rfcore.faces.spec": "PartsSpec face_picture",
    "rfcore.faces.train": "TrainedParts train_parts cell_boxes",
}
"""What the app takes from the modules themselves, and is documented as well."""

DOCUMENTED = [
    *(("rfcore", name) for name in PUBLIC),
    *((module, name) for module, names in OF_THE_APP.items() for name in names.split()),
]


def test_the_front_page_has_these_names_and_no_others() -> None:
    assert sorted(rfcore.__all__) == sorted(PUBLIC)


def test_all_of_them_come_with_a_star() -> None:
    found: dict[str, object] = {}
    exec("from rfcore import *", found)
    assert sorted(found.keys() - {"__builtins__"}) == sorted(PUBLIC)


def is_error(public: object) -> bool:
    return inspect.isclass(public) and issubclass(public, rfcore.RfcoreError)


def check_doc(public: Any) -> None:
    """Whatever can be called says what it is, shows it, and names what it raises."""
    doc = public.__doc__ or ""  # its own, not that of a parent or the one a dataclass is given
    assert doc, "no docstring"
    assert not doc.startswith(f"{public.__name__}("), "no docstring but the generated one"
    assert ">>>" in doc, "no doctest"
    refuses = inspect.isfunction(public) or {"__init__", "__post_init__"} & {
        name for name, made in vars(public).items() if is_written(made, public)
    }
    assert not refuses or re.search(r"\b[Rr]aises\b", doc), "nothing about errors"


def is_written(method: object, public: Any) -> bool:
    """Whether a method stands in the source: a dataclass makes its own from a text."""
    return inspect.isfunction(method) and method.__code__.co_filename == inspect.getfile(public)


@pytest.mark.parametrize(("module", "name"), DOCUMENTED)
def test_every_public_name_says_what_it_is(module: str, name: str) -> None:
    public = getattr(importlib.import_module(module), name)
    if is_error(public):
        assert vars(public).get("__doc__")
    elif callable(public):
        check_doc(public)


def without_words(*_: object) -> None:
    pass


def without_an_example(*_: object) -> None:
    """Do nothing. Raises nothing."""


def without_errors(*_: object) -> None:
    """Do nothing.

    >>> without_errors()
    """


@dataclass
class Generated:
    size: int


@dataclass
class Checked:
    """Something checked.

    >>> Checked(1)
    Checked(size=1)
    """

    size: int

    def __post_init__(self) -> None:
        if self.size < 1:
            raise ValueError


@pytest.mark.parametrize(
    ("planted", "missing"),
    [
        (without_words, "no docstring"),
        (without_an_example, "no doctest"),
        (without_errors, "nothing about errors"),
        (Generated, "no docstring but the generated one"),
        (Checked, "nothing about errors"),
    ],
)
def test_the_check_finds_what_is_missing(planted: object, missing: str) -> None:
    with pytest.raises(AssertionError, match=missing):
        check_doc(planted)
