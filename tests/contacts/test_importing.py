import another_process
import pytest
from django.utils import timezone

from sanderling.accounts import organising
from sanderling.accounts.actors import Actor
from sanderling.contacts import fields, importing, lists
from sanderling.contacts.importing import BulkOptions, Setup
from sanderling.contacts.models import Contact, Field, Import, ImportReject
from sanderling.contacts.people import Match, Person
from sanderling.lib.errors import Conflict, Forbidden, Invalid, NotFound
from sanderling.postgres.files import TooLarge
from sanderling.postgres.models import StoredFile


def upload(cast, text, encoding="utf-8"):
    content = text if isinstance(text, bytes) else text.encode(encoding)
    return importing.create(cast.organisation.pk, "people.csv", chunks=[content], by=cast.owner)


def run(cast, text, encoding="utf-8", **setup):
    """Import a file with the mapping that was guessed."""
    uploaded = upload(cast, text, encoding)
    chosen = {"mapping": uploaded.mapping, "unique_by": uploaded.unique_by} | setup
    chosen.setdefault("skip_first", uploaded.options["skip_first"])
    importing.configure(cast.organisation.pk, uploaded.pk, Setup(**chosen), by=cast.owner)
    importing.start(cast.organisation.pk, uploaded.pk, by=cast.owner)
    assert importing.run_due() == 1
    uploaded.refresh_from_db()
    return uploaded


def counts(done):
    return (done.rows_added, done.rows_updated, done.rows_unchanged, done.rows_rejected)


@pytest.mark.parametrize(
    ("encoding", "sign"),
    [("utf-8", ";"), ("utf-8-sig", ","), ("utf-16", "\t"), ("cp1251", ";"), ("utf-16-le", ",")],
)
def test_a_file_is_understood_as_it_is_written(cast, encoding, sign):
    lines = ["Електронна пошта,Ім'я,Прізвище,Місто", 'olena@example.com,Олена,Ткач,"Київ\nЦентр"']
    done = run(cast, "\r\n".join(lines).replace(",", sign), encoding)
    assert (done.status, counts(done)) == ("FINISHED", (1, 0, 0, 0))
    olena = Contact.objects.get(email="olena@example.com")
    assert (olena.first_name, olena.last_name, olena.town) == ("Олена", "Ткач", "Київ\nЦентр")
    assert olena.source == "IMPORT"


def test_known_people_are_updated_and_blanks_leave_them_alone(cast):
    done = run(cast, "email,first name,last name\nKOZAK@example.com,,Marsh\nnew@example.com,Ann,\n")
    assert counts(done) == (1, 1, 0, 0)
    cast.dina.refresh_from_db()
    assert (cast.dina.first_name, cast.dina.last_name) == ("Dina", "Marsh")
    run(cast, "email,first name\nkozak@example.com,\n", import_empty=True)
    cast.dina.refresh_from_db()
    assert cast.dina.first_name == ""


def test_bad_rows_go_to_the_rejects_with_their_reasons(cast):
    rows = ["email,phone,first name", "no-address,,Ann", "a@example.com,12,", ",+380670000008,Bob"]
    done = run(cast, "\n".join([*rows, "good@example.com,+380 67 000 00 09,1234567"]))
    assert counts(done) == (1, 0, 0, 3)
    assert done.options["warnings"] == {"first_name": 1}
    rejects = ImportReject.objects.order_by("line").values_list("line", "reason", "row")
    assert list(rejects) == [
        (2, "This is not an e-mail address. (no-address)", ["no-address", "", "Ann"]),
        (
            3,
            "This is not a phone number in international form. (12)",
            ["a@example.com", "12", ""],
        ),
        (4, "No e-mail, which is the unique field here.", ["", "+380670000008", "Bob"]),
    ]
    assert Contact.objects.get(email="good@example.com").first_name == ""


def test_everybody_joins_the_chosen_lists(cast):
    here = cast.organisation.pk
    news = lists.create(here, "News", by=cast.owner).pk
    run(cast, "email\nkozak@example.com\nnew@example.com\n", lists=[news], new_list="From the fair")
    assert [(name, size) for _, name, _, size in lists.counted(here)] == [
        ("From the fair", 2),
        ("News", 2),
    ]


def test_additional_fields_are_guessed_by_name_and_by_key(cast):
    fields.create_defaults(cast.organisation.pk)
    birthday, gender = Field.objects.order_by("pk")
    done = run(cast, "email,birthday,PERSONAL.GENDER\nkozak@example.com,17.04.1990,female\n")
    assert done.mapping == {"0": "email", "1": f"field:{birthday.pk}", "2": f"field:{gender.pk}"}
    cast.dina.refresh_from_db()
    assert cast.dina.fields == {str(birthday.pk): "1990-04-17", str(gender.pk): "Female"}


def test_people_are_found_by_an_additional_field(cast):
    fields.create_defaults(cast.organisation.pk)
    group = fields.groups(cast.organisation.pk)[0]
    card = fields.create_field(cast.organisation.pk, group.pk, name="Card", by=cast.owner)
    cast.ghost.fields = {str(card.pk): "77"}
    cast.ghost.save(update_fields=["fields"])
    done = run(
        cast, "card,email\n77,ghost@example.com\n,x@example.com\n", unique_by=f"field:{card.pk}"
    )
    assert counts(done) == (0, 1, 0, 1)
    cast.ghost.refresh_from_db()
    assert cast.ghost.email == "ghost@example.com"


def test_a_file_without_titles_is_mapped_by_hand(cast):
    text = "ann@example.com;Ann\nbob@example.com;Bob\n"
    with pytest.raises(Invalid, match="Map a column"):
        run(cast, text)
    assert Contact.objects.count() == 3
    done = run(cast, text, mapping={"0": "email", "1": "first_name"})
    assert counts(done) == (2, 0, 0, 0)


def test_one_target_takes_one_column(cast):
    with pytest.raises(Invalid, match="Two columns go into the same field"):
        run(cast, "email,mail\na@example.com,b@example.com\n", mapping={"0": "email", "1": "email"})
    with pytest.raises(Invalid, match="There is no field hat"):
        run(cast, "email,hat\na@example.com,b\n", mapping={"0": "email", "1": "hat"})


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"\n\n", "no row"),
        (b"PK\x03\x04 a workbook", "save the sheet as CSV"),
        (b"\xd0\xcf\x11\xe0 an old workbook", "save the sheet as CSV"),
    ],
)
def test_what_is_no_table_is_refused_at_once(cast, content, reason):
    with pytest.raises(Invalid, match=reason):
        upload(cast, content)
    assert Import.objects.count() == StoredFile.objects.count() == 0


def test_a_file_over_the_limit_is_not_kept(cast):
    with pytest.raises(TooLarge):
        importing.create(
            cast.organisation.pk,
            "big.csv",
            chunks=[b"a" * 1024] * 1025,
            by=cast.owner,
            limit=1024**2,
        )
    assert StoredFile.objects.count() == 0


def test_an_unclosed_quote_stops_the_import_with_its_line(cast):
    text = 'email,town\nann@example.com,Lviv\nbob@example.com,"' + "x" * 1_100_000
    done = run(cast, text, mapping={"0": "email", "1": "town"})
    assert done.status == "FAILED"
    assert "Line 3 cannot be read: a quote is not closed" in done.error
    assert Contact.objects.count() == 3


def test_a_wrong_encoding_can_be_corrected_before_the_start(cast):
    uploaded = upload(cast, "email;Имя\nivan@example.com;Иван\n", "cp1251")
    assert uploaded.options["encoding"] == "cp1251"
    again = importing.reread(cast.organisation.pk, uploaded.pk, encoding="cp1252", delimiter=";")
    assert again.mapping == {"0": "email", "1": ""}
    with pytest.raises(Invalid, match="this encoding does not have"):
        importing.reread(cast.organisation.pk, uploaded.pk, encoding="utf-8-sig", delimiter=";")


def test_an_import_starts_once(cast):
    done = run(cast, "email\nnew@example.com\n")
    with pytest.raises(Conflict, match="already been started"):
        importing.start(cast.organisation.pk, done.pk, by=cast.owner)
    assert importing.run_due() == 0


def test_strangers_and_readers_import_nothing_here(cast):
    uploaded = upload(cast, "email\nnew@example.com\n")
    with pytest.raises(NotFound):
        importing.start(cast.elsewhere.pk, uploaded.pk, by=cast.stranger)
    reader = Actor(cast.organisation.pk, "reader")
    with pytest.raises(Forbidden):
        importing.start(cast.organisation.pk, uploaded.pk, by=reader)
    assert importing.run_due() == 0
    assert Contact.objects.count() == 3


def test_a_bulk_call_tells_who_became_whom(cast):
    people = [
        Person(email="kozak@example.com", town="Lviv", last_name=""),
        Person(email="nobody"),
        Person(email="new@example.com", first_name="1234567"),
    ]
    session = importing.queue_api(
        cast.organisation.pk,
        people,
        BulkOptions(
            join=["March"],
            event_for_new="newContact",
            dedupe_values=["kozak@example.com", "nobody", "new@example.com"],
        ),
        by=cast.owner,
    )
    assert importing.by_session(cast.organisation.pk, session).status == "QUEUED"
    assert importing.run_due() == 1
    done = importing.by_session(cast.organisation.pk, session)
    new = Contact.objects.get(email="new@example.com")
    assert (done.status, counts(done)) == ("FINISHED", (1, 1, 0, 1))
    assert done.options["outcomes"] == [
        {"dedupeValue": "kozak@example.com", "contactId": cast.dina.pk},
        {"dedupeValue": "new@example.com", "contactId": new.pk},
    ]
    cast.dina.refresh_from_db()
    assert (cast.dina.town, cast.dina.last_name, new.source) == ("Lviv", "", "API")
    assert [row.pk for row in importing.awaiting_events()] == [done.pk]
    assert importing.newcomers(done, limit=10) == [new.pk]
    assert importing.newcomers(done, limit=10) == []
    importing.events_raised(done)
    assert importing.awaiting_events() == []


def test_a_bulk_call_has_one_to_three_thousand_people(cast):
    for people in ([], [Person(email="a@example.com")] * 3001):
        with pytest.raises(Invalid, match="1 to 3000"):
            importing.queue_api(cast.organisation.pk, people, BulkOptions(), by=cast.owner)
    assert Import.objects.count() == 0


def test_a_bulk_call_by_external_id_needs_one(cast):
    importing.queue_api(
        cast.organisation.pk,
        [Person(external_id="C-1", town="Lviv"), Person(first_name="Ann")],
        BulkOptions(match=Match.EXTERNAL_ID),
        by=cast.owner,
    )
    importing.run_due()
    assert counts(Import.objects.get()) == (0, 1, 0, 1)


WORKER = """
from sanderling.contacts import importing
importing.run_due()
"""


@pytest.mark.django_db(transaction=True)
def test_an_import_killed_in_the_middle_neither_doubles_nor_loses():
    here = organising.create_organisation("Sandpiper")
    owner = Actor.system(here.pk)
    lines = "".join(f"p{n}@example.com,{n % 7},{n}\n" for n in range(110_000))
    uploaded = importing.create(
        here.pk, "people.csv", chunks=[b"email,town,external id\n", lines.encode()], by=owner
    )
    importing.start(here.pk, uploaded.pk, by=owner)
    worker = another_process.begin(WORKER)
    another_process.until(lambda: Import.objects.get().rows_read > 0, "the first rows")
    another_process.kill(worker)
    interrupted = Import.objects.get()
    assert (interrupted.status, interrupted.rows_read) == ("RUNNING", 50_000)
    assert importing.run_due() == 0  # its lease still holds
    Import.objects.update(lease_until=timezone.now())
    assert importing.run_due() == 1
    done = Import.objects.get()
    assert (done.status, done.rows_read, counts(done)) == ("FINISHED", 110_000, (110_000, 0, 0, 0))
    assert Contact.objects.count() == 110_000
    assert done.attempts == 2
