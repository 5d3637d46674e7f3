import os
import stat
import subprocess
import sys

import pytest

from tensorboard_plugin_hidden.format import proof
from tensorboard_plugin_hidden.format.proof import digest_of, key_path, prove, proven

DIGEST = digest_of(b"a program")


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    """A user without a key."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(proof, "_told", set())
    return tmp_path / "state"


def test_what_was_proved_is_proven_to_the_same_user_alone(state, monkeypatch):
    made = prove("ab", "fc", DIGEST)
    assert len(made) == 64
    assert proven("ab", "fc", DIGEST, made)
    assert prove("ab", "fc", DIGEST) == made
    monkeypatch.setenv("XDG_STATE_HOME", str(state.parent / "another"))
    assert not proven("ab", "fc", DIGEST, made)
    assert not key_path().exists(), "who reads makes no key"
    prove("ab", "fc", DIGEST)
    assert not proven("ab", "fc", DIGEST, made)


def test_a_proof_is_of_one_program_of_one_layer_of_one_session():
    made = prove("ab", "fc", DIGEST)
    others = [("ac", "fc", DIGEST), ("ab", "fd", DIGEST), ("ab", "fc", digest_of(b"another")), ("abf", "c", DIGEST)]
    for other in others:
        assert not proven(*other, made)
    for forged in ("", "0" * 64, made[:-1], made.upper(), "é" * 64, made + "0", "\ud800"):
        assert not proven("ab", "fc", DIGEST, forged)


def test_the_key_is_for_its_user_alone():
    prove("ab", "fc", DIGEST)
    assert stat.S_IMODE(key_path().stat().st_mode) == 0o600
    assert stat.S_IMODE(key_path().parent.stat().st_mode) == 0o700
    assert [path.name for path in key_path().parent.iterdir()] == ["key"]


@pytest.mark.parametrize("spoilt", ["readable by others", "short", "a link", "a pipe", "a directory", "empty"])
def test_a_key_that_others_may_know_is_not_used(spoilt, capsys):
    made = prove("ab", "fc", DIGEST)
    path = key_path()
    if spoilt == "readable by others":
        path.chmod(0o640)
    elif spoilt in ("short", "empty"):
        path.write_bytes(b"key" if spoilt == "short" else b"")
    elif spoilt == "a link":
        path.rename(path.with_name("elsewhere"))
        path.symlink_to(path.with_name("elsewhere"))
    else:
        path.unlink()
        os.mkfifo(path, 0o600) if spoilt == "a pipe" else path.mkdir()
    for _ in range(3):
        assert not proven("ab", "fc", DIGEST, made)
        assert prove("ab", "fc", DIGEST) == ""
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2, "once of writing, and once of reading"
    assert all(str(path) in line for line in said)
    assert "--trust-programs" in said[1]


def test_a_home_that_cannot_be_written(state, capsys):
    state.write_text("a file where the directory should be")
    assert prove("ab", "fc", DIGEST) == ""
    assert not proven("ab", "fc", DIGEST, "0" * 64)
    assert "`hidden project` will need --trust-programs" in capsys.readouterr().err


def test_processes_that_make_a_key_at_once_have_the_same():
    code = f"from tensorboard_plugin_hidden.format.proof import prove; print(prove('ab', 'fc', {DIGEST!r}))"
    started = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(6)]
    assert {process.communicate()[0].strip() for process in started} == {prove("ab", "fc", DIGEST)}


def test_without_a_state_directory_of_the_users_own_choice_it_is_below_the_home(monkeypatch):
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", "/home/somebody")
    assert str(key_path()) == "/home/somebody/.local/state/tensorboard-plugin-hidden/key"
    monkeypatch.setenv("XDG_STATE_HOME", "not/absolute")
    assert str(key_path()) == "/home/somebody/.local/state/tensorboard-plugin-hidden/key"
