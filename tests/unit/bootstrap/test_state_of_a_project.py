"""The state of a project lies where its settings say, and nothing is opened before somebody asks for it."""

from pathlib import Path

import pytest

from tradewright.adapters.database.migrating import upgrade
from tradewright.adapters.database.opening import unchecked
from tradewright.adapters.database.place import server
from tradewright.bootstrap import App
from tradewright.bootstrap.state import NOUNS
from tradewright.domain.errors import InputError, StorageError


def test_the_state_lies_in_the_state_folder_unless_said_otherwise(tmp_path: Path) -> None:
    app = App(tmp_path)
    assert not (tmp_path / ".tradewright").exists()
    assert app.state.jobs.waiting() == {}
    assert (tmp_path / ".tradewright" / "state.sqlite").is_file()
    app.state.close()
    named = App(tmp_path, environment={"TRADEWRIGHT_DATABASE_PATH": "elsewhere/mine.db"})
    assert named.state.keys.is_empty()
    assert (tmp_path / "elsewhere" / "mine.db").is_file()
    named.state.close()


def test_every_noun_can_be_asked_for_by_its_name(tmp_path: Path) -> None:
    app = App(tmp_path)
    providers = app.state.providers()
    assert set(providers) == {*NOUNS, "backing"}
    made = {name: make() for name, make in providers.items()}
    assert made == {name: getattr(app.state, name) for name in providers}
    app.state.close()


def test_a_server_keeps_the_state_where_one_is_named(postgres_url: str, tmp_path: Path) -> None:
    app = App(tmp_path, environment={"TRADEWRIGHT_DATABASE_URL": postgres_url})
    with pytest.raises(StorageError, match="`tradewright db upgrade`"):
        _ = app.state.jobs
    database = unchecked(server(postgres_url))
    upgrade(database)
    database.close()
    assert app.state.jobs.waiting() == {}
    assert not (tmp_path / ".tradewright").exists()
    app.state.close()


def test_an_address_of_another_kind_of_database_is_refused(tmp_path: Path) -> None:
    app = App(tmp_path, environment={"TRADEWRIGHT_DATABASE_URL": "mysql://anna:secret@db/tw"})
    with pytest.raises(InputError, match="names no database that state can be kept in"):
        _ = app.state.keys
