"""The workspaces of the app: each keeps one scene of a browser tab, for one page or for several.

Pages that show the same scene through different lenses share a workspace, so a stack built on one
page is there on the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import product
from urllib.parse import parse_qsl, urlsplit

from pages.ui.scene.face import (
    FACE_KERNELS,
    FACES,
    FEATURES,
    MIDDLE,
    PICTURE_SIZE,
    WHOLE_FACE,
    FaceParts,
)
from pages.ui.scene.head_training import Training
from pages.ui.scene.lenses import LENS_TABLE, LensName, current_name, lenses_on, page_of
from pages.ui.scene.link import KEYS, from_query
from pages.ui.scene.photos import Photo
from pages.ui.scene.pool_examples import EXAMPLES, FIRST
from pages.ui.scene.pools import MAX_POOL_CELLS, choice_of
from pages.ui.scene.scene import Scene
from rfcore.filters import BANK
from rfcore.heads.experiment import QUARTER_FIELD
from rfcore.layers import Conv2d
from rfcore.stack import Stack


@dataclass(frozen=True)
class Workspace:
    """A name, and the scene that a learner finds on coming in for the first time.

    admits: whether the workspace's pages can show a stack. stacks: what they can show, in words.
    """

    name: str
    scene: Scene
    admits: Callable[[Stack], bool] = bool  # no stack is empty
    stacks: str = "any layers"


STACK_WORKSPACE = Workspace("stack", Scene())

POOL_WORKSPACE = Workspace(
    "pool",
    EXAMPLES[FIRST],
    admits=lambda stack: choice_of(stack) is not None,
    stacks=f"one pool of at most {MAX_POOL_CELLS} cells each way, or a max and a blur",
)

KERNEL_SIZES, STRIDES, PADDINGS = (3, 5), (1, 2, 3), (0, 1, 2)
"""Choices for the one convolution of its workspace."""


def one_convolution(kernel_size: int, stride: int, padding: int) -> Stack:
    """Return the stack of one convolution with one output channel."""
    return Stack((Conv2d(kernel_size, stride, padding=padding, out_channels=1),))


_ONE_CONVOLUTION = frozenset(
    one_convolution(*sizes) for sizes in product(KERNEL_SIZES, STRIDES, PADDINGS)
)

CONVOLUTION_WORKSPACE = Workspace(
    "convolution",
    Scene(
        image="black",
        size=32,
        pattern="letter",
        position=(12, 6),
        start=(12, 6),
        stack=one_convolution(3, 1, 1),
        kernels=("vertical edge",),
        channels=(0,),
        lens="window",
    ),
    admits=lambda stack: stack in _ONE_CONVOLUTION,
    stacks="one convolution of one channel",
)

HEADS_WORKSPACE = Workspace(
    "heads",
    Scene(
        image="black",
        pattern="cat",
        position=(8, 8),
        start=(8, 8),
        stack=Stack.parse(QUARTER_FIELD),
        kernels=(BANK,) * 3,
        channels=(0,) * 8,
        lens="heads",
        training=Training(),
    ),
)

PARTS_WORKSPACE = Workspace(
    "parts",
    Scene(
        image=FACES,
        size=PICTURE_SIZE,
        pattern=WHOLE_FACE,
        position=MIDDLE,
        start=MIDDLE,
        stack=FEATURES,
        kernels=FACE_KERNELS,
        channels=(0,) * len(FEATURES),
        lens="parts",
        parts=FaceParts(),
    ),
)

WORKSPACES = {
    workspace.name: workspace
    for workspace in (
        STACK_WORKSPACE,
        POOL_WORKSPACE,
        CONVOLUTION_WORKSPACE,
        HEADS_WORKSPACE,
        PARTS_WORKSPACE,
    )
}
"""Every workspace by its name, as the table of lenses calls it."""


def workspace_of(lens: LensName) -> Workspace:
    """Return the workspace of a lens."""
    return WORKSPACES[LENS_TABLE[lens].workspace]


def question_of(scene: Scene) -> str:
    """Return the question that a scene's lens answers.

    >>> question_of(HEADS_WORKSPACE.scene)
    'Does it matter where the cat is?'
    """
    return LENS_TABLE[scene.lens].question.format(pattern=scene.pattern)


def custom_workspace(scene: Scene, name: str) -> Workspace:
    """Return a workspace for one scene, which admits what the workspace of its lens does.

    >>> custom_workspace(CONVOLUTION_WORKSPACE.scene, "a step").stacks
    'one convolution of one channel'
    """
    return replace(workspace_of(scene.lens), name=name, scene=scene)


def opening_scene(lens: LensName) -> Scene:
    """Return the scene that a bare link to the page of a lens opens, through its first lens.

    >>> opening_scene("weight_sharing").lens
    'window'
    """
    return scene_of({}, page_of(lens))[0]


def scene_of(
    query: Mapping[str, str], page: str = "", photo: Photo | None = None
) -> tuple[Scene, list[str]]:
    """Return the scene of a link to any page, and a sentence for every part that was left out.

    page: the path of the link, without slashes. What the link leaves out is as in the workspace of
    its lens; without a lens it has the first one of its page, or the maps. photo: the learner's
    own picture, if there is one.

    >>> scene_of({"at": "3,4"}, "pooling_forgives")[0].image
    'grid'
    """
    lens = current_name(query.get("lens", ""))
    if lens not in LENS_TABLE:
        lens = next(iter(lenses_on(page)), "maps")
    return from_query(query, photo, replace(workspace_of(lens).scene, lens=lens))


def scene_at(link: str) -> tuple[Scene, list[str]]:
    """Return the scene of a whole link, or of its part from the path or the question mark on.

    Returns a sentence, too, for every part that was left out. A link leads to a stage if it names a
    page that has one, or the home page, or only a part of a scene; any other is left out whole.

    >>> scene_at("/pooling_forgives?at=3,4")[0].position
    (3, 4)
    >>> [scene_at(link)[1] for link in ("?at=3,4", "/nowhere?at=3,4")]
    [[], ['“/nowhere?at=3,4” is no link to a page with a stage.']]
    """
    problem = f"\u201c{link[:60]}\u201d is no link to a page with a stage."
    try:
        parts = urlsplit(link.strip())
        query = dict(parse_qsl(parts.query))
    except ValueError:
        return Scene(), [problem]
    page = parts.path.rstrip("/").rpartition("/")[2]
    is_home_or_part = not page and (parts.path == "/" or not query.keys().isdisjoint(KEYS))
    if not lenses_on(page) and not is_home_or_part:
        return Scene(), [problem]
    return scene_of(query, page)
