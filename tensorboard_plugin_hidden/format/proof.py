"""Proof that a program was stored by this user: a key that lies outside every run, and a code over the program by it.

Whoever sends a run cannot make the code without the key (HMAC-SHA-256, RFC 2104), and no run holds the key. The code
names the writer's session and the layer too, so that it is of no use beside another program of the same user.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
import stat
from pathlib import Path

from tensorboard_plugin_hidden.notices import say

_BYTES = 32
_MEANING = b"tensorboard-plugin-hidden program 1"

_told: set[str] = set()


def key_path() -> Path:
    """Where this user's key is: in the directory for state, see the XDG base directory specification."""
    state = os.environ.get("XDG_STATE_HOME", "")
    base = Path(state) if os.path.isabs(state) else Path("~/.local/state").expanduser()
    return base / "tensorboard-plugin-hidden" / "key"


def digest_of(program: bytes) -> str:
    """Names a program: SHA-256, hexadecimal."""
    return hashlib.sha256(program).hexdigest()


def prove(session: str, layer: str, digest: str) -> str:
    """The proof that a program is this user's, which makes the key where there is none yet.

    Args:
        session: Id of the writer.
        layer: Whose way to the logits it is.
        digest: From ``digest_of``.

    Returns:
        Hexadecimal; empty where there can be no key, which is said once.
    """
    try:
        key = _key(make=True)
    except (OSError, RuntimeError, ValueError) as error:
        _say_once(
            f"there is no key at {key_path()} ({_reason(error)}), so that it cannot be proved that this run is yours; "
            "`hidden project` will need --trust-programs."
        )
        return ""
    return _code(key, session, layer, digest)


def proven(session: str, layer: str, digest: str, proof: str) -> bool:
    """Whether a proof is one of this user's, for this very program.

    Args:
        session: Id of the writer.
        layer: Whose way to the logits it is.
        digest: Of the program as it was read.
        proof: What the record says.
    """
    if not proof:
        return False
    try:
        key = _key(make=False)
    except FileNotFoundError:
        return False
    except (OSError, RuntimeError, ValueError) as error:
        _say_once(f"the key at {key_path()} is not used ({_reason(error)}), so that no run is known to be yours.")
        return False
    return hmac.compare_digest(_code(key, session, layer, digest).encode(), proof.encode(errors="replace"))


def _code(key: bytes, session: str, layer: str, digest: str) -> str:
    parts = [_MEANING, session.encode(), layer.encode(errors="surrogatepass"), digest.encode()]
    # With their lengths, so that no two lists of parts are the same bytes.
    message = b"".join(len(part).to_bytes(8, "big") + part for part in parts)
    return hmac.new(key, message, "sha256").hexdigest()


def _key(*, make: bool) -> bytes:
    path = key_path()
    with contextlib.suppress(FileNotFoundError):
        return _read(path)
    if not make:
        raise FileNotFoundError(path)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    trial = path.with_name(f"key.{os.getpid()}.{secrets.token_hex(4)}")
    file = os.open(trial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(file, "wb") as opened:
            opened.write(secrets.token_bytes(_BYTES))
        # Of two processes that make one at the same time, the first one's stays.
        with contextlib.suppress(FileExistsError):
            os.link(trial, path)
    finally:
        trial.unlink()
    return _read(path)


def _read(path: Path) -> bytes:
    file = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(file, "rb") as opened:
        found = os.fstat(file)
        if hasattr(os, "getuid") and (found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077):
            raise ValueError("others may read it, or it is another user's")
        key = opened.read(_BYTES + 1) if stat.S_ISREG(found.st_mode) else b""
    if len(key) != _BYTES:
        raise ValueError(f"it has not {_BYTES} bytes")
    return key


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _say_once(sentence: str) -> None:
    if sentence not in _told:
        _told.add(sentence)
        say(sentence)
