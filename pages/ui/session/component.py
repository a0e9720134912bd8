"""Components of our own: the only place that speaks to Streamlit's components."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.ui.server.address import BASE

# This text travels with every rerun, so it only fetches the module that the app serves. The app may
# lie under a base path, hence the address that the server knows.
_LOADER = """
const loaded = import(new URL("{path}", location.origin).href);
export default (component) => {{
  const shown = loaded.then((module) => module.{function}(component));
  return () => shown.then((leave) => leave());
}};
"""


def component(name: str, file: str, function: str) -> Any:
    """Return a component, to be called as Streamlit's are.

    name: no other component has it. file: a module in assets/. function: which of its exports
    shows the component; it returns what is to be called when the component leaves the page.
    """
    script = _LOADER.format(path=f"{BASE}/assets/{file}", function=function)
    return st.components.v2.component(f"shift_lab_{name}", js=script)
