"""What the judge knows of orders that leave a session's books: which may, and that nothing leaves with them."""

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simulator.checker.evidence import Evidence, Finding

if TYPE_CHECKING:
    from simulator.checker.fold import Fold


def pruned(fold: "Fold", fields: dict[str, Any], _: int) -> None:
    """What may leave has ended and was not heard of since, and so has all that it belongs to."""
    before = fields["before_ns"]
    stays = {name for name, one in fold.orders.items() if one.is_open or one.changed_ns >= before}
    ties = [{name, one.parent} for name, one in fold.orders.items() if one.parent in fold.orders]
    links = {one.request.get("link") for one in fold.orders.values()} - {None, ""}
    ties += [{name for name, one in fold.orders.items() if one.request.get("link") == link} for link in links]
    while drawn := [one for one in ties if one & stays and one - stays]:
        stays.update(*drawn)
    for name in fold.orders.keys() - stays:
        fold.orders[name].may_have_left = True


def refused(fold: "Fold", fields: dict[str, Any], _: int) -> None:
    """I10: only what was never booked is refused as too late."""
    if fields["what"] == "execution" and fields["identity"] in fold.fills:
        fold.wrong("I10", f"execution {fields['identity']} was booked, and is refused as if it had come too late")


def left(evidence: Evidence, fold: "Fold") -> Iterator[Finding]:
    """I6, I21: orders that have left the books had ended there as at the venue, and what they brought has stayed."""
    believed = evidence.believed
    if believed is None:
        return
    missing = [name for name in fold.orders if name not in believed.orders]
    if len(missing) != believed.drops:
        yield Finding("I21", f"{len(missing)} orders are not in the books, {believed.drops} have left them")
    for order in evidence.truth["orders"]:
        name = order["client_order_id"] or f"ext-{order['venue_order_id']}"
        booked = fold.orders.get(name) if name in believed.dropped else None
        if booked is not None and (order["life"] == "working" or Decimal(order["filled"]) != booked.filled):
            story = f"with {booked.filled} filled; at the venue it is {order['life']} with {order['filled']}"
            yield Finding("L1", f"order {name} has left the books {story}")
    for name, told in believed.results.items():
        if Decimal(told) != fold.result(name):
            yield Finding("I6", f"{name} has brought {told}, its executions and splits {fold.result(name)}")
