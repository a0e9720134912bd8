// Two windows of one browser on one run of slides, the projector's and the speaker's: whichever
// turns the page tells the other. The projector's also keeps when the talk began.

import { whenGone } from "./on-unmount.js";

const windows = new WeakMap(); // by element

export function follow({ data, parentElement, setStateValue }) {
  const here = windows.get(parentElement) ?? open(parentElement, data);
  here.tell = (slide) => setStateValue("heard", [slide, (here.heard += 1)]);
  here.update(data);
  return whenGone(parentElement, () => {
    clearInterval(here.ticking);
    here.channel.close();
    windows.delete(parentElement);
  });
}

function open(parent, { deck, clock }) {
  const channel = new BroadcastChannel(`shift-lab-${deck}`);
  const here = { channel, heard: 0, turns: null, slide: null, began: null };
  windows.set(parent, here);
  const say = () => channel.postMessage({ slide: here.slide, began: here.began });
  channel.onmessage = ({ data }) => {
    if (data?.ask === true) {
      if (!clock) say();
      return;
    }
    // Any page of this address may speak on the channel, an older Shift Lab among them.
    if (!Number.isSafeInteger(data?.slide)) return;
    if (clock && Number.isFinite(data.began)) here.began = data.began;
    if (data.slide === here.slide) return;
    here.slide = data.slide;
    here.tell(data.slide);
  };
  here.update = ({ slide, turns, talk }) => {
    if (!clock) here.began = beganAt(deck, talk);
    const isFirst = here.turns === null;
    // A page that was drawn before this window heard of another slide says nothing new.
    if (isFirst || turns !== here.turns) here.slide = slide;
    if (isFirst && clock) channel.postMessage({ ask: true });
    else if (turns !== here.turns) say();
    here.turns = turns;
  };
  if (clock) {
    const node = document.createElement("time");
    node.className = "clock";
    node.style.font = "600 2rem var(--st-font)";
    node.style.color = "var(--st-text-color)";
    node.style.fontVariantNumeric = "tabular-nums";
    parent.append(node);
    const tick = () => (node.textContent = minutes(here.began));
    here.ticking = setInterval(tick, 500);
    tick();
  }
  return here;
}

// A reload goes on with the talk; a new start begins another.
function beganAt(deck, talk) {
  const name = `shift-lab-talk-${deck}`;
  const [known, began] = keptTalk(name);
  if (Number.isFinite(began) && began > 0 && (!talk || talk === known)) return began;
  const now = Date.now();
  sessionStorage.setItem(name, JSON.stringify([talk ?? known, now]));
  return now;
}

function keptTalk(name) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(name));
    return Array.isArray(kept) ? kept : ["", 0];
  } catch {
    return ["", 0]; // what is kept there is none of ours
  }
}

function minutes(began) {
  if (began === null) return "0:00";
  const seconds = Math.max(0, Math.floor((Date.now() - began) / 1000));
  return `${Math.floor(seconds / 60)}:${`${seconds % 60}`.padStart(2, "0")}`;
}
