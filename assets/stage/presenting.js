// The stage on a projector: maps as large as the window allows, and nothing to scroll.

const SMALLEST = 72; // CSS pixels of a map below which nobody in the back sees it
const ANYWAY = 0.35; // of the height: what a map takes where nothing fits, and the page scrolls
const FEW = 0.75; // of its size a map may give up for the readouts below it

/**
 * The room that a stage has: the mode is said by the page's style (see assets/presenting.css), as
 * the rem that the bar below takes.
 * @param {Element} root
 * @returns {{ isPresenting: false, type: number, height: null } |
 *   { isPresenting: true, type: number, height: number }}
 *   type: how many times as large as usual it is; height: CSS pixels down to the bar
 */
export function roomFor(root) {
  const below = parseFloat(getComputedStyle(root).getPropertyValue("--presenting"));
  if (!below) return { isPresenting: false, type: 1, height: null };
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const height = window.innerHeight - root.getBoundingClientRect().top - below * rem;
  return { isPresenting: true, type: rem / 16, height: Math.floor(height) };
}

/**
 * Try all that fits the height and keep what makes the maps largest.
 * @param {HTMLElement} root
 * @param {number} height CSS pixels
 * @param {number} count of panels
 * @param {(columns: number, largest: number) => number} size puts the panels into so
 *   many columns with maps of at most so many CSS pixels, and returns how large
 *   they have become
 */
export function fitMaps(root, height, count, size) {
  const layouts = [1, 2, 3].map((rows) => Math.ceil(count / rows));
  /**
   * @param {number} columns
   * @param {boolean} isBare
   */
  const largest = (columns, isBare) => {
    root.classList.toggle("bare", isBare);
    /** @param {number} most */
    const fits = (most) => size(columns, most) && root.offsetHeight <= height;
    let [low, high] = [SMALLEST, height];
    if (!fits(low)) return { columns, isBare, most: ANYWAY * height, side: 0 };
    for (let i = 0; i < 9; i += 1) {
      const middle = (low + high) / 2;
      if (fits(middle)) low = middle;
      else high = middle;
    }
    return { columns, isBare, most: low, side: size(columns, low) };
  };
  /**
   * @param {ReturnType<typeof largest>} a
   * @param {ReturnType<typeof largest>} b
   */
  const better = (a, b) => (b.side > a.side ? b : a);
  /** @param {boolean} isBare */
  const best = (isBare) => layouts.map((columns) => largest(columns, isBare)).reduce(better);
  // Readouts are left out where the maps would have to shrink for them.
  const [full, bare] = [best(false), best(true)];
  const chosen = full.side && full.side >= FEW * bare.side ? full : bare;
  root.classList.toggle("bare", chosen.isBare);
  size(chosen.columns, chosen.most);
}

/**
 * A list or a checkbox that keeps the focus would keep a clicker's keys as well.
 * @param {HTMLElement} root
 */
export function giveKeysBack(root) {
  root.addEventListener("change", ({ target }) => {
    if (!(target instanceof HTMLElement) || !target.matches("select, input[type=checkbox]")) return;
    if (roomFor(root).isPresenting) target.blur();
  });
}
