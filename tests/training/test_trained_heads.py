"""The store of trained heads: trained once for all, one at a time, and stopped without a trace."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier, Event, Lock
from typing import Any

import numpy as np
import pytest

from pages.ui.training import heads as module
from pages.ui.training import training_queue
from pages.ui.training.heads import HeadStore, TrainingProgress
from pages.ui.training.weighed_store import weigh
from rfcore.heads.depth_study import DEPTHS
from rfcore.heads.experiment import Experiment
from rfcore.heads.head import HEADS
from rfcore.heads.head_analysis import quarter_accuracy
from rfcore.heads.run_experiment import position_maps, train_heads
from rfcore.stack import Stack

TINY = Experiment(
    image_size=32,
    pattern_size=8,
    stack=Stack.parse("C5x5/2p2c4 -> R -> M2"),
    examples=20,
    steps=10,
)


class StoppedError(Exception):
    """What interrupts a training in these tests."""


def test_what_is_kept_is_what_rfcore_gives() -> None:
    found = HeadStore().train(TINY)
    classifiers = train_heads(TINY)
    maps = position_maps(TINY, classifiers)
    for one, other in zip(found.classifiers, classifiers, strict=True):
        np.testing.assert_array_equal(one.weights, other.weights)
    np.testing.assert_array_equal(found.maps, maps.astype(np.float32))
    np.testing.assert_allclose(found.accuracy, quarter_accuracy(maps), atol=0.01)
    # The largest logit of a head, asked for one by one.
    place = np.unravel_index(np.abs(maps[0, ..., 0] - 0.5).argmax(), maps.shape[1:4])
    odds = np.log(maps[0][place][0] / maps[0][place][1])
    assert found.largest_logits[0] == pytest.approx(abs(odds) / 2)


def test_progress_is_told_from_phase_to_phase() -> None:
    seen: list[TrainingProgress] = []
    HeadStore().train(TINY, seen.append)
    phases = [progress.phase for progress in seen]
    assert sorted(set(phases), key=phases.index) == ["drawing", "training", "asking"]
    for phase in set(phases):
        shares = [progress.share for progress in seen if progress.phase == phase]
        assert shares == sorted(shares)
        assert shares[-1] == 1
    assert list(seen[-1].heads) == [head.name for head in HEADS]
    losses = [progress.heads["flatten"][0] for progress in seen if "flatten" in progress.heads]
    assert losses[0] == pytest.approx(np.log(2))
    assert losses[-1] < 0.5 * losses[0]


def trained_by_many(store: HeadStore, experiments: list[Experiment]) -> tuple[list[Any], int, int]:
    """Train from as many threads at once; return the results, and how many ran, at most at once."""
    carried_out, lock, start = module._train, Lock(), Barrier(len(experiments))
    running = most = runs = 0

    def counted(*given: Any) -> Any:
        nonlocal running, most, runs
        with lock:
            running += 1
            runs += 1
            most = max(most, running)
        try:
            return carried_out(*given)
        finally:
            with lock:
                running -= 1

    def train(experiment: Experiment) -> Any:
        start.wait()
        return store.train(experiment)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "_train", counted)
        with ThreadPoolExecutor(len(experiments)) as pool:
            return list(pool.map(train, experiments)), runs, most


def test_many_tabs_with_the_same_settings_train_once() -> None:
    found, runs, _ = trained_by_many(HeadStore(), [TINY] * 6)
    assert runs == 1
    assert len({result.serial for result in found}) == 1


def test_one_training_runs_at_a_time() -> None:
    experiments = [replace(TINY, seed=seed) for seed in range(4)]
    found, runs, most = trained_by_many(HeadStore(), experiments)
    assert (runs, most) == (4, 1)
    assert [result.experiment for result in found] == experiments
    assert len({result.serial for result in found}) == 4


def test_who_waits_is_told_and_can_go(monkeypatch: pytest.MonkeyPatch) -> None:
    store, inside, leave = HeadStore(), Event(), Event()
    monkeypatch.setattr(training_queue, "POLL_SECONDS", 0.01)

    def hold(progress: TrainingProgress) -> None:
        inside.set()
        assert leave.wait(20)

    def give_up(progress: TrainingProgress) -> None:
        raise StoppedError(progress.phase, progress.before)

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(store.train, TINY, hold)
        assert inside.wait(20)
        with pytest.raises(StoppedError, match=r"'waiting', 1"):
            store.train(replace(TINY, seed=1), give_up)
        leave.set()
        assert first.result() is store.find(TINY)
    assert store.train(replace(TINY, seed=1)).experiment.seed == 1  # its turn came after all


@pytest.mark.parametrize("phase", ["drawing", "training", "asking"])
def test_a_training_that_is_stopped_leaves_nothing_behind(phase: str) -> None:
    store = HeadStore()
    kept = store.train(replace(TINY, seed=7))

    def stop(progress: TrainingProgress) -> None:
        if progress.phase == phase:
            raise StoppedError

    with pytest.raises(StoppedError):
        store.train(TINY, stop)
    assert store.find(TINY) is None
    assert store.find(replace(TINY, seed=7)) is kept
    assert store.train(TINY) is store.find(TINY)  # the next one has its turn


def test_the_least_recently_used_leaves_first() -> None:
    store = HeadStore(budget=int(2.5 * weigh(HeadStore().train(TINY))))
    experiments = [replace(TINY, seed=seed) for seed in range(3)]
    first, second = (store.train(experiment) for experiment in experiments[:2])
    assert store.find(experiments[0]) is first
    store.train(experiments[2])
    assert store.find(experiments[0]) is first
    assert store.find(experiments[1]) is None
    assert store.train(experiments[1]).serial > second.serial


def test_depths_are_compared_once(monkeypatch: pytest.MonkeyPatch) -> None:
    store = HeadStore()
    monkeypatch.setattr(module, "compare_depths", _first_two_depths)
    seen: list[TrainingProgress] = []
    found = store.compare(TINY, seen.append)
    assert [result.stack for result in found] == list(DEPTHS[:2])
    shares = [progress.share for progress in seen]
    assert shares == sorted(shares)
    assert sorted(set(shares)) == [0, 0.5, 1]
    assert store.compare(replace(TINY, where="everywhere")) is found  # it trains in the upper left


_compared = module.compare_depths


def _first_two_depths(experiment: Experiment, **options: Any) -> Any:
    return _compared(experiment, DEPTHS[:2], **options)
