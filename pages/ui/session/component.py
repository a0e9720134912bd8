"""Makes Streamlit components from the modules in assets/."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.ui.server.address import BASE

# Streamlit sends this text with every rerun, so it only imports the module, which the app serves.
# The address includes the base path, which only the server knows.
_LOADER = """
const loaded = import(new URL("{path}", location.origin).href);
export default (component) => {{
  const shown = loaded.then((module) => module.{function}(component));
  return () => shown.then((leave) => leave());
}};
"""


def component(name: str, file: str, function: str) -> Any:
    """Return a component, called as Streamlit's components are.

    name: unique among the components. file: a module in assets/. function: which of its exports
    shows the component; it returns the function to call when the component leaves the page.
    """
    script = _LOADER.format(path=f"{BASE}/assets/{file}", function=function)
    return st.components.v2.component(f"shift_lab_{name}", js=script)
