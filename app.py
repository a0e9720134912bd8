"""The ASGI app: Streamlit with pages/main.py, the stage's files and its frame socket.

Run it with ``streamlit run app.py``.
"""

import sys
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Mount, WebSocketRoute
from starlette.staticfiles import StaticFiles

from pages.ui.server import threads  # noqa: F401  before NumPy is loaded
from pages.ui.server.address import BASE
from pages.ui.server.allowed_hosts import HOSTS, AllowedHosts
from pages.ui.server.connection_limits import (
    SPARE_DESCRIPTORS,
    limit_connections,
    raise_descriptor_limit,
)
from pages.ui.server.free_memory import freeze_loaded_objects
from pages.ui.server.headers import HEADERS, SecurityHeaders, server_error
from pages.ui.server.open_tabs import OpenTabs
from pages.ui.server.private_paths import PrivatePaths
from pages.ui.server.safe_log import protect_log
from pages.ui.server.session_owners import SessionOwners
from pages.ui.server.socket_origins import SameOriginSockets
from pages.ui.server.upload_quota import UploadQuota
from pages.ui.stage.frame_socket import frames

ROOT = Path(__file__).parent

# A frame lets go of the interpreter at each NumPy call. While a script computes in its thread, the
# frame gets it back after this time: 5 ms by default. Shorter ones cost more with many threads.
sys.setswitchinterval(0.0002)


# Starlette would write uploads larger than 1 MB to a temporary file.
MultiPartParser.spool_max_size = (st.get_option("server.maxUploadSize") + 1) * 2**20


class Files(StaticFiles):
    """Static files that a browser revalidates each time, so that an upgrade never mixes modules."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """Return a file, or status 304 if it has not changed."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response


app = st.App(
    ROOT / "pages" / "main.py",
    routes=[
        Mount(f"{BASE}/assets", Files(directory=ROOT / "assets")),
        WebSocketRoute(f"{BASE}/frames", frames),
    ],
    middleware=[
        Middleware(SecurityHeaders, headers=HEADERS),
        Middleware(AllowedHosts, allowed=HOSTS),
        Middleware(PrivatePaths, paths=[f"{BASE}/_stcore/metrics"]),
        Middleware(
            SameOriginSockets,
            allowed=st.get_option("server.corsAllowedOrigins"),
            bytes_only=[f"{BASE}/_stcore/stream"],
        ),
        Middleware(OpenTabs, path=f"{BASE}/_stcore/stream"),
        Middleware(SessionOwners, path=f"{BASE}/_stcore/stream"),
        Middleware(UploadQuota, prefix=f"{BASE}/_stcore/upload_file/"),
    ],
    exception_handlers={Exception: server_error},
)

protect_log()
limit_connections(raise_descriptor_limit() - SPARE_DESCRIPTORS)
freeze_loaded_objects()
