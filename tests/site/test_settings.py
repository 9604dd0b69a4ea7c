"""Every reader of settings refuses nonsense with a sentence that names the setting."""

import os
from pathlib import Path

import pytest

from sanderling.lib.environment import BadSetting, Environment
from sanderling.site import database, refusing, secrets

SECRET = "s" * 40
RING = "k1:" + "A" * 43 + "="


def reading(reader, *words, **variables):
    """Return what a reader makes of variables."""
    return reader(Environment(variables), *words)


def url(value: str):
    return database.settings(Environment({"DATABASE_URL": value}), Path("/nowhere"))


@pytest.mark.parametrize(
    ("read", "sentence"),
    [
        (lambda e: e.flag("N"), "N must be yes or no, not 'maybe'."),
        (lambda e: e.number("N", 1), "N must be a whole number, not 'maybe'."),
        (lambda e: e.one_of("N", ("a", "b"), "a"), "N must be one of a, b, not 'maybe'."),
        (
            lambda e: e.url("N", ""),
            "N must be an address that begins with http:// or https://, not 'maybe'.",
        ),
    ],
)
def test_a_typed_reader_refuses_nonsense(read, sentence):
    with pytest.raises(BadSetting, match="N must") as refused:
        read(Environment({"N": "maybe"}))
    assert str(refused.value) == sentence


@pytest.mark.parametrize("value", ["--5", "5.0", "٥", "1e3", "9" * 40, "0x10"])
def test_a_number_is_digits(value):
    with pytest.raises(BadSetting, match="N must be a whole number"):
        Environment({"N": value}).number("N", 1)


@pytest.mark.parametrize("value", ["http://", "https:// a", "ftp://a", "http://a?b", "http://u@h"])
def test_an_address_has_a_host_and_nothing_behind_its_path(value):
    with pytest.raises(BadSetting, match="N must be an address"):
        Environment({"N": value}).url("N", "")


def test_an_address_loses_its_last_slash():
    assert (
        Environment({"N": "https://a.example:8443/x/"}).url("N", "") == "https://a.example:8443/x"
    )


def test_a_setting_may_lie_in_a_file(tmp_path):
    file = tmp_path / "secret"
    file.write_text(f"  {SECRET}\n")
    assert reading(secrets.signing_key, tmp_path, SANDERLING_SECRET_KEY_FILE=str(file)) == SECRET
    assert os.listdir(tmp_path) == ["secret"]  # nothing was made


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "which cannot be read: No such file or directory."), (b"\xff", "no text in UTF-8.")],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, content, reason):
    file = tmp_path / "secret"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(BadSetting, match=f"X_FILE names {file}, .*{reason}"):
        Environment({"X_FILE": str(file)}).text("X")


@pytest.mark.parametrize(
    "value",
    ["mysql://a/b", "postgres://", "postgresql://u:hunter22@h:x/d", "postgres://h/d?sslmode", "d"],
)
def test_a_database_address_that_is_none_is_refused_without_being_shown(value):
    with pytest.raises(BadSetting) as refused:
        url(value)
    assert str(refused.value) == (
        "DATABASE_URL must look like postgresql://user:password@host:5432/name."
    )


def test_a_database_address_is_taken_apart():
    found = url("postgresql://o%40x:p%2Fw@db.example:6432/our%20db?sslmode=verify-full")
    assert {name: found[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")} == {
        "NAME": "our db", "USER": "o@x", "PASSWORD": "p/w", "HOST": "db.example", "PORT": "6432",
    }  # fmt: skip
    assert found["OPTIONS"] == {**database.PATIENCE, "sslmode": "verify-full"}


@pytest.mark.parametrize(
    ("refuse", "sentence"),
    [
        (lambda: refusing.short_secret("hunter22"), "SANDERLING_SECRET_KEY has fewer than 32"),
        (lambda: refusing.broken_keyring("hunter22"), "SANDERLING_SEALING_KEYS cannot be used"),
        (
            lambda: reading(refusing.private_hosts, SANDERLING_ALLOWED_PRIVATE_HOSTS="10.0.0.0/99"),
            "SANDERLING_ALLOWED_PRIVATE_HOSTS cannot be used: '10.0.0.0/99'",
        ),
        (
            lambda: reading(refusing.origins, SANDERLING_TRUSTED_ORIGINS="shop.example"),
            "SANDERLING_TRUSTED_ORIGINS must be addresses",
        ),
        (
            lambda: reading(refusing.odd_mail_server, SANDERLING_SMTP_PORT="0"),
            "SANDERLING_SMTP_PORT must lie between 1 and 65535, not 0.",
        ),
        (
            lambda: reading(refusing.log_level, SANDERLING_LOG_LEVEL="loud"),
            "SANDERLING_LOG_LEVEL must be one of",
        ),
    ],
)
def test_what_is_only_used_later_is_tried_at_the_start(refuse, sentence):
    with pytest.raises(BadSetting) as refused:
        refuse()
    assert str(refused.value).startswith(sentence)
    assert "hunter22" not in str(refused.value)


def test_what_makes_sense_is_taken():
    assert refusing.short_secret(SECRET) == SECRET
    assert refusing.broken_keyring(RING) == RING
    hosts = "10.0.0.0/8, db.lan:5432"
    assert reading(refusing.private_hosts, SANDERLING_ALLOWED_PRIVATE_HOSTS=hosts) == (
        "10.0.0.0/8",
        "db.lan:5432",
    )


def test_secrets_are_made_once_and_closed_to_others(tmp_path):
    home = tmp_path / "home"
    made = [reading(read, home) for read in (secrets.signing_key, secrets.sealing_keys)]
    again = [reading(read, home) for read in (secrets.signing_key, secrets.sealing_keys)]
    assert made == again
    assert refusing.broken_keyring(made[1]) == made[1]
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in home.iterdir()} == {
        "secret-key": "0o600",
        "sealing-keys": "0o600",
    }


def test_a_home_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(BadSetting, match=r"file/home cannot be written: Not a directory\."):
        reading(secrets.signing_key, tmp_path / "file" / "home")


def test_a_secret_that_is_no_text_is_said(tmp_path):
    (tmp_path / "secret-key").write_bytes(b"\xff\xfe")
    with pytest.raises(BadSetting, match=r"secret-key holds no text; restore it"):
        reading(secrets.signing_key, tmp_path)
