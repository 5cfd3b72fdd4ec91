"""The metrics by name: what each is, its labels, who tells it; docs/reference/metrics.md says the same."""

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["counter", "gauge", "histogram"]
EACH: Final = "each"
TOLD_BY: Final = ("gateway", "worker", "scheduler", "trader", "data")
"""Services that tell what every process would read from the same database; one process that is all tells all."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric."""

    name: str
    kind: Kind
    labels: tuple[str, ...]
    told_by: str
    what: str


_ROWS: Final[tuple[tuple[str, Kind, str, str, str], ...]] = (
    # name, kind, labels, who tells it, what it is
    ("process_cpu_seconds_total", "counter", "", EACH, "CPU time of this process"),
    ("process_resident_memory_bytes", "gauge", "", EACH, "memory of this process"),
    ("process_virtual_memory_bytes", "gauge", "", EACH, "address space of this process"),
    ("process_start_time_seconds", "gauge", "", EACH, "when this process began, seconds since 1970"),
    ("process_open_fds", "gauge", "", EACH, "files and sockets it has open"),
    ("process_max_fds", "gauge", "", EACH, "how many it may have open"),
    ("tradewright_build_info", "gauge", "version service", EACH, "always 1; the labels say what runs"),
    ("tradewright_http_requests_total", "counter", "method route status", EACH, "requests that were answered"),
    ("tradewright_http_request_seconds", "histogram", "method route", EACH, "how long answering took"),
    ("tradewright_http_requests_at_work", "gauge", "", EACH, "requests that are being answered"),
    ("tradewright_websocket_clients", "gauge", "", "gateway", "WebSocket clients that are connected"),
    ("tradewright_websocket_messages_total", "counter", "", "gateway", "messages sent to WebSocket clients"),
    ("tradewright_websocket_cut_total", "counter", "", "gateway", "WebSocket clients cut for staying behind"),
    ("tradewright_news_failures_total", "counter", "", "gateway", "times the news broke and began anew"),
    ("tradewright_cache_hits_total", "counter", "", EACH, "reads of market data that the cache answered"),
    ("tradewright_cache_misses_total", "counter", "", EACH, "reads of market data that it did not"),
    ("tradewright_cache_failures_total", "counter", "", EACH, "askings that found no cache"),
    ("tradewright_component_up", "gauge", "component critical", EACH, "1: ok at the last look, 0: failed"),
    ("tradewright_component_seconds_total", "counter", "component state hours", EACH, "how long it was so"),
    ("tradewright_check_age_seconds", "gauge", "", EACH, "since the last look at the components"),
    ("tradewright_disk_size_bytes", "gauge", "", EACH, "size of the state folder's disk"),
    ("tradewright_disk_free_bytes", "gauge", "", EACH, "what is free of it"),
    ("tradewright_memory_size_bytes", "gauge", "", EACH, "memory of the machine"),
    ("tradewright_memory_available_bytes", "gauge", "", EACH, "what programs could still have of it"),
    ("tradewright_cpu_load", "gauge", "", EACH, "processes that wanted a core, by core"),
    ("tradewright_workers", "gauge", "state", "worker", "workers that this process keeps"),
    ("tradewright_worker_starts_total", "counter", "", "worker", "how often one of them was started"),
    ("tradewright_jobs", "gauge", "state", "scheduler", "jobs by how they stand"),
    ("tradewright_jobs_waiting", "gauge", "kind", "scheduler", "jobs that wait for a worker"),
    ("tradewright_job_oldest_waiting_seconds", "gauge", "", "scheduler", "how long the first has waited"),
    ("tradewright_sessions", "gauge", "state", "trader", "trading sessions that run or ended today"),
    ("tradewright_session_silent_seconds", "gauge", "session account", "trader", "since it said that it lives"),
    ("tradewright_orders_total", "counter", "account", "trader", "orders that were born"),
    ("tradewright_orders_open", "gauge", "account", "trader", "orders that could still fill"),
    ("tradewright_rejects_total", "counter", "account", "trader", "orders that the venue rejected"),
    ("tradewright_refusals_total", "counter", "account", "trader", "wishes that our own risk refused"),
    ("tradewright_fills_total", "counter", "account", "trader", "fills, without busted ones"),
    ("tradewright_positions_open", "gauge", "account", "trader", "positions that are not flat"),
    ("tradewright_equity", "gauge", "account currency", "trader", "equity at the last mark"),
    ("tradewright_pnl", "gauge", "account currency", "trader", "that, minus the session's first"),
    ("tradewright_gross_exposure", "gauge", "account currency", "trader", "sum of notionals at the last mark"),
    ("tradewright_alerts_unseen", "gauge", "account severity", "trader", "alerts that nobody has seen yet"),
    ("tradewright_account_killed", "gauge", "account", "trader", "1 while the kill switch is pressed"),
    ("tradewright_series", "gauge", "interval", "data", "stored series of bars"),
    ("tradewright_bars", "gauge", "interval", "data", "stored bars"),
    ("tradewright_bar_age_seconds", "gauge", "interval", "data", "since the newest stored bar's close"),
)
METRICS: Final = tuple(Metric(name, kind, tuple(labels.split()), by, what) for name, kind, labels, by, what in _ROWS)
BY_NAME: Final = {one.name: one for one in METRICS}
