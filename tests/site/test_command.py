"""The command line, inside this process: what it prints, what it refuses, how it ends."""

import json
import sys
from dataclasses import dataclass

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from sanderling.accounts import keys
from sanderling.accounts.models import Membership, User
from sanderling.contacts.models import Contact
from sanderling.site import command
from sanderling.site.doctor import Finding


@dataclass
class Outcome:
    """What a command left."""

    status: int
    out: str
    err: str


@pytest.fixture
def sanderling(db, capsys, monkeypatch):
    """Return a function that runs a command as the shell would."""

    def run(*words: str) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["sanderling", *words])
        with pytest.raises(SystemExit) as ended:
            command.main()
        said = capsys.readouterr()
        return Outcome(int(ended.value.code or 0), said.out, said.err)

    return run


def test_a_person_is_created_together_with_the_organisation(sanderling):
    words = ("user", "create", "dina@new.example", "--organisation", "New [shop]")
    assert sanderling(*words, "--password", "correct horse").out == (
        "dina@new.example may sign in to New [shop].\n"
    )
    member = Membership.objects.get(user__email="dina@new.example")
    assert (member.organisation.name, member.role) == ("New [shop]", "OWNER")
    assert member.user.check_password("correct horse")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--password", "short"], "This password is too short. It must contain at least 10"),
        (["--password", "correct horse", "--role", "KING"], "Choose one of: OWNER, "),
    ],
)
def test_a_person_who_cannot_be_created_is_refused_with_a_sentence(sanderling, words, sentence):
    refused = sanderling("user", "create", "dina@new.example", "--organisation", "New", *words)
    assert refused.status == 1
    assert refused.err.startswith(f"✗ {sentence}")
    assert not User.objects.filter(email="dina@new.example").exists()


def test_a_person_is_not_added_twice(sanderling, cast):
    refused = sanderling(
        "user", "create", "owner@sandpiper.example", "--organisation", "Sandpiper",
        "--password", "correct horse",
    )  # fmt: skip
    assert (refused.status, refused.err) == (
        1,
        "✗ owner@sandpiper.example is already in Sandpiper.\n",
    )


def test_a_key_is_printed_once_and_kept_as_a_hash(sanderling, cast):
    secret = sanderling("key", "create", "--organisation", "Sandpiper").out.strip()
    found = keys.authenticate(secret)
    assert found is not None
    assert (found.organisation, found.rights) == (cast.organisation, "full")
    assert secret not in repr(found.__dict__)


def test_a_key_for_an_organisation_that_is_not_there_names_those_that_are(sanderling, cast):
    refused = sanderling("key", "create", "--organisation", "Plov")
    assert (refused.status, refused.out) == (1, "")
    assert refused.err == "✗ There is no organisation 'Plov'. There are: Plover, Sandpiper.\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("broadcast", "start", "9999"), "There is no campaign 9999."),
        (("export", "run", "9999"), "There is no export 9999."),
        (("broadcast", "start", "9999", "--json"), "There is no campaign 9999."),
    ],
)
def test_what_is_not_there_cannot_be_started(sanderling, words, sentence):
    refused = sanderling(*words)
    assert (refused.status, refused.out, refused.err) == (1, "", f"✗ {sentence}\n")


def test_a_word_for_a_number_is_a_mistake_of_usage(sanderling):
    refused = sanderling("broadcast", "start", "seven")
    assert refused.status == 2
    assert "Traceback" not in refused.err


def test_a_file_of_contacts_that_cannot_be_read_adds_nobody(sanderling, cast, tmp_path):
    file = tmp_path / "people.csv"
    file.write_bytes(b"town\nLviv\n")
    before = Contact.objects.count()
    refused = sanderling("import", "contacts", str(file), "--organisation", "Sandpiper")
    assert refused.status == 1
    assert refused.err.strip() == "✗ Map a column to the unique field, or to the external ID."
    assert Contact.objects.count() == before


def test_a_file_that_is_not_there_is_a_mistake_of_usage(sanderling):
    refused = sanderling("import", "contacts", "/no/such/file.csv", "--organisation", "Sandpiper")
    assert refused.status == 2
    assert "/no/such/file.csv" in refused.err.replace("\n", "").replace(" ", "").replace("│", "")


def test_migrating_a_database_that_is_up_to_date_says_so(sanderling):
    assert sanderling("migrate").out == "The database is up to date.\n"


def test_the_doctor_answers_in_text_and_in_json(sanderling):
    in_text = sanderling("doctor")
    assert in_text.status == 0
    assert [line[0] for line in in_text.out.splitlines()] == ["✓"] * 9
    findings = json.loads(sanderling("doctor", "--json").out)
    assert [Finding(**finding).is_fine for finding in findings] == [True] * 9
    assert [finding["what"] for finding in findings] == [
        line.removeprefix("✓ ") for line in in_text.out.splitlines()
    ]


def test_the_doctor_finds_secrets_that_others_may_read(sanderling, settings, tmp_path):
    settings.HOME = tmp_path
    (tmp_path / "sealing-keys").touch(mode=0o644)
    ill = sanderling("doctor")
    assert ill.status == 1
    assert f"✗ Others may read {tmp_path}/sealing-keys\n  Run: chmod 600 {tmp_path}" in ill.out


def test_the_doctor_of_a_database_that_does_not_answer_names_the_cause(tmp_path, another):
    another.variables["DATABASE_URL"] = "postgresql://olena:hunter22@127.0.0.1:1/ours"
    ill = another.command("doctor", "--json")
    assert ill.returncode == 1
    finding = json.loads(ill.stdout)[-1]
    assert finding["what"].startswith("The database does not answer: connection failed")
    assert finding["remedy"] == "Check DATABASE_URL."
    assert "hunter22" not in ill.stdout + ill.stderr


def test_a_database_that_does_not_answer_is_one_sentence(another):
    another.variables["DATABASE_URL"] = "postgresql://olena:hunter22@127.0.0.1:1/ours"
    refused = another.command("migrate")
    assert refused.returncode == 1
    assert refused.stderr.startswith("✗ The database does not answer: connection failed")
    assert "Traceback" not in refused.stderr
    assert "hunter22" not in refused.stderr


def test_a_setting_that_is_nonsense_is_one_sentence(another):
    another.variables["SANDERLING_LOG_LEVEL"] = "loud"
    refused = another.command("up")
    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [
        "✗ SANDERLING_LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL, not 'loud'."
    ]


def test_the_doctor_of_nonsense_names_the_setting(another):
    another.variables["SANDERLING_UPLOAD_LIMIT_MB"] = "-1"
    ill = another.command("doctor")
    assert ill.returncode == 1
    assert ill.stdout == (
        "✗ SANDERLING_UPLOAD_LIMIT_MB must lie between 1 and 2147483648, not -1.\n"
        "  Mend this first, then ask again.\n"
    )


def test_a_worker_on_an_older_database_refuses_in_words(transactional_db, sanderling):
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("contacts", "0001_initial")
    try:
        refused = sanderling("worker")
    finally:
        recorder.record_applied("contacts", "0001_initial")
    words = "The database is older than this version (migrations missing: 1)."
    assert (refused.status, refused.err) == (1, f"✗ {words} Run: sanderling migrate\n")
