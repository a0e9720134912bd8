"""The documents of the project, as the tests read them."""

import re

from tests.support.source_tree import ROOT

DOCUMENTS = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted(
        [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "assets/lessons/README.md"]
    )
}
README = DOCUMENTS["README.md"]

CODE = re.compile(r"`([^`\n]+)`")
"""What stands between backticks."""


def section(name: str, title: str) -> str:
    """A section of a document, without its heading."""
    return DOCUMENTS[name].split(f"## {title}\n")[1].split("\n## ")[0]
