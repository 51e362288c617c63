"""seccomp: a Linux process gives up system calls that it does not need, for good."""

import ctypes
import errno
import os
import platform
import struct

# Numbers of <linux/seccomp.h>, <linux/audit.h> and <linux/bpf_common.h>.
_SET_FILTER, _ALL_THREADS = 1, 1
_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_ALLOW, _ERROR, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_LOAD, _AND, _RETURN = 0x20, 0x54, 0x06
_IF_EQUAL, _IF_AT_LEAST = 0x15, 0x35
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16

_FIRST_UNKNOWN = 463
"""System calls from here on are newer than this list, and numbered alike on all processors."""

# Name, number on x86_64, number on aarch64, - where there is none.
_REFUSED = """
socket 41 198  socketpair 53 199  connect 42 203  bind 49 200
io_uring_setup 425 425  io_uring_enter 426 426  io_uring_register 427 427
execve 59 221  execveat 322 281  fork 57 -  vfork 58 -  unshare 272 97  setns 308 268
tkill 200 130  rt_sigqueueinfo 129 138  rt_tgsigqueueinfo 297 240
pidfd_open 434 434  pidfd_send_signal 424 424  pidfd_getfd 438 438
ptrace 101 117  process_vm_readv 310 270  process_vm_writev 311 271  process_madvise 440 440
kcmp 312 272  migrate_pages 256 238  move_pages 279 239  ioprio_set 251 30  setpriority 141 140
sched_setscheduler 144 119  sched_setparam 142 118  sched_setattr 314 274
sched_setaffinity 203 122
chmod 90 -  fchmod 91 52  fchmodat 268 53  fchmodat2 452 452
chown 92 -  lchown 94 -  fchown 93 55  fchownat 260 54
setxattr 188 5  lsetxattr 189 6  fsetxattr 190 7
removexattr 197 14  lremovexattr 198 15  fremovexattr 199 16
utime 132 -  utimes 235 -  futimesat 261 -  utimensat 280 88  truncate 76 45
shmget 29 194  shmat 30 196  semget 64 190  msgget 68 186  mq_open 240 180
bpf 321 280  perf_event_open 298 241  userfaultfd 323 282
add_key 248 217  request_key 249 218  keyctl 250 219
inotify_init 253 -  inotify_init1 294 26  fanotify_init 300 262
"""
# Where there is another way, which can be looked into.
_UNKNOWN = "clone3 435 435  openat2 437 437  memfd_create 319 279  memfd_secret 447 447"
# What depends on an argument.
_LOOKED_INTO = """
clone 56 220  kill 62 129  tgkill 234 131  prlimit64 302 261  mmap 9 222
open 2 -  openat 257 56  ioctl 16 29  fcntl 72 25
"""

_CLONE_THREAD = 0x10000
_SHARED_MEMORY = 0x21  # of no file: it does not count as data, which is limited
_HARMLESS_IOCTLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # of terminals and handles
_TRUNCATING = (os.O_TRUNC, os.O_TRUNC | os.O_ACCMODE)  # without the right to write
_OWNERS_AND_LEASES = (8, 10, 15, 1024, 1026)  # a file may send signals to its owner


def can_filter() -> bool:
    """Return whether the numbers of this processor's system calls are known."""
    return platform.machine() in _ARCHITECTURE and struct.calcsize("P") == 8


def refuse_system_calls() -> None:
    """Refuse this process, in all its threads, what running a model does not take.

    That is: sockets; other programs and processes, and signals to them; to change the permissions,
    owners, times or attributes of files, which Landlock does not see; memory that is shared, which
    `limit_process` does not count; keys, tracing and namespaces. It must have given up its
    privileges before.

    Raises
    ------
    OSError
        The system refuses, or this processor is not known.
    """
    if not can_filter():
        raise OSError(errno.ENOSYS, "no list of system calls for this processor")
    program = b"".join(_program())
    libc = ctypes.CDLL(None, use_errno=True)
    filter_of = ctypes.create_string_buffer(program, len(program))
    described = struct.pack("HP", len(program) // 8, ctypes.addressof(filter_of))
    if libc.syscall(_SECCOMP[platform.machine()], _SET_FILTER, _ALL_THREADS, described) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def _program() -> list[bytes]:
    """Return the filter, an instruction each; all jumps lead forward, past what does not apply."""
    refuse = _step(_RETURN, _ERROR | errno.EPERM)
    unknown = _step(_RETURN, _ERROR | errno.ENOSYS)
    program = [
        _step(_LOAD, _ARCHITECTURE_AT),
        _step(_IF_EQUAL, _ARCHITECTURE[platform.machine()], 1, 0),
        _step(_RETURN, _KILL),  # the 32-bit calls of the same kernel
        _step(_LOAD, _NUMBER_AT),
        _step(_IF_AT_LEAST, _FIRST_UNKNOWN, 0, 1),
        unknown,
    ]
    for number in _numbers(_REFUSED).values():
        program += [_step(_IF_EQUAL, number, 0, 1), refuse]
    for number in _numbers(_UNKNOWN).values():
        program += [_step(_IF_EQUAL, number, 0, 1), unknown]
    found = _numbers(_LOOKED_INTO)
    refused_where = {
        "clone": _unless(0, 0, mask=_CLONE_THREAD, refused=True),
        "kill": _unless(0, os.getpid()),
        "tgkill": _unless(0, os.getpid()),
        "prlimit64": _unless(0, 0, os.getpid()),
        "mmap": _unless(3, _SHARED_MEMORY, mask=_SHARED_MEMORY, refused=True),
        # Older Landlocks let a file that may only be read be truncated.
        "open": _unless(1, *_TRUNCATING, mask=_TRUNCATING[-1], refused=True),
        "openat": _unless(2, *_TRUNCATING, mask=_TRUNCATING[-1], refused=True),
        "ioctl": _unless(1, *_HARMLESS_IOCTLS),
        "fcntl": _unless(1, *_OWNERS_AND_LEASES, refused=True),
    }
    for name, number in found.items():
        body = refused_where[name]
        program += [_step(_IF_EQUAL, number, 0, len(body)), *body]
    return [*program, _step(_RETURN, _ALLOW)]


def _unless(argument: int, *values: int, mask: int = 0, refused: bool = False) -> list[bytes]:
    """Return the steps that refuse a call unless an argument has one of some values.

    Parameters
    ----------
    mask : int
        Which bits of the argument to look at; 0 for all.
    refused : bool
        Refuse just these values instead.
    """
    allow, refuse = _step(_RETURN, _ALLOW), _step(_RETURN, _ERROR | errno.EPERM)
    body = [_step(_LOAD, _ARGUMENTS_AT + 8 * argument)]
    body += [_step(_AND, mask)] if mask else []
    body += [_step(_IF_EQUAL, value, len(values) - place, 0) for place, value in enumerate(values)]
    return [*body, *((allow, refuse) if refused else (refuse, allow))]


def _numbers(table: str) -> dict[str, int]:
    """Return the numbers of system calls on this processor."""
    words = table.split()
    column = 1 if platform.machine() == "x86_64" else 2
    rows = zip(words[::3], words[column::3], strict=True)
    return {name: int(number) for name, number in rows if number != "-"}


def _step(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
