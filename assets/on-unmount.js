// What is to be done once a component has left its page.

const SOON = 1000; // ms

/**
 * Return what a component returns: called when it is cleaned up, it calls `leave` if its element is
 * gone. Streamlit also cleans up before it shows new data, and then the element stays.
 * @param {Element} element
 * @param {() => void} leave
 */
export function whenGone(element, leave) {
  return () => {
    setTimeout(() => {
      if (!element.isConnected) leave();
    }, SOON);
  };
}
