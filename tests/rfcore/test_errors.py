"""Whatever a public name is given in place of an argument, it answers, or says what is wrong."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import pytest

import rfcore
from rfcore import (
    Conv2d,
    MovingPattern,
    Network,
    Pattern,
    ReLU,
    RfcoreError,
    Stack,
    checks,
    draw_pattern,
    receptive_fields,
)
from rfcore.gradient import input_gradient
from rfcore.heads.classifier import Classifier, weight_maps
from rfcore.heads.depth_study import compare_depths
from rfcore.heads.examples import draw_examples, example_features
from rfcore.heads.experiment import Experiment
from rfcore.heads.head import HEADS, FlattenHead, GridHead
from rfcore.heads.head_analysis import (
    one_pixel_sensitivity,
    quarter_accuracy,
    right_probabilities,
    share_right,
    shortest_flip,
    softmax_at,
)
from rfcore.heads.position_sweep import position_sweep
from rfcore.heads.run_experiment import position_maps, train_heads
from rfcore.heads.softmax_regression import train_softmax_regression
from rfcore.orbits import peak_share_unchanged
from rfcore.shifted_maps import shifted_activations

NONSENSE: dict[str, object] = {
    "None": None,
    "True": True,
    "-1": -1,
    "a fraction": 1.5,
    "NaN": float("nan"),
    "a text": "a",
    "a number of 5001 digits": 10**5000,
    "an empty list": [],
    "a list": [1.0],
    "one entry": (1,),
    "three entries": (1, 2, 3),
    "a huge entry": (1, 10**5000),
    "a dict": {},
    "an object": object(),
    "an array of rank 1": np.zeros(3),
    "an empty array": np.zeros((0, 3)),
    "an array of rank 3": np.zeros((2, 3, 4)),
    "an array of rank 0": np.array("a"),
    "complex numbers": np.zeros((1, 4, 4), complex),
    "NaNs": np.full((1, 16, 16), np.nan),
}

NETWORK = Network.with_filters(Stack.parse("C3 M2"))
STACK = NETWORK.stack
FIELD = receptive_fields(STACK)[0]
IMAGE = np.zeros((1, 16, 16))
CAT = draw_pattern("cat", 8)
CLASSIFIER = Classifier(FlattenHead(), np.ones((2, 2)), np.zeros(2), 0.0, 1.0)
MAPS = np.ones((1, 1, 2))
ACTIVATIONS = NETWORK.forward(IMAGE)
ERRORS = rfcore.equivariance_errors(NETWORK, IMAGE, (1, 1))
TRIAL = Experiment(image_size=32, pattern_size=14, examples=4, steps=1)
EXAMPLES = draw_examples(TRIAL)
TRAINED = train_heads(TRIAL)


def train(features: Any, labels: Any, classes: Any) -> Classifier:
    return train_softmax_regression(features, labels, classes, head=FlattenHead())


def swept_along(experiment: Any, classifiers: Any, along: Any) -> Any:
    return position_maps(experiment, classifiers, along=along)


# Each with arguments that it takes; one of them at a time is replaced.
CALLS: dict[Callable[..., object], tuple[object, ...]] = {
    rfcore.conv2d: (IMAGE, np.ones((1, 1, 3, 3)), None),
    rfcore.max_pool2d: (IMAGE, 2),
    rfcore.avg_pool2d: (IMAGE, 2),
    rfcore.blur_pool2d: (IMAGE, 3),
    rfcore.locally_connected_conv2d: (IMAGE, np.ones((14, 14, 2, 1, 3, 3))),
    rfcore.locally_connected_kernels: (Conv2d(3), 1, (9, 9)),
    rfcore.global_avg_pool2d: (IMAGE,),
    rfcore.global_max_pool2d: (IMAGE,),
    rfcore.pad: (IMAGE, 1, "zeros"),
    rfcore.relu: (IMAGE,),
    rfcore.softmax: (np.ones(3), -1),
    Conv2d: (3, 1),
    Stack: ((ReLU(),),),
    Stack.parse: ("C3",),
    STACK.output_shape: ((1, 9, 9),),
    STACK.cost: ((1, 9, 9),),
    rfcore.with_pools: (STACK, "blur"),
    rfcore.pool_kind: (STACK,),
    Conv2d(3).output_shape: ((1, 9, 9),),
    receptive_fields: (STACK, (9, 9)),
    FIELD.span: (1, 1),
    FIELD.reach: ((0, 1, 0, 1), (9, 9)),
    Network: (STACK, NETWORK.kernels, (), "zeros"),
    Network.with_filters: (STACK, 1, ()),
    NETWORK.forward: (IMAGE,),
    NETWORK.run_layer: (0, IMAGE),
    rfcore.filter_kernel: ("spot", 3),
    rfcore.convolution_kernels: ("spot", Conv2d(3), 1),
    rfcore.effective_receptive_field: (NETWORK, IMAGE, 0, (1, 1)),
    rfcore.used_pixels: (NETWORK, IMAGE, 0, (1, 1)),
    input_gradient: (NETWORK, IMAGE, 0, np.zeros((8, 14, 14))),
    rfcore.argmax_cells: (IMAGE, rfcore.MaxPool2d(2)),
    rfcore.gaussian_width: (np.ones((3, 3)),),
    rfcore.draw_pattern: ("cat", 8),
    rfcore.draw_background: ("flat", 16),
    rfcore.place: (IMAGE, CAT, 0, 0),
    Pattern: ("any", CAT.values, CAT.alpha),
    MovingPattern: (NETWORK, IMAGE, CAT),
    MovingPattern(NETWORK, IMAGE, CAT).move_to: (1, 1),
    rfcore.shift: (IMAGE, 1, 1),
    rfcore.is_representable: ((1, 1), (1, 1)),
    rfcore.expected_shift: ((1, 1), (1, 1)),
    rfcore.measured_shift: (np.eye(3), np.eye(3)),
    rfcore.changed_cells: (IMAGE, IMAGE),
    rfcore.equivariance_errors: (NETWORK, IMAGE, (1, 1)),
    rfcore.first_break: (NETWORK, IMAGE, (1, 1)),
    rfcore.compare_activations: (STACK, ACTIVATIONS, ACTIVATIONS, (1, 1), (16, 16)),
    shifted_activations: (STACK, ACTIVATIONS, (1, 1), (16, 16)),
    rfcore.break_of: (STACK, ERRORS),
    rfcore.orbit_map: (NETWORK, IMAGE, CAT, (2, 2), 1, 0),
    rfcore.share_unchanged: (np.zeros((3, 3), int), (1, 1)),
    rfcore.steps_unchanged: (np.zeros((3, 3), int), (1, 1)),
    rfcore.peak_orbit: (NETWORK,),
    peak_share_unchanged: (NETWORK,),
    GridHead: (2, "avg"),
    GridHead(2).features: (IMAGE,),
    FlattenHead().features: (IMAGE,),
    FlattenHead().feature_count: ((1, 2, 2),),
    Classifier: (FlattenHead(), np.ones((2, 2)), np.zeros(2)),
    CLASSIFIER.logits: (MAPS,),
    train: (np.eye(3), [0, 1, 1], 2),
    position_sweep: (lambda row, col: MAPS, [CLASSIFIER], [0], [0]),
    weight_maps: (CLASSIFIER, (1, 1, 2)),
    Experiment: (
        *(("cat", "dog"), 16, 64, "black", STACK, (), "zeros", "upper left"),
        *(0.1, 0, 600, 300, 0),
    ),
    draw_examples: (TRIAL,),
    EXAMPLES.image: (0,),
    example_features: (EXAMPLES, HEADS),
    train_heads: (TRIAL, HEADS),
    swept_along: (TRIAL, TRAINED, (0, 3)),
    right_probabilities: (np.ones((1, 2, 3, 3, 2)),),
    quarter_accuracy: (np.ones((1, 2, 3, 3, 2)),),
    share_right: (np.ones((1, 2, 3, 3, 2)),),
    shortest_flip: (np.ones((3, 3, 2)), (0, 0)),
    one_pixel_sensitivity: (np.ones((3, 3)),),
    softmax_at: (np.ones(2), (1, 2)),
    compare_depths: (TRIAL, (Stack.parse("C3 M2"),), HEADS),
    rfcore.read_model: ("nn.ReLU()",),
    rfcore.to_pytorch: (STACK, 1, "zeros"),
    rfcore.to_keras: (STACK, 1, (9, 9), "zeros"),
    rfcore.read_photo: (b"a", 64),
    rfcore.scale_photo: (bytes(32 * 32), 64),
}


@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")
@pytest.mark.parametrize("nonsense", NONSENSE)
@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.__qualname__)
@pytest.mark.exhaustive
def test_nonsense_is_answered_or_refused_in_a_sentence(call, nonsense):
    rest = (0.0, 1.0) if call is Classifier else ()
    for place in range(len(CALLS[call])):
        arguments = list(CALLS[call])
        arguments[place] = NONSENSE[nonsense]
        with suppress(RfcoreError):  # anything else fails the test
            call(*arguments, *rest)


def test_what_stands_for_the_calls_is_itself_taken():
    for call, arguments in CALLS.items():
        if call is not rfcore.read_photo:
            call(*arguments, *((0.0, 1.0) if call is Classifier else ()))


@pytest.mark.parametrize(
    ("check", "message"),
    [
        (
            lambda e: checks.whole_number(2.0, "steps", error=e),
            "steps must be a whole number, got 2.0",
        ),
        (lambda e: checks.whole_number(0, "steps", 1, error=e), "steps must be at least 1, got 0"),
        (
            lambda e: checks.whole_number(9, "steps", 1, 8, error=e),
            "steps must be at most 8, got 9",
        ),
        (
            lambda e: checks.whole_number(10**5000, "steps", 1, 8, error=e),
            "steps must be at most 8, got a number too long to print",
        ),
        (
            lambda e: checks.whole_number_within(5, "layer", 0, 4, "in this stack", error=e),
            "layer must be a whole number from 0 to 4 in this stack, got 5",
        ),
        (
            lambda e: checks.whole_pair((1, 2, 3), "moved", error=e),
            "moved must be (rows, cols), got (1, 2, 3)",
        ),
        (
            lambda e: checks.whole_pair((1, 0), "jump", 1, error=e),
            "cols of jump must be at least 1, got 0",
        ),
        (
            lambda e: checks.check_choice("wrap", "fill", ("zeros", "circular"), error=e),
            "fill must be one of zeros, circular, got 'wrap'",
        ),
        (
            lambda e: checks.check_instance("C3", Stack, "stack", "as Stack.parse gives", error=e),
            "stack must be a Stack, as Stack.parse gives, got 'C3'",
        ),
    ],
)
@pytest.mark.parametrize("error", RfcoreError.__subclasses__())
def test_a_check_says_value_rule_and_name_with_the_error_asked_for(check, message, error):
    with pytest.raises(RfcoreError) as caught:
        check(error)
    assert type(caught.value) is error
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: Network(STACK, None),
            "kernels must be a tuple, one entry for each layer, got <class 'NoneType'>",
        ),
        (
            lambda: Network(STACK, NETWORK.kernels, 3),
            "biases must be a tuple, one entry for each layer, got <class 'int'>",
        ),
        (
            lambda: Network.with_filters(STACK, 10**6),
            "in_channels must be at most 999999, got 1000000",
        ),
        (
            lambda: rfcore.convolution_kernels("spot", 3, 1),
            "layer must be a Conv2d, as in Conv2d(3), got 3",
        ),
        (
            lambda: rfcore.argmax_cells(IMAGE, Conv2d(3)),
            f"layer must be a MaxPool2d, as in MaxPool2d(2), got {Conv2d(3)!r}",
        ),
        (
            lambda: rfcore.argmax_cells(IMAGE, rfcore.MaxPool2d(17)),
            "M17x17/17 does not fit: its window covers 17x17 cells and the map before it has "
            "16x16; take a smaller kernel, or put it earlier",
        ),
        (
            lambda: rfcore.locally_connected_conv2d(IMAGE, np.ones((2, 1, 3, 3))),
            "kernels are an array (out_rows, out_cols, out_channels, in_channels, kernel_rows, "
            "kernel_cols), got (2, 1, 3, 3)",
        ),
        (
            lambda: rfcore.locally_connected_conv2d(IMAGE, np.ones((14, 13, 2, 1, 3, 3))),
            "a locally connected C3x3/1c2 on a map of shape (1, 16, 16) needs kernels "
            "(14, 14, 2, 1, 3, 3), got (14, 13, 2, 1, 3, 3)",
        ),
        (
            lambda: rfcore.locally_connected_conv2d(IMAGE, np.ones((14, 14, 2, 3, 3, 3))),
            "a locally connected C3x3/1c2 on a map of shape (1, 16, 16) needs kernels "
            "(14, 14, 2, 1, 3, 3), got (14, 14, 2, 3, 3, 3)",
        ),
        (
            lambda: rfcore.locally_connected_conv2d(IMAGE, np.full((16, 16, 1, 1, 1, 1), np.nan)),
            "every kernel weight must be a finite number, got NaN or infinity",
        ),
        (
            lambda: rfcore.locally_connected_kernels(Conv2d(3), 8, (130, 130)),
            "a locally connected C3x3/1 must have at most 4000000 weights, here it has 9437184; "
            "take a smaller picture, fewer channels or a larger stride",
        ),
        (
            lambda: rfcore.locally_connected_kernels(3, 8, (130, 130)),
            "layer must be a Conv2d, as in Conv2d(3), got 3",
        ),
        (
            lambda: rfcore.locally_connected_kernels(Conv2d(3), 8, (130, 2)),
            "C3x3/1 does not fit: its window covers 3x3 cells and the map before it has 130x2; "
            "take a smaller kernel, or put it earlier",
        ),
        (
            lambda: rfcore.with_pools(STACK, "mean"),
            "kind must be one of max, average, blur, got 'mean'",
        ),
        (
            lambda: rfcore.with_pools(Stack.parse("C3 M7/2"), "blur"),
            "layer 2, M7x7/2, cannot become a blur pool: "
            "kernel_size of a blur pool must be 2 to 7, got 8",
        ),
        (
            lambda: rfcore.pool_kind("M2"),
            "stack must be a Stack, as Stack.parse gives, got 'M2'",
        ),
        (
            lambda: position_sweep(None, [CLASSIFIER], [0], [0]),
            "activation_at must be a function, got None",
        ),
        (
            lambda: position_sweep(len, [CLASSIFIER], 5, [0]),
            "rows must be a sequence, got 5",
        ),
        (
            lambda: position_sweep(len, [1], [0], [0]),
            "each of classifiers must be a Classifier, as train_softmax_regression gives, got 1",
        ),
        (
            lambda: weight_maps(None, (1, 1, 2)),
            "classifier must be a Classifier, as train_softmax_regression gives, got None",
        ),
        (
            lambda: weight_maps(CLASSIFIER, (1, 1, 2), over_channels="max"),
            "over_channels must be one of sum, norm, got 'max'",
        ),
        (
            lambda: STACK.output_shape((1, 10**13, 9)),
            "a shape has at most 1000000000000 cells an axis, got (1, 10000000000000, 9)",
        ),
        (
            lambda: rfcore.scale_photo(None, 64),
            "photo must be the bytes of a stored photo, got NoneType",
        ),
        (lambda: train(np.eye(3), [0, 1, 1], 10_001), "classes must be at most 10000, got 10001"),
        (
            lambda: rfcore.orbit_map(NETWORK, IMAGE, CAT, (2, 2), 2001),
            "reach must be at most 2000, got 2001",
        ),
    ],
)
def test_says_what_is_wrong(call, message):
    with pytest.raises(RfcoreError) as caught:
        call()
    assert str(caught.value) == message
