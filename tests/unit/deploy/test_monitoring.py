"""Dashboard and alerts speak of the metrics that there are, each of them, and of no other."""

import json
import re
from typing import Any

from tests.unit.deploy.reading import DEPLOY, PORTS, ROOT, read_yaml

TABLE = re.findall(
    r"^\| `([a-z_]+)` \| (\w+) \| ([^|]*)\|", (ROOT / "docs/reference/metrics.md").read_text("utf-8"), re.MULTILINE
)
KINDS = {name: kind for name, kind, _ in TABLE}
LABELS = {name: set(re.findall(r"`(\w+)`", labels)) for name, _, labels in TABLE}
DASHBOARD: dict[str, Any] = json.loads((DEPLOY / "grafana/dashboard.json").read_text("utf-8"))
PANELS = [one for one in DASHBOARD["panels"] if one["type"] != "row"]
RULES = [rule for group in read_yaml(DEPLOY / "prometheus/alerts.yml")[0]["groups"] for rule in group["rules"]]
ADDED = frozenset({"service", "instance", "job", "le"})
"""Labels that Prometheus adds, or a histogram has."""


def metrics_in(expression: str) -> set[str]:
    """Names of metrics, a histogram's by the name of the whole."""
    found = set()
    for name in re.findall(r"\b(?:tradewright|process)_[a-z_]+", expression):
        whole = re.sub(r"_(bucket|sum|count)$", "", name)
        found.add(whole if KINDS.get(whole) == "histogram" else name)
    return found


def expressions() -> list[str]:
    """Of every panel."""
    return [target["expr"] for panel in PANELS for target in panel["targets"]]


def test_the_dashboard_shows_exactly_the_metrics_of_the_table() -> None:
    assert len(KINDS) > 30
    shown = {name for one in expressions() for name in metrics_in(one)}
    assert shown == set(KINDS)


def test_alerts_speak_of_metrics_and_labels_that_there_are() -> None:
    used = {name for rule in RULES for name in metrics_in(rule["expr"])}
    assert used and used <= set(KINDS)
    for rule in RULES:
        names = metrics_in(rule["expr"])
        allowed = {label for name in names for label in LABELS[name]} | ADDED
        matched = set(re.findall(r"[{,](\w+)(?:=|=~|!=)\"", rule["expr"]))
        grouped = {one.strip() for found in re.findall(r"by \(([^)]*)\)", rule["expr"]) for one in found.split(",")}
        told = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
        assert matched | grouped | told <= allowed, rule["alert"]
        assert rule["labels"]["severity"] in {"page", "ticket"}
    assert len({rule["alert"] for rule in RULES}) == len(RULES) >= 12


def test_a_counter_is_looked_at_as_a_rate_and_a_gauge_as_it_is() -> None:
    for one in [*expressions(), *(rule["expr"] for rule in RULES)]:
        for name in metrics_in(one):
            is_rated = re.search(rf"(?:rate|increase)\({name}", one) is not None
            assert is_rated == (KINDS[name] in {"counter", "histogram"}), one


def test_panels_have_ids_places_and_legends_of_their_own() -> None:
    ids = [one["id"] for one in DASHBOARD["panels"]]
    places = [(one["gridPos"]["x"], one["gridPos"]["y"]) for one in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids) and len(set(places)) == len(places)
    for panel in PANELS:
        for target in panel["targets"]:
            allowed = {label for name in metrics_in(target["expr"]) for label in LABELS[name]} | ADDED
            assert set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])) <= allowed, panel["title"]


def test_prometheus_asks_every_service_where_it_listens() -> None:
    (told,) = read_yaml(DEPLOY / "prometheus/prometheus.yml")
    asked = {
        (one["labels"]["service"], int(target.rpartition(":")[2]))
        for job in told["scrape_configs"]
        for one in job["static_configs"]
        for target in one["targets"]
    }
    assert asked == set(PORTS.items())
    assert told["rule_files"] == ["alerts.yml"]
    assert all("credentials_file" in job["authorization"] for job in told["scrape_configs"])
    (compose,) = read_yaml(DEPLOY / "compose.yaml")
    targets = {
        t.partition(":")[0] for job in told["scrape_configs"] for one in job["static_configs"] for t in one["targets"]
    }
    assert targets <= set(compose["services"])
