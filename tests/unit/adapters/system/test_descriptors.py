"""What a process in the background must not take along."""

import os

from tradewright.adapters.system.descriptors import closing_strangers


def test_a_pipe_that_would_be_inherited_is_closed_and_no_other() -> None:
    reader, writer = os.pipe()
    try:
        os.set_inheritable(writer, True)
        closed = {number for _, number in closing_strangers()}
        assert writer in closed and reader not in closed and not closed & {0, 1, 2}
    finally:
        os.close(reader)
        os.close(writer)


def test_a_background_process_leaves_the_readers_of_its_starter_alone() -> None:
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    process = os.posix_spawn("/bin/sleep", ["sleep", "5"], {}, file_actions=closing_strangers())
    try:
        os.close(writer)
        assert os.read(reader, 1) == b"", "nobody holds the pipe open"
    finally:
        os.close(reader)
        os.kill(process, 9)
        os.waitpid(process, 0)
