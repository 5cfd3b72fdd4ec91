"""The contract of brokers: what every broker behind the port does, case by case, on a market that does what it is told.

A broker joins by a test class that derives from `BrokerContract` and has a fixture `bench` (see `broker_bench.py` and
docs/concepts/brokers.md). Cases about what a venue does not take are skipped by what the bench says of it.
"""

from tests.contracts.brokers.broker_books import BookCases
from tests.contracts.brokers.broker_changes import ChangeCases
from tests.contracts.brokers.broker_connections import ConnectionCases
from tests.contracts.brokers.broker_foreign import ForeignCases
from tests.contracts.brokers.broker_orders import OrderCases
from tests.contracts.brokers.broker_protection import ProtectionCases
from tests.contracts.brokers.broker_refusals import RefusalCases


class BrokerContract(ConnectionCases, OrderCases, RefusalCases, ChangeCases, ProtectionCases, BookCases, ForeignCases):
    """Derive from it, and give it a `bench`."""
