"""Attacks on the kernel: the calls through which others got out, and calls made in an odd manner."""

from typing import Final

from proofs.sandboxing.attack import Attack, attacks

_CALLS: Final = (
    ("ask for io_uring", "io_uring_setup", "8, ctypes.addressof(ctypes.create_string_buffer(256))"),
    ("use an io_uring", "io_uring_enter", "3, 1, 1, 0, 0, 0"),
    ("handle page faults", "userfaultfd", "1"),
    ("load a program into the kernel", "bpf", "0, ctypes.addressof(ctypes.create_string_buffer(128)), 128"),
    ("read keys of the user", "keyctl", "0, -4 & 0xFFFFFFFF, 0"),
    ("add a key", "add_key", "0, 0, 0, 0, -2 & 0xFFFFFFFF"),
    ("request a key", "request_key", "0, 0, 0, 0"),
    (
        "count events of the machine",
        "perf_event_open",
        "ctypes.addressof(ctypes.create_string_buffer(128)), 0, -1, -1, 0",
    ),
    ("load a module", "init_module", "0, 0, 0"),
    ("load a module from a file", "finit_module", "0, 0, 0"),
    ("load another kernel", "kexec_load", "0, 0, 0, 0"),
    ("restart the machine", "reboot", "0, 0, 0, 0"),
    ("take swap away", "swapoff", "0"),
    ("give swap", "swapon", "0, 0"),
    ("name the machine", "sethostname", "ctypes.addressof(ctypes.create_string_buffer(8)), 4"),
    ("set the clock", "clock_settime", "0, 0"),
    ("set the time of day", "settimeofday", "0, 0"),
    ("bend the clock", "adjtimex", "ctypes.addressof(ctypes.create_string_buffer(256))"),
    ("keep accounts of processes", "acct", "0"),
    ("set quotas", "quotactl", "0, 0, 0, 0"),
    ("watch files", "inotify_init1", "0"),
    ("watch all files", "fanotify_init", "0, 0"),
    ("make a queue of messages", "mq_open", "ctypes.addressof(ctypes.create_string_buffer(b'/q')), 0x42, 0o600, 0"),
    ("share memory", "shmget", "0, 4096, 0o1600"),
    ("share semaphores", "semget", "0, 1, 0o1600"),
    ("share messages", "msgget", "0, 0o1600"),
    ("mount", "mount", "0, 0, 0, 0, 0"),
    ("open a file system", "fsopen", "0, 0"),
    ("open a tree of files", "open_tree", "-100, 0, 1"),
    ("unmount", "umount2", "0, 0"),
    ("change its root", "chroot", "ctypes.addressof(ctypes.create_string_buffer(b'/'))"),
    ("pivot its root", "pivot_root", "0, 0"),
    ("change its folder", "chdir", "ctypes.addressof(ctypes.create_string_buffer(b'/'))"),
    ("become another kind of machine", "personality", "0x0400000"),
    ("make memory nobody else sees", "memfd_secret", "0"),
    ("set its capabilities", "capset", "0, 0"),
    ("put a filter of its own around itself", "seccomp", "1, 0, 0"),
    ("ask what filters can do", "seccomp", "2, 0, ctypes.addressof(ctypes.create_string_buffer(8))"),
    ("set a timer that signals", "timer_create", "0, 0, ctypes.addressof(ctypes.create_string_buffer(8))"),
    ("be woken by a clock", "setitimer", "0, 0, 0"),
    ("lock memory", "mlockall", "1"),
    ("advise the memory of another", "process_madvise", "0, 0, 0, 0, 0"),
    ("send what it reads elsewhere in the kernel", "splice", "0, 0, 1, 0, 1, 0"),
    ("copy in the kernel", "copy_file_range", "0, 0, 1, 0, 1, 0"),
)  # fmt: skip
KERNEL: Final[tuple[Attack, ...]] = (
    *attacks(*((told, f"return call(PLACES['calls'][{name!r}], {given}) >= 0") for told, name, given in _CALLS)),
    *attacks(
        (
            "make every call there is, without arguments",
            """
            allowed = set(PLACES["allowed"])
            found = []
            for number in range(600):
                if number in allowed or number in (335, 336):  # see the next attack
                    continue
                try:
                    found.append((number, call(number, -1, -1, -1, -1, -1, -1)))
                except OSError as refused:
                    if refused.errno not in (errno.EPERM, errno.ENOSYS):
                        found.append((number, refused))
            return found
            """,
        ),
    ),
    Attack(
        name="make the calls of probes, which the kernel lets past every filter",
        needs="x86_64",
        ends=frozenset({"died"}),
        may_go_on=True,
        body="""
        for number in (336, 335):
            try:
                call(number)
            except OSError:
                pass
        return False
        """,
    ),
    Attack(
        name="make calls in the manner of x32",
        needs="x86_64",
        body="""
        found = []
        for number in (0, 1, 2, 39, 41, 56, 57, 59, 257, 512, 520, 521, 544):
            try:
                found.append((number, call(0x40000000 | number, -1, -1, -1, -1, -1, -1)))
            except OSError as refused:
                if refused.errno not in (errno.EPERM, errno.ENOSYS):
                    found.append((number, refused))
        return found
        """,
    ),
    Attack(
        name="make a call in the manner of a processor of 32 bits",
        needs="x86_64",
        ends=frozenset({"died"}),
        body="""
        import mmap
        # mov eax, 20 (getpid of i386); int 0x80; ret
        code = bytes([0xB8, 20, 0, 0, 0, 0xCD, 0x80, 0xC3])
        page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        page.write(code)
        entry = ctypes.addressof(ctypes.c_char.from_buffer(page))
        return ctypes.CFUNCTYPE(ctypes.c_int)(entry)() == os.getpid()
        """,
    ),
    Attack(
        name="make a call with machine code of its own",
        needs="x86_64",
        body="""
        import mmap
        # mov eax, edi; mov rdi, rsi; mov rsi, rdx; xor edx, edx; syscall; ret
        code = bytes([0x89, 0xF8, 0x48, 0x89, 0xF7, 0x48, 0x89, 0xD6, 0x31, 0xD2, 0x0F, 0x05, 0xC3])
        page = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        page.write(code)
        entry = ctypes.addressof(ctypes.c_char.from_buffer(page))
        made = ctypes.CFUNCTYPE(ctypes.c_long, ctypes.c_int, ctypes.c_void_p, ctypes.c_long)(entry)
        path = ctypes.create_string_buffer(PLACES["public"].encode())
        found = [made(2, ctypes.addressof(path), 0), made(41, 2, 1), made(57, 0, 0)]
        return [one for one in found if one >= 0]
        """,
    ),
    Attack(
        name="make a call through the old page of the kernel",
        needs="x86_64",
        ends=frozenset({"died"}),
        may_go_on=True,
        body="""
        ctypes.CFUNCTYPE(ctypes.c_long, ctypes.c_void_p)(0xFFFFFFFFFF600400)(0)
        return False
        """,
    ),
)
