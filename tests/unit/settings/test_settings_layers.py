from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from tradewright.settings import Inspection, Settings, SettingsError, inspect, load, whereabouts
from tradewright.settings.fields import fields
from tradewright.settings.loading import ALIASES


def written(project: Path, text: str) -> Path:
    (project / "tradewright.toml").write_text(text, encoding="utf-8")
    return project


def looked_at(project: Path, text: str = "", environment: Mapping[str, str] | None = None) -> Inspection:
    return inspect(written(project, text) if text else project, environment=environment or {})


def problems(found: Inspection) -> str:
    return "\n".join(str(problem) for problem in found.problems)


def origin(found: Inspection, name: str) -> str:
    return next(value.origin for value in found.values if value.name == name)


def shown(found: Inspection, name: str) -> str:
    return next(value.value for value in found.values if value.name == name)


def test_an_empty_folder_gives_the_defaults(tmp_path: Path) -> None:
    assert load(tmp_path, environment={}) == Settings()
    assert load(tmp_path, environment={}).risk.max_position == Decimal("0.05")


def test_a_later_layer_wins_and_says_so(tmp_path: Path) -> None:
    written(tmp_path, "[backtest]\ncash = 1000\nlot = 0\nengine = 'kernel'\n")
    found = inspect(
        tmp_path,
        environment={"TRADEWRIGHT_BACKTEST_LOT": "0.5", "TRADEWRIGHT_BACKTEST_ENGINE": "runtime"},
        flags={"backtest.engine": "AUTO", "backtest.fill": None},
    )
    assert found.settings is not None
    assert found.settings.backtest.cash == 1000.0
    assert found.settings.backtest.lot == 0.5
    assert found.settings.backtest.engine == "auto"
    assert origin(found, "backtest.fill") == "default"
    assert origin(found, "backtest.cash") == "tradewright.toml"
    assert origin(found, "backtest.lot") == "environment TRADEWRIGHT_BACKTEST_LOT"
    assert origin(found, "backtest.engine") == "flag"


def test_flags_may_come_with_their_type(tmp_path: Path) -> None:
    found = load(tmp_path, environment={}, flags={"backtest.cash": 5, "statistics.ddof": 0, "statistics.daily": False})
    assert (found.backtest.cash, found.statistics.ddof, found.statistics.daily) == (5.0, 0, False)


def test_every_field_has_a_variable_of_its_own_and_a_description() -> None:
    known = list(fields())
    assert len({field.variable for field in known}) == len(known)
    assert [field.name for field in known if not field.description] == []
    assert set(ALIASES.values()) <= {field.name for field in known}


@pytest.mark.parametrize("alias", sorted(ALIASES))
def test_a_common_variable_is_read(alias: str, tmp_path: Path) -> None:
    field = next(one for one in fields() if one.name == ALIASES[alias])
    samples = {
        "a text": "x",
        "a list of texts": "x,y",
        "true or false": "yes",
        "a text like 09:30": "10:00",
        "a number above 0, at most 1": "0.1",
    }
    text = {"TRADING_TIMEZONE": "Australia/Sydney", "BROKER_TYPE": "alpaca", "LOG_LEVEL": "DEBUG", "LOG_FORMAT": "Json"}
    value = text.get(alias, samples.get(field.expected, "80"))
    found = looked_at(tmp_path, environment={alias: value})
    assert problems(found) == ""
    assert origin(found, field.name) == f"environment {alias}"


def test_an_empty_variable_is_no_variable(tmp_path: Path) -> None:
    assert load(tmp_path, environment={"DATABASE_URL": "", "TRADEWRIGHT_LOG_LEVEL": ""}) == Settings()


def test_one_setting_under_two_names_must_agree(tmp_path: Path) -> None:
    agreed = {"LOG_LEVEL": "info", "TRADEWRIGHT_LOG_LEVEL": "info"}
    assert looked_at(tmp_path, environment=agreed).problems == ()
    found = looked_at(tmp_path, environment={"LOG_LEVEL": "debug", "TRADEWRIGHT_LOG_LEVEL": "info"})
    assert "LOG_LEVEL and TRADEWRIGHT_LOG_LEVEL say different things" in problems(found)


def test_state_lives_in_the_project_folder_or_in_home(tmp_path: Path) -> None:
    assert load(tmp_path, environment={}).state_folder(tmp_path) == tmp_path / ".tradewright"
    elsewhere = load(tmp_path, environment={"TRADEWRIGHT_HOME": str(tmp_path / "state")})
    assert elsewhere.state_folder(Path("project")) == tmp_path / "state"
    beside = load(tmp_path, environment={}, flags={"home": "../state"})
    assert beside.state_folder(tmp_path) == tmp_path / ".." / "state"


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    written(tmp_path, "[risk]\nmax_position = 5\nmax_positon = 0.1\n[api]\nport = '80'\n[zoo]\nlion = 1\n")
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, environment={"TRADEWRIGHT_LOG_LEVEL": "loud", "TRADEWRIGHT_LGO_LEVEL": "info"})
    told = str(caught.value)
    assert told.startswith("6 settings cannot be used:")
    assert "risk.max_position = 5 (tradewright.toml): write a number above 0, at most 1" in told
    assert "risk.max_positon" in told
    assert "did you mean risk.max_position?" in told
    assert "api.port = 80 (tradewright.toml): write a whole number at least 1, at most 65535" in told
    assert "zoo.lion = 1 (tradewright.toml): there is no such setting; remove it" in told
    assert "log.level = loud (environment TRADEWRIGHT_LOG_LEVEL): write one of debug, info, warning, error" in told
    assert "did you mean TRADEWRIGHT_LOG_LEVEL?" in told
    assert caught.value.exit_code == 2


def test_one_problem_is_told_in_the_singular(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"^one setting cannot be used"):
        load(tmp_path, environment={"MAX_WORKERS": "-1"})


def test_variables_read_elsewhere_are_left_alone(tmp_path: Path) -> None:
    assert load(tmp_path, environment={"TRADEWRIGHT_KERNEL_CACHE": "x", "HOME": "y"}) == Settings()
    found = looked_at(tmp_path, environment={"TRADEWRIGHT_QQQQ": "1"})
    assert "remove it" in problems(found)


@pytest.mark.parametrize("value", ["nan", "inf", "abc", "-1"])
def test_a_number_must_be_one(value: str, tmp_path: Path) -> None:
    found = looked_at(tmp_path, environment={"TRADEWRIGHT_BACKTEST_CASH": value})
    assert f"backtest.cash = {value}" in problems(found)


@pytest.mark.parametrize(("text", "meant"), [("on", True), ("No", False), ("1", True), ("FALSE", False)])
def test_yes_and_no_have_several_spellings(text: str, meant: bool, tmp_path: Path) -> None:
    assert load(tmp_path, environment={"TRADEWRIGHT_STATISTICS_DAILY": text}).statistics.daily is meant
    assert "true or false" in problems(looked_at(tmp_path, environment={"TRADEWRIGHT_STATISTICS_DAILY": "perhaps"}))


def test_a_file_that_is_no_toml_is_a_problem_with_its_line(tmp_path: Path) -> None:
    found = looked_at(tmp_path, "[risk\nmax = 1")
    assert found.settings is None
    assert "line 1" in problems(found)


def test_a_scalar_in_the_place_of_a_section_is_unknown(tmp_path: Path) -> None:
    assert "there is no such setting" in problems(looked_at(tmp_path, "risk = 3"))


class TestContradictions:
    @pytest.mark.parametrize(
        ("name", "text", "told"),
        [
            ("two databases", "[database]\nurl='postgresql://u:p@h/d'\npath='x.db'", "keep one of them"),
            ("hours backwards", "[trading]\nhours={start='16:00',end='09:30'}", "must be before"),
            ("no such zone", "[trading.hours]\ntimezone='Mars/Olympus'", "time zone by its name"),
            ("empty zone", "[trading.hours]\ntimezone=''", "time zone by its name"),
            ("live on paper", "[trading]\nmode='live'", "name a real broker"),
            ("paper at the live host", "[brokers.alpaca]\nbase_url='https://api.alpaca.markets'", "live host"),
            (
                "live at the paper host",
                "[brokers.alpaca]\npaper=false\nbase_url='https://paper-api.alpaca.markets'",
                "paper host",
            ),
            ("two words on alpaca", "[trading]\nmode='live'\nbroker='alpaca'", "let both say the same"),
            ("live port", "[trading]\nbroker='ibkr'\n[brokers.ibkr]\nport=7496", "port of the other kind"),
            ("paper port", "[trading]\nbroker='ibkr'\nmode='live'", "port of the other kind"),
        ],
    )
    def test_what_does_not_go_together_refuses(self, name: str, text: str, told: str, tmp_path: Path) -> None:
        assert told in problems(looked_at(tmp_path, text)), name

    def test_what_goes_together_passes(self, tmp_path: Path) -> None:
        text = "[trading]\nbroker='ibkr'\nmode='live'\n[brokers.ibkr]\nport=4001"
        assert looked_at(tmp_path, text).problems == ()


class TestSecrets:
    def test_a_secret_in_the_file_is_refused_and_not_shown(self, tmp_path: Path) -> None:
        found = looked_at(tmp_path, "[brokers.alpaca]\nsecret = 'canary-7f3a'\n")
        assert 'write the place of the secret: { env = "NAME" }' in problems(found)
        assert "canary" not in problems(found) + str(found.values)

    def test_a_secret_by_reference_is_revealed_only_on_demand(self, tmp_path: Path) -> None:
        key = tmp_path / "key.txt"
        key.write_text("canary-key\n", encoding="utf-8")
        found = looked_at(tmp_path, f"[brokers.alpaca]\nkey = {{ file = '{key}' }}\nsecret = {{ env = 'MY_SECRET' }}\n")
        assert found.settings is not None
        alpaca = found.settings.brokers.alpaca
        assert alpaca.key.reveal({}) == "canary-key"
        assert alpaca.secret.reveal({"MY_SECRET": "canary-secret"}) == "canary-secret"
        assert alpaca.secret.reveal({}) is None
        assert "canary" not in repr(found)
        assert shown(found, "brokers.alpaca.secret") == "env:MY_SECRET"

    def test_a_secret_in_a_variable_is_kept_as_its_name(self, tmp_path: Path) -> None:
        found = looked_at(tmp_path, environment={"GOTIFY_TOKEN": "canary"})
        assert shown(found, "notify.gotify.token") == "env:GOTIFY_TOKEN"
        assert "canary" not in repr(found)

    def test_nothing_named_reveals_nothing(self, tmp_path: Path) -> None:
        secret = load(tmp_path, environment={}).notify.gotify.token
        assert not secret.is_set
        assert secret.reveal({"": "x"}) is None
        assert str(secret) == "not set"
        gone = looked_at(tmp_path, "[notify.gotify]\ntoken={file='/nowhere/at/all'}").settings
        assert gone is not None
        assert gone.notify.gotify.token.reveal({}) is None

    def test_passwords_in_addresses_are_hidden(self, tmp_path: Path) -> None:
        found = looked_at(tmp_path, environment={"DATABASE_URL": "postgresql://tw:canary@db/tw"})
        assert shown(found, "database.url") == "postgresql://***@db/tw"
        wrong = looked_at(tmp_path, environment={"DATABASE_URL": "redis://:canary@h", "DATABASE_PATH": "x"})
        assert "canary" not in problems(wrong) + repr(wrong.values)

    def test_an_unknown_key_does_not_show_its_text(self, tmp_path: Path) -> None:
        found = looked_at(tmp_path, "[brokers.alpaca]\nsecrett = 'canary'\n")
        assert "canary" not in problems(found)
        assert "did you mean brokers.alpaca.secret?" in problems(found)


def test_a_wrong_option_is_told_by_the_name_it_was_typed_under(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"--periods-per-year -1: write a number above 0"):
        load(tmp_path, environment={}, flags={"statistics.periods_per_year": -1})


@pytest.mark.parametrize(
    ("text", "mode", "folder"),
    [
        ("", "paper", ".tradewright"),
        ("home = 'state'\n[risk]\nmax_position = 99\n", "paper", "state"),
        ("home = 'state'\n[risk]\nmax_position = 99\n[trading]\nmode = 'live'\nbroker = 'binance'\n", "live", "state"),
        ("home = 'state'\n[trading]\nmode = 'live'\n", "paper", "state"),
        ("home = 'state'\n[trading]\nmode = 'lively'\nbroker = 'binance'\n", "paper", "state"),
        ("home = 5\n", "paper", ".tradewright"),
        ("home = 'state'\n[trading\n", "paper", ".tradewright"),
    ],
)
def test_what_is_there_is_found_by_what_can_be_read(tmp_path: Path, text: str, mode: str, folder: str) -> None:
    found = whereabouts(written(tmp_path, text), environment={})
    assert (found.trading.mode, found.state_folder(tmp_path)) == (mode, tmp_path / folder)
    assert found.risk == Settings().risk


def test_a_variable_may_tell_its_sections_apart(tmp_path: Path) -> None:
    found = load(
        tmp_path, environment={"TRADEWRIGHT_DATABASE__URL": "postgresql://db/tw", "TRADEWRIGHT_API__PORT": "9"}
    )
    assert (found.database.url, found.api.port) == ("postgresql://db/tw", 9)


def test_two_spellings_of_a_variable_may_not_say_different_things(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="say different things"):
        load(tmp_path, environment={"TRADEWRIGHT_API__PORT": "8001", "TRADEWRIGHT_API_PORT": "8002"})
