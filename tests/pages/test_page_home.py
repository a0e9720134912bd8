"""The front door as Streamlit runs it: what it tells of the walkthrough, and where it leads."""

from pages.ui.lessons.progress import LearnerProgress
from pages.ui.lessons.reader import Lesson, load_lessons
from pages.ui.site import SITE
from tests.support.page_driver import Page, new_page, run_clean


def home(progress: LearnerProgress) -> Page:
    page = new_page("home.py", {})
    page.session_state["progress"] = progress
    return run_clean(page)


def way_on(page: Page) -> tuple[str, dict[str, str]]:
    """The words of the button into a lesson, and where it leads."""
    label = page.button(key="to_lesson").label
    page.button(key="to_lesson").click()
    run_clean(page)
    return label, {key: page.query_params[key] for key in ("lesson", "step")}


def after(progress: LearnerProgress, lesson: Lesson, steps: int) -> LearnerProgress:
    """The progress of one who has done so many steps of a lesson more, with any answers."""
    for step in lesson.steps[:steps]:
        tried = (progress.with_step(lesson, step, given) for given in (None, True, 0, ()))
        progress = next(made for made in tried if made.has_done(lesson, step))
    return progress


def test_a_newcomer_starts_with_the_first_step_of_the_first_lesson() -> None:
    first = load_lessons().lessons[0]
    label, query = way_on(home(LearnerProgress()))
    assert label == f"Start: {first.title}"
    assert query == {"lesson": first.name, "step": "1"}


def test_who_has_begun_goes_on_at_the_first_step_that_is_open() -> None:
    first = load_lessons().lessons[0]
    page = home(after(LearnerProgress(), first, 2))
    told = "\n".join(part.value for part in page.markdown)
    assert (
        f"You have done 2 of {sum(len(each.steps) for each in load_lessons().lessons)} steps"
        in told
    )
    assert way_on(page) == (f"Go on: {first.title}", {"lesson": first.name, "step": "3"})


def test_who_has_done_all_is_led_to_the_walkthrough_itself() -> None:
    done = LearnerProgress()
    for lesson in load_lessons().lessons:
        done = after(done, lesson, len(lesson.steps))
    page = home(done)
    links = [link.proto for link in page.get("page_link")]
    assert not [button for button in page.button if button.key == "to_lesson"]
    assert [link.page for link in links].count("learn") == 2  # here, and among all pages
    assert {link.page for link in links} >= {entry.path for entry in SITE[1:]}
