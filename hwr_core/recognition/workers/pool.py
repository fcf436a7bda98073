"""The workers of a server: whom they read for, who takes the place of one that has ended, and what it had to read."""

import logging
import selectors
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from itertools import count
from queue import SimpleQueue
from threading import Condition, Thread
from typing import Any

from hwr_core.errors import Stopped, WorkerLost
from hwr_core.images.decode import Limits
from hwr_core.recognition.types import NumberPrediction, Prediction
from hwr_core.recognition.workers.messages import Answer, Done, Page, Read, ReadNumber, Ready, Step
from hwr_core.recognition.workers.worker import Request, Worker

log = logging.getLogger(__name__)

TRIES = 2
"""How often a task is given to a worker that then ends, before nobody reads it any more."""

REST, LONGEST_REST = 1.0, 60.0
"""Seconds until another process is started in place of one that ended before it could read; twice as long each time."""

FINISHES_WITHIN = 10.0
"""Seconds that what is being read has until the workers are ended."""

LOST = (
    "The image could not be read: the process that read it was ended, and then another one. The server may have too "
    "little memory. Try again."
)
NONE_STARTS = "No process that reads images can be started at present. Try again."


class Workers:
    """Some processes that read. Safe to use from many threads.

    Where none of them can read at present, as before `start`, nothing is taken: the caller has to read it itself.
    """

    def __init__(self, processes: int, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        """Prepare for processes.

        Args:
            processes: how many there are to be; 0 for none.
            limits: how large image files may be.
            clock: tells when it is time for another try.
        """
        self._processes = processes
        self._limits = limits
        self._clock = clock
        self._changed = Condition()  # its lock guards all that follows
        self._workers: list[Worker] = []
        self._waiting: deque[Request] = deque()
        self._numbers = count()
        self._newest = ""
        self._failures = 0
        self._start_at: float | None = None
        self._closing = self._ended = False
        self._selector: selectors.BaseSelector
        self._wake_up: socket.socket
        self._thread: Thread | None = None

    @property
    def ready(self) -> list[int]:
        """The processes that can read at present, by their ids."""
        with self._changed:
            return [worker.process.pid for worker in self._workers if worker.is_ready]

    def start(self, folder: str = "") -> None:
        """Start the processes, which first load the model version in this folder, and return at once."""
        if not self._processes or self._thread is not None:
            return
        self._newest = folder
        self._start_at = self._clock()
        self._selector = selectors.DefaultSelector()
        self._wake_up, woken = socket.socketpair()
        self._wake_up.settimeout(0)
        self._selector.register(woken, selectors.EVENT_READ)
        self._thread = Thread(target=self._run, args=(woken,), name="workers", daemon=True)
        self._thread.start()

    def read(self, folder: str, image: bytes, enhancement_level: float, script: str) -> Future[Prediction] | None:
        """Read an image by the model version in a folder; None where no process can read at present."""
        request = Request(Read(next(self._numbers), folder, enhancement_level, script), image, Future())
        return request.outcome if self._take(request) else None

    def read_number(  # noqa: PLR0913  what, how, and whom to tell
        self,
        folder: str,
        document: bytes,
        enhancement_level: float,
        options: dict[str, Any],
        *,
        on_progress: Callable[[float], object],
        on_page: Callable[[NumberPrediction], object],
    ) -> NumberPrediction | None:
        """Read a document by the model version in a folder; None where no process can read at present.

        Raises what `Reader.read_number` raises, and WorkerLost. What the calls raise stops the reading.
        """
        task = ReadNumber(next(self._numbers), folder, enhancement_level, options)
        talk: SimpleQueue[Step | Page | None] = SimpleQueue()
        request = Request(task, document, Future(), talk)
        request.outcome.add_done_callback(lambda _: talk.put(None))
        if not self._take(request):
            return None
        try:
            while (said := talk.get()) is not None:
                if isinstance(said, Page):
                    on_page(said.found)
                else:
                    on_progress(said.share)
                    self._go_on(request)
        except BaseException:
            self._go_on(request, stop=True)
            raise
        found: NumberPrediction = request.outcome.result()
        return found

    def close(self) -> None:
        """Finish what is being read, then end the processes. May be repeated."""
        with self._changed:
            self._closing = True
            if self._thread is None or self._ended:
                return
            self._changed.wait_for(self._is_idle, FINISHES_WITHIN)
            self._ended = True
        self._wake()
        self._thread.join()

    def _is_idle(self) -> bool:
        return not (self._waiting or any(worker.has for worker in self._workers))

    def _take(self, request: Request) -> bool:
        with self._changed:
            if self._closing or not any(worker.is_ready for worker in self._workers):
                return False
            self._newest = request.task.folder
            self._waiting.append(request)
            wakes = self._hand_out()
        if wakes:
            self._wake()
        return True

    def _hand_out(self) -> bool:
        """Give what waits to workers that have room; return whether one of them did not take all at once."""
        ready = [worker for worker in self._workers if worker.is_ready]
        while self._waiting and (worker := _next_for(self._waiting[0], ready)):
            request = self._waiting.popleft()
            if request.is_wanted():
                worker.give(request)
        return any(worker.has_unsent for worker in ready)

    def _go_on(self, request: Request, *, stop: bool = False) -> None:
        with self._changed:
            if stop and request in self._waiting:
                self._waiting.remove(request)
            elif request.worker is not None and not request.outcome.done():
                request.worker.go_on(request.task.number, stop=stop)

    def _wake(self) -> None:
        with suppress(OSError):  # so many wake it already that there is no room
            self._wake_up.send(b"\0")

    def _run(self, woken: socket.socket) -> None:
        """Listen to the workers until the end, and to whoever wakes it up."""
        while not self._ended:
            self._start_missing()
            for key, _ in self._selector.select(self._seconds_to_start()):
                if key.data is None:
                    woken.recv(4096)
                else:
                    self._listen(key.data)
            self._send_on()
        self._end_all()
        self._selector.close()
        self._wake_up.close()
        woken.close()

    def _start_missing(self) -> None:
        """Start as many processes as are missing, when it is time."""
        if self._start_at is None or self._start_at > self._clock():
            return
        self._start_at = None
        while len(self._workers) < self._processes:
            try:
                worker = Worker(self._limits, self._newest)
            except OSError as error:
                log.error("A process that reads images could not be started: %s", error.strerror)  # noqa: TRY400
                settled: list[tuple[Request, Any]] = []
                with self._changed:
                    self._rest()
                    self._give_up(settled)
                _settle(settled)
                return
            with self._changed:
                self._workers.append(worker)
            self._selector.register(worker.socket, selectors.EVENT_READ, worker)

    def _seconds_to_start(self) -> float | None:
        return None if self._start_at is None else max(0.0, self._start_at - self._clock())

    def _send_on(self) -> None:
        """Ask for word when there is room for what a worker did not take at once."""
        with self._changed:
            for worker in self._workers:
                wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if worker.has_unsent else 0)
                if self._selector.get_key(worker.socket).events != wanted:
                    self._selector.modify(worker.socket, wanted, worker)

    def _listen(self, worker: Worker) -> None:
        settled: list[tuple[Request, Any]] = []
        with self._changed:
            worker.flush()
            try:
                for answer in worker.answers():
                    self._hear(worker, answer, settled)
            except ConnectionError:
                self._bury(worker, settled)
            except Exception:
                log.exception("What a process that reads images says makes no sense.")
                self._bury(worker, settled)
            self._hand_out()
        _settle(settled)
        if self._closing:
            with self._changed:
                self._changed.notify_all()

    def _hear(self, worker: Worker, answer: Answer, settled: list[tuple[Request, Any]]) -> None:
        match answer:
            case Ready():
                worker.is_ready = True
                self._failures = 0
            case Done():
                settled.append((worker.has.pop(answer.number), answer.outcome))
            case Step() | Page():
                talk = worker.has[answer.number].talk
                assert talk is not None  # only documents have steps
                talk.put(answer)

    def _bury(self, worker: Worker, settled: list[tuple[Request, Any]]) -> None:
        """Have another process take the place of one that has ended, and its tasks be done again."""
        self._selector.unregister(worker.socket)
        self._workers.remove(worker)
        log.warning("A process that reads images ended %s; another takes its place.", worker.end())
        for each in worker.has.values():
            each.losses += 1
        again = [each for each in worker.has.values() if each.losses < TRIES]
        settled += [(each, WorkerLost(LOST)) for each in worker.has.values() if each.losses >= TRIES]
        self._waiting.extendleft(reversed(again))
        if worker.is_ready:
            self._start_at = self._start_at or self._clock()
        else:
            self._rest()
            self._give_up(settled)

    def _give_up(self, settled: list[tuple[Request, Any]]) -> None:
        """Answer whoever waits, where no process is left that could read."""
        if not self._workers:
            settled += [(each, WorkerLost(NONE_STARTS)) for each in self._waiting if each.is_wanted()]
            self._waiting.clear()

    def _rest(self) -> None:
        self._failures += 1
        self._start_at = self._clock() + min(LONGEST_REST, REST * 2 ** (self._failures - 1))

    def _end_all(self) -> None:
        with self._changed:
            ended, self._workers = self._workers, []
            left = [*self._waiting, *(each for worker in ended for each in worker.has.values())]
            self._waiting.clear()
        for worker in ended:
            worker.socket.close()
        for worker in ended:
            worker.end(FINISHES_WITHIN / 2 if worker.is_ready else 0.0)
        _stop(left)


def _settle(settled: Iterable[tuple[Request, Any]]) -> None:
    """Tell whoever waits, outside of the lock: they go on in these calls."""
    for request, outcome in settled:
        if isinstance(outcome, BaseException):
            request.outcome.set_exception(outcome)
        else:
            request.outcome.set_result(outcome)


def _next_for(request: Request, ready: Sequence[Worker]) -> Worker | None:
    """Return the worker that is to have a task; None where it has to wait. Documents do not: they take turns.

    A worker has one image at a time, so that none waits behind a large one while another worker has nothing to do.
    """
    if request.is_document:
        return min(ready, key=lambda worker: worker.documents, default=None)
    with_room = [worker for worker in ready if not worker.has_image]
    return min(with_room, key=lambda worker: worker.documents, default=None)


def _stop(requests: Iterable[Request]) -> None:
    for each in requests:
        if each.is_wanted():
            each.outcome.set_exception(Stopped("Reading was stopped because the application is closing."))
