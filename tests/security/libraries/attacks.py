"""What an untrusted function may try. Each gives "BREACH" if it got what it must not get, in every tier that is tried.

`where` names what stands outside: `secret` (a file), `folder` (of the engine), `port`, `engine` (process id), and the
names of a unix socket, `unix`, and of an abstract one, `abstract`.
"""

import asyncio
import atexit
import builtins
import ctypes
import decimal
import gc
import json
import logging
import mmap
import os
import random
import re
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import uuid
import zoneinfo
from pathlib import Path

BREACH = "BREACH"
libc = ctypes.CDLL(None, use_errno=True)
X86 = os.uname().machine == "x86_64"


def innocent(where):
    return [len("abc"), json.dumps({"a": 1}), os.environ.get("SPOILT"), sorted(os.listdir()), time.time() > 1e9]


def succeeds(number_x86, number_arm, *arguments):
    """Whether a system call does anything but fail."""
    number = number_x86 if X86 else number_arm
    return BREACH if libc.syscall(number, *arguments) >= 0 else "refused"


def tried(attempt):
    try:
        attempt()
    except (OSError, PermissionError) as error:
        return f"refused: {error}"
    return BREACH


# time


def cpu_loop(where):
    while True:
        pass


def cpu_big_power(where):
    return str(10**10**8)[:1]


def cpu_regular_expression(where):
    return bool(re.match(r"(a+)+$", "a" * 40 + "b"))


def cpu_sleep(where):
    time.sleep(60)


def cpu_catch_everything(where):
    while True:
        try:
            time.sleep(1)
        except BaseException:
            continue


def cpu_ignore_signals(where):
    for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_IGN)
    while True:
        pass


def cpu_stop_self(where):
    os.kill(os.getpid(), signal.SIGSTOP)


def cpu_threads(where):
    def spin():
        while True:
            pass

    for _ in range(8):
        threading.Thread(target=spin, daemon=True).start()
    spin()


def cpu_raise_limit(where):
    resource.setrlimit(resource.RLIMIT_CPU, (1000, 1000))
    return BREACH


# memory


def memory_at_once(where):
    bytearray(100 << 30)
    return BREACH


def memory_many_objects(where):
    kept = []
    while True:
        kept.append(bytearray(16 << 20))


def memory_map(where):
    mmap.mmap(-1, 8 << 30)
    return BREACH


def memory_file(where):
    return succeeds(319, 279, b"x", 0)


def memory_secret(where):
    return succeeds(447, 447, 0)


def memory_shared_segment(where):
    return succeeds(29, 194, 0, ctypes.c_size_t(1 << 20), 0o1600)


def memory_dev_shm(where):
    place = Path("/dev/shm/apigen-attack")
    return tried(lambda: place.write_bytes(b"x" * 1000)) if where["hidden"] else "not promised"


def memory_raise_limit(where):
    resource.setrlimit(resource.RLIMIT_AS, (-1, -1))
    return BREACH


def memory_fill_scratch(where):
    for number in range(1000):
        Path(f"file{number}").write_bytes(b"x" * (1 << 20))
    return BREACH


def memory_large_file(where):
    Path("large").write_bytes(b"x" * (8 << 20))
    return BREACH


def memory_many_threads(where):
    for _ in range(10_000):
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    return BREACH


# processes


def process_fork(where):
    if os.fork() == 0:
        time.sleep(300)
    return BREACH


def process_fork_bomb(where):
    while True:
        os.fork()


def process_vfork_call(where):
    return succeeds(57, 220, 17, 0, 0, 0, 0)


def process_clone_namespace(where):
    return succeeds(56, 220, 0x10000000 | 17, 0, 0, 0, 0)


def process_shell(where):
    subprocess.run(["/bin/sh", "-c", "true"], check=True)
    return BREACH


def process_system(where):
    return BREACH if os.system("true") == 0 else "refused"


def process_exec(where):
    os.execv("/bin/true", ["true"])


def process_spawn(where):
    os.posix_spawn("/bin/true", ["true"], {})
    return BREACH


def process_daemon(where):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(300)
        os._exit(0)
    return BREACH


def process_outlive_parent(where):
    if libc.prctl(1, 0, 0, 0, 0) == 0:
        return BREACH
    return "refused"


# files


def file_read(where):
    return tried(lambda: Path(where["secret"]).read_text()) if where["hidden"] else "not promised"


def file_write(where):
    return tried(lambda: Path(where["secret"]).write_text("x")) if where["hidden"] else "not promised"


def file_append(where):
    return tried(lambda: open(where["secret"], "a")) if where["hidden"] else "not promised"


def file_create_beside(where):
    return tried(lambda: Path(where["folder"], "new").touch()) if where["hidden"] else "not promised"


def file_rename(where):
    return tried(lambda: os.rename(where["secret"], "mine")) if where["hidden"] else "not promised"


def file_remove(where):
    return tried(lambda: os.unlink(where["secret"])) if where["hidden"] else "not promised"


def file_truncate(where):
    return tried(lambda: os.truncate(where["secret"], 0)) if where["hidden"] else "not promised"


def file_symlink(where):
    os.symlink(where["secret"], "link")
    return tried(lambda: Path("link").read_text()) if where["hidden"] else "not promised"


def file_hardlink(where):
    return tried(lambda: os.link(where["secret"], "hard")) if where["hidden"] else "not promised"


def file_climb(where):
    path = "../" * 20 + where["secret"]
    return tried(lambda: Path(path).read_text()) if where["hidden"] else "not promised"


def file_list(where):
    return tried(lambda: os.listdir(where["folder"])) if where["hidden"] else "not promised"


def file_home(where):
    return tried(lambda: os.listdir(where["home"] + "/.ssh")) if where["hidden"] else "not promised"


def file_root(where):
    return tried(lambda: Path("/proc/1/root", where["secret"].lstrip("/")).read_text()) if where["hidden"] else "-"


def file_shadow(where):
    return tried(lambda: Path("/etc/shadow").read_text()) if where["hidden"] else "not promised"


def file_own_library(where):
    return tried(lambda: open(__file__, "a")) if where["hidden"] else "not promised"


def file_chmod(where):
    return tried(lambda: os.chmod(where["secret"], 0o777))


def file_chown(where):
    return tried(lambda: os.chown(where["secret"], os.getuid(), os.getgid()))


def file_times(where):
    return tried(lambda: os.utime(where["secret"], (1, 1)))


def file_attribute(where):
    return tried(lambda: os.setxattr(where["secret"], "user.x", b"x"))


def file_device(where):
    return tried(lambda: os.mknod("device", 0o600 | 0o060000, os.makedev(8, 0)))


def file_by_handle(where):
    return succeeds(304, 265, -100, b"\0" * 64, 0)


def file_folders_without_rights(where):
    os.makedirs("a/b")
    Path("a/b/c").write_text("x")
    os.umask(0o777)
    os.mkdir("shut")
    return "left"


# secrets of other processes


def secret_environment(where):
    return BREACH if "canary" in str(os.environ) else "clean"


def secret_environments_of_others(where):
    found = []
    for entry in os.listdir("/proc") if os.access("/proc", os.R_OK) else [str(where["engine"]), "1"]:
        if entry.isdigit():
            try:
                found.append(Path(f"/proc/{entry}/environ").read_bytes())
            except OSError:
                continue
    return BREACH if where["hidden"] and b"sk-canary" in b"".join(found) else "clean"


def secret_memory(where):
    return tried(lambda: open(f"/proc/{where['engine']}/mem", "rb")) if where["hidden"] else "not promised"


def secret_worker_memory(where):
    return tried(lambda: open(f"/proc/{os.getppid()}/mem", "rb"))


def secret_ptrace(where):
    return succeeds(101, 117, 16, where["engine"], 0, 0)


def secret_ptrace_worker(where):
    return succeeds(101, 117, 16, os.getppid(), 0, 0)


def secret_process_read(where):
    return succeeds(310, 270, where["engine"], 0, 0, 0, 0, 0)


def secret_descriptor(where):
    return succeeds(434, 434, os.getppid(), 0)


# network


def network_tcp(where):
    return tried(lambda: socket.create_connection(("127.0.0.1", where["port"]), 1))


def network_udp(where):
    return tried(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", where["port"])))


def network_listen(where):
    return tried(lambda: socket.create_server(("127.0.0.1", 0)))


def network_unix(where):
    return tried(lambda: socket.socket(socket.AF_UNIX).connect(where["unix"]))


def network_abstract(where):
    return tried(lambda: socket.socket(socket.AF_UNIX).connect("\0" + where["abstract"]))


def network_netlink(where):
    return tried(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0))


def network_raw(where):
    return tried(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW))


# signals


def signal_engine(where):
    return tried(lambda: os.kill(where["engine"], signal.SIGKILL))


def signal_worker(where):
    os.kill(os.getppid(), signal.SIGKILL)
    os.kill(os.getppid(), signal.SIGSTOP)
    time.sleep(0.05)
    return "still here"


def signal_all(where):
    os.kill(-1, signal.SIGKILL)
    return "nobody heard"


def signal_group(where):
    os.killpg(os.getpgid(os.getppid()), signal.SIGKILL)
    return "nobody heard"


def signal_queue(where):
    return succeeds(129, 138, where["engine"], 9, ctypes.create_string_buffer(128))


def signal_thread(where):
    return succeeds(234, 131, where["engine"], where["engine"], 9)


def signal_by_owner(where):
    import fcntl

    ours, _ = socket.socketpair()
    return tried(lambda: fcntl.fcntl(ours, fcntl.F_SETOWN, where["engine"]))


def signal_limits_of_engine(where):
    return tried(lambda: resource.prlimit(where["engine"], resource.RLIMIT_CPU, (1, 1)))


# the kernel


def kernel_user_namespace(where):
    return succeeds(272, 97, 0x10000000)


def kernel_mount(where):
    return succeeds(165, 40, b"none", b"/tmp", b"tmpfs", 0, 0)


def kernel_io_uring(where):
    return succeeds(425, 425, 8, ctypes.create_string_buffer(120))


def kernel_bpf(where):
    return succeeds(321, 280, 0, ctypes.create_string_buffer(120), 120)


def kernel_keys(where):
    return succeeds(250, 219, 0, -3, 1)


def kernel_perf(where):
    return succeeds(298, 241, ctypes.create_string_buffer(128), 0, -1, -1, 0)


def kernel_userfaultfd(where):
    return succeeds(323, 282, 0)


def kernel_personality(where):
    return succeeds(135, 92, 0x0040000)


def kernel_clock(where):
    return tried(lambda: time.clock_settime(time.CLOCK_REALTIME, 1.0))


def kernel_hostname(where):
    return tried(lambda: socket.sethostname("mine"))


def kernel_chroot(where):
    return tried(lambda: os.chroot("."))


def kernel_message_queue(where):
    return succeeds(68, 186, 0, 0o1600)


def kernel_old_calls(where):
    """x32 calls: those of x86_64 by other numbers."""
    return succeeds(0x40000000 | 57, 220, 17, 0, 0, 0, 0)


# output and results


def output_stdout(where):
    while True:
        sys.stdout.write("x" * 100_000)


def output_stderr(where):
    while True:
        os.write(2, b"x" * 100_000)


def output_result(where):
    return "x" * (50 << 20)


def output_pipe(where):
    while True:
        os.write(3, b"x" * 100_000)


def output_forged(where):
    os.write(3, b'{"result": "forged", "duration": 0}')
    os._exit(0)


def output_closed_descriptors(where):
    os.closerange(0, 100)
    return "closed"


def output_frames(where):
    frame = sys._getframe()
    while frame:
        frame.f_locals.clear()
        frame = frame.f_back
    return "walked"


def result_nan(where):
    return float("nan")


def result_bytes(where):
    return b"x"


def result_set(where):
    return {1}


def result_generator(where):
    return (i for i in range(3))


def result_object(where):
    return object()


def result_circle(where):
    circle: list = []
    circle.append(circle)
    return circle


def result_deep(where):
    deep: list = []
    for _ in range(200_000):
        deep = [deep]
    return deep


def result_lying_dict(where):
    class Lying(dict):
        def __len__(self):
            return -1

        def items(self):
            return iter([(1, 2)] * 10**9)

    return Lying(a=1)


def result_huge_number(where):
    return 1 << 600_000


def result_number_keys(where):
    return {1: 1, "1": 2}


def result_surrogate(where):
    return "\ud800"


# ends


def end_segfault(where):
    ctypes.string_at(0)


def end_abort(where):
    os.abort()


def end_exit(where):
    os._exit(0)


def end_system_exit(where):
    sys.exit(0)


def end_stack(where):
    sys.setrecursionlimit(10**9)

    def deeper():
        return deeper()

    deeper()


def end_unprintable(where):
    class Unprintable(Exception):
        def __str__(self):
            raise RuntimeError

    raise Unprintable


def end_endless_text(where):
    class Endless(Exception):
        def __str__(self):
            while True:
                pass

    raise Endless


def end_base_exception(where):
    class Odd(BaseException):
        pass

    raise Odd


# traces


def trace_builtins(where):
    builtins.len = lambda _: 99
    json.dumps = time.time = os.listdir = None
    return "left"


def trace_surroundings(where):
    os.environ["SPOILT"] = "1"
    os.chdir("/")
    os.umask(0)
    sys.modules["json"] = None
    return "left"


def trace_files(where):
    Path("left").write_text("x")
    os.symlink("/", "link")
    return "left"


def trace_hooks(where):
    sys.settrace(lambda *_: None)
    threading.settrace(lambda *_: None)
    atexit.register(lambda: time.sleep(60))
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    return "left"


def trace_collector(where):
    class Phoenix:
        def __del__(self):
            time.sleep(60)

    sys.kept = [Phoenix()]
    gc.disable()
    return "left"


# what ordinary code does


def ordinary(where):
    """Not an attack: all of this must work in every tier."""
    with tempfile.TemporaryDirectory() as folder, tempfile.NamedTemporaryFile() as file:
        file.write(b"x")
        Path(folder, "a").mkdir()
        shutil.copyfile(file.name, Path(folder, "b"))
    with sqlite3.connect(":memory:") as store:
        (two,) = store.execute("select 1 + 1").fetchone()
    numbers: list = []
    threads = [threading.Thread(target=numbers.append, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    logging.getLogger("x").warning("said")

    async def later():
        await asyncio.sleep(0)
        return await asyncio.to_thread(len, "abc")

    zone = str(zoneinfo.ZoneInfo("Europe/Paris"))
    third = str(decimal.Decimal(1) / 3)[:4]
    return [two, sorted(numbers), asyncio.run(later()), zone, third, uuid.uuid4().version, random.random() < 1]
