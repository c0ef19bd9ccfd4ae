"""Runs one command on given cores and says in JSON what it took. Started as ``python -I -S launch.py JOB``.

A process of its own, because Linux counts the memory of the process that starts a command as the command's
own until it executes: what starts the commands must be small (some 9 MB, the least that can be reported).
"""

import json
import os
import resource
import signal
import sys
import time


def main() -> None:
    """The job: argv, cores, memory (bytes), timeout (seconds), stdout and stderr (paths)."""
    job = json.loads(sys.argv[1])
    os.sched_setaffinity(0, job["cores"])
    resource.setrlimit(resource.RLIMIT_AS, (job["memory"], job["memory"]))
    write = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, job["stdout"], write, 0o600),
        (os.POSIX_SPAWN_OPEN, 2, job["stderr"], write, 0o600),
    ]
    start = time.perf_counter()
    child = os.posix_spawnp(job["argv"][0], job["argv"], job["env"], file_actions=actions, setpgroup=0)
    timed_out = False

    def end(_signal: int, _frame: object) -> None:
        nonlocal timed_out
        timed_out = True
        os.killpg(child, signal.SIGKILL)

    signal.signal(signal.SIGALRM, end)
    signal.alarm(job["timeout"])
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - start
    signal.alarm(0)
    report = {
        "seconds": seconds,
        "user": usage.ru_utime,
        "system": usage.ru_stime,
        "peak_bytes": usage.ru_maxrss * 1024,
        "status": os.waitstatus_to_exitcode(status),
        "timed_out": timed_out,
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
