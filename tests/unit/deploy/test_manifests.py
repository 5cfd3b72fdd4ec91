"""The Kubernetes manifests: complete, for our commands and ports, and with no more rights than are needed."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.unit.deploy.reading import DEPLOY, PORTS, is_our_command, read_yaml, settings_hold, unknown_variables

BASE = DEPLOY / "kubernetes" / "base"
OVERLAYS = sorted(path.parent for path in (DEPLOY / "kubernetes" / "overlays").glob("*/kustomization.yaml"))
ALL = [one for path in sorted(BASE.glob("*.yaml")) if path.name != "kustomization.yaml" for one in read_yaml(path)]
WORKLOADS = [one for one in ALL if one["kind"] in {"Deployment", "StatefulSet", "Job"}]
CONTAINERS = [(one, box) for one in WORKLOADS for box in one["spec"]["template"]["spec"]["containers"]]
SERVING = [(one, box) for one, box in CONTAINERS if box["args"][0] == "serve"]


def of(kind: str) -> list[dict[str, Any]]:
    return [one for one in ALL if one["kind"] == kind]


def pods() -> list[dict[str, str]]:
    return [one["spec"]["template"]["metadata"]["labels"] for one in WORKLOADS]


def name_of(one: dict[str, Any]) -> str:
    return str(one["metadata"]["name"])


def test_everything_is_in_the_kustomization_and_has_a_name_of_its_own() -> None:
    (told,) = read_yaml(BASE / "kustomization.yaml")
    assert sorted(told["resources"]) == sorted(
        one.name for one in BASE.glob("*.yaml") if one.name != "kustomization.yaml"
    )
    names = [(one["kind"], name_of(one)) for one in ALL]
    assert len(names) == len(set(names)) and all(one["apiVersion"] for one in ALL)


def test_selectors_find_pods() -> None:
    for one in WORKLOADS:
        if one["kind"] != "Job":
            assert one["spec"]["selector"]["matchLabels"] == one["spec"]["template"]["metadata"]["labels"], name_of(one)
    for one in [*of("Service"), *of("PodDisruptionBudget")]:
        spec = one["spec"]["selector"]
        wanted = spec.get("matchLabels", spec)
        assert any(wanted.items() <= labels.items() for labels in pods()), name_of(one)
    for one in of("NetworkPolicy"):
        wanted = one["spec"]["podSelector"]["matchLabels"]
        assert any(wanted.items() <= labels.items() for labels in pods()), name_of(one)
    targets = {(one["kind"], name_of(one)) for one in WORKLOADS}
    for one in of("HorizontalPodAutoscaler"):
        assert (one["spec"]["scaleTargetRef"]["kind"], one["spec"]["scaleTargetRef"]["name"]) in targets
    assert {name_of(one) for one in of("PodDisruptionBudget")} == {name_of(one) for one in WORKLOADS} - {"migrate"}


def test_commands_and_settings_are_ours(tmp_path: Path) -> None:
    (config,) = of("ConfigMap")
    assert not unknown_variables(config["data"])
    settings_hold(config["data"], tmp_path)
    for _, box in CONTAINERS:
        assert is_our_command(box["args"]), box["name"]
        assert [next(iter(one)) for one in box["envFrom"]] == ["configMapRef", "secretRef"]
        assert all(one[next(iter(one))]["name"] == "tradewright" for one in box["envFrom"])
        assert not unknown_variables({one["name"]: one["value"] for one in box.get("env", [])})
    assert not of("Secret"), "secrets are referred to, and never kept here"


def test_probes_ask_our_paths_on_our_ports() -> None:
    assert {box["args"][1] for _, box in SERVING} == set(PORTS)
    for _, box in SERVING:
        (port,) = box["ports"]
        assert port["containerPort"] == PORTS[box["args"][1]] == int(box["env"][0]["value"]), box["name"]
        for probe, path in (("startupProbe", "live"), ("livenessProbe", "live"), ("readinessProbe", "ready")):
            asked = box[probe]["httpGet"]
            assert asked["path"] == f"/health/{path}" and asked["port"] == port["name"], box["name"]
            assert {"name": "Host", "value": "localhost"} in asked["httpHeaders"]


def test_services_lead_to_ports_where_the_gateway_looks_for_them() -> None:
    (config,) = of("ConfigMap")
    ports = {name_of(one): one["spec"]["ports"][0] for one in of("Service")}
    open_ports = {box["name"]: {one["name"] for one in box["ports"]} for _, box in SERVING}
    for name, port in ports.items():
        assert port["targetPort"] in open_ports[name], name
    for key, value in config["data"].items():
        if key.startswith("TRADEWRIGHT_SERVICES_"):
            host, port_number = value.removeprefix("http://").split(":")
            assert ports[host]["port"] == int(port_number) == PORTS[key.rpartition("_")[2].lower()]


def test_pods_may_do_nothing_but_their_work() -> None:
    for one in WORKLOADS:
        pod = one["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["runAsUser"] == 10001
        assert pod["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault"
        assert pod["automountServiceAccountToken"] is False
        assert not pod.get("hostNetwork") and not pod.get("hostPID")
        volumes = {volume["name"] for volume in pod["volumes"]}
        for box in pod["containers"]:
            terms = box["securityContext"]
            assert terms["readOnlyRootFilesystem"] and not terms["allowPrivilegeEscalation"], box["name"]
            assert terms["capabilities"]["drop"] == ["ALL"]
            assert box["resources"]["requests"]["memory"] and box["resources"]["limits"]["memory"]
            assert {mount["name"] for mount in box["volumeMounts"]} <= volumes
    nothing = next(one for one in of("NetworkPolicy") if name_of(one) == "nothing")
    assert set(nothing["spec"]) == {"podSelector", "policyTypes"}


def test_versions_roll_but_two_traders_never_run() -> None:
    for one in of("Deployment"):
        assert one["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0, name_of(one)
    (trader,) = of("StatefulSet")
    assert trader["spec"]["replicas"] == 1 and trader["spec"]["template"]["spec"]["shareProcessNamespace"]
    assert {"trader"} == {name_of(one) for one in WORKLOADS for box in [one["spec"]] if box.get("serviceName")}


def test_the_door_outside_has_tls() -> None:
    (ingress,) = read_yaml(DEPLOY / "kubernetes" / "overlays" / "prod" / "ingress.yaml")
    hosts = {rule["host"] for rule in ingress["spec"]["rules"]}
    assert {host for one in ingress["spec"]["tls"] for host in one["hosts"]} == hosts
    (told,) = read_yaml(DEPLOY / "kubernetes" / "overlays" / "prod" / "kustomization.yaml")
    assert all(host in str(told["patches"]) for host in hosts)
    backend = ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]
    gateway = next(one for one in of("Service") if name_of(one) == backend["name"])
    assert backend["port"]["name"] in {port["name"] for port in gateway["spec"]["ports"]}


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not here")
@pytest.mark.parametrize("overlay", OVERLAYS, ids=[one.name for one in OVERLAYS])
def test_overlays_can_be_built(overlay: Path) -> None:
    done = subprocess.run(["kubectl", "kustomize", str(overlay)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\nkind: ") + done.stdout.startswith("kind: ") >= len(ALL)
    assert done.stdout.count("namespace: tradewright") >= len(ALL)
