"""Escapes untrusted text, so that it shows as plain text where Markdown is rendered."""

from __future__ import annotations

import re


def escape_markdown(text: str) -> str:
    """Escape a text so that Markdown shows it literally, on one line, without links or images.

    Streamlit turns web and mail addresses into links even when they are escaped, so an invisible
    word joiner breaks them up.
    """
    text = re.sub(r"(?i)(?=[:@])|(?<=www)(?=\.)", "\u2060", " ".join(text.split()))
    return re.sub(r"([!-/:-@[-`{-~])", r"\\\1", text)
