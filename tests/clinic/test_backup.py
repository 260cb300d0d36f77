"""What a backup leaves nowhere, what it waits for, and what a restore cannot break: by parts, without a database."""

import fcntl
import os
import signal
import sqlite3
import threading
from contextlib import closing

import pyrage
import pytest
from django.db import connection

from clinic.backup import FORMAT, _refuse_unfit, archive, files, keys
from clinic.backup.engines import Sqlite
from clinic.backup.errors import BackupError
from clinic.backup.scratch import PREFIX, ended_politely, scratch

SECRET = b"the knee of a runner" * 50


@pytest.fixture
def key(tmp_path):
    """A key of the clinic: where its secret half stands, and its public half."""
    path = tmp_path / "key"
    return path, keys.new_key(path)


@pytest.fixture
def packed(tmp_path, key):
    """A function that packs parts into an archive; the manifest may say something else."""

    def pack(told=None, **parts):
        paths = {}
        for name, content in parts.items():
            paths[name] = tmp_path / name
            paths[name].write_bytes(content)
        told = {"parts": {name: archive.fingerprint(path) for name, path in paths.items()}} | (told or {})
        target = tmp_path / "out" / "clinic.backup"
        target.parent.mkdir(exist_ok=True)
        archive.write(target, told, paths, [key[1]])
        return target

    return pack


# --- The archive -------------------------------------------------------------------------------


def test_beside_the_backup_nothing_stands_that_is_not_encrypted(packed, tmp_path, monkeypatch):
    seen, encrypt = [], pyrage.encrypt_io

    def watched(reader, writer, recipients):
        encrypt(reader, writer, recipients)
        writer.flush()
        seen.extend((path.name, SECRET in path.read_bytes()) for path in (tmp_path / "out").iterdir())

    monkeypatch.setattr(archive.pyrage, "encrypt_io", watched)
    packed(database=SECRET)
    assert seen == [(".clinic.backup.unfinished", False)]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["clinic.backup"]


def test_a_backup_that_is_ended_or_finds_no_room_leaves_nothing(packed, tmp_path, monkeypatch):
    def ended(*_):
        os.kill(os.getpid(), signal.SIGTERM)

    def full(reader, writer, recipients):
        raise pyrage.EncryptError("No space left on device")

    for what, error in ((ended, SystemExit), (full, BackupError)):
        monkeypatch.setattr(archive.pyrage, "encrypt_io", what)
        with pytest.raises(error), ended_politely():
            packed(database=SECRET * 5000)
        assert list((tmp_path / "out").iterdir()) == []


def test_the_name_of_a_backup_is_on_the_disk_too(packed, tmp_path, monkeypatch):
    synced, sync = [], os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda handle: synced.append(os.readlink(f"/proc/self/fd/{handle}")) or sync(handle)
    )
    packed(database=SECRET)
    assert str(tmp_path / "out") in synced


def test_a_byte_changed_anywhere_is_noticed_and_so_is_a_missing_end(packed, key, tmp_path):
    target = packed(database=os.urandom(300_000), media=SECRET)
    whole = target.read_bytes()
    places = [10, 5_000, len(whole) // 2, len(whole) - 70_000, len(whole) - 1]
    broken = [whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in places] + [whole[:-1], whole[:-70_000]]
    for number, content in enumerate(broken):
        target.write_bytes(content)
        (into := tmp_path / f"into{number}").mkdir()
        with pytest.raises(BackupError, match="does not open"):
            archive.read(target, key[0], into)


def test_a_manifest_that_says_something_else_under_the_right_key_is_noticed(packed, key, tmp_path):
    for number, told in enumerate(([20, "0" * 64], [1, archive.hashlib.sha256(SECRET).hexdigest()])):
        target = packed({"parts": {"database": told}}, database=SECRET)
        (into := tmp_path / f"into{number}").mkdir()
        with pytest.raises(BackupError, match="not as it was written: database"):
            archive.read(target, key[0], into)
        target.unlink()
    target = packed({"parts": {"media": [1, "0"]}}, database=SECRET)
    with pytest.raises(BackupError):
        archive.read(target, key[0], tmp_path)


def test_an_archive_of_another_engine_a_newer_version_or_another_format_is_refused():
    fit = {"format": FORMAT, "engine": connection.vendor, "migrations": ["clinic.0001_initial"]}
    _refuse_unfit(fit)
    with pytest.raises(BackupError, match="was made on oracle"):
        _refuse_unfit(fit | {"engine": "oracle"})
    with pytest.raises(BackupError, match=r"newer version, which knows clinic\.9999_tomorrow"):
        _refuse_unfit(fit | {"migrations": [*fit["migrations"], "clinic.9999_tomorrow"]})
    with pytest.raises(BackupError, match="another format"):
        _refuse_unfit(fit | {"format": FORMAT + 1})


# --- The folder it is put together in ----------------------------------------------------------


def test_the_scratch_is_gone_after_the_end_and_after_a_killed_process_with_the_next(tmp_path, monkeypatch):
    monkeypatch.setenv("CLINIC_SCRATCH", str(tmp_path))
    with pytest.raises(SystemExit), ended_politely(), scratch() as folder:
        assert folder.stat().st_mode & 0o077 == 0
        (folder / "database").write_bytes(SECRET)
        os.kill(os.getpid(), signal.SIGTERM)
    assert list(tmp_path.iterdir()) == []

    left, held = tmp_path / f"{PREFIX}left", tmp_path / f"{PREFIX}held"
    for path in (left, held):
        path.mkdir()
        (path / "database").write_bytes(SECRET)
    handle = os.open(held, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with scratch():
        assert not left.exists() and held.exists()
    os.close(handle)


# --- The files ---------------------------------------------------------------------------------


@pytest.fixture
def shelves(settings, tmp_path):
    """The folders of the record, with a file each."""
    settings.MEDIA_ROOT, settings.PRIVATE_ROOT = tmp_path / "media", tmp_path / "private"
    for place in files.places().values():
        (place / "below").mkdir(parents=True)
        (place / "below" / "old").write_bytes(b"old")
    return files.places()


def test_a_file_that_goes_while_it_is_copied_is_left_out(shelves, tmp_path, monkeypatch):
    there = files.files_there() | {"media/gone": tmp_path / "media" / "gone"}
    monkeypatch.setattr(files, "files_there", lambda: there)
    assert set(files.copied(tmp_path / "scratch")) == {"media/below/old", "private/below/old"}


def test_files_are_compared_before_anything_is_replaced_and_replaced_by_renaming(shelves, tmp_path):
    source = tmp_path / "from"
    for name in shelves:
        (source / name).mkdir(parents=True)
        (source / name / "new").write_bytes(b"new")
    parts = {f"{name}/new": archive.fingerprint(source / name / "new") for name in shelves}

    with pytest.raises(BackupError, match="nothing was replaced"):
        files.lay_ready(parts | {"media/new": [3, "0" * 64]}, source)
    assert {path.name for path in files.files_there().values()} == {"old"}

    (source / "media" / "new").write_bytes(b"new")
    files.lay_ready(parts, source)
    assert {path.name for path in files.files_there().values()} == {"old"}
    files.put_in_place()
    assert {path.name for path in files.files_there().values()} == {"new"}
    assert {path.name for place in shelves.values() for path in place.iterdir()} == {"new"}


def test_a_folder_that_takes_no_file_is_one_line(shelves, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "file" / "media"
    (tmp_path / "file").write_bytes(b"no folder")
    with pytest.raises(BackupError, match="nothing was replaced"):
        files.lay_ready({}, tmp_path)


# --- SQLite ------------------------------------------------------------------------------------


@pytest.fixture
def sqlite(tmp_path, monkeypatch):
    """A database of SQLite as the product runs it, with a row."""
    path = tmp_path / "db.sqlite3"
    monkeypatch.setattr(Sqlite, "path", path)
    with closing(sqlite3.connect(path)) as one:
        one.execute("PRAGMA journal_mode=WAL")
        one.execute("CREATE TABLE log (who, what)")
        one.execute("INSERT INTO log VALUES ('old', 'row')")
        one.commit()
    return Sqlite()


def test_while_a_backup_reckons_everybody_writes(sqlite, tmp_path, monkeypatch):
    wrong, digest = [], Sqlite._digest

    def writer(number):
        try:
            with closing(sqlite3.connect(sqlite.path, timeout=10)) as one:
                for _ in range(20):
                    one.execute("BEGIN IMMEDIATE")
                    one.execute("INSERT INTO log VALUES (?, 'new')", (number,))
                    one.commit()
        except sqlite3.OperationalError as error:
            wrong.append(str(error))

    def slow(self, file, name):
        writers = [threading.Thread(target=writer, args=(number,)) for number in range(8)]
        for thread in writers:
            thread.start()
        for thread in writers:
            thread.join()
        return digest(self, file, name)

    monkeypatch.setattr(Sqlite, "_digest", slow)
    told = sqlite.dump(tmp_path / "copy")
    assert wrong == [] and told["tables"]["log"][0] == 1
    with closing(sqlite3.connect(sqlite.path)) as one:
        assert one.execute("SELECT count(*) FROM log").fetchone() == (161,)


def another(path):
    """Make another database, to be put in the place of the first."""
    with closing(sqlite3.connect(path)) as one:
        one.execute("CREATE TABLE log (who, what)")
        one.execute("INSERT INTO log VALUES ('restored', 'row')")
        one.commit()
    return path


def test_what_the_old_database_had_not_taken_in_yet_never_gets_into_the_new(sqlite, tmp_path, monkeypatch):
    """The machine stops between the two steps: what stands beside the old database is empty by then."""
    open_one = sqlite3.connect(sqlite.path)
    open_one.execute("INSERT INTO log VALUES ('old', 'row in the write-ahead log')")
    open_one.commit()
    assert (tmp_path / "db.sqlite3-wal").stat().st_size
    monkeypatch.setattr(Sqlite, "_forget_sides", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        sqlite.load(another(tmp_path / "other"))
    with closing(sqlite3.connect(sqlite.path)) as one:
        assert one.execute("SELECT who FROM log").fetchall() == [("restored",)]
    open_one.close()


def test_nothing_is_replaced_while_somebody_writes(sqlite, tmp_path, monkeypatch):
    monkeypatch.setattr("clinic.backup.engines.BUSY", 0.1)
    with closing(sqlite3.connect(sqlite.path)) as one:
        one.execute("INSERT INTO log VALUES ('somebody', 'writes')")
        with pytest.raises(BackupError, match="stop the server"):
            sqlite.load(another(tmp_path / "other"))
        one.commit()
        assert one.execute("SELECT count(*) FROM log").fetchone() == (2,)
    assert not (tmp_path / "db.sqlite3.restored").exists()


def test_a_broken_database_holds_something_and_is_replaced(sqlite, tmp_path):
    sqlite.path.write_bytes(b"no database, but somebody may want to look at it" * 100)
    assert sqlite.holds_anything()
    sqlite.load(another(tmp_path / "other"))
    with closing(sqlite3.connect(sqlite.path)) as one:
        assert one.execute("SELECT who FROM log").fetchall() == [("restored",)]
