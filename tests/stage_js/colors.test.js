import assert from "node:assert/strict";
import { test } from "node:test";

import { inkOn, legendGradient, paintGray, paintSigned, themeOf } from "../../assets/stage/draw/colors.js";

const THEMES = ["light", "dark"];
const PAPER = { light: [250, 250, 248], dark: [22, 25, 31] };

const channels = (packed) => [packed & 255, (packed >> 8) & 255, (packed >> 16) & 255];
const luminance = (packed) => {
  const [red, green, blue] = channels(packed).map((part) => (part / 255) ** 2.2);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

function painted(values, full, theme) {
  const pixels = new Uint32Array(values.length);
  paintSigned(pixels, Int16Array.from(values), full, theme);
  return [...pixels];
}

test("zero is the paper, and every colour is opaque", () => {
  for (const theme of THEMES) {
    const pixels = painted([-100, -50, 0, 50, 100], 100, theme);
    assert.deepEqual(channels(pixels[2]), PAPER[theme]);
    for (const pixel of pixels) assert.equal(pixel >>> 24, 255);
  }
});

test("negative values are blue and positive ones orange", () => {
  for (const theme of THEMES) {
    const [negative, positive] = painted([-60, 60], 100, theme).map(channels);
    assert.ok(negative[2] > negative[0], `${theme} ${negative}`);
    assert.ok(positive[0] > positive[2], `${theme} ${positive}`);
  }
});

test("a larger value differs more from the paper by lightness alone", () => {
  for (const theme of THEMES) {
    for (const sign of [-1, 1]) {
      const steps = [0, 20, 40, 60, 80, 100].map((value) => sign * value);
      const light = painted(steps, 100, theme).map(luminance);
      const away = light.map((value) => (theme === "light" ? light[0] - value : value - light[0]));
      away.slice(1).forEach((value, i) => assert.ok(value > away[i], `${theme} ${steps[i + 1]}`));
    }
  }
});

test("values beyond the full colour have the full colour", () => {
  const [full, beyond, least, below] = painted([100, 170, -100, -170], 100, "light");
  assert.equal(beyond, full);
  assert.equal(below, least);
  assert.notEqual(full, least);
});

test("gray is as bright as its value, and opaque", () => {
  const pixels = new Uint32Array(3);
  paintGray(pixels, Uint8Array.of(0, 100, 255));
  assert.deepEqual([...pixels], [0xff000000, 0xff646464, 0xffffffff]);
});

test("ink on any colour of a map has a contrast of at least 4.5 to 1", () => {
  for (const theme of THEMES) {
    const values = Array.from({ length: 201 }, (_, i) => i - 100);
    painted(values, 100, theme).forEach((pixel, i) => {
      const ink = { "#000000": 0, "#ffffff": 1 }[inkOn(pixel)];
      const [low, high] = [luminance(pixel), ink].sort((a, b) => a - b);
      const contrast = (high + 0.05) / (low + 0.05);
      assert.ok(contrast >= 4.5, `${theme} at ${values[i]}: ${contrast}`);
    });
  }
});

test("the legend runs from full negative over the paper to full positive", () => {
  for (const theme of THEMES) {
    const [negative, positive] = painted([-1, 1], 1, theme);
    const css = (parts) => `rgb(${parts.join(" ")})`;
    const stops = legendGradient(theme).match(/rgb\([^)]*\)/g);
    assert.equal(stops.length, 5);
    assert.deepEqual(
      [stops[0], stops[2], stops[4]],
      [css(channels(negative)), css(PAPER[theme]), css(channels(positive))],
    );
  }
});

test("the theme is that of the page's background, however it is written", (t) => {
  const written = {
    "#ffffff": "light", "#0e1117": "dark", "rgb(255, 255, 255)": "light",
    "rgb(14 17 23)": "dark", "": "light",
  };
  t.after(() => delete globalThis.getComputedStyle);
  for (const [color, theme] of Object.entries(written)) {
    globalThis.getComputedStyle = () => ({ getPropertyValue: () => color });
    assert.equal(themeOf(null), theme, color);
  }
});
