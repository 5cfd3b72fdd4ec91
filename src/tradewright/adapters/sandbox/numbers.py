"""The numbers of system calls, which differ from processor to processor; a name that one of them lacks has none there.

Only calls that are allowed to a confined strategy, that raise its walls, or that are tried against them are listed.
"""

from collections.abc import Mapping
from typing import Final

AUDIT_NAMES: Final[Mapping[str, int]] = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""How the kernel names the processor to a filter; a call in the manner of another one carries another name."""

_X86_64: Final = """
    read 0 write 1 open 2 close 3 stat 4 fstat 5 lstat 6 poll 7 lseek 8 mmap 9 mprotect 10 munmap 11 brk 12
    rt_sigaction 13 rt_sigprocmask 14 rt_sigreturn 15 ioctl 16 pread64 17 pwrite64 18 readv 19 writev 20 access 21
    select 23 sched_yield 24 mremap 25 madvise 28 shmget 29 dup 32 dup2 33 nanosleep 35 setitimer 38 getpid 39
    socket 41 connect 42 bind 49 socketpair 53 clone 56 fork 57 vfork 58 execve 59 exit 60 kill 62 uname 63
    semget 64 msgget 68 fcntl 72 flock 73 fsync 74 fdatasync 75 truncate 76 ftruncate 77 getcwd 79 chdir 80
    rename 82 mkdir 83 rmdir 84 link 86 unlink 87 symlink 88 readlink 89 chmod 90 chown 92 gettimeofday 96
    getrlimit 97 getrusage 98 sysinfo 99 times 100 ptrace 101 getuid 102 getgid 104 setuid 105 geteuid 107
    getegid 108 getppid 110 setgroups 116 setresuid 117 setresgid 119 capset 126 rt_sigqueueinfo 129 sigaltstack 131
    mknod 133 personality 135 setpriority 141 modify_ldt 154 pivot_root 155 prctl 157 setrlimit 160 chroot 161
    acct 163 settimeofday 164 mount 165 umount2 166 swapon 167 reboot 169 sethostname 170 ioperm 173 init_module 175
    quotactl 179 gettid 186 setxattr 188 tkill 200 time 201 futex 202 sched_setaffinity 203 sched_getaffinity 204
    getdents64 217 restart_syscall 219 timer_create 222 clock_settime 227 clock_gettime 228 clock_getres 229
    clock_nanosleep 230 exit_group 231 epoll_wait 232 epoll_ctl 233 tgkill 234 mq_open 240 add_key 248
    request_key 249 keyctl 250 openat 257 mkdirat 258 mknodat 259 fchownat 260 newfstatat 262 unlinkat 263
    renameat 264 linkat 265 symlinkat 266 readlinkat 267 fchmodat 268 faccessat 269 pselect6 270 ppoll 271
    unshare 272 set_robust_list 273 get_robust_list 274 splice 275 tee 276 vmsplice 278 utimensat 280
    epoll_pwait 281 eventfd2 290 epoll_create1 291 dup3 292 pipe2 293 inotify_init1 294 perf_event_open 298
    fanotify_init 300 prlimit64 302 name_to_handle_at 303 open_by_handle_at 304 setns 308 getcpu 309
    process_vm_readv 310 process_vm_writev 311 kcmp 312 renameat2 316 seccomp 317 getrandom 318 memfd_create 319
    bpf 321 execveat 322 userfaultfd 323 copy_file_range 326 statx 332 rseq 334 pidfd_send_signal 424
    io_uring_setup 425 io_uring_enter 426 open_tree 428 move_mount 429 fsopen 430 pidfd_open 434 clone3 435
    openat2 437 pidfd_getfd 438 faccessat2 439 process_madvise 440 epoll_pwait2 441 landlock_create_ruleset 444
    landlock_add_rule 445 landlock_restrict_self 446 memfd_secret 447
"""
_AARCH64: Final = """
    setxattr 5 getcwd 17 eventfd2 19 epoll_create1 20 epoll_ctl 21 epoll_pwait 22 dup 23 dup3 24 fcntl 25
    inotify_init1 26 ioctl 29 flock 32 mknodat 33 mkdirat 34 unlinkat 35 symlinkat 36 linkat 37 renameat 38
    umount2 39 mount 40 pivot_root 41 truncate 45 ftruncate 46 faccessat 48 chdir 49 chroot 51 fchmodat 53
    fchownat 54 openat 56 close 57 pipe2 59 quotactl 60 getdents64 61 lseek 62 read 63 write 64 readv 65 writev 66
    pread64 67 pwrite64 68 pselect6 72 ppoll 73 vmsplice 75 splice 76 tee 77 readlinkat 78 newfstatat 79 fstat 80
    fsync 82 fdatasync 83 utimensat 88 acct 89 capset 91 personality 92 exit 93 exit_group 94 unshare 97 futex 98
    set_robust_list 99 get_robust_list 100 nanosleep 101 setitimer 103 init_module 105 timer_create 107
    clock_settime 112 clock_gettime 113 clock_getres 114 clock_nanosleep 115 ptrace 117 sched_setaffinity 122
    sched_getaffinity 123 sched_yield 124 restart_syscall 128 kill 129 tkill 130 tgkill 131 sigaltstack 132
    rt_sigaction 134 rt_sigprocmask 135 rt_sigqueueinfo 138 rt_sigreturn 139 setpriority 140 reboot 142 setuid 146
    setresuid 147 setresgid 149 times 153 setgroups 159 uname 160 sethostname 161 getrlimit 163 setrlimit 164
    getrusage 165 prctl 167 getcpu 168 gettimeofday 169 settimeofday 170 getpid 172 getppid 173 getuid 174
    geteuid 175 getgid 176 getegid 177 gettid 178 sysinfo 179 mq_open 180 msgget 186 semget 190 shmget 194
    socket 198 socketpair 199 bind 200 connect 203 brk 214 munmap 215 mremap 216 add_key 217 request_key 218
    keyctl 219 clone 220 execve 221 mmap 222 swapon 224 mprotect 226 madvise 233 perf_event_open 241 prlimit64 261
    fanotify_init 262 name_to_handle_at 264 open_by_handle_at 265 setns 268 process_vm_readv 270
    process_vm_writev 271 kcmp 272 renameat2 276 seccomp 277 getrandom 278 memfd_create 279 bpf 280 execveat 281
    userfaultfd 282 copy_file_range 285 statx 291 rseq 293 pidfd_send_signal 424 io_uring_setup 425
    io_uring_enter 426 open_tree 428 move_mount 429 fsopen 430 pidfd_open 434 clone3 435 openat2 437 pidfd_getfd 438
    faccessat2 439 process_madvise 440 epoll_pwait2 441 landlock_create_ruleset 444 landlock_add_rule 445
    landlock_restrict_self 446 memfd_secret 447
"""


def _read(table: str) -> Mapping[str, int]:
    words = table.split()
    return {name: int(number) for name, number in zip(words[::2], words[1::2], strict=True)}


NUMBERS: Final[Mapping[str, Mapping[str, int]]] = {"x86_64": _read(_X86_64), "aarch64": _read(_AARCH64)}
"""By processor and name."""


def number_of(name: str, machine: str) -> int:
    """The number of a call; a KeyError for a processor that is not listed, or a call that it has not."""
    return NUMBERS[machine][name]
