"""The two secrets of an installation: made on first start, kept in its home, never shown."""

import base64
import os
import secrets
from pathlib import Path

from sanderling.lib.environment import BadSetting, Environment


def signing_key(environment: Environment, home: Path) -> str:
    """Return the key that signs sessions and tracked links."""
    return environment.text("SANDERLING_SECRET_KEY") or _kept(home / "secret-key")


def sealing_keys(environment: Environment, home: Path) -> str:
    """Return the keyring that seals stored credentials: ``id:base64`` words, the newest first."""
    return environment.text("SANDERLING_SEALING_KEYS") or _kept_ring(home / "sealing-keys")


def _kept(path: Path) -> str:
    return _read_or_make(path, secrets.token_urlsafe(48))


def _kept_ring(path: Path) -> str:
    fresh = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return _read_or_make(path, f"k1:{fresh}")


def _read_or_make(path: Path, fresh: str) -> str:
    """Return the file's text; make it with mode 0600 first when it is not there.

    ``O_EXCL`` on a temporary name and a hard link make sure that of two processes that
    start at once both read the same secret.
    """
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _publish(path, fresh)
    except OSError as error:
        raise BadSetting(f"{path.parent} cannot be written: {error.strerror}.") from error
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise BadSetting(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError:
        raise BadSetting(f"{path} holds no text; restore it from your backup.") from None


def _publish(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text + "\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # the other process was first; its secret is the one
    finally:
        draft.unlink()
