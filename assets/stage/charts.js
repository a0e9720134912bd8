// Charts are requested when the page is scrolled near one. Their library keeps a browser busy for a
// second, and a phone for longer, so it must not load while a learner begins to drag.

const PLACEHOLDER = '[class*="st-key-chart_placeholder_"]'; // reserves the space of a chart until it is shown
const MARGIN = 200; // CSS pixels below the window that count as near

/** @param {Element} place */
const isNear = (place) => {
  const { top, height } = place.getBoundingClientRect();
  return height > 0 && top < window.innerHeight + MARGIN;
};

/**
 * Call `request` once, when a chart's place comes near. Returns a function that stops watching.
 * @param {() => void} request
 */
export function whenChartIsNear(request) {
  const look = () => {
    if (![...document.querySelectorAll(PLACEHOLDER)].some(isNear)) return;
    stop();
    request();
  };
  const page = new ResizeObserver(look); // places come after the stage, and windows change
  const scrolled = { capture: true, passive: true }; // Streamlit scrolls an element in the page
  const stop = () => {
    page.disconnect();
    document.removeEventListener("scroll", look, scrolled);
  };
  const block = document.querySelector('[data-testid="stMainBlockContainer"]');
  if (block) page.observe(block);
  document.addEventListener("scroll", look, scrolled);
  return stop;
}
