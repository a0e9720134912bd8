"""Text that a stranger may have written, shown as plain text where Markdown is rendered."""

from __future__ import annotations

import re


def escape_markdown(text: str) -> str:
    """Return a text that Markdown shows as it is: no image, no link, no formatting, one line.

    Streamlit turns web and mail addresses into links even when they are escaped, so an invisible
    word joiner breaks them up.
    """
    text = re.sub(r"(?i)(?=[:@])|(?<=www)(?=\.)", "\u2060", " ".join(text.split()))
    return re.sub(r"([!-/:-@[-`{-~])", r"\\\1", text)
