"""The queue of trainings: one runs at a time, and browsers take turns. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition

POLL_SECONDS = 0.2
"""Seconds between two looks of who waits: at the line, and whether to wait any longer."""


@dataclass(eq=False)
class _Ticket:
    """One request in the line.

    round: how many trainings of the same client come before it, counted from the round that is
    served. number: in the order of arrival.
    """

    settings: Hashable
    round: int
    number: int
    client: str
    is_running: bool = False

    @property
    def order(self) -> tuple[bool, int, int]:
        """What sorts the line: the running one, then round by round, then by arrival."""
        return not self.is_running, self.round, self.number


class TrainingQueue:
    """A line of trainings, of which one at a time runs, in the thread of who asked for it.

    A client, which is a browser with all its tabs, has one training a round: its second one comes
    after the first ones of all others. Within a round the order is that of arrival.
    """

    def __init__(self) -> None:
        self._tickets: list[_Ticket] = []
        self._changed = Condition()
        self._arrivals = 0
        self._round = 0

    @contextmanager
    def turn(
        self,
        settings: Hashable,
        client: str = "",
        *,
        on_wait: Callable[[int], None] = lambda _: None,
        is_over: Callable[[], bool] = lambda: False,
    ) -> Iterator[None]:
        """Wait in line; all others wait until the context ends.

        settings: what is trained; requests with equal ones count as one training. on_wait: called
        every POLL_SECONDS with the number of trainings that come before this one. It is 0 while
        the same settings are trained for somebody else. An exception from it ends the wait.
        is_over: whether there is nothing left to train; then the context begins at once, and
        nobody waits for it.
        """
        ticket = self._enter(settings, client)
        try:
            while not self._begins(ticket) and not is_over():
                on_wait(self._before(ticket))
            yield
        finally:
            with self._changed:
                self._tickets.remove(ticket)
                self._changed.notify_all()

    def has_others(self, settings: Hashable) -> bool:
        """Whether other settings are trained or wait, and these do not."""
        with self._changed:
            found = {ticket.settings for ticket in self._tickets}
        return bool(found) and settings not in found

    def _enter(self, settings: Hashable, client: str) -> _Ticket:
        with self._changed:
            rounds = [ticket.round for ticket in self._tickets if ticket.client == client]
            if not self._tickets:
                self._round = 0
            ticket = _Ticket(settings, max([self._round - 1, *rounds]) + 1, self._arrivals, client)
            self._arrivals += 1
            self._tickets.append(ticket)
            return ticket

    def _begins(self, ticket: _Ticket) -> bool:
        """Wait a moment for a ticket's turn; return whether it has come."""

        def is_next() -> bool:
            return min(self._tickets, key=lambda one: one.order) is ticket

        with self._changed:
            if not self._changed.wait_for(is_next, timeout=POLL_SECONDS):
                return False
            ticket.is_running = True
            self._round = ticket.round
            return True

    def _before(self, ticket: _Ticket) -> int:
        with self._changed:
            same = [one.order for one in self._tickets if one.settings == ticket.settings]
            before = {one.settings for one in self._tickets if one.order < min(same)}
        return len(before)


TRAINING_QUEUE = TrainingQueue()
"""The queue of this process: heads, comparisons of depths and grids wait in one line."""
