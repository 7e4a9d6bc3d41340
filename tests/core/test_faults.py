"""Points of failure: free while unarmed, exact when armed."""

import subprocess
import sys
import threading
import time

import pytest

from pixie_core.faults import FaultInjected, arm, disarm, fault, held


@pytest.fixture(autouse=True)
def _disarmed():
    yield
    disarm()


def test_an_unarmed_point_does_nothing():
    """Also when another one is armed."""
    fault("a")
    arm("b:error")
    fault("a")


def test_an_armed_point_fails_once_at_the_time_that_was_said():
    """As a broken disk would."""
    arm("a#2:error, b:error")
    fault("a")
    with pytest.raises(FaultInjected, match="injected at a"):
        fault("a")
    fault("a")
    with pytest.raises(OSError, match="injected at b"):
        fault("b")


def test_a_delay_takes_its_time():
    """In seconds."""
    arm("a:delay=0.05")
    before = time.monotonic()
    fault("a")
    assert time.monotonic() - before >= 0.05


def test_the_environment_arms_points_when_python_starts():
    """A kill is the kernel's."""
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from pixie_core.faults import fault; fault('x'); print('on'); fault('a'); print('off')",
        ],
        env={"PIXIE_FAULT": "a:kill"},
        capture_output=True,
    )
    assert (done.returncode, done.stdout) == (-9, b"")


@pytest.mark.parametrize("specification", ["a", "a:explode", ":kill", "a#x:kill", "a:delay=soon"])
def test_a_specification_that_cant_be_read_is_an_error(specification):
    """A test that arms nothing would pass for the wrong reason."""
    with pytest.raises(ValueError, match="PIXIE_FAULT"):
        arm(specification)


def test_whoever_passes_a_held_point_waits_until_the_block_ends():
    """The first alone; and nobody at another point."""
    passed = []

    def work():
        fault("another")
        fault("here")
        passed.append(True)

    with held("here") as point:
        thread = threading.Thread(target=work)
        thread.start()
        assert point.reached.wait(30)
        fault("here")
        assert passed == []
    thread.join(30)
    assert passed == [True]
