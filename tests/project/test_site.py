"""The table of pages: every page is in it, and all who name a page find it there."""

from pathlib import Path

from pages.ui.scene.lenses import LENS_NAMES, page_of
from pages.ui.site import HOME, SITE, entry_of, sections
from tests.support.page_driver import PAGES

MOTTO = ("convolution_follows", "pooling_forgives", "the_head_decides")


def unlisted(folder: Path) -> set[str]:
    """The pages of a folder that nobody can find, and the entries that lead nowhere."""
    files = {path.stem for path in folder.glob("*.py")} - {"main"}
    return files ^ {entry.path for entry in SITE}


def test_every_page_is_in_the_table_once_and_every_entry_has_its_page(tmp_path: Path) -> None:
    assert unlisted(PAGES) == set()
    assert len({entry.path for entry in SITE}) == len(SITE)
    (tmp_path / "forgotten.py").touch()
    assert "forgotten" in unlisted(tmp_path)


def test_the_page_of_every_lens_is_there() -> None:
    for lens in LENS_NAMES:
        assert entry_of(page_of(lens)).file == f"{page_of(lens)}.py"


def test_pages_stand_in_learning_order() -> None:
    paths = [entry.path for entry in SITE]
    assert paths[0] == HOME
    assert [path for path in paths if path in MOTTO] == list(MOTTO)
    assert [entry for _, entries in sections() for entry in entries] == list(SITE)


def test_a_section_stands_in_the_navigation_once() -> None:
    names = [section for section, _ in sections()]
    assert len(set(names)) == len(names)  # else the later one would take the place of the earlier


def test_titles_are_short_and_every_page_has_an_icon_and_a_line() -> None:
    for entry in SITE:
        assert len(entry.title) <= 22
        assert entry.icon.startswith(":material/")
        assert entry.line.endswith((".", "?"))
