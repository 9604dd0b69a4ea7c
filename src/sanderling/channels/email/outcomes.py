"""What an SMTP answer means for the contact: gone, later, taken for spam, or against a rule.

The enhanced code of RFC 3463 decides where there is one; servers put it at the start of the text.
Some large receivers answer everything with 5.7.1 or 550 alone, so a few words of the text are
consulted too: calling a block on *us* a hard bounce would unsubscribe people who did nothing.
"""

import re

from sanderling.channels.outcomes import Kind, Outcome
from sanderling.channels.receipts import Receipt, Status

_HARD, _SOFT, _SPAM, _POLICY = Kind.HARD_BOUNCE, Kind.SOFT_BOUNCE, Kind.SPAM, Kind.POLICY

# RFC 3463, 3 and its registry (RFC 5248): subject.detail → kind if permanent, words.
MEANINGS: dict[str, tuple[Kind, str]] = {
    "1.0": (_HARD, "The address was not accepted."),
    "1.1": (_HARD, "There is no such mailbox."),
    "1.2": (_HARD, "There is no such domain."),
    "1.3": (_HARD, "The address is not written correctly."),
    "1.4": (_HARD, "The address is ambiguous."),
    "1.6": (_HARD, "The mailbox has moved and left no new address."),
    "1.7": (_POLICY, "The sender's address is not written correctly."),
    "1.8": (_POLICY, "The sender's domain does not exist or cannot receive answers."),
    "1.9": (_SOFT, "The message was passed on to a server that cannot confirm it."),
    "1.10": (_HARD, "The domain accepts no mail at all."),
    "2.0": (_SOFT, "Something is wrong with the mailbox."),
    "2.1": (_HARD, "The mailbox is disabled."),
    "2.2": (_SOFT, "The mailbox is full."),
    "2.3": (_POLICY, "The message is longer than the mailbox allows."),
    "2.4": (_SOFT, "The mailing list behind the address does not work."),
    "3.0": (_SOFT, "The receiving mail system is in trouble."),
    "3.1": (_SOFT, "The receiving mail system is full."),
    "3.2": (_SOFT, "The receiving mail system takes no messages now."),
    "3.3": (_POLICY, "The receiving mail system lacks a feature that the message needs."),
    "3.4": (_POLICY, "The message is too big for the receiving mail system."),
    "3.5": (_SOFT, "The receiving mail system is not set up correctly."),
    "4.0": (_SOFT, "The road to the receiver is in trouble."),
    "4.1": (_SOFT, "The receiving server does not answer."),
    "4.2": (_SOFT, "The connection to the receiving server broke."),
    "4.3": (_SOFT, "The directory of the receiver does not answer."),
    "4.4": (_SOFT, "No road to the receiver is known."),
    "4.5": (_SOFT, "The receiver is overloaded."),
    "4.6": (_SOFT, "The message went in a circle."),
    "4.7": (_SOFT, "The message was under way for too long."),
    "5.0": (_POLICY, "The servers did not understand each other."),
    "5.1": (_POLICY, "The server did not accept a command."),
    "5.2": (_POLICY, "The server did not understand a command."),
    "5.3": (_POLICY, "The message has too many recipients."),
    "5.4": (_POLICY, "The server did not accept a parameter."),
    "5.6": (_POLICY, "A line of the sign-in was too long."),
    "6.0": (_POLICY, "The receiver cannot use content of this form."),
    "6.1": (_POLICY, "The receiver does not take content of this form."),
    "6.3": (_POLICY, "The content would have to be converted, which the receiver does not do."),
    "6.7": (_POLICY, "The receiver does not take addresses beyond ASCII."),
    "7.0": (_POLICY, "A rule of the receiver forbids it."),
    "7.1": (_POLICY, "The receiver does not accept mail from this sender."),
    "7.2": (_POLICY, "The sender may not write to this list."),
    "7.7": (_POLICY, "The message was altered on its way."),
    "7.8": (_POLICY, "The mail server did not accept the user name and password."),
    "7.13": (_HARD, "The account is disabled."),
    "7.20": (_POLICY, "The message has no valid DKIM signature."),
    "7.21": (_POLICY, "The DKIM signature is of another domain than the sender."),
    "7.23": (_POLICY, "SPF: the sending server is not allowed for this domain."),
    "7.24": (_POLICY, "SPF: the sender's record could not be evaluated."),
    "7.25": (_POLICY, "The sending server has no reverse DNS name."),
    "7.26": (_POLICY, "The message passed neither SPF nor DKIM (DMARC)."),
    "7.27": (_POLICY, "The sender's domain accepts no mail itself."),
    "7.28": (_SPAM, "The receiver counts too many messages from this sender."),
    "7.29": (_POLICY, "The message is not signed along its way (ARC)."),
}  # fmt: skip

# By subject where the detail is unknown.
SUBJECTS = {
    "1": (_HARD, "The address was not accepted."),
    "2": (_SOFT, "Something is wrong with the mailbox."),
    "3": (_SOFT, "The receiving mail system is in trouble."),
    "4": (_SOFT, "The road to the receiver is in trouble."),
    "5": (_POLICY, "The servers did not understand each other."),
    "6": (_POLICY, "The receiver cannot use content of this form."),
    "7": (_POLICY, "A rule of the receiver forbids it."),
}

# Without an enhanced code: RFC 5321, 4.2.2.
CODES = {
    421: (_SOFT, "The server is closing its connections for now."),
    450: (_SOFT, "The mailbox is not available for now; often this is greylisting."),
    451: (_SOFT, "The receiver asks to try again later; often this is greylisting."),
    452: (_SOFT, "The receiving mail system is full."),
    454: (_SOFT, "The server cannot check the sign-in for now."),
    530: (_POLICY, "The mail server wants a sign-in or TLS first."),
    535: (_POLICY, "The mail server did not accept the user name and password."),
    550: (_HARD, "There is no such mailbox."),
    551: (_HARD, "The mailbox is elsewhere."),
    552: (_SOFT, "The mailbox is full or the message is too big."),
    553: (_HARD, "The address is not accepted."),
    554: (_POLICY, "The receiver did not accept the message."),
    556: (_HARD, "The domain accepts no mail at all."),
}

_enhanced_in = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])").search
_speaks_of_spam = re.compile(
    r"spam|black\s?list|block\s?list|blocked|\brbl\b|dnsbl|reputation|unsolicited|bulk mail"
    r"|junk|abus|complain",
    re.IGNORECASE,
).search
_speaks_of_nobody = re.compile(
    r"(user|mailbox|recipient|address|account)\b.{0,40}"
    r"(unknown|not found|does(n't| not) exist|no longer|invalid|disabled|inactive)"
    r"|does(n't| not) have an? .{0,30}account"
    # Exchange Online's words for an address that its directory does not have.
    r"|recipient address rejected: access denied"
    r"|no such (user|mailbox|recipient|person)|unknown (user|recipient|mailbox)"
    r"|нет такого|не существует|не існує",
    re.IGNORECASE,
).search


def outcome_of(receipt: Receipt) -> Outcome:
    """Explain a receipt to somebody who has never read an RFC."""
    if receipt.status is Status.ACCEPTED:
        return Outcome(Kind.DELIVERED, "The mail server took the message.")
    if receipt.status is Status.UNKNOWN:
        return Outcome(
            Kind.UNKNOWN, "The message was sent, but no answer came: it may have arrived."
        )
    if not receipt.code:
        kind = _SOFT if receipt.status is Status.DEFERRED else _POLICY
        return Outcome(kind, receipt.text)
    return _answered(receipt)


def _answered(receipt: Receipt) -> Outcome:
    found = _enhanced_in(receipt.text[:80])
    enhanced = found[0] if found else ""
    kind, words = _meaning(receipt.code, enhanced)
    if receipt.status is Status.DEFERRED:
        # A temporary "no" never costs anybody the address.
        return Outcome(_SPAM if kind is _SPAM else _SOFT, words, enhanced)
    if kind is not _SPAM and not _is_precise(enhanced) and _speaks_of_spam(receipt.text):
        return Outcome(_SPAM, "The receiver takes the message or its sender for spam.", enhanced)
    if kind in (_POLICY, _SOFT) and _speaks_of_nobody(receipt.text):
        return Outcome(_HARD, "There is no such mailbox.", enhanced)
    return Outcome(kind, words, enhanced)


def _is_precise(enhanced: str) -> bool:
    """Whether the code names the broken rule itself (SPF, DKIM, DMARC), whatever else it says."""
    return enhanced[1:4] == ".7." and enhanced[4:] in {"20", "21", "23", "24", "25", "26", "27"}


def _meaning(code: int, enhanced: str) -> tuple[Kind, str]:
    if enhanced:
        _, subject, detail = enhanced.split(".")
        known = MEANINGS.get(f"{subject}.{detail}") or SUBJECTS.get(subject)
        if known:
            return known
    fallback = _SOFT if code < 500 else _POLICY
    return CODES.get(code, (fallback, f"The receiver answered {code}."))
