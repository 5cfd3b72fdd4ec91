"""The numbers in the text form that Prometheus reads: those that were asked for, and those of this process."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from tradewright.application.health.metrics_table import BY_NAME, EACH
from tradewright.application.health.standing import BUCKETS_S, Meters
from tradewright.application.health.views import Number

MEDIA: Final = CONTENT_TYPE_PLAIN_0_0_4
ALL: Final = "all"
_PROCESS: Final = "process_"


def metrics_text(numbers: Sequence[Number], meters: Meters, *, service: str) -> bytes:
    """All of them, each metric once with its help, also where it has no number now."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_Told([*numbers, *_own(meters)], meters, service))
    return generate_latest(registry)


class _Told(Collector):
    """Families of the table, in its order."""

    def __init__(self, numbers: Iterable[Number], meters: Meters, service: str) -> None:
        self._numbers, self._meters, self._service = list(numbers), meters, service

    def collect(self) -> Iterator[Metric]:
        """What this service tells."""
        for one in BY_NAME.values():
            if one.name.startswith(_PROCESS) or not (self._service == ALL or one.told_by in {EACH, self._service}):
                continue
            if one.kind == "histogram":
                yield self._durations(one.name, one.what, labels=one.labels)
                continue
            kind = CounterMetricFamily if one.kind == "counter" else GaugeMetricFamily
            family = kind(one.name, one.what, labels=one.labels)
            for number in self._numbers:
                if number.name == one.name:
                    family.add_metric([number.labels[label] for label in one.labels], number.value)
            yield family

    def _durations(self, name: str, what: str, *, labels: tuple[str, ...]) -> Metric:
        family = HistogramMetricFamily(name, what, labels=labels)
        _, durations = self._meters.answers()
        for key, (counts, sum_s) in durations.items():
            ends = [*(str(end) for end in BUCKETS_S), "+Inf"]
            family.add_metric(list(key), list(zip(ends, accumulate(counts), strict=True)), sum_s)
        return family


def _own(meters: Meters) -> Iterator[Number]:
    """What this process has counted."""
    requests, _ = meters.answers()
    for (method, route, status), count in requests.items():
        labels = {"method": method, "route": route, "status": status}
        yield Number(name="tradewright_http_requests_total", value=count, labels=labels)
    plain = {
        "tradewright_http_requests_at_work": meters.at_work,
        "tradewright_websocket_clients": meters.websocket_clients,
        "tradewright_websocket_messages_total": meters.websocket_messages,
        "tradewright_websocket_cut_total": meters.websocket_cut,
        "tradewright_news_failures_total": meters.news_failures,
        "tradewright_worker_starts_total": meters.worker_starts,
    }
    cache = meters.cache()
    plain |= {
        "tradewright_cache_hits_total": cache.hits,
        "tradewright_cache_misses_total": cache.misses,
        "tradewright_cache_failures_total": cache.failures,
    }
    for name, value in plain.items():
        yield Number(name=name, value=value, labels={})
    for state, value in (("running", meters.workers_running), ("down", meters.workers_down)):
        yield Number(name="tradewright_workers", value=value, labels={"state": state})
