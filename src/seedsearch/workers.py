"""Processes that prepare files, and their results in the order of the tasks.

A worker is a fresh Python that runs `serve`, started by a command line, not forked nor spawned by `multiprocessing`: it imports
neither the program nor a user's `__main__`. Tasks go in by its standard input, results come out by its standard output. When
the parent dies, that input ends, and the worker with it.
"""

from __future__ import annotations

import gc
import marshal
import os
import subprocess
import sys
import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from itertools import chain
from queue import Empty, SimpleQueue
from threading import Thread
from typing import IO

from seedsearch.errors import SeedsearchError
from seedsearch.preparing import Result, Task, from_plain, prepare, to_plain
from seedsearch.tuples import NamedTuple

# What a worker costs to start is worth about so many bytes of reading (0.3 s of CPU, 0.9 s with py3langid's model).
WORTH = 1 << 20
# A file may take this long, and so much longer for each byte: seven times what the slowest real text takes where nothing is
# compiled (two halves of 10,000 lines, 29 s for 2 MB; else 8 s).
PATIENCE, PATIENCE_PER_BYTE = 60.0, 0.0001  # seconds
_AHEAD = 1 << 18  # bytes of tasks that a worker has before it, and not many more than _FILES of them
_FILES = 64
_HELD = 1 << 26  # bytes of results that wait for one before them; then nothing new is begun
_PIPE = 1 << 20  # bytes that a worker can be ahead of its reader; the 64 KB that Linux gives cost 3 % of a build by the clock
# Workers step back where there are fewer cores than threads: for the writer, which comes last, all wait. 6 to 8 % by the clock.
_NICE = 3


ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""What tells numpy's libraries, when they are loaded, to start no threads: that takes 40 ms on two cores and is of no use."""


class _Job(NamedTuple):
    number: int
    task: Task


def cores() -> int:
    """How many cores this process may use."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(count or 1, 1)


def results(tasks: Iterable[Task], size: int, jobs: int | None = None) -> Generator[tuple[Task, Result], None, None]:
    """Prepare tasks of `size` bytes together; each comes back with its result, in their order.

    `jobs` processes do it, by default one for each core, fewer for little to do, and for one none are started. A task that
    takes longer than its size justifies, or whose worker dies, has that as its `reason`; without workers neither is noticed.
    Raises SeedsearchError where no worker can be started.
    """
    count = min(jobs or cores(), size // WORTH + 1)
    if count < 2 or not sys.executable:
        for task in tasks:
            yield task, prepare(task)
        return
    pool = _Pool(count)
    try:
        yield from pool.results(tasks)
    finally:
        pool.stop()


def started(module: str) -> subprocess.Popen[bytes]:
    """A process that runs `serve` of a module, asked through its standard input and answering on its output."""
    code = f"import sys; sys.path[:] = {sys.path!r}; from {module} import serve; serve()"
    # A group of its own: Ctrl-C reaches the parent alone, which ends its processes.
    windows = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
    return subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **dict.fromkeys(ONE_THREAD, "1")},
        process_group=None if windows else 0,
        creationflags=windows,
    )


class _Worker:
    """A worker process, its tasks (the first is under way) and since when."""

    def __init__(self, events: SimpleQueue[tuple[_Worker, bytes | None, float]]) -> None:
        self._process = started("seedsearch.workers")
        assert self._process.stdout
        _widen(self._process.stdout)
        self.ready = False
        self.jobs: deque[_Job] = deque()
        self.since = 0.0
        self._reader = Thread(target=self._listen, args=(events,), daemon=True)
        self._reader.start()

    def _listen(self, events: SimpleQueue[tuple[_Worker, bytes | None, float]]) -> None:
        assert self._process.stdout
        while (frame := _read_frame(self._process.stdout)) is not None:
            events.put((self, frame, time.monotonic()))
        events.put((self, None, time.monotonic()))

    def give(self, jobs: list[_Job]) -> None:
        if not self.jobs:
            self.since = time.monotonic()
        self.jobs += jobs
        assert self._process.stdin
        with suppress(OSError):  # it has died, as its reader will say
            _write_frame(self._process.stdin, marshal.dumps([tuple(job.task) for job in jobs]))

    def load(self) -> int:
        """Bytes of tasks that it has before it."""
        return sum(job.task.size for job in self.jobs)

    def overdue(self) -> float:
        """Seconds that the task under way has had too many of; below 0 those that are left."""
        return time.monotonic() - self.since - limit(self.jobs[0].task) if self.jobs else -60.0

    def stop(self) -> int:
        self._process.kill()
        with suppress(OSError):
            self._process.communicate()
        self._reader.join()
        return self._process.wait()


def limit(task: Task) -> float:
    """Seconds that a task may take."""
    return PATIENCE + PATIENCE_PER_BYTE * task.size


class _Pool:
    """Workers, what is to be done, and results that wait for those before them."""

    def __init__(self, count: int) -> None:
        self._events: SimpleQueue[tuple[_Worker, bytes | None, float]] = SimpleQueue()
        self._workers = [_Worker(self._events) for _ in range(count)]
        self._again: deque[_Job] = deque()
        self._done: dict[int, tuple[Task, bytes | Result]] = {}
        self._held = 0

    def stop(self) -> None:
        """End all workers at once."""
        for worker in self._workers:
            worker.stop()

    def results(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Result]]:
        """Each task with its result, in order."""
        todo = (_Job(number, task) for number, task in enumerate(tasks))
        following = 0
        while True:
            self._hand_out(todo)
            while following in self._done:
                task, found = self._done.pop(following)
                following += 1
                if isinstance(found, bytes):
                    self._held -= len(found)
                    found = from_plain(marshal.loads(found))
                yield task, found
                self._hand_out(todo)
                self._take(wait=False)
            if not any(worker.jobs for worker in self._workers):
                return
            self._take(wait=True)

    def _hand_out(self, todo: Iterator[_Job]) -> None:
        """Give each worker something to do."""
        for worker in sorted(self._workers, key=_Worker.load):
            if worker.load() >= _AHEAD or len(worker.jobs) >= _FILES:
                continue
            jobs: list[_Job] = []
            size = 0
            while size < _AHEAD and len(jobs) < _FILES:
                job = self._again.popleft() if self._again else next(todo, None) if self._held < _HELD else None
                if job is None:
                    break
                jobs.append(job)
                size += job.task.size
            if jobs:
                worker.give(jobs)

    def _take(self, wait: bool) -> None:
        """Take what workers have sent; see whether one takes too long."""
        patience = max(0.01, min(-worker.overdue() for worker in self._workers)) if wait else 0.0
        with suppress(Empty):
            while True:
                worker, frame, when = self._events.get(block=wait, timeout=patience)
                self._receive(worker, frame, when)
                wait = False
        for worker in self._workers[:]:
            if worker.overdue() > 0:
                task = worker.jobs[0].task
                self._replace(worker, f"not read within {limit(task):.0f} s; leave it out, or index it with --jobs 1")

    def _receive(self, worker: _Worker, frame: bytes | None, when: float) -> None:
        if worker not in self._workers:  # what a worker sent before it was replaced
            return
        if frame is None:
            self._replace(worker, "the process that read it died, most often of too little memory; leave it out")
        elif not worker.ready:
            worker.ready, worker.since = True, when
        else:
            job = worker.jobs.popleft()
            worker.since = when
            self._done[job.number] = job.task, frame
            self._held += len(frame)

    def _replace(self, worker: _Worker, reason: str) -> None:
        """End a worker for good; the task it was at is given up, those after it are done by others."""
        code = worker.stop()
        if not worker.ready:
            raise SeedsearchError(f"cannot start processes to read files (exit status {code}); use --jobs 1")
        if worker.jobs:
            job = worker.jobs.popleft()
            self._done[job.number] = job.task, Result(reason=reason)
            self._again = deque(sorted(chain(self._again, worker.jobs)))
        self._workers[self._workers.index(worker)] = _Worker(self._events)


def serve() -> None:
    """What a worker does: read tasks, write results, until its input ends."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not get among the results
    tasks: SimpleQueue[Task] = SimpleQueue()
    Thread(target=_listen, args=(sys.stdin.buffer, tasks), daemon=True).start()
    # Nothing here forms cycles to speak of; looking for them took a ninth of the time.
    gc.freeze()
    gc.set_threshold(100_000)
    with suppress(AttributeError, OSError):  # on Windows, or where it is forbidden
        os.nice(_NICE)
    with suppress(BrokenPipeError):  # the parent has died
        _write_frame(output, b"")
        while True:
            _write_frame(output, marshal.dumps(to_plain(prepare(tasks.get()))))
    os._exit(0)


def _listen(source: IO[bytes], tasks: SimpleQueue[Task]) -> None:
    """Take tasks as they come. The end of the input is the end of the parent: the task under way is of no use any more."""
    while (frame := _read_frame(source)) is not None:
        for plain in marshal.loads(frame):
            tasks.put(Task(*plain))
    os._exit(0)


def _widen(pipe: IO[bytes]) -> None:
    """Give a pipe more room, where the system can (Linux) and lets us."""
    with suppress(ImportError, AttributeError, OSError):
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)


def _read_frame(source: IO[bytes]) -> bytes | None:
    head = source.read(8)
    size = int.from_bytes(head, "little")
    data = source.read(size) if len(head) == 8 else b""
    return data if len(head) == 8 and len(data) == size else None


def _write_frame(target: IO[bytes], data: bytes) -> None:
    target.write(len(data).to_bytes(8, "little"))
    target.write(data)
    target.flush()
