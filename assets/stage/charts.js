// Charts are asked for when the page is scrolled near one: their library keeps a browser busy for a
// second, and a phone for longer, so it must not come while a hand begins to drag.

const ROOM = '[class*="st-key-chart_room_"]'; // what keeps a chart's room until it comes
const NEAR = 200; // CSS pixels below the window

const isNear = (room) => {
  const { top, height } = room.getBoundingClientRect();
  return height > 0 && top < window.innerHeight + NEAR;
};

// Call `tell` once a room for a chart is near; what is returned gives up waiting for it.
export function whenChartIsNear(tell) {
  const look = () => {
    if (![...document.querySelectorAll(ROOM)].some(isNear)) return;
    giveUp();
    tell();
  };
  const page = new ResizeObserver(look); // rooms come after the stage, and windows change
  const scrolled = { capture: true, passive: true }; // what scrolls is a part of Streamlit's page
  const giveUp = () => {
    page.disconnect();
    document.removeEventListener("scroll", look, scrolled);
  };
  page.observe(document.querySelector('[data-testid="stMainBlockContainer"]'));
  document.addEventListener("scroll", look, scrolled);
  return giveUp;
}
