"""Any training of the heads."""

from hypothesis import strategies as st

from pages.ui.scene.head_training import CLASSES, Training
from rfcore.heads.experiment import REGIONS

PAINTED_REGIONS = st.integers(1, 2**64 - 1).map(lambda bits: f"{bits:016x}")
TRAININGS = st.builds(
    Training,
    classes=st.lists(st.sampled_from(CLASSES), min_size=2, max_size=2, unique=True).map(tuple),
    where=st.sampled_from(REGIONS) | PAINTED_REGIONS,
    noise=st.sampled_from([0.0, 0.05, 0.1, 0.4, 1.0]),
    size_jitter=st.integers(0, 4),
    examples=st.integers(2, 600),
    seed=st.integers(0, 2**32 - 1),
)
