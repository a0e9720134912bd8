"""The cards of the Claim check: claim, verdict, cases, explanation, and a link to the scene."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import streamlit as st

from pages.ui.scene.lenses import page_of
from pages.ui.scene.workspaces import scene_of
from pages.ui.sections.claim_text import (
    CLAIMS,
    SOURCES,
    Claim,
    case_table,
    fill_figures,
    verdict_text,
    when_text,
)
from pages.ui.session.presenting import presenting
from pages.ui.site import link_to
from pages.ui.text.prose import prose
from pages.ui.training.claims import CLAIM_RESULTS, SLOW_CLAIMS
from rfcore.claims import VERDICTS, Cases, Verdict, verdict_of

ALL_VERDICTS = "all"
_LOOK_EVERY = 0.5  # seconds between checks whether an experiment has ended
_CARD, _LARGE_CARD = 480, 640  # pixels: width of one of two cards; the same in large type
_WAITING = 260  # pixels reserved for a card whose experiment runs

_BADGES: dict[Verdict, tuple[str, Literal["green", "orange", "red"]]] = {
    "holds": (":material/check_circle:", "green"),
    "holds when": (":material/rule:", "orange"),
    "does not hold": (":material/cancel:", "red"),
}


def claim_cards() -> None:
    """Show every claim that passes the filter: first the common claims, then popular errors."""
    _start_experiments()
    results = {claim.name: CLAIM_RESULTS.find(claim.name) for claim in CLAIMS}
    st.markdown(summary_text(list(results.values())))
    wanted = st.segmented_control(
        "Show claims by verdict",
        (ALL_VERDICTS, *VERDICTS),
        format_func=str.capitalize,
        key="claim_filter",
        default=ALL_VERDICTS,
        required=True,
        label_visibility="collapsed",
    )
    passing = [claim for claim in CLAIMS if _passes(results[claim.name], str(wanted))]
    _section("What is said", [claim for claim in passing if not claim.is_error], results)
    _section("Popular errors", [claim for claim in passing if claim.is_error], results)
    missing = [
        name for name in SLOW_CLAIMS if results[name] is None and not CLAIM_RESULTS.has_failed(name)
    ]
    if missing:
        _watch(tuple(missing))


def _section(heading: str, claims: Sequence[Claim], results: Mapping[str, Cases | None]) -> None:
    if claims:
        st.header(heading, anchor=False)
        with st.grid(2, min_column_width=_LARGE_CARD if presenting() else _CARD):
            for claim in claims:
                _card(claim, results[claim.name])


def claim_sources() -> None:
    """Show the sources and what each one says."""
    st.header("Sources", anchor=False)
    st.markdown(
        "\n".join(
            f"- {f'[{source.title}]({source.url})' if source.url else source.title} "
            f"({source.by}). {source.says}"
            for source in SOURCES.values()
        )
    )


def summary_text(results: Sequence[Cases | None]) -> str:
    """Say how many claims have each verdict, and how many experiments are still running.

    >>> summary_text([None])
    'Of 1 claims: holds 0; holds under a condition 0; does not hold 0; still being tried out 1.'
    """
    found = [verdict_of(cases) for cases in results if cases is not None]
    holds, when, fails = (found.count(verdict) for verdict in VERDICTS)
    left = len(results) - len(found)
    waiting = f"; still being tried out {left}" if left else ""
    return (
        f"Of {len(results)} claims: holds {holds}; holds under a condition {when}; "
        f"does not hold {fails}{waiting}."
    )


@st.fragment(run_every=_LOOK_EVERY)
def _watch(missing: tuple[str, ...]) -> None:
    """Rerun the page when an experiment that it waits for has ended."""
    _start_experiments()
    if any(
        CLAIM_RESULTS.find(name) is not None or CLAIM_RESULTS.has_failed(name) for name in missing
    ):
        st.rerun()


def _start_experiments() -> None:
    try:
        CLAIM_RESULTS.start()
    except RuntimeError:  # no thread could be started; the fragment's next run tries again
        st.warning("The server has too much to do to start the experiments. It tries again soon.")


def _passes(cases: Cases | None, wanted: str) -> bool:
    """Whether a claim passes the filter; one without a verdict yet always passes."""
    return wanted == ALL_VERDICTS or cases is None or verdict_of(cases) == wanted


def _card(claim: Claim, cases: Cases | None) -> None:
    with st.container(border=True, height="stretch", key=f"claim_{claim.name}"):
        prose(f"**{claim.claim}**")
        if cases is not None:
            _verdict(claim, cases)
        elif CLAIM_RESULTS.has_failed(claim.name):
            st.badge("No verdict", icon=":material/help:", color="gray")
            st.markdown(
                "Its experiment came to no end, so nothing can be said here. Other claims go on."
            )
        else:
            st.badge("Being tried out", icon=":material/hourglass_empty:", color="gray")
            st.skeleton(_WAITING)
        _way_to_the_stage(claim)


def _verdict(claim: Claim, cases: Cases) -> None:
    icon, color = _BADGES[verdict_of(cases)]
    st.badge(verdict_text(cases), icon=icon, color=color)
    if when := when_text(cases):
        st.markdown(when)
    st.table(case_table(cases), border="horizontal", hide_index=True)
    prose(fill_figures(claim.why, cases))


def _way_to_the_stage(claim: Claim) -> None:
    scene, _ = scene_of(claim.query)
    with st.container(horizontal=True, vertical_alignment="center"):
        link_to(page_of(scene.lens), claim.query, label=f"See {claim.see} on the stage")
        prose(claim.look)
    st.caption("Sources: " + "; ".join(SOURCES[name].by for name in claim.sources) + ".")
