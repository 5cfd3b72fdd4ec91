"""Attacks on processes: start them, signal them, trace them, read and bend them."""

from typing import Final

from proofs.sandboxing.attack import Attack, attacks

PROCESSES: Final[tuple[Attack, ...]] = attacks(
    ("fork", "if os.fork() == 0:\n    os._exit(0)\nreturn 'forked'"),
    ("fork with the C library", "found = LIBC.fork()\nif found == 0:\n    os._exit(0)\nreturn found > 0"),
    (
        "fork with a plain call",
        "found = call(PLACES['calls']['clone'], 17)\nif found == 0:\n    os._exit(0)\nreturn found",
    ),
    (
        "start a process that shares its memory",
        "found = call(PLACES['calls']['clone'], 0x100 | 17)\nif found == 0:\n    os._exit(0)\nreturn found",
    ),
    (
        "start a thread in namespaces of its own",
        "return call(PLACES['calls']['clone'], 0x10F00 | 0x20000, 0)",
    ),
    (
        "start a process with clone3",
        """
        given = (ctypes.c_uint64 * 11)(0, 0, 0, 0, 17)
        found = call(PLACES["calls"]["clone3"], ctypes.addressof(given), ctypes.sizeof(given))
        if found == 0:
            os._exit(0)
        return found
        """,
    ),
    ("run a command", "return os.system('true') == 0"),
    ("run a program", "import subprocess; return subprocess.run(['/bin/true'], check=True)"),
    ("spawn a program", "return os.posix_spawn('/bin/true', ['true'], {})"),
    ("use workers of its own", "import multiprocessing; return multiprocessing.Pool(1).map(abs, [1])"),
    ("become another program", "os.execv(sys.executable, ['python', '-c', 'print(1)'])"),
    (
        "become a program from memory",
        """
        number = os.memfd_create("x")
        os.write(number, open("/bin/true", "rb").read())
        os.execve(number, ["true"], {})
        """,
    ),
    ("make a file in memory", "return os.memfd_create('x') >= 0"),
    ("run a program from an open file", "return call(PLACES['calls']['execveat'], 2, 0, 0, 0, 0x1000) == 0"),
    ("end the engine", "os.kill(os.getppid(), signal.SIGKILL); return 'sent'"),
    ("stop the engine", "os.kill(os.getppid(), signal.SIGSTOP); return 'sent'"),
    ("end another process", "os.kill(PLACES['victim_process'], signal.SIGKILL); return 'sent'"),
    ("end every process", "os.kill(-1, signal.SIGTERM); return 'sent'"),
    ("end the group of the engine", "os.killpg(os.getpgid(os.getppid()), signal.SIGTERM); return 'sent'"),
    ("signal with tkill", "return call(PLACES['calls']['tkill'], PLACES['victim_process'], 9) == 0"),
    (
        "signal a thread of another process",
        "return call(PLACES['calls']['tgkill'], PLACES['victim_process'], PLACES['victim_process'], 9) == 0",
    ),
    (
        "signal with a value",
        """
        told = ctypes.create_string_buffer(128)
        return call(PLACES["calls"]["rt_sigqueueinfo"], PLACES["victim_process"], 15, ctypes.addressof(told)) == 0
        """,
    ),
    (
        "signal a process by its handle",
        """
        handle = call(PLACES["calls"]["pidfd_open"], PLACES["victim_process"], 0)
        return call(PLACES["calls"]["pidfd_send_signal"], handle, 9, 0, 0) == 0
        """,
    ),
    (
        "let the kernel signal another for it",
        """
        import fcntl
        for number in range(3, 20):
            try:
                fcntl.fcntl(number, fcntl.F_SETOWN, PLACES["victim_process"])
                return number
            except OSError:
                pass
        """,
    ),
    ("trace the engine", "return call(PLACES['calls']['ptrace'], 16, os.getppid(), 0, 0) == 0"),
    ("trace another process", "return call(PLACES['calls']['ptrace'], 0x4206, PLACES['victim_process'], 0, 0) == 0"),
    ("be traced", "return call(PLACES['calls']['ptrace'], 0, 0, 0, 0) == 0"),
    (
        "read the memory of the engine",
        """
        into = ctypes.create_string_buffer(64)
        local = (ctypes.c_uint64 * 2)(ctypes.addressof(into), 64)
        remote = (ctypes.c_uint64 * 2)(0x400000, 64)
        addresses = ctypes.addressof(local), 1, ctypes.addressof(remote), 1, 0
        return call(PLACES["calls"]["process_vm_readv"], os.getppid(), *addresses)
        """,
    ),
    (
        "write the memory of the engine",
        """
        out = ctypes.create_string_buffer(64)
        local = (ctypes.c_uint64 * 2)(ctypes.addressof(out), 64)
        addresses = ctypes.addressof(local), 1, ctypes.addressof(local), 1, 0
        return call(PLACES["calls"]["process_vm_writev"], os.getppid(), *addresses)
        """,
    ),
    (
        "take an open file of the engine",
        """
        handle = call(PLACES["calls"]["pidfd_open"], os.getppid(), 0)
        return call(PLACES["calls"]["pidfd_getfd"], handle, 0, 0)
        """,
    ),
    ("compare itself with the engine", "return call(PLACES['calls']['kcmp'], os.getpid(), os.getppid(), 0, 0, 0) >= 0"),
    ("make the engine nice", "os.setpriority(os.PRIO_PROCESS, os.getppid(), 19); return 'set'"),
    ("make itself important", "os.setpriority(os.PRIO_PROCESS, 0, -20); return 'set'"),
    ("be scheduled before all", "os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50)); return 'set'"),
    ("move the engine to one core", "os.sched_setaffinity(os.getppid(), {0}); return 'set'"),
    ("take the engine's limits away", "import resource; return resource.prlimit(os.getppid(), resource.RLIMIT_AS)"),
    (
        "set the engine's limits",
        "import resource; return resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (1, 1))",
    ),
    (
        "raise its own limits",
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (-1, -1)); return 'raised'",
    ),
    ("leave its group", "os.setsid(); return 'left'"),
    ("move a process into its group", "os.setpgid(PLACES['victim_process'], 0); return 'moved'"),
    ("outlive the engine", "return call(PLACES['calls']['prctl'], 1, 0, 0, 0, 0) == 0"),
    ("be looked into", "return call(PLACES['calls']['prctl'], 4, 1, 0, 0, 0) == 0"),
    ("enter the engine's namespaces", "return call(PLACES['calls']['setns'], 2, 0) == 0"),
    ("make a user namespace", "return call(PLACES['calls']['unshare'], 0x10000000) == 0"),
    ("make a mount namespace", "return call(PLACES['calls']['unshare'], 0x20000) == 0"),
    ("become root", "os.setuid(0); return 'root'"),
    ("become root by every call", "os.setresuid(0, 0, 0); return 'root'"),
    ("join the group of root", "os.setgroups([0]); return 'joined'"),
)  # fmt: skip
