"""A keeper that dies anywhere, and several at once: a deployment has one session, and in the end that one runs."""

from dataclasses import replace
from threading import Barrier, Thread

from tests.unit.application.deployments.kept_world import Crashed, World, deployment, keeper_of

from tradewright.adapters.database.deployments import DatabaseDeployments
from tradewright.adapters.database.engine import Database
from tradewright.application.deployments.keeping import SECOND, Keeper
from tradewright.ports.deployments import Wanted
from tradewright.ports.sessions import SessionLife

POINTS = 24
"""More than there are in a start and a restart."""


class Fuse:
    """Lets so many points pass, then ends the process."""

    def __init__(self, left: int) -> None:
        self.left = left

    def __call__(self, _: str) -> None:
        self.left -= 1
        if self.left == 0:
            raise Crashed


def looks(keeper: Keeper, world: World, times: int) -> None:
    """A look each second, until the process ends."""
    try:
        for _ in range(times):
            world.now_ns += SECOND
            keeper.step(world.now_ns)
            assert len(world.running()) == len({world.sessions[one].terms.account for one in world.running()})
    except Crashed:
        pass


def test_wherever_a_keeper_dies_there_is_one_session_and_it_runs(database: Database) -> None:
    deployments = DatabaseDeployments(database)
    for died_at in range(1, POINTS):
        world, account = World(), f"paper{died_at}"
        deployments.add(deployment(account, account=account))
        looks(keeper_of(world, deployments, Fuse(died_at), only=account), world, 3)
        for name in world.running():
            world.dies(name)  # the trader too, before the first look of the next keeper
        looks(keeper_of(world, deployments, Fuse(died_at), only=account), world, 8)
        looks(keeper_of(world, deployments, only=account), world, 12)
        found = deployments.find(account)
        assert world.running() == list(world.sessions) == [found.session], died_at
        assert found.problem == "", died_at


def test_wherever_a_keeper_dies_a_stop_ends_the_session_once(database: Database) -> None:
    deployments = DatabaseDeployments(database)
    for died_at in range(1, 5):
        world, account = World(), f"paper{died_at}"
        deployments.add(deployment(account, account=account))
        looks(keeper_of(world, deployments, only=account), world, 3)
        kept = deployments.find(account)
        changed = replace(kept, wanted=Wanted.STOPPED, changed_ns=world.now_ns)
        deployments.change(changed, was_ns=kept.changed_ns)
        looks(keeper_of(world, deployments, Fuse(died_at), only=account), world, 2)
        looks(keeper_of(world, deployments, only=account), world, 8)
        assert [one.life for one in world.sessions.values()] == [SessionLife.STOPPED], died_at
        assert len([one for one in world.said if one.startswith("stop")]) == 1, died_at


def test_several_keepers_at_once_make_one_session_a_deployment(database: Database) -> None:
    deployments, world = DatabaseDeployments(database), World()
    names = [f"dp_{one}" for one in "abcd"]
    for name in names:
        deployments.add(deployment(name, account=name))
    barrier, problems = Barrier(4), list[BaseException]()

    def keep() -> None:
        keeper = keeper_of(world, DatabaseDeployments(database))
        try:
            for look in range(8):
                barrier.wait(30)
                keeper.step(world.now_ns + look * SECOND)
        except BaseException as problem:
            problems.append(problem)
            raise

    threads = [Thread(target=keep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    world.now_ns += 60 * SECOND
    looks(keeper_of(world, deployments), world, 10)
    assert sorted(world.running()) == sorted(deployments.find(name).session for name in names)
    assert len(world.sessions) == len(names)
