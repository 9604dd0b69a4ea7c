"""The envelope: what opens, what does not, and how the key is changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sanderling.lib.sealing import (
    BadKeyring,
    CannotUnseal,
    Keyring,
    key_id_of,
    keys_in_use,
    rewrap,
    seal,
    unseal,
    unseal_text,
)

# A fixed key: test names hold it, and every test process must give the tests the same names.
RING = Keyring.from_text("k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
CONTEXT = "connector:7:password:v1"


@given(some.binary(max_size=3000))
def test_what_is_sealed_opens_again(secret):
    assert (
        unseal(seal(secret, context=CONTEXT, keyring=RING), context=CONTEXT, keyring=RING) == secret
    )


def test_the_envelope_costs_a_hundred_bytes_and_shows_nothing():
    sealed = seal("correct horse", context=CONTEXT, keyring=RING)
    assert len(sealed) == len("correct horse") + 92
    assert b"horse" not in sealed
    assert sealed != seal("correct horse", context=CONTEXT, keyring=RING)
    assert unseal_text(sealed, context=CONTEXT, keyring=RING) == "correct horse"


def test_a_sealed_value_does_not_open_in_another_place():
    sealed = seal("correct horse", context=CONTEXT, keyring=RING)
    with pytest.raises(CannotUnseal, match="connector:8:password:v1 was changed or belongs to"):
        unseal(sealed, context="connector:8:password:v1", keyring=RING)


@given(some.data())
def test_one_changed_bit_anywhere_is_noticed(data):
    sealed = bytearray(seal(b"correct horse", context=CONTEXT, keyring=RING))
    place = data.draw(some.integers(0, len(sealed) * 8 - 1))
    sealed[place // 8] ^= 1 << place % 8
    with pytest.raises(CannotUnseal):
        unseal(bytes(sealed), context=CONTEXT, keyring=RING)


@given(some.binary(max_size=200))
def test_rubbish_is_refused_in_words(rubbish):
    with pytest.raises(CannotUnseal):
        unseal(rubbish, context=CONTEXT, keyring=RING)


def test_a_new_key_takes_over_without_opening_the_secret():
    sealed = seal("correct horse", context=CONTEXT, keyring=RING)
    both = Keyring({**Keyring.fresh("k2").keys, **RING.keys})
    rewrapped = rewrap(sealed, context=CONTEXT, keyring=both)
    assert key_id_of(sealed) == "k1"
    assert key_id_of(rewrapped) == "k2"
    assert keys_in_use([sealed, rewrapped]) == {"k1", "k2"}
    assert rewrapped[-41:] == sealed[-41:]
    only_new = Keyring({"k2": both.keys["k2"]})
    assert unseal(rewrapped, context=CONTEXT, keyring=only_new) == b"correct horse"
    with pytest.raises(CannotUnseal, match="waits for the sealing key 'k1'"):
        unseal(sealed, context=CONTEXT, keyring=only_new)
    assert rewrap(rewrapped, context=CONTEXT, keyring=both) == rewrapped


def test_a_keyring_is_read_back_and_shows_no_key():
    ring = Keyring({**Keyring.fresh("k2").keys, **RING.keys})
    assert Keyring.from_text(ring.to_text()) == ring
    assert ring.newest == "k2"
    assert repr(ring) == "Keyring(k2, k1)"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "There is no sealing key: write one as id:base64 of 32 bytes."),
        ("k1:c2hvcnQ=", "Sealing key number 1 is not of the form id:base64 of 32 bytes."),
        (RING.to_text() + " k2:(secret)", "Sealing key number 2 is not of the form"),
        (RING.to_text() + " " + RING.to_text(), "Two sealing keys have the same id."),
    ],
)
def test_a_bad_keyring_is_refused_without_repeating_it(text, said):
    with pytest.raises(BadKeyring) as raised:
        Keyring.from_text(text)
    assert str(raised.value).startswith(said)
    assert "secret" not in str(raised.value)
