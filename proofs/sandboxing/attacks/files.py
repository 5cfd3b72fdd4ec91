"""Attacks on files: read, list, write, link, rename, through every door that Python has."""

from typing import Final

from proofs.sandboxing.attack import Attack, attacks

FILES: Final[tuple[Attack, ...]] = attacks(
    ("read the list of users", "return open('/etc/passwd').read()[:80]"),
    ("read the passwords", "return open('/etc/shadow').read()[:80]"),
    ("read a secret of the engine", "return open(PLACES['secret']).read()"),
    ("read a file that everybody may read", "return open(PLACES['public']).read()"),
    (
        "read through a path that climbs out of its own folder",
        """
        own = os.open(os.environ["HOME"], os.O_RDONLY | os.O_DIRECTORY)
        return os.read(os.open("../../../../../../../.." + PLACES["public"], os.O_RDONLY, dir_fd=own), 80)
        """,
    ),
    (
        "read through a symbolic link of its own",
        """
        link = os.path.join(os.environ["HOME"], "link")
        os.symlink(PLACES["secret"], link)
        return open(link).read()
        """,
    ),
    (
        "make a hard link to a secret",
        """
        link = os.path.join(os.environ["HOME"], "hard")
        os.link(PLACES["public"], link)
        return open(link).read()
        """,
    ),
    ("read through the root of its own process", "return open('/proc/self/root' + PLACES['public']).read()"),
    ("read its environment as the kernel has it", "return open('/proc/self/environ').read()"),
    ("read the environment of the engine", "return open(f'/proc/{os.getppid()}/environ').read()"),
    ("open the memory of the engine", "return open(f'/proc/{os.getppid()}/mem', 'r+b')"),
    ("open its own memory", "return open('/proc/self/mem', 'r+b')"),
    ("list the engine's open files", "return os.listdir(f'/proc/{os.getppid()}/fd')"),
    ("read the engine's command line", "return open(f'/proc/{os.getppid()}/cmdline').read()"),
    ("open its log anew, to write at its beginning", "return open('/proc/self/fd/2', 'r+b')"),
    ("cut its log", "os.ftruncate(2, 0); return 'cut'"),
    ("list the root folder", "return os.listdir('/')"),
    ("list the folder of the engine", "return os.listdir(os.path.dirname(PLACES['public']))"),
    ("walk through temporary folders", "return [one for one in os.walk('/tmp')]"),
    ("write a new file", "open(os.path.join(PLACES['folder'], 'new'), 'w').write('x'); return 'written'"),
    ("overwrite a file", "open(PLACES['victim'], 'w').write('x'); return 'written'"),
    ("add to a file", "open(PLACES['victim'], 'a').write('x'); return 'written'"),
    ("cut a file", "os.truncate(PLACES['victim'], 0); return 'cut'"),
    ("delete a file", "os.unlink(PLACES['victim']); return 'deleted'"),
    ("rename a file", "os.rename(PLACES['victim'], PLACES['victim'] + '.x'); return 'renamed'"),
    (
        "move a file into its own folder",
        "os.rename(PLACES['victim'], os.path.join(os.environ['HOME'], 'x')); return 'moved'",
    ),
    ("change the rights of a file", "os.chmod(PLACES['victim'], 0o777); return 'changed'"),
    ("change the owner of a file", "os.chown(PLACES['victim'], os.getuid(), -1); return 'changed'"),
    ("change the times of a file", "os.utime(PLACES['victim'], (1, 1)); return 'changed'"),
    ("set an attribute of a file", "os.setxattr(PLACES['victim'], 'user.x', b'1'); return 'set'"),
    ("make a folder", "os.mkdir(os.path.join(PLACES['folder'], 'made')); return 'made'"),
    ("make a pipe with a name", "os.mkfifo(os.path.join(PLACES['folder'], 'pipe')); return 'made'"),
    ("make a device", "os.mknod(os.path.join(os.environ['HOME'], 'zero'), 0o600 | 0o20000, 0x105); return 'made'"),
    ("open a device", "return open('/dev/mem', 'rb')"),
    ("change the code of the engine", "open(tw.__file__, 'a').write('x'); return 'written'"),
    (
        "leave code beside a library",
        "open(os.path.join(os.path.dirname(np.__file__), 'left.py'), 'w').write('x'); return 'left'",
    ),
    ("write where it stands", "open('left.txt', 'w').write('x'); return 'left'"),
    ("write into shared memory", "open('/dev/shm/left', 'w').write('x'); return 'left'"),
    (
        "open a file without a name in a shared folder",
        "return os.open(PLACES['folder'], os.O_TMPFILE | os.O_RDWR, 0o600) >= 0",
    ),
    ("change compiled code that others run", "open(PLACES['kernel'], 'ab').write(b'x'); return 'written'"),
    ("read compiled code that others keep", "return open(PLACES['kernel'], 'rb').read()"),
    ("read with numpy", "return np.fromfile(PLACES['public'], dtype=np.uint8).tobytes()"),
    ("map with numpy", "return bytes(np.memmap(PLACES['public'], dtype=np.uint8, mode='r')[:10])"),
    ("read with polars", "import polars as pl; return pl.read_csv(PLACES['public'], has_header=False).to_dicts()"),
    (
        "read lazily with polars",
        "import polars as pl; return pl.scan_csv(PLACES['public'], has_header=False).collect().to_dicts()",
    ),
    (
        "write with polars",
        "import polars as pl; pl.DataFrame({'a': [1]}).write_csv(PLACES['victim']); return 'written'",
    ),
    ("read as if it were code", "import linecache; return linecache.getline(PLACES['public'], 1)"),
    (
        "read with the loader of the interpreter",
        """
        from importlib.machinery import SourceFileLoader
        return SourceFileLoader("x", PLACES["public"]).get_data(PLACES["public"])
        """,
    ),
    (
        "import from an archive elsewhere",
        "sys.path.insert(0, PLACES['archive']); import evil; return evil.FOUND",
    ),
    ("import from a folder elsewhere", "sys.path.insert(0, PLACES['modules']); import evil; return evil.FOUND"),
    (
        "open a database elsewhere",
        "import sqlite3; return sqlite3.connect(PLACES['database']).execute('select * from t').fetchall()",
    ),
    ("read with the C library", "return LIBC.open(PLACES['public'].encode(), 0) >= 0"),
    (
        "read with a plain call of the kernel",
        """
        path = ctypes.create_string_buffer(PLACES["public"].encode())
        return call(PLACES["calls"]["openat"], -100, ctypes.addressof(path), 0) >= 0
        """,
    ),
    (
        "read with openat2",
        """
        how = (ctypes.c_uint64 * 3)(0, 0, 0)
        path = ctypes.create_string_buffer(PLACES["public"].encode())
        return call(PLACES["calls"]["openat2"], -100, ctypes.addressof(path), ctypes.addressof(how), 24) >= 0
        """,
    ),
    (
        "open by a handle",
        """
        handle = ctypes.create_string_buffer(128)
        return call(PLACES["calls"]["open_by_handle_at"], -100, ctypes.addressof(handle), 0) >= 0
        """,
    ),
    ("use a library of C from elsewhere", "return ctypes.CDLL(PLACES['library'])"),
    ("reach the disk itself", "return [open('/dev/' + one, 'rb') for one in ('vda', 'sda', 'nvme0n1')]"),
    (
        "read the kernel's log",
        """
        kept = ctypes.create_string_buffer(4096)
        return call(PLACES["calls"]["syslog"], 3, ctypes.addressof(kept), 4096) >= 0
        """,
    ),
    ("lock a file of the engine", "import fcntl; fcntl.flock(2, fcntl.LOCK_EX); return 'locked'"),
)  # fmt: skip
