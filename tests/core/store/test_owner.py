"""Whose a run or a process is, told from any later process."""

import os
import subprocess
import sys
import uuid

from attrs import evolve

from pixie_core.store import Owner


def test_this_process_lives_and_anything_that_differs_doesnt():
    """A pid that was given again, or another boot, is another process."""
    me = Owner.current()
    assert me == Owner.of(os.getpid())
    assert me.alive()
    assert not evolve(me, start_ticks=me.start_ticks - 1).alive()
    assert not evolve(me, boot_id="another").alive()


def test_a_process_that_ended_is_dead_before_its_parent_noticed():
    """A zombie holds its pid, and nothing else."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        owner = Owner.of(child.pid)
        assert owner.alive()
        child.stdin.close()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert not owner.alive()
    assert not owner.alive()
    assert Owner.of(child.pid) is None


def test_running_runs_and_processes_are_known_with_their_owners(store, story):
    """So that a later start finds what a crash left."""
    me = Owner.current()
    run_id = story.begin()
    story.ended()
    dead = evolve(me, pid=2**22)
    left = str(uuid.uuid4())
    store.create_run(run_id=left, tool_id="t", inputs={}, origin="api", owner=dead)
    assert [(each.id, each.owner) for each in store.running()] == [(run_id, me), (left, dead)]
    assert store.interrupt(left, "its process ended")
    assert store.run(left).error_code == "interrupted"

    store.processes.record("spawn-1", "t", dead)
    (row,) = store.processes.recorded()
    assert (row.spawn_id, row.tool_id, row.process, row.owner) == ("spawn-1", "t", dead, me)
    store.processes.forget("spawn-1")
    store.processes.forget("spawn-1")
    assert store.processes.recorded() == ()
