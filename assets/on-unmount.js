// Cleans up once a component has left its page.

const DELAY = 1000; // ms

/**
 * Return the cleanup function of a component: it calls `leave` if the element is gone soon after.
 * Streamlit also calls it before it shows new data, and then the element stays.
 * @param {Element} element
 * @param {() => void} leave
 */
export function whenGone(element, leave) {
  return () => {
    setTimeout(() => {
      if (!element.isConnected) leave();
    }, DELAY);
  };
}
