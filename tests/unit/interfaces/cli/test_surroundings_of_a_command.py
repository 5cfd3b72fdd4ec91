import io
import os
import signal
import sys
import threading
from pathlib import Path
from unittest import mock

import pytest
import typer

from tradewright.interfaces.cli import main as door
from tradewright.interfaces.cli.surroundings import Diverted, Terminated, abandon_output, prepared
from tradewright.interfaces.terminal.output import print_json, screen


def test_what_others_print_goes_to_stderr_while_a_program_listens(capsys: pytest.CaptureFixture[str]) -> None:
    with prepared(as_json=True):
        diverted: object = sys.stdout
        assert isinstance(diverted, Diverted)
        print("chatter", flush=True)
        print_json({"one": 1})
    assert sys.stdout is not diverted
    out, err = capsys.readouterr()
    assert (out, err) == ('{\n  "one": 1\n}\n', "chatter\n")


def test_closed_outputs_take_everything_and_say_nothing() -> None:
    with mock.patch.object(sys, "stdout", None), mock.patch.object(sys, "stderr", None), prepared(as_json=False):
        opened = sys.stdout, sys.stderr
        print("into nothing")
        screen().print("this too")
    for stream in opened:
        stream.close()


def test_being_told_to_end_is_an_exception_that_tidies_up() -> None:
    with pytest.raises(Terminated), prepared(as_json=False):
        os.kill(os.getpid(), signal.SIGTERM)
        signal.pause()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_signals_are_left_alone_in_another_thread() -> None:
    ran: list[bool] = []

    def work() -> None:
        with prepared(as_json=False):
            ran.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert ran == [True]


@pytest.mark.parametrize(("kind", "told"), [(KeyboardInterrupt, False), (ValueError, True)])
def test_an_interrupt_within_a_closing_generator_is_no_news(
    kind: type[BaseException], told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    with prepared(as_json=False):
        problem = mock.Mock(exc_type=kind, exc_value=kind("x"), exc_traceback=None, err_msg=None, object=None)
        with mock.patch.object(sys, "__unraisablehook__") as ours:
            sys.unraisablehook(problem)
    assert ours.called is told
    assert capsys.readouterr().err == ""


def test_an_output_that_takes_nothing_more_is_let_go(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w") as stream:
        abandon_output(stream)
        stream.write("lost")
    assert (tmp_path / "out").read_text() == ""
    abandon_output(io.StringIO())  # has no number: nothing to do


def left(raised: BaseException, *arguments: str) -> int | str | None:
    """The exit code when a command raises."""
    command = mock.Mock()
    command.main.side_effect = raised
    with mock.patch.object(typer.main, "get_command", return_value=command), pytest.raises(SystemExit) as ended:
        door.main(arguments)
    return ended.value.code


@pytest.mark.parametrize(
    ("raised", "code"), [(BrokenPipeError(), 1), (Terminated(), 143), (KeyboardInterrupt(), 130), (SystemExit(7), 1)]
)
def test_every_way_out_has_its_code(raised: BaseException, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    with mock.patch.object(door, "abandon_output"):
        assert left(raised) == code
    capsys.readouterr()


def test_a_reader_that_left_is_seen_behind_the_exit_too() -> None:
    ended = SystemExit(1)
    ended.__context__ = BrokenPipeError()
    with mock.patch.object(door, "abandon_output") as abandoned:
        assert left(ended) == 1
    assert abandoned.called


def test_nobody_can_be_told_when_nothing_can_be_written() -> None:
    with (
        mock.patch.object(door, "print_json", side_effect=OSError(28, "No space left on device")),
        mock.patch.object(door, "notes", side_effect=OSError(28, "No space left on device")),
        mock.patch.object(door, "abandon_output") as abandoned,
    ):
        assert left(KeyboardInterrupt(), "--json") == 130
    assert abandoned.call_count == 2
