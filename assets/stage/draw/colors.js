// Colours of the maps: zero has the colour of the page, positive values are orange, negative ones
// blue. All common kinds of colour blindness can tell the two hues apart. Both also differ from zero
// in lightness, so a print in gray shows which cells are not zero.

/**
 * @typedef {"light" | "dark"} Theme
 * @typedef {number[][]} Ramp red, green, blue: from zero to the full colour
 * @type {Record<Theme, { negative: Ramp, positive: Ramp }>}
 */
const RAMPS = {
  light: { negative: [[250, 250, 248], [122, 170, 221], [22, 66, 138]],
           positive: [[250, 250, 248], [240, 163, 84], [148, 54, 0]] },
  dark: { negative: [[22, 25, 31], [46, 104, 178], [156, 204, 255]],
          positive: [[22, 25, 31], [183, 92, 20], [255, 214, 150]] },
};

const STEPS = 255;

/**
 * @param {Ramp} ramp
 * @param {number} share from 0 to 1
 */
function mix(ramp, share) {
  const place = share * (ramp.length - 1);
  const left = Math.min(Math.floor(place), ramp.length - 2);
  return ramp[left].map((c, i) => Math.round(c + (ramp[left + 1][i] - c) * (place - left)));
}

/** @param {Theme} theme */
function table(theme) {
  // Entry STEPS is zero, 0 the most negative, 2 * STEPS the most positive; packed as ABGR.
  const packed = new Uint32Array(2 * STEPS + 1);
  for (let step = -STEPS; step <= STEPS; step += 1) {
    const ramp = step < 0 ? RAMPS[theme].negative : RAMPS[theme].positive;
    const [red, green, blue] = mix(ramp, Math.abs(step) / STEPS);
    packed[step + STEPS] = (255 << 24) | (blue << 16) | (green << 8) | red;
  }
  return packed;
}

const TABLES = { light: table("light"), dark: table("dark") };

/**
 * Fill pixels with the colours of values from -full to full.
 * @param {Uint32Array} pixels
 * @param {ArrayLike<number>} values
 * @param {number} full
 * @param {Theme} theme
 */
export function paintSigned(pixels, values, full, theme) {
  const colors = TABLES[theme];
  const factor = STEPS / full;
  for (let i = 0; i < values.length; i += 1) {
    const step = Math.max(-STEPS, Math.min(STEPS, Math.round(values[i] * factor)));
    pixels[i] = colors[step + STEPS];
  }
}

/**
 * @param {Uint32Array} pixels
 * @param {ArrayLike<number>} values from 0 to 255
 */
export function paintGray(pixels, values) {
  for (let i = 0; i < values.length; i += 1) {
    const gray = values[i];
    pixels[i] = (255 << 24) | (gray << 16) | (gray << 8) | gray;
  }
}

/**
 * Black or white, whichever has the better contrast on a packed colour. Softer shades would be too
 * faint on the colours in the middle.
 * @param {number} packed
 */
export function inkOn(packed) {
  const [red, green, blue] = [packed, packed >> 8, packed >> 16].map((part) => ((part & 255) / 255) ** 2.2);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? "#000000" : "#ffffff";
}

/** @param {Theme} theme */
export function legendGradient(theme) {
  /** @param {Ramp} ramp */
  const css = (ramp) => ramp.map(([r, g, b]) => `rgb(${r} ${g} ${b})`);
  const stops = [...css(RAMPS[theme].negative).reverse(), ...css(RAMPS[theme].positive).slice(1)];
  return `linear-gradient(to right, ${stops.join(", ")})`;
}

/**
 * Whether the page round an element is light or dark.
 * @param {Element} node
 * @returns {Theme}
 */
export function themeOf(node) {
  const color = getComputedStyle(node).getPropertyValue("--st-background-color");
  const parts = color.match(/^#(..)(..)(..)/)?.slice(1).map((part) => parseInt(part, 16));
  const [red, green, blue] = parts ?? color.match(/\d+/g)?.map(Number) ?? [255, 255, 255];
  return red * 0.3 + green * 0.6 + blue * 0.1 < 128 ? "dark" : "light";
}
