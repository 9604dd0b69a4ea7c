"""How a message leaves the house: one folder per channel, all of one shape.

A channel is an engine. It knows nothing of contacts, campaigns or the ledger and imports no
Django; it is given finished messages and answers what became of each. The shape every channel
keeps (`email/` is the model, `sms/` and the others are its neighbours):

- an *outgoing* message with `key`, the caller's own name for it, handed back untouched;
- `send_many(messages)`, which takes an iterable lazily (rendering may happen inside it) and yields
  `(message, Receipt)` as answers arrive, in any order, exactly one for each message;
- a `Receipt` (`receipts.py`): ACCEPTED, REFUSED, DEFERRED or UNKNOWN, never an exception: trouble
  with one message concerns that message only;
- `check(server)`, which connects, sends nothing, and says in plain words what is wrong;
- `outcomes.py`, which translates the provider's codes into the few words a marketer needs.

UNKNOWN is the word that matters. It means the other side may or may not have the message, so
nobody may send it again without a person's decision.
"""
