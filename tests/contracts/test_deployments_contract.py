"""What every place that keeps deployments promises, on both databases."""

from dataclasses import replace

import pytest

from tradewright.adapters.database.deployments import DatabaseDeployments
from tradewright.adapters.database.engine import Database
from tradewright.domain.errors import Conflict, InputError
from tradewright.ports.deployments import Deployment, Deployments, Wanted

ONE = Deployment(
    id="d1",
    strategy="moving_average",
    version=2,
    digest="abc",
    parameters={"fast": 10, "rate": 1e22, "name": "x", "is_on": True},
    symbols=("AAPL.XNAS", "MSFT.XNAS"),
    account="demo",
    mode="paper",
    feed={"kind": "bars", "interval": "1d"},
    wanted=Wanted.RUNNING,
    created_ns=10,
    created_by="anna",
    changed_ns=10,
)


@pytest.fixture
def deployments(database: Database) -> Deployments:
    return DatabaseDeployments(database)


def test_a_deployment_comes_back_as_it_was(deployments: Deployments) -> None:
    deployments.add(ONE)
    found = deployments.find("d1")
    assert found == ONE
    assert isinstance(found.parameters["rate"], float) and isinstance(found.parameters["fast"], int)
    with pytest.raises(InputError, match="there is no deployment d2"):
        deployments.find("d2")


def test_an_account_has_one_that_is_not_stopped(deployments: Deployments) -> None:
    deployments.add(ONE)
    with pytest.raises(Conflict, match="account demo has a deployment already"):
        deployments.add(replace(ONE, id="d2", wanted=Wanted.PAUSED))
    deployments.add(replace(ONE, id="live", mode="live"))
    deployments.add(replace(ONE, id="over", wanted=Wanted.STOPPED))
    deployments.change(replace(ONE, wanted=Wanted.STOPPED, changed_ns=11), was_ns=10)
    deployments.add(replace(ONE, id="d2"))
    with pytest.raises(Conflict, match=r"account demo has a deployment already.*found d2"):
        deployments.change(replace(ONE, changed_ns=12), was_ns=11)
    with pytest.raises(Conflict, match="there is a deployment over already"):
        deployments.add(replace(ONE, id="over", account="free"))


def test_of_two_who_change_it_at_once_one_is_told(deployments: Deployments) -> None:
    deployments.add(ONE)
    changed = replace(ONE, session="s1", restarts=3, problem="no data", changed_ns=20)
    deployments.change(changed, was_ns=10)
    with pytest.raises(Conflict, match="was changed by somebody else meanwhile"):
        deployments.change(replace(ONE, changed_ns=21), was_ns=10)
    assert deployments.find("d1") == changed
    with pytest.raises(InputError, match="there is no deployment d9"):
        deployments.change(replace(ONE, id="d9"), was_ns=10)


def test_lists_are_newest_first_and_can_be_narrowed(deployments: Deployments) -> None:
    second = replace(ONE, id="d2", account="b", created_ns=20, wanted=Wanted.PAUSED)
    third = replace(ONE, id="d3", account="c", created_ns=30, wanted=Wanted.STOPPED)
    for one in (second, ONE, third):
        deployments.add(one)
    assert list(deployments.all()) == [third, second, ONE]
    assert list(deployments.all(wanted=Wanted.PAUSED)) == [second]
