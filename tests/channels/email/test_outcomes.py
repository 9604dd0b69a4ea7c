import pytest

from sanderling.channels.email import Kind, Outcome, outcome_of
from sanderling.channels.email.outcomes import MEANINGS
from sanderling.channels.receipts import Receipt, Status


def refused(answer: str) -> Receipt:
    return Receipt(Status.REFUSED, int(answer[:3]), answer[4:])


def deferred(answer: str) -> Receipt:
    return Receipt(Status.DEFERRED, int(answer[:3]), answer[4:])


# As the large receivers word them.
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (
            "550 5.1.1 The email account that you tried to reach does not exist.",
            Kind.HARD_BOUNCE,
        ),
        ("550 5.5.1 Recipient address rejected: User unknown", Kind.HARD_BOUNCE),
        ("550 No such user here", Kind.HARD_BOUNCE),
        ("550 5.4.1 Recipient address rejected: Access denied.", Kind.HARD_BOUNCE),
        ("554 delivery error: dd This user doesn't have a yahoo.com account", Kind.HARD_BOUNCE),
        ("550 5.2.1 The email account that you tried to reach is inactive.", Kind.HARD_BOUNCE),
        ("552 5.2.2 The email account that you tried to reach is over quota.", Kind.SOFT_BOUNCE),
        ("556 5.1.10 Recipient address has null MX", Kind.HARD_BOUNCE),
        ("550 5.7.1 Our system has detected that this message is likely unsolicited", Kind.SPAM),
        ("550 5.7.1 Service unavailable, Client host blocked using Spamhaus", Kind.SPAM),
        ("554 5.7.1 Message rejected under suspicion of SPAM", Kind.SPAM),
        (
            "550 5.7.26 This mail has been blocked because the sender is unauthenticated",
            Kind.POLICY,
        ),
        ("550 5.7.23 SPF validation failed", Kind.POLICY),
        ("552 5.3.4 Message size exceeds fixed limit", Kind.POLICY),
        ("535 5.7.8 Username and Password not accepted", Kind.POLICY),
        ("599 what", Kind.POLICY),
    ],
)
def test_a_permanent_no_is_put_where_it_belongs(answer: str, kind: Kind) -> None:
    assert outcome_of(refused(answer)).kind is kind


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("451 4.7.1 Greylisted, try again later", Kind.SOFT_BOUNCE),
        ("450 4.1.1 unverified address", Kind.SOFT_BOUNCE),
        ("452 4.2.2 mailbox full", Kind.SOFT_BOUNCE),
        ("421 4.7.28 unusual rate of mail", Kind.SPAM),
        ("421 closing", Kind.SOFT_BOUNCE),
    ],
)
def test_a_temporary_no_never_costs_anybody_the_address(answer: str, kind: Kind) -> None:
    assert outcome_of(deferred(answer)).kind is kind


def test_the_words_need_no_knowledge_of_codes() -> None:
    assert outcome_of(refused("550 5.1.1 no")) == Outcome(
        Kind.HARD_BOUNCE, "There is no such mailbox.", "5.1.1"
    )
    assert outcome_of(deferred("452 4.2.2 over quota")) == Outcome(
        Kind.SOFT_BOUNCE, "The mailbox is full.", "4.2.2"
    )


def test_a_number_in_the_text_is_not_taken_for_an_enhanced_code() -> None:
    assert outcome_of(refused("550 Host 5.1.1.7 is not welcome")).enhanced == ""


def test_what_we_refused_ourselves_keeps_its_words_and_the_address() -> None:
    words = "The mail server does not take 8-bit content."
    assert outcome_of(Receipt(Status.REFUSED, 0, words)) == Outcome(Kind.POLICY, words)
    gone = "Nothing listens at mail.example:25 (connection refused)."
    assert outcome_of(Receipt(Status.DEFERRED, 0, gone)) == Outcome(Kind.SOFT_BOUNCE, gone)


def test_accepted_and_unknown_say_so() -> None:
    assert outcome_of(Receipt(Status.ACCEPTED, 250, "ok")).kind is Kind.DELIVERED
    assert outcome_of(Receipt(Status.UNKNOWN)).kind is Kind.UNKNOWN


def test_every_meaning_is_a_sentence() -> None:
    for kind, words in MEANINGS.values():
        assert kind in Kind
        assert words[0].isupper()
        assert words.endswith(".")
