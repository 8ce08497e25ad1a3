"""A parent that has loaded the worker's code once, and forks a worker whenever it is told to.

What it forks is `portal worker` in a process of its own, as the command line runs it, without the
seconds that loading takes: so it can be killed a thousand times. Run as
`python -m tests.servers.forking`; it reads a line of JSON for each thing to do, and answers one.
"""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn, Self

ROOT = Path(__file__).resolve().parents[2]


class ForkedWorker:
    """One life of `portal worker`. `lines` is what it has logged until now."""

    def __init__(self, parent: "WorkerForge", pid: int, log: Path) -> None:
        self.pid = pid
        self._parent, self._log = parent, log
        self._ended = False

    def kill(self) -> None:
        """Kill it outright: it can tidy nothing. Fails when it has ended by itself."""
        os.kill(self.pid, signal.SIGKILL)
        status = self._wait()
        assert os.WIFSIGNALED(status), f"it had ended by itself: {self.text()}"

    def stop(self) -> int:
        """Ask it to stop, and wait; returns its exit code."""
        os.kill(self.pid, signal.SIGTERM)
        return os.waitstatus_to_exitcode(self._wait())

    def end(self) -> None:
        """Leave nothing running behind a test that failed."""
        if not self._ended:
            self.kill()

    def _wait(self) -> int:
        status = int(self._parent.ask(wait=self.pid))
        self._ended = True
        return status

    def text(self) -> str:
        """Everything it said."""
        return self._log.read_text(encoding="utf-8")

    def lines(self) -> list[dict[str, Any]]:
        """What it logged; the last line may be cut by its death."""
        whole = self.text().rpartition("\n")[0].splitlines()
        return [json.loads(line) for line in whole]

    def said(self, message: str) -> int:
        """How often it logged this."""
        return sum(line["message"] == message for line in self.lines())


class WorkerForge:
    """The parent process, from `with` to its end; what it forked and still runs is killed then."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: list[ForkedWorker] = []

    def __enter__(self) -> Self:
        # Threads of the parent would not be in its children, and their locks would.
        alone = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.servers.forking"],
            cwd=ROOT,
            env={**os.environ, **alone},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._made:
            worker.end()
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def worker(self, environment: dict[str, str], *, lease: float) -> ForkedWorker:
        """A new worker that meets this environment."""
        log = self._folder / f"worker-{len(self._made)}.log"
        log.touch()
        pid = int(self.ask(fork=environment, lease=lease, log=str(log)))
        self._made.append(ForkedWorker(self, pid, log))
        return self._made[-1]

    def ask(self, **words: Any) -> str:
        """One line to the parent, and its answer."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()


def _be_worker(environment: dict[str, str], lease: float, log: str) -> NoReturn:
    from portal.cli.main import main

    os.environ.clear()
    os.environ.update(environment)
    said = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDWR)
    for ours, theirs in ((nothing, 0), (nothing, 1), (said, 2)):
        os.dup2(ours, theirs)
    code: object = 1
    try:
        main(["worker", "--lease", str(lease)], prog_name="portal")
    except SystemExit as end:
        code = end.code
    finally:
        os._exit(code if isinstance(code, int) else 1)


def _forge() -> None:
    import portal.cli.worker
    import portal.notifications.govuk_notify
    import portal.worker  # noqa: F401 - loaded here, once for all children

    for line in sys.stdin:
        words = json.loads(line)
        if "wait" in words:
            answer = os.waitpid(words["wait"], 0)[1]
        else:
            threads = list(Path("/proc/self/task").iterdir())
            assert len(threads) == 1, "a thread would be lost in forking"
            answer = os.fork()
            if answer == 0:
                _be_worker(words["fork"], words["lease"], words["log"])
        print(answer, flush=True)  # noqa: T201 - this is its answer


if __name__ == "__main__":
    _forge()
