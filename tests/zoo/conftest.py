"""The zoo, alive: each tool is validated once and run once, a few at a time, before the tests look at them."""

import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import httpx
import pytest
from attrs import evolve, field, frozen

from pixie_core import Pixie, Settings
from pixie_core.run import Run
from pixie_core.tool.discovery import read_tool
from pixie_core.validator import Report, validate
from tests.zoo import fixtures, inputs, placeholders, processes, shapes, streams
from tests.zoo.animal import Animal

KEEPERS = 3
STREAMS = [*streams.STREAMS, *placeholders.PLACEHOLDERS]
ANIMALS = [
    *processes.PROCESSES,  # some of them take long
    *STREAMS,
    *shapes.SHAPES,
    *shapes.MISTAKES,
    *inputs.INPUTS,
    *fixtures.FIXTURES,
]
RERUN = inputs.INPUTS
OVERHEARD = [animal for animal in STREAMS if animal.streams and animal.values]


@frozen
class Overheard:
    """What a tool answered to a run that Pixie knows nothing of: the answer, and the stream as bytes."""

    answer: Mapping[str, Any]
    stream: bytes = field(repr=False)


@frozen
class Seen:
    """All that one tool did."""

    report: Report
    runs: Sequence[Run]
    overheard: Overheard | None
    again: Run | None


class Zoo:
    """The tools of the zoo in one data folder, and what each of them did."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home, min_free_disk_bytes=0, warm_keep_max=20)
        self.folders = {animal.name: animal.write(self.settings.tools_dir) for animal in ANIMALS}
        self.pixie = Pixie(self.settings)
        self._pool = ThreadPoolExecutor(KEEPERS, thread_name_prefix="keeper")
        self._seen: dict[str, Future[Seen]] = {}

    def watch(self, animal: Animal) -> None:
        """Begin to look at it."""
        self._seen[animal.name] = self._pool.submit(self._look_at, animal)

    def seen(self, animal: Animal) -> Seen:
        """What the animal did."""
        return self._seen[animal.name].result(120)

    def at_rest(self, name: str) -> str:
        """The name, once nobody is looking at the animal any more."""
        if name in self._seen:
            wait([self._seen[name]])
        return name

    def close(self) -> None:
        """End every process."""
        self._pool.shutdown(cancel_futures=True)
        self.pixie.close()

    def _look_at(self, animal: Animal) -> Seen:
        settings = evolve(self.settings, **animal.settings)
        report = validate(read_tool(self.folders[animal.name]), settings=settings)
        runs = [self._run(animal.name, call.inputs) for call in animal.calls]
        overheard = self._overhear(animal) if animal in OVERHEARD else None
        again = self._ended(self.pixie.rerun(runs[0].id)) if animal in RERUN else None
        self.pixie.stop_tool(animal.name)
        return Seen(report, runs, overheard, again)

    def _run(self, name: str, given: Mapping[str, Any]) -> Run:
        return self._ended(self.pixie.start(name, given))

    def _ended(self, begun: Run) -> Run:
        run = self.pixie.wait(begun.id, 60)
        assert run.ended, run.tool_id
        return run

    def _overhear(self, animal: Animal) -> Overheard:
        """Talk to the warm process past Pixie: what it says, for readers to be tried on."""
        port = next(each.port for each in self.pixie.runner.launcher.state() if each.tool_id == animal.name)
        sent = {each["key"]: each["default"] for each in animal.inputs}
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=20) as client:
            run_id = str(uuid.uuid4())
            answer = client.post("/run", json={"run_id": run_id, "inputs": sent, **sent}).json()
            heard = bytearray()
            with client.stream("GET", "/stream", params={"run_id": run_id}) as response:
                for chunk in response.iter_raw():
                    heard += chunk
                    if b"event: end" in heard or b"event: done" in heard:
                        break
        return Overheard(answer, bytes(heard))


@pytest.fixture(scope="session")
def zoo(request, tmp_path_factory):
    """The zoo, and in it at work the animals that the chosen tests ask for."""
    asked = [item.callspec.params.get("animal") for item in request.session.items if hasattr(item, "callspec")]
    with pytest.MonkeyPatch.context() as shell:
        shell.setenv("ZOO_LEAK", "from the shell that started Pixie")
        shell.setenv("ZOO_API_KEY", "from the shell that started Pixie")
        zoo = Zoo(tmp_path_factory.mktemp("zoo"))
        for animal in ANIMALS:
            if animal in asked:
                zoo.watch(animal)
        yield zoo
        zoo.close()
