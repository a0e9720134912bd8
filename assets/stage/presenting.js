// The stage on a projector: maps as large as the window allows, and nothing to scroll.

const MIN_MAP = 72; // CSS pixels of a map that can be seen from the back of a room
const FALLBACK = 0.35; // of the height: what a map takes where nothing fits, and the page scrolls
const MIN_SHARE = 0.75; // of its size that a map must keep for readouts to stand below it
const STEPS = 9; // of the search for the largest size
const NORMAL_REM = 16; // CSS pixels

/**
 * The space that a stage has. The page's style tells whether it is presented, and then how many rem
 * the bar below the stage takes (see assets/presenting.css).
 * @param {Element} root
 * @returns {{ isPresenting: false, typeScale: number, height: null } |
 *   { isPresenting: true, typeScale: number, height: number }}
 *   typeScale: how many times as large as usual type is; height: CSS pixels down to the bar
 */
export function spaceFor(root) {
  const below = parseFloat(getComputedStyle(root).getPropertyValue("--presenting"));
  if (!below) return { isPresenting: false, typeScale: 1, height: null };
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
  const height = window.innerHeight - root.getBoundingClientRect().top - below * rem;
  return { isPresenting: true, typeScale: rem / NORMAL_REM, height: Math.floor(height) };
}

/**
 * Try one, two and three rows, with and without readouts, and keep what makes the maps largest.
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
    let [low, high] = [MIN_MAP, height];
    if (!fits(low)) return { columns, isBare, most: FALLBACK * height, side: 0 };
    for (let i = 0; i < STEPS; i += 1) {
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
  // Readouts are left out where the maps would have to shrink too much for them.
  const [full, bare] = [best(false), best(true)];
  const chosen = full.side && full.side >= MIN_SHARE * bare.side ? full : bare;
  root.classList.toggle("bare", chosen.isBare);
  size(chosen.columns, chosen.most);
}

/**
 * A list or a checkbox that keeps the focus would also take the keys of a presenter's clicker.
 * @param {HTMLElement} root
 */
export function giveKeysBack(root) {
  root.addEventListener("change", ({ target }) => {
    if (!(target instanceof HTMLElement) || !target.matches("select, input[type=checkbox]")) return;
    if (spaceFor(root).isPresenting) target.blur();
  });
}
