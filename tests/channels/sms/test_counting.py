"""How many parts a text takes."""

import pytest

from sanderling.channels.sms import length_of


@pytest.mark.parametrize(
    ("text", "alphabet", "places", "parts"),
    [
        ("", "GSM-7", 0, 0),
        ("a" * 160, "GSM-7", 160, 1),
        ("a" * 161, "GSM-7", 161, 2),
        ("a" * 306, "GSM-7", 306, 2),
        ("a" * 307, "GSM-7", 307, 3),
        ("€" * 80, "GSM-7", 160, 1),
        ("€" * 81, "GSM-7", 162, 2),
        # 153 is odd: an escaped sign is not torn, so each part has a place to spare.
        ("€" * 153, "GSM-7", 306, 3),
        ("П" * 70, "UCS-2", 70, 1),
        ("П" * 71, "UCS-2", 71, 2),
        ("П" * 134, "UCS-2", 134, 2),
        ("П" * 135, "UCS-2", 135, 3),
        ("😀" * 35, "UCS-2", 70, 1),
        ("😀" * 36, "UCS-2", 72, 2),
        ("a\nb", "GSM-7", 3, 1),
    ],
)
def test_parts_are_counted_as_the_air_counts_them(text, alphabet, places, parts):
    length = length_of(text)
    assert (length.alphabet, length.places, length.parts) == (alphabet, places, parts)


def test_the_signs_that_cost_the_shorter_alphabet_are_named_once():
    assert length_of("Привіт, Приклад — ok").outside == "Привітклад—"
    assert length_of("Hello [world] ~ €5").outside == ""
