"""The manifests of deploy/kubernetes: what Kubernetes takes, and settings, ports, user and addresses of ours."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from hwr_core.settings import PROJECT, Settings

FOLDER = PROJECT / "deploy" / "kubernetes"
MANIFESTS = sorted(file for file in FOLDER.rglob("*.yaml") if file.name != "kustomization.yaml")
WHOLE = [file for file in MANIFESTS if file != FOLDER / "replicas" / "server.yaml"]
"""All but the patch of a deployment, which lacks what the base has."""


def _documents(file: Path) -> list[dict[str, Any]]:
    return [*yaml.safe_load_all(file.read_text(encoding="utf-8"))]


def _pods() -> list[dict[str, Any]]:
    return [
        document["spec"]["template"]["spec"]
        for file in MANIFESTS
        for document in _documents(file)
        if "template" in document["spec"]
    ]


def _containers() -> list[dict[str, Any]]:
    return [each for pod in _pods() for each in (*pod["containers"], *pod.get("initContainers", ()))]


@pytest.mark.parametrize("file", [*FOLDER.rglob("kustomization.yaml")], ids=lambda file: file.parent.name)
def test_a_kustomization_names_files_that_are_there(file: Path) -> None:
    """And each manifest beside it belongs to it."""
    [about] = _documents(file)
    named = [*about["resources"], *(patch["path"] for patch in about.get("patches", ()))]
    assert [name for name in named if not (file.parent / name).exists()] == []
    assert {each.name for each in file.parent.glob("*.yaml")} - {*named} == {"kustomization.yaml"}


def test_a_patch_is_of_something_in_the_base() -> None:
    """By kind and name, and of a container by its name; Kustomize would refuse or add it otherwise."""
    [about] = _documents(FOLDER / "replicas" / "kustomization.yaml")
    patches = [each for patch in about["patches"] for each in _documents(FOLDER / "replicas" / patch["path"])]
    base = {(each["kind"], each["metadata"]["name"]): each for each in _documents(FOLDER / "base" / "server.yaml")}
    assert {(each["kind"], each["metadata"]["name"]) for each in patches} <= base.keys()
    [patched] = [each for each in patches if each["kind"] == "Deployment"]
    [container] = patched["spec"]["template"]["spec"]["containers"]
    [server] = base["Deployment", "hwr"]["spec"]["template"]["spec"]["containers"]
    assert container["name"] == server["name"]


def test_settings_are_ours_and_secrets_come_by_reference() -> None:
    """No password or key stands in a manifest."""
    given = {each["name"]: each for container in _containers() for each in container.get("env", ())}
    names = {name for name in given if name.startswith("HWR_")}
    assert {name.removeprefix("HWR_").lower() for name in names} <= Settings.model_fields.keys()
    assert {"HWR_SECRET", "HWR_DATABASE_URL"} <= names
    secret = [name for name in given if re.search("SECRET|URL", name)]
    assert {name: given[name]["valueFrom"]["secretKeyRef"]["name"] for name in secret} == dict.fromkeys(secret, "hwr")


def test_the_server_is_asked_at_its_port_and_in_time() -> None:
    """Its port, its addresses of health, and more seconds than a database may keep it waiting."""
    [server] = [each for each in _containers() if "readinessProbe" in each]
    assert [each["containerPort"] for each in server["ports"]] == [Settings.model_fields["port"].default]
    assert {server[probe]["httpGet"]["path"] for probe in ("startupProbe", "livenessProbe")} == {"/health/live"}
    assert server["readinessProbe"]["httpGet"]["path"] == "/health/ready"
    assert server["readinessProbe"]["timeoutSeconds"] > Settings.model_fields["store_busy_timeout"].default


def test_pods_have_the_rights_of_the_image_s_user_and_no_others() -> None:
    """Its number is that of the Dockerfile; the root file system cannot be written."""
    [number] = re.findall(r"useradd --uid (\d+)", (PROJECT / "Dockerfile").read_text(encoding="utf-8"))
    whole = [pod for pod in _pods() if "securityContext" in pod]
    assert {pod["securityContext"]["runAsUser"] for pod in whole} == {int(number)}
    assert len(whole) == 2
    for container in (each for pod in whole for each in (*pod["containers"], *pod.get("initContainers", ()))):
        may = container["securityContext"]
        assert (may["allowPrivilegeEscalation"], may["readOnlyRootFilesystem"]) == (False, True)
        assert may["capabilities"] == {"drop": ["ALL"]}
        assert container["resources"]["limits"]["memory"]


def test_images_have_the_version_of_the_package() -> None:
    """In both places: the base, and the job that is applied alone."""
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    [image] = _documents(FOLDER / "base" / "kustomization.yaml")[0]["images"]
    [job] = _documents(FOLDER / "read-all.yaml")
    [container] = job["spec"]["template"]["spec"]["containers"]
    assert container["image"] == f"{image['newName']}:{image['newTag']}" == f"registry.example.org/hwr:{version}"


def test_the_job_gives_each_pod_a_share_of_its_own() -> None:
    """As many shares as there are pods, and the command says them as `hwr read-all` takes them."""
    [job] = _documents(FOLDER / "read-all.yaml")
    [container] = job["spec"]["template"]["spec"]["containers"]
    assert job["spec"]["completionMode"] == "Indexed"
    assert container["env"] == [{"name": "SHARDS", "value": str(job["spec"]["completions"])}]
    assert '--shard "$JOB_COMPLETION_INDEX/$SHARDS"' in container["args"][0]


@pytest.mark.parametrize(("status", "expected"), [(0, 0), (1, 0), (2, 1)])
def test_a_share_with_images_that_cannot_be_read_is_done(tmp_path: Path, status: int, expected: int) -> None:
    """Only a command that could do nothing is tried again."""
    (tmp_path / "hwr").write_text(f'#!/bin/sh\n[ "$5" = 3/4 ] || exit 9\nexit {status}\n')
    (tmp_path / "hwr").chmod(0o755)
    [job] = _documents(FOLDER / "read-all.yaml")
    [container] = job["spec"]["template"]["spec"]["containers"]
    variables = {"PATH": f"{tmp_path}:/usr/bin:/bin", "JOB_COMPLETION_INDEX": "3", "SHARDS": "4"}
    command = [*container["command"], *container["args"]]
    assert subprocess.run(command, env=variables, check=False).returncode == expected


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed.")
def test_kustomize_puts_replicas_on_top_of_the_base() -> None:
    """Two servers that replace each other in turn, with all their settings, and a volume that they share."""
    command = ["kubectl", "kustomize", str(FOLDER / "replicas")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    built = {each["kind"]: each for each in yaml.safe_load_all(done.stdout)}
    server = built["Deployment"]["spec"]
    [container] = server["template"]["spec"]["containers"]
    assert (server["replicas"], server["strategy"]["type"]) == (2, "Recreate")
    assert {"HWR_LIMITS_URL", "HWR_STORAGE_URL", "HWR_SECRET", "HWR_AUTH"} <= {
        each["name"] for each in container["env"]
    }
    assert built["PersistentVolumeClaim"]["spec"]["accessModes"] == ["ReadWriteMany"]
    assert built.keys() >= {"Ingress", "Service", "PodDisruptionBudget", "HorizontalPodAutoscaler"}


@pytest.mark.skipif(
    shutil.which("kubernetes-validate") is None,
    reason="kubernetes-validate is not installed (`make manifests` has it).",
)
@pytest.mark.parametrize("file", WHOLE, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_kubernetes_knows_every_field(file: Path) -> None:
    """By the schemas of its own API, strictly."""
    command = ["kubernetes-validate", "--strict", str(file)]  # whichever is installed
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
