"""What the stage is measured against: the same maps by st.slider and st.image alone."""

import sys
from pathlib import Path

import numpy as np
import streamlit as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from rfcore import Network, Stack, draw_background, draw_pattern, place

st.set_page_config(layout="wide")
stack = Stack.parse("C3x3/1 -> M2x2/2 -> C3x3/1")
network = Network.with_filters(stack)
position = st.slider("Position", 0, 240, 0)
image = place(draw_background("meadow", 64), draw_pattern("cat", 16), *divmod(position, 48))
maps = [image[0], *(activation[0] for activation in network.forward(image))]
panels = []
for plane in maps:
    gray = np.uint8(255 * (plane - plane.min()) / (np.ptp(plane) or 1))
    panels.append(np.pad(gray, (0, 64 - plane.shape[0])))
st.image(np.hstack(panels), caption=str(position), width=1200)
