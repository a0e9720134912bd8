"""The container, the cluster and a host that knows one command: each file is what it says it is.

No container is built here. What the image would hold is laid out in a folder, and the app is
started there with the image's own command.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

import kubernetes_validate
import pytest
import yaml
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from benchmarks.app_server import AppServer
from benchmarks.classroom import FOR_A_CLASS
from pages.ui.render.frame import render_frame
from pages.ui.scene.scene import Scene
from pages.ui.server.allowed_hosts import HOSTS_VARIABLE
from pages.ui.site import HOME, SITE
from tests.support.source_tree import ROOT
from tests.support.stage_messages import opening_message, request_with

BIN = Path(sys.executable).parent
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
MANIFEST = ROOT / "deploy" / "kubernetes.yaml"
SETTINGS = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
KUBERNETES = ("1.30", "1.34", "1.37")
"""The oldest version that the manifest is for, one between, and the newest known here."""

get = build_opener(ProxyHandler({})).open


# ---- the container


def instructions(name: str) -> list[str]:
    """What follows a word of the Dockerfile, for each time that it stands there."""
    joined = DOCKERFILE.read_text(encoding="utf-8").replace("\\\n", " ")
    return re.findall(rf"^\s*{name} (.+)$", joined, re.MULTILINE)


def command_of(instruction: str) -> list[str]:
    """The words of a command in JSON notation."""
    found: list[str] = yaml.safe_load(re.sub(r"^.*?(?=\[)", "", instruction))
    return found


def environment() -> dict[str, str]:
    words = " ".join(instructions("ENV"))
    return dict(word.split("=", 1) for word in shlex.split(words))


def is_kept_out(path: Path) -> bool:
    """Whether .dockerignore keeps a file of the project from the image; the last line decides."""
    name, out = path.relative_to(ROOT).as_posix(), False
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        rule = line.removeprefix("!")
        if rule and not rule.startswith("#"):
            inside = name == rule or name.startswith(f"{rule}/") or rule == "*"
            if inside or (rule.startswith("**/") and rule[3:] in path.parts):
                out = not line.startswith("!")
    return out


def copy(path: Path, goal: Path) -> None:
    goal.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, goal)


def lay_out_image(folder: Path) -> None:
    """Copy what the Dockerfile copies, as it does."""
    for line in instructions("COPY"):
        source, target = line.split()
        files = [path for path in [ROOT / source, *(ROOT / source).rglob("*")] if path.is_file()]
        kept = [path for path in files if not is_kept_out(path)]
        assert kept, f"{source} is not there, or .dockerignore keeps it out"
        for path in kept:
            below = path.relative_to(ROOT / source)
            into = folder / target
            copy(path, into / source if target.endswith("/") else into / below)


def hadolint(path: Path) -> str:
    done = subprocess.run([BIN / "hadolint", path], capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr


def test_the_dockerfile_has_nothing_to_complain_of(tmp_path: Path) -> None:
    assert hadolint(DOCKERFILE) == ""
    planted = tmp_path / "Dockerfile"
    planted.write_text(re.sub(r"^FROM .*", "FROM python", DOCKERFILE.read_text(), flags=re.M))
    assert "DL3006" in hadolint(planted)


def test_the_image_is_of_one_version_and_runs_as_nobody_special() -> None:
    (base,) = instructions("FROM")
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", base)
    running = sys.version_info
    assert base.startswith(f"python:{running.major}.{running.minor}."), "not what the tests run on"
    (user,) = instructions("USER")
    assert int(user) > 0
    install = next(line for line in instructions("RUN") if "pip install" in line)
    assert "--no-cache-dir" in install
    assert "--require-hashes" in install


def test_what_is_measured_is_what_the_image_and_the_service_set() -> None:
    service = (ROOT / "deploy" / "serve.sh").read_text(encoding="utf-8")
    for name, value in FOR_A_CLASS.items():
        assert f"{name}={value}" in instructions("ENV")[-1].split()
        assert f"{name}=${{{name}:-{value}}}" in service


def test_only_what_runs_goes_into_the_image(tmp_path: Path) -> None:
    lay_out_image(tmp_path)
    names = {path.relative_to(tmp_path).parts[0] for path in tmp_path.rglob("*") if path.is_file()}
    assert names == {".streamlit", "app.py", "assets", "pages", "requirements.txt", "rfcore"}
    assert not list(tmp_path.rglob("__pycache__"))
    for name in ("tests/conftest.py", "README.md", ".git/HEAD", ".env"):
        assert is_kept_out(ROOT / name), name
    for path in (ROOT / "assets").glob("readme*"):
        assert is_kept_out(path), path.name


@pytest.mark.parametrize("path", ["requirements.txt", "tests/requirements.txt"])
def test_each_requirement_names_one_version_and_the_hashes_of_its_files(path: str) -> None:
    text = re.sub(r"\\\n *", "", (ROOT / path).read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith(("#", "-r"))]
    assert len(lines) > 30
    for line in lines:
        requirement, *hashes = line.split(" --hash=")
        assert re.fullmatch(r"[\w.-]+(\[\w+\])?==[\w.]+(; .+)?", requirement), requirement
        assert hashes
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", each) for each in hashes)


# ---- the app where only one command is known, and in the image


def lay_out_clone(folder: Path) -> None:
    """Copy what is under version control, but tests and benchmarks: a host needs neither."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if not name.startswith(("tests/", "benchmarks/", "deploy/", ".ci/")):
            copy(ROOT / name, folder / name)


def files_in(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


@contextmanager
def started(folder: Path, command: Sequence[str], **settings: str) -> Iterator[AppServer]:
    """The app by a command alone, in a folder and a home where it then has written nothing."""
    home = folder.parent / f"{folder.name}-home"
    home.mkdir()
    known = {"HOME": str(home), "PATH": f"{BIN}:{os.environ['PATH']}"}
    known |= {"PYTHONDONTWRITEBYTECODE": "1", "STREAMLIT_SERVER_HEADLESS": "true"}
    before = files_in(folder)
    with AppServer(command=command, root=folder, environment=settings | known) as server:
        yield server
    assert files_in(folder) == before
    assert files_in(home) == set()
    assert "Error" not in server.log()


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """The app where one command is known."""
    folder = tmp_path_factory.mktemp("host")
    lay_out_clone(folder)
    with started(folder, ["streamlit", "run", "app.py"]) as server:
        yield server


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """The app as in the image: its files, its settings, its command."""
    folder = tmp_path_factory.mktemp("image")
    lay_out_image(folder)
    with started(folder, command_of(instructions("CMD")[-1]), **environment()) as server:
        yield server


def run_page(server: AppServer, page: str) -> list[str]:
    """Run a page as a browser does, by the name in its address; return what it shows, in order."""
    address = f"{server.url.replace('http', 'ws', 1)}/_stcore/stream"
    shown: list[str] = []
    with connect(address, subprotocols=[Subprotocol("streamlit")]) as session:
        asked = BackMsg(rerun_script=ClientState(page_name=page))
        session.send(asked.SerializeToString())
        while True:
            message = ForwardMsg.FromString(session.recv(timeout=30))
            if message.WhichOneof("type") == "script_finished":
                assert message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY
                return shown
            if element := message.delta.new_element.WhichOneof("type"):
                shown.append(element)


@pytest.mark.parametrize("where", ["host", "image"])
def test_home_the_assets_and_frames_are_served(where: str, request: pytest.FixtureRequest) -> None:
    server: AppServer = request.getfixturevalue(where)
    with get(f"{server.url}/", timeout=10) as page:
        assert b"<title>" in page.read()
    assert "bidi_component" in run_page(server, "")  # the stage
    script = ROOT / "assets" / "stage" / "stage.js"
    with get(f"{server.url}/assets/stage/stage.js", timeout=10) as answer:
        assert answer.read() == script.read_bytes()
    with connect(f"{server.url.replace('http', 'ws', 1)}/frames") as socket:
        socket.send(opening_message(Scene(), position=[24, 13]))
        request = request_with(revision=3)
        assert socket.recv(timeout=20) == render_frame(Scene(position=(24, 13)), request)


# All but the page whose training takes longest; the claim check trains the same heads.
@pytest.mark.parametrize("path", [entry.path for entry in SITE if entry.path != "the_head_decides"])
def test_the_image_has_what_a_page_needs(image: AppServer, path: str) -> None:
    shown = run_page(image, "" if path == HOME else path)
    assert len(shown) > 2
    assert "exception" not in shown


@pytest.mark.parametrize("base_path", ["", "lab"])
def test_the_image_knows_whether_it_is_healthy(base_path: str, server: AppServer) -> None:
    command = command_of(instructions("HEALTHCHECK")[0])
    assert command[0] == "python"

    def is_healthy(port: int) -> bool:
        settings = {"STREAMLIT_SERVER_PORT": str(port), "STREAMLIT_SERVER_BASE_URL_PATH": base_path}
        done = subprocess.run(
            [sys.executable, *command[1:]],
            env={**os.environ, **settings, "no_proxy": "*"},
            capture_output=True,
            timeout=20,
        )
        return done.returncode == 0

    with AppServer(base_path=base_path) if base_path else nullcontext(server) as asked:
        assert is_healthy(asked.port)
        stopped = asked.port
    if base_path:
        assert not is_healthy(stopped)


# ---- the cluster


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    """Each resource's description, by its kind."""
    resources = list(yaml.safe_load_all(MANIFEST.read_text(encoding="utf-8")))
    found = {resource["kind"]: resource for resource in resources}
    assert len(found) == len(resources)
    return found


@pytest.mark.parametrize("version", KUBERNETES)
def test_the_manifest_is_valid_in_every_version_it_is_for(
    manifest: dict[str, Any], version: str
) -> None:
    assert set(manifest) == {
        "Deployment",
        "Service",
        "Ingress",
        "HorizontalPodAutoscaler",
        "PodDisruptionBudget",
        "NetworkPolicy",
    }
    for resource in manifest.values():
        kubernetes_validate.validate(resource, version, strict=True)
    planted = {**manifest["Service"], "spec": {"port": 80}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(planted, version, strict=True)


def test_all_resources_are_about_the_same_pods(manifest: dict[str, Any]) -> None:
    deployment = manifest["Deployment"]["spec"]
    labels = deployment["template"]["metadata"]["labels"]
    assert deployment["selector"]["matchLabels"] == labels
    assert manifest["Service"]["spec"]["selector"] == labels
    assert manifest["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == labels
    pod = deployment["template"]["spec"]
    (spread,) = pod["topologySpreadConstraints"]
    assert spread["labelSelector"]["matchLabels"] == labels

    name = manifest["Deployment"]["metadata"]["name"]
    assert manifest["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]["name"] == name
    assert "replicas" not in deployment  # it would undo what the autoscaler did
    (container,) = pod["containers"]
    (port,) = container["ports"]
    assert str(port["containerPort"]) == environment()["STREAMLIT_SERVER_PORT"]
    (service_port,) = manifest["Service"]["spec"]["ports"]
    assert service_port["targetPort"] == port["name"]
    policy = manifest["NetworkPolicy"]["spec"]
    assert policy["podSelector"]["matchLabels"] == labels
    (rule,) = manifest["Ingress"]["spec"]["rules"]
    assert {"name": HOSTS_VARIABLE, "value": rule["host"]} in container["env"]
    backend = rule["http"]["paths"][0]["backend"]["service"]
    assert backend["name"] == manifest["Service"]["metadata"]["name"]
    assert backend["port"]["name"] == service_port["name"]


def test_a_pod_is_watched_limited_and_may_write_to_tmp_alone(
    manifest: dict[str, Any], server: AppServer
) -> None:
    pod = manifest["Deployment"]["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        asked = container[probe]["httpGet"]
        assert asked["port"] == container["ports"][0]["name"]
        with get(f"{server.url}{asked['path']}", timeout=10) as answer:
            assert answer.read() == b"ok"
    assert set(container["resources"]["limits"]) == {"cpu", "memory"}
    assert container["resources"]["limits"]["cpu"] == "1"  # one process, one core
    assert set(container["resources"]["requests"]) == {"cpu", "memory"}

    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["runAsUser"] == int(instructions("USER")[0])
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    (mount,) = container["volumeMounts"]
    (volume,) = pod["volumes"]
    assert (mount["name"], mount["mountPath"]) == (volume["name"], environment()["HOME"])
    assert "emptyDir" in volume


def test_a_pod_hears_only_the_ingress_and_asks_nobody(manifest: dict[str, Any]) -> None:
    policy = manifest["NetworkPolicy"]["spec"]
    assert set(policy["policyTypes"]) == {"Ingress", "Egress"}
    assert policy["egress"] == []
    (allowed,) = policy["ingress"]
    (source,) = allowed["from"]
    (rule,) = source["namespaceSelector"]["matchExpressions"]
    assert (rule["key"], rule["operator"]) == ("kubernetes.io/metadata.name", "In")
    assert manifest["Ingress"]["spec"]["ingressClassName"] in "".join(rule["values"])
    (port,) = allowed["ports"]
    (container,) = manifest["Deployment"]["spec"]["template"]["spec"]["containers"]
    assert port["port"] == container["ports"][0]["name"]


def test_the_ingress_speaks_tls_and_its_cookies_are_for_tls_alone(manifest: dict[str, Any]) -> None:
    ingress = manifest["Ingress"]
    (tls,) = ingress["spec"]["tls"]
    assert tls["hosts"] == [rule["host"] for rule in ingress["spec"]["rules"]]
    assert tls["secretName"]
    nginx, traefik = (manifest[kind]["metadata"]["annotations"] for kind in ("Ingress", "Service"))
    assert nginx["nginx.ingress.kubernetes.io/session-cookie-secure"] == "true"
    assert traefik["traefik.ingress.kubernetes.io/service.sticky.cookie.secure"] == "true"


def test_a_learner_stays_with_one_pod_by_a_cookie(manifest: dict[str, Any]) -> None:
    nginx = manifest["Ingress"]["metadata"]["annotations"]
    about = "nginx.ingress.kubernetes.io"
    assert nginx[f"{about}/affinity"] == "cookie"
    assert nginx[f"{about}/affinity-mode"] == "persistent"
    assert nginx[f"{about}/session-cookie-change-on-failure"] == "true"
    most = SETTINGS["server"]["maxUploadSize"]
    assert nginx[f"{about}/proxy-body-size"] == f"{most + 1}m"
    assert nginx[f"{about}/client-body-buffer-size"] == f"{most + 1}m"  # nothing goes to the disk
    assert nginx[f"{about}/proxy-max-temp-file-size"] == "0"
    traefik = manifest["Service"]["metadata"]["annotations"]
    assert traefik["traefik.ingress.kubernetes.io/service.sticky.cookie"] == "true"
