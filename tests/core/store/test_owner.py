"""Whose a run or a process is, told from any later process."""

import os
import subprocess
import sys
import uuid

from attrs import evolve

from pixie_core.store import Owner, cleaning, runs


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


def test_runs_at_work_are_found_without_looking_at_those_that_have_ended(store):
    """There may be a million of them, and it is asked after each commit of another process."""
    questions = (runs.running, lambda conn: runs.cancel_requests(conn, Owner.current()), cleaning._files_of_interrupted)
    for question in questions:
        said = []

        def ask(conn, question=question, said=said):
            conn.set_trace_callback(said.append)
            question(conn)
            conn.set_trace_callback(None)
            return [row[3] for row in conn.execute(f"EXPLAIN QUERY PLAN {said[0]}")]

        assert any("USING INDEX runs_by_status (status=?" in step for step in store.read(ask)), said
