"""The compose files: only the gateway can be reached, passwords come from files, every command and setting is ours."""

import copy
import re
from pathlib import Path
from typing import Any

import pytest
from tests.unit.deploy.reading import DEPLOY, PORTS, is_our_command, read_yaml, settings_hold, texts, unknown_variables

KEYS = frozenset(
    "build cap_drop command depends_on deploy environment healthcheck image init logging networks pid ports read_only "
    "restart secrets security_opt shm_size stop_grace_period tmpfs user volumes".split()
)
LAYERS = {
    "base": ("compose.yaml",),
    "dev": ("compose.yaml", "compose.dev.yaml"),
    "prod": ("compose.yaml", "compose.prod.yaml"),
}
REPLACED = frozenset({"command", "ports", "healthcheck"})
"""What a later file says in place of an earlier one; ports alone where it says so."""


def merged(name: str) -> dict[str, Any]:
    """Files on top of each other: maps are joined, lists are added, single values replaced."""
    found: dict[str, Any] = {}
    for file in LAYERS[name]:
        (content,) = read_yaml(DEPLOY / file)
        found = _joined(found, copy.deepcopy(content))
    return found


def _joined(one: Any, other: Any, key: str = "") -> Any:
    if isinstance(one, dict) and isinstance(other, dict):
        return {**one, **{name: _joined(one.get(name), value, name) for name, value in other.items()}}
    if isinstance(one, list) and isinstance(other, list) and key not in REPLACED:
        return one + [value for value in other if value not in one]
    return other


def ours(content: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Services of our image."""
    return {name: one for name, one in content["services"].items() if one["image"].startswith("tradewright:")}


every_layer = pytest.mark.parametrize("layer", sorted(LAYERS))


@every_layer
def test_what_is_referred_to_is_there(layer: str) -> None:
    content = merged(layer)
    for name, one in content["services"].items():
        assert set(one) <= KEYS, (name, set(one) - KEYS)
        assert set(one.get("networks", [])) <= set(content["networks"]), name
        assert set(one.get("secrets", [])) <= set(content["secrets"]), name
        for volume in one.get("volumes", []):
            source = volume.partition(":")[0]
            assert source in content["volumes"] or (DEPLOY / source).exists(), (name, volume)
        for other, terms in one.get("depends_on", {}).items():
            has_health = other in ours(content) or "healthcheck" in content["services"][other]
            assert has_health or terms["condition"] != "service_healthy", (name, other)
        if "pid" in one:
            assert one["pid"].removeprefix("service:") in content["services"]
    build = content["services"]["gateway"]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).resolve() == DEPLOY / "Dockerfile"


@every_layer
def test_every_command_and_every_variable_is_ours(layer: str, tmp_path: Path) -> None:
    for name, one in ours(merged(layer)).items():
        assert is_our_command([str(word) for word in one["command"]]), name
        told = {key: re.sub(r"\$\{\w+:-(.*?)\}", r"\1", str(value)) for key, value in one["environment"].items()}
        assert not unknown_variables(told), name
        files = {key: value for key, value in told.items() if key.startswith("TRADEWRIGHT_API_TLS")}
        settings_hold({**told, **files}, tmp_path)
        for key, value in told.items():
            if key.endswith("_FILE"):
                assert Path(value).name in one["secrets"], (name, key)


@every_layer
def test_each_service_listens_where_the_gateway_looks_for_it(layer: str) -> None:
    services = ours(merged(layer))
    for name, one in services.items():
        if one["command"][0] != "serve":
            continue
        assert one["environment"]["PORT"] == str(PORTS[one["command"][1]]), name
        for address in re.findall(r"http://(\w+):(\d+)", " ".join(map(str, one["environment"].values()))):
            assert services[address[0]]["environment"]["PORT"] == address[1]
    assert {"api", "scanner", "worker", *PORTS} - {"strategy"} <= set(services)


@pytest.mark.parametrize("layer", ["base", "prod"])
def test_only_the_gateway_can_be_reached_from_outside(layer: str) -> None:
    content = merged(layer)
    assert content["networks"]["inside"]["internal"] is True
    for name, one in content["services"].items():
        assert ("ports" in one) == (name == "gateway")
        assert one["networks"] == (["inside", "outside"] if name == "gateway" else ["inside"])
    (port,) = content["services"]["gateway"]["ports"]
    assert port.startswith("127.0.0.1:") == (layer == "base")
    if layer == "prod":
        told = content["services"]["gateway"]["environment"]
        assert told["TRADEWRIGHT_API_TLS_CERTIFICATE"] and told["TRADEWRIGHT_API_TLS_KEY"]


@every_layer
def test_containers_can_do_no_more_than_they_have_to(layer: str) -> None:
    content = merged(layer)
    for name, one in content["services"].items():
        assert "no-new-privileges:true" in one["security_opt"], name
        assert re.search(r":v?\d+\.\d+", one["image"]) or name in ours(content), f"{name}: {one['image']} is not pinned"
    for name, one in ours(content).items():
        assert one["read_only"] and one["cap_drop"] == ["ALL"] and one["user"] == "10001:10001", name


@every_layer
def test_what_is_scaled_keeps_no_name_and_no_port_for_itself(layer: str) -> None:
    for name in ("api", "scanner", "worker"):
        assert not {"container_name", "ports", "hostname"} & set(merged(layer)["services"][name])


@every_layer
def test_passwords_are_in_files_alone(layer: str) -> None:
    content = merged(layer)
    assert all(set(one) == {"file"} for one in content["secrets"].values())
    for text in texts(content):
        assert not re.search(r"://[^/\s:]*:[^@\s]+@", text), text
    assert "POSTGRES_PASSWORD" not in content["services"]["database"]["environment"]
    assert "--requirepass" not in str(content["services"]["redis"]["command"])
