"""A data folder on a network file system, or on a disk with little room, is told of (F9)."""

import attrs
import pytest

import pixie_core
from pixie_core.errors import DiskFull
from pixie_core.store import Store, surroundings
from pixie_core.store.surroundings import file_system_of, on_a_network, short_of_room

MOUNTS = r"""22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
23 22 0:5 / /home rw - nfs4 server:/home rw,vers=4.2
24 23 8:1 / /home/local\040disk rw,relatime shared:7 - xfs /dev/sdb rw
25 22 0:40 / /media/share rw - fuse.sshfs me@there:/ rw
26 22 0:41 / /media/photos rw - fuse.rclone remote: rw
27 22 0:42 / /media rw - tmpfs tmpfs rw
nonsense
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/srv/pixie", "ext4"),
        ("/home/ada/pixie", "nfs4"),
        ("/home/local disk/pixie", "xfs"),
        ("/homework", "ext4"),
        ("/media/share", "fuse.sshfs"),
        ("/media/other", "tmpfs"),
    ],
)
def test_the_innermost_mount_counts(tmp_path, folder, kind):
    """By whole names of folders, with the spaces that mountinfo escapes."""
    from pathlib import Path

    assert file_system_of(Path(folder), MOUNTS) == kind


def mounted_as(monkeypatch, tmp_path, kind):
    """The machine says that everything lies on such a file system."""
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"22 1 0:5 / / rw - {kind} somewhere rw\n")
    monkeypatch.setattr(surroundings, "_MOUNTS", mounts)


@pytest.mark.case("F9.network")
@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "9p", "fuse.sshfs"])
def test_a_network_file_system_is_warned_of_at_the_opening(settings, monkeypatch, tmp_path, kind):
    """It works, and says what may come of it."""
    mounted_as(monkeypatch, tmp_path, kind)
    with Store(settings) as store:
        (notice,) = store.notices
        assert f"network file system ({kind})" in notice
        assert "PIXIE_HOME" in notice


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "tmpfs", "overlay", "fuse.ntfs-3g", "zfs"])
def test_a_disk_of_this_machine_is_not(settings, monkeypatch, tmp_path, kind):
    """Nor what can't be told."""
    mounted_as(monkeypatch, tmp_path, kind)
    with Store(settings) as store:
        assert store.notices == ()
    monkeypatch.setattr(surroundings, "_MOUNTS", tmp_path / "nothing")
    assert on_a_network(settings.db_path) is None


def test_too_little_room_is_told_and_no_run_is_started(tmp_path):
    """With the floor that is set, 500 MB by default; what is there can be read."""
    with pixie_core.open(tmp_path, min_free_disk_bytes=1 << 60) as pixie:
        (notice,) = pixie.keeping.notices()
        assert "no new run is started" in notice
        assert "PIXIE_MIN_FREE_DISK_BYTES" in notice
        with pytest.raises(DiskFull, match="No run was started"):
            pixie.runner._must_have_room()
        assert pixie.runs().items == ()
    with pixie_core.open(tmp_path, min_free_disk_bytes=0) as pixie:
        assert pixie.keeping.notices() == ()
    assert short_of_room(attrs.evolve(pixie.settings, artefacts_root=tmp_path / "nowhere")) is None
