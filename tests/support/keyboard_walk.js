// A walk through a page by Tab alone. `begin` looks for all that should be reached; `note` is called
// after each Tab and says whether the walk is over; `end` returns what was wrong, in words.
globalThis.walk = (() => {
  const MEANT = "a[href], button, input, select, textarea, summary, [tabindex], [contenteditable]";
  const RING = ["outlineStyle", "outlineColor", "boxShadow", "borderColor", "backgroundColor"];
  const MOST_WITHIN = 60; // Tabs within one element, a grid of cells say, before it is a trap

  const parentOf = (node) => node.parentElement ?? node.getRootNode().host ?? null;

  function* upwards(node) {
    for (let at = node; at; at = parentOf(at)) yield at;
  }

  function* everything(root) {
    for (const node of root.children) {
      yield node;
      if (node.shadowRoot) yield* everything(node.shadowRoot);
      yield* everything(node);
    }
  }

  // The cells of a table that is drawn stand within its canvas for those who cannot see it.
  function focused() {
    let node = document.activeElement;
    while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
    return node === document.body ? null : (node?.closest("canvas") ?? node);
  }

  // Of choices that exclude each other one is a stop; arrows lead to the others.
  function groupOf(node) {
    const isRadio = node.type === "radio" || node.role === "radio";
    return isRadio ? node.closest('[role="radiogroup"]') : null;
  }

  function isStop(node) {
    if (!node.matches(MEANT) || node.tabIndex < 0 || node.disabled) return false;
    if ([...upwards(node)].some((at) => at.inert)) return false;
    return node.checkVisibility({ visibilityProperty: true });
  }

  function nameOf(node) {
    const text = node.ariaLabel || node.innerText || node.labels?.[0]?.innerText || "";
    const where = [...upwards(node)].find((at) => at.dataset?.testid)?.dataset.testid;
    return `${node.localName} "${text.slice(0, 40).replaceAll("\n", " ")}" in ${where}`;
  }

  // Where a ring may be drawn: on the element, on what is around it, on what stands for it.
  function lookOf(node) {
    const drawnOn = [...upwards(node)].slice(0, 5);
    if (node.localName === "input") drawnOn.push(...node.parentElement.children);
    const rings = drawnOn.map((at) => RING.map((key) => getComputedStyle(at)[key]).join());
    return rings.join(";") + (node.localName === "canvas" ? node.toDataURL() : "");
  }

  function isHidden(node) {
    const { width, height } = node.getBoundingClientRect();
    const faint = [...upwards(node)].some((at) => getComputedStyle(at).opacity < 0.1);
    return width * height === 0 || (faint && node.localName !== "input");
  }

  // (x, y) on the page as a whole; what is fixed to the window has no such place.
  function placeOf(node) {
    if ([...upwards(node)].some((at) => getComputedStyle(at).position === "fixed")) return null;
    const { top, right, bottom, left } = node.getBoundingClientRect();
    const scrolled = document.querySelector('[data-testid="stMain"]').scrollTop;
    return { top: top + scrolled, bottom: bottom + scrolled, left, right };
  }

  const isBack = (before, now) =>
    before && now && now.bottom <= before.top && now.right <= before.left;

  let stops, steps, within;

  return {
    begin() {
      document.activeElement?.blur();
      getSelection().removeAllRanges();
      stops = [...everything(document.body)].filter(isStop);
      steps = [];
      within = 0;
      return stops.length;
    },

    note() {
      const node = focused();
      const last = steps.at(-1);
      if (node && node === last?.node) {
        last.look = lookOf(node);
        within += 1;
        return within > MOST_WITHIN;
      }
      if (!node || steps.some((step) => step.node === node)) return true;
      within = 0;
      steps.push({ node, look: lookOf(node), place: placeOf(node), isHidden: isHidden(node) });
      return false;
    },

    end() {
      document.activeElement?.blur(); // of a shadow tree's host, too, whatever has it within
      const reached = new Set(steps.map(({ node }) => node));
      const groups = new Set(steps.map(({ node }) => groupOf(node)));
      const isOfReached = (node) => reached.has(node) || (groupOf(node) && groups.has(groupOf(node)));
      const isMissed = (node) => node.isConnected && !isOfReached(node);
      const tell = (what, found) => found.map((node) => `${what}: ${nameOf(node)}`);
      const nodes = (found) => found.map(({ node }) => node);
      return [
        ...tell("holds the focus", within > MOST_WITHIN ? [steps.at(-1).node] : []),
        ...tell("never reached", stops.filter(isMissed)),
        ...tell("nothing to see", nodes(steps.filter((step) => step.isHidden))),
        ...tell("no visible focus", nodes(steps.filter((step) => step.look === lookOf(step.node)))),
        ...tell("jumps back", nodes(steps.filter((step, i) => isBack(steps[i - 1]?.place, step.place)))),
      ];
    },
  };
})();
