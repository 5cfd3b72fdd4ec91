"""An entry of the audit trail, for tests."""

from tradewright.ports.audit import AuditEntry

ENTRY = AuditEntry(
    time_ns=100,
    duration_ns=7,
    actor="anna",
    message="tradewright.application.trading.messages:SubmitOrder",
    kind="command",
    correlation_id="c1",
    idempotency_key="i1",
    outcome="done",
    door="api",
)
