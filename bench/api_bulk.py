"""Bulk contacts from the call to the end of the import, by one web process and one worker.

    python bench/api_bulk.py [--calls 20] [--existing 200000]

Every call brings 3,000 contacts by ``POST /v1/contacts``, half of them known; the clock stops when
``importstatus`` says FINISHED for the last one.  Prints contacts a minute of the clock, and of a
core: of all the CPU that the web process, the worker and the database have used for them.
"""

import argparse
import json
import time

import figures
import serving

IN_A_CALL = 3_000
EXISTING = """
INSERT INTO contacts_contact
       (organisation_id, external_id, email, phone, email_status, first_name, last_name, language,
        time_zone, country, region, town, address, postcode, contact_key, source, fields)
SELECT %(organisation)s, 'C-' || n, 'person' || n || '@example.com', (380670000000 + n)::text,
       'CONFIRMED', 'Olena', 'Marsh', 'uk', '', '', '', 'Lviv', '', '', '', 'MANUAL', '{}'
  FROM generate_series(%(first)s, %(last)s) AS n;
INSERT INTO contacts_contactkey (organisation_id, kind, value, contact_id)
SELECT %(organisation)s, key.kind, key.value, c.id
  FROM (SELECT * FROM contacts_contact WHERE id > %(known)s) AS c
 CROSS JOIN LATERAL (
    VALUES ('EMAIL', c.email), ('PHONE', c.phone), ('EXTERNAL_ID', c.external_id)
 ) AS key (kind, value);
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--calls", type=int, default=20)
    parser.add_argument("--existing", type=int, default=200_000)
    options = parser.parse_args()
    with serving.house() as house:
        fill(house, options.existing)
        with serving.web() as (port, web), serving.running("worker") as worker:
            caller = serving.Caller(port)
            _apply(caller, house, first=10**8, calls=1)  # the first import of a process is slow
            places = {"web": web, "worker": worker, "database": serving.postmaster()}
            before = _cpu(places)
            began = time.perf_counter()
            _apply(caller, house, first=options.existing, calls=options.calls)
            took = time.perf_counter() - began
            spent = {name: used - before[name] for name, used in _cpu(places).items()}
            memory = serving.memory(worker)
    contacts = options.calls * IN_A_CALL
    print(f"contacts             {contacts:10,}  in calls of 3,000, into {options.existing:,}")
    print(f"a minute, clock      {contacts / took * 60:10,.0f}")
    for name, used in spent.items():
        print(f"CPU of the {name:9} {used / contacts * 1e6:10.0f} us a contact")
    rate = contacts / sum(spent.values()) * 60
    beside = f"{rate:,.0f} a minute of a core"
    figures.tell("POST /api/v1/contacts", rate / 100_000, "≥ 1", memory=memory, beside=beside)


def fill(house: serving.House, existing: int) -> None:
    """Fill the database with people until there are so many."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), coalesce(max(id), 0) FROM contacts_contact")
        number, known = cursor.fetchone()
        wanted = {"first": number + 1, "last": existing, "known": known}
        cursor.execute(EXISTING, {"organisation": house.organisation, **wanted})
        cursor.execute("VACUUM ANALYZE")


def _apply(caller: serving.Caller, house: serving.House, *, first: int, calls: int) -> None:
    """Send the calls one after the other; return when all are finished."""
    sessions = []
    for number in range(calls):
        body = {"contacts": _people(first, number), "dedupeOn": "externalCustomerId"}
        answer = caller.call(serving.request(house.key, "POST", "/api/v1/contacts", body))
        sessions.append(json.loads(answer)["asyncSessionId"])
    for session in sessions:
        raw = serving.request(house.key, "GET", f"/api/v1/importstatus/{session}")
        while (status := json.loads(caller.call(raw))["status"]) != "FINISHED":
            assert status != "ERROR", session
            time.sleep(0.05)


def _people(first: int, call: int) -> list[dict[str, object]]:
    """Return 3,000 people: one half behind the last that is known, one half before it."""
    half = IN_A_CALL // 2
    numbers = [first + 1 + call * half + n for n in range(half)]
    numbers += [max(1, first - call * half - n) for n in range(half)]
    return [
        {
            "externalCustomerId": f"C-{number}",
            "firstName": "Ivan",
            "lastName": f"Marsh {call}",
            "channels": [
                {"type": "email", "value": f"person{number}@example.com"},
                {"type": "sms", "value": str(380670000000 + number)},
            ],
            "address": {"town": "Odesa"},
        }
        for number in numbers
    ]


def _cpu(places: dict[str, int]) -> dict[str, float]:
    return {name: serving.cpu(at, with_children=name != "web") for name, at in places.items()}


if __name__ == "__main__":
    main()
