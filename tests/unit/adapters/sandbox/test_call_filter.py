"""The filter of calls allows what is listed, with the arguments that are listed, on either processor."""

import errno

import pytest
from tests.unit.adapters.sandbox.bpf_machine import verdict

from tradewright.adapters.sandbox.bpf import ALLOW, KILL_PROCESS, Assembler, refuse
from tradewright.adapters.sandbox.filter import ALLOWED, X32, filter_program, with_arguments
from tradewright.adapters.sandbox.numbers import AUDIT_NAMES, NUMBERS, number_of

MINE = 4711
REFUSED = refuse(errno.EPERM)
THREAD = 0x3D0F00
"""The flags with which glibc starts a thread."""
every_machine = pytest.mark.parametrize("machine", sorted(NUMBERS))


def asked(machine: str, name: str, *arguments: int) -> int:
    return verdict(
        filter_program(machine, process=MINE),
        machine=AUDIT_NAMES[machine],
        number=number_of(name, machine),
        arguments=arguments,
    )


@every_machine
def test_every_call_is_allowed_or_refused_as_the_list_says(machine: str) -> None:
    program = filter_program(machine, process=MINE)
    numbers = NUMBERS[machine]
    free = {numbers[name] for name in ALLOWED.split() if name in numbers}
    by_argument = {numbers[name] for name in with_arguments(MINE)}
    for number in range(1024):
        found = verdict(program, machine=AUDIT_NAMES[machine], number=number, arguments=(-1, -1, -1, -1, -1, -1))
        if number in free:
            assert found == ALLOW
        elif number == numbers["clone3"]:
            assert found == refuse(errno.ENOSYS)
        else:
            assert found == REFUSED, (number, number in by_argument)


@every_machine
def test_no_allowed_call_starts_opens_or_reaches_another(machine: str) -> None:
    dangerous = {
        "execve", "execveat", "fork", "vfork", "socket", "socketpair", "connect", "bind", "ptrace", "process_vm_readv",
        "process_vm_writev", "pidfd_open", "pidfd_getfd", "io_uring_setup", "userfaultfd", "bpf", "keyctl", "add_key",
        "memfd_create", "mount", "unshare", "setns", "chroot", "openat2", "open_by_handle_at", "tkill", "seccomp",
        "chmod", "chown", "fchmodat", "fchownat", "link", "linkat", "symlink", "symlinkat", "mknodat", "truncate",
        "ftruncate", "setxattr", "utimensat", "setrlimit", "personality", "shmget", "mq_open", "perf_event_open",
    }  # fmt: skip
    assert not dangerous & set(ALLOWED.split())
    for name in dangerous & set(NUMBERS[machine]):
        assert asked(machine, name) == REFUSED


@every_machine
def test_a_call_in_the_manner_of_another_processor_ends_the_process(machine: str) -> None:
    program = filter_program(machine, process=MINE)
    for other in (0x40000003, 0x40000028, *(one for name, one in AUDIT_NAMES.items() if name != machine)):
        assert verdict(program, machine=other, number=0) == KILL_PROCESS


@every_machine
def test_the_numbers_of_x32_are_refused(machine: str) -> None:
    program = filter_program(machine, process=MINE)
    for number in (X32, X32 | 1, X32 | 39, 0xFFFFFFFF, 0x80000000):
        assert verdict(program, machine=AUDIT_NAMES[machine], number=number) == REFUSED


@every_machine
@pytest.mark.parametrize(
    ("flags", "is_allowed"),
    [
        (THREAD, True),
        (THREAD | 0x400000, True),
        (17, False),
        (0x4111, False),
        (THREAD & ~0x10000, False),
        (THREAD & ~0x100, False),
        (THREAD | 0x20000, False),
        (THREAD | 0x10000000, False),
        (THREAD | 0x2000, False),
        (THREAD | 1 << 32, False),
        (THREAD | 17, False),
    ],
)
def test_clone_makes_threads_of_this_process_alone(machine: str, flags: int, is_allowed: bool) -> None:
    assert asked(machine, "clone", flags) == (ALLOW if is_allowed else REFUSED)


@every_machine
@pytest.mark.parametrize("name", ["kill", "tgkill"])
@pytest.mark.parametrize("process", [0, 1, -1, -MINE, MINE + 1])
def test_signals_go_to_the_process_itself_alone(machine: str, name: str, process: int) -> None:
    assert asked(machine, name, MINE, 9) == ALLOW
    assert asked(machine, name, process, 9) == REFUSED


@every_machine
def test_limits_can_be_asked_and_not_set(machine: str) -> None:
    assert asked(machine, "prlimit64", 0, 9, 0, 0x7FFF0000) == ALLOW
    assert asked(machine, "prlimit64", MINE, 9, 0, 0x7FFF0000) == ALLOW
    assert asked(machine, "prlimit64", 1, 9, 0, 0x7FFF0000) == REFUSED
    assert asked(machine, "prlimit64", 0, 9, 0x7FFF0000, 0) == REFUSED
    assert asked(machine, "prlimit64", 0, 9, 1 << 40, 0) == REFUSED


@every_machine
def test_only_names_pass_prctl_and_only_questions_pass_fcntl_and_ioctl(machine: str) -> None:
    assert asked(machine, "prctl", 15) == ALLOW
    assert {asked(machine, "prctl", option) for option in (1, 4, 22, 23, 24, 38, 47, 53, 59)} == {REFUSED}
    assert asked(machine, "fcntl", 3, 1) == ALLOW
    assert {asked(machine, "fcntl", 3, command) for command in (4, 6, 8, 10, 15, 1024, 1033)} == {REFUSED}
    assert asked(machine, "ioctl", 1, 0x5401) == ALLOW
    assert {asked(machine, "ioctl", 1, request) for request in (0x5412, 0x541C, 0x5402, 0x8912)} == {REFUSED}


def test_a_jump_that_is_too_long_is_never_assembled() -> None:
    made = Assembler()
    made.if_equal(1, then="far")
    for _ in range(300):
        made.verdict(ALLOW)
    made.place("far")
    made.verdict(ALLOW)
    with pytest.raises(AssertionError, match="steps away"):
        made.assembled()


def test_a_place_has_one_step() -> None:
    made = Assembler()
    made.place("here")
    with pytest.raises(AssertionError, match="twice"):
        made.place("here")
