"""What the author sees before anybody else does."""

import customer
import pytest

from sanderling.lib.errors import NotFound
from sanderling.messages import checking, freezing, previewing
from sanderling.messages.models import Message


def draft(cast, **columns):
    return freezing.draft(cast.organisation.pk, columns={"subject": "Hi", **columns})


@pytest.fixture
def promo_codes(cast, shop):
    shop.run(customer.PROMO_CODES)
    connector = customer.connector(shop, cast.owner)
    return customer.source(connector, cast.owner, table="promo_codes")


def test_a_preview_shows_a_contact_with_the_rows_of_this_moment(cast, shop, promo_codes):
    snapshot = draft(
        cast,
        subject="For $firstName",
        html="<p>$!data.get('promo_codes').get(0).get('promo_code')</p>",
    )
    shown = previewing.preview(cast.organisation.pk, snapshot, contact_id=cast.dina.pk)
    assert (shown.subject, shown.html) == ("For Dina", "<p>AAAA-BBBB-DDDD</p>")
    assert shown.given["promo_codes"][0] == {
        "id": "2",
        "email": "kozak@example.com",
        "name": "Dina Kozak",
        "birthday": "2020-09-02T00:00:00Z",
        "promo_code": "AAAA-BBBB-DDDD",
    }
    shop.run("UPDATE promo_codes SET promo_code = 'NEW' WHERE id = 2")
    shown = previewing.preview(cast.organisation.pk, snapshot, contact_id=cast.dina.pk)
    assert shown.html == "<p>NEW</p>"


def test_a_missing_row_is_a_problem_at_its_place(cast, promo_codes):
    snapshot = draft(cast, html="<p>\n%FIRSTNAME% $!data.get('promo_codes').get(0).get('x')</p>")
    shown = previewing.preview(cast.organisation.pk, snapshot, contact_id=cast.ivan.pk)
    [problem] = shown.problems
    assert (problem.part, problem.line) == ("html", 2)
    assert problem.source_line[problem.column - 1 :].startswith(".get(0)")


def test_a_mistake_is_shown_with_its_line(cast):
    snapshot = draft(cast, html="<p>\n  #foreach($x in)\n#end</p>")
    [problem] = previewing.preview(cast.organisation.pk, snapshot).problems
    assert (problem.part, problem.line) == ("html", 2)
    assert problem.source_line == "  #foreach($x in)"


def test_all_mistakes_are_shown_at_once_with_their_lines(cast):
    snapshot = draft(
        cast, subject="${firstName", html="<p>\n  #foreach($x in)\n#end\n#set($a = $b-1)</p>"
    )
    problems = previewing.preview(cast.organisation.pk, snapshot).problems
    assert [(each.part, each.line, each.source_line) for each in problems] == [
        ("subject", 1, "${firstName"),
        ("html", 2, "  #foreach($x in)"),
        ("html", 4, "#set($a = $b-1)</p>"),
    ]


def test_mistakes_of_a_language_are_those_of_its_texts(cast):
    snapshot = draft(cast, html="<p>$firstName</p>") | {
        "translations": {"uk": {"html": "#set($a = 2-1)"}}
    }
    shown = previewing.preview(cast.organisation.pk, snapshot)
    assert shown.html == "<p></p>"
    [problem] = previewing.preview(cast.organisation.pk, snapshot, language="uk").problems
    assert (problem.part, problem.line, problem.source_line) == ("html", 1, "#set($a = 2-1)")


def test_the_data_of_a_trigger_can_be_tried(cast):
    snapshot = draft(cast, text="$!data.get('1043').get(0).get('name')")
    shown = previewing.preview(
        cast.organisation.pk, snapshot, params={"1043": [{"name": "Dina Kozak"}]}
    )
    assert (shown.text, shown.problems) == ("Dina Kozak", [])


def test_a_strangers_contact_is_not_previewed(cast):
    with pytest.raises(NotFound):
        previewing.preview(cast.elsewhere.pk, draft(cast), contact_id=cast.dina.pk)


def test_a_source_that_does_not_answer_is_said(cast, shop, promo_codes):
    shop.run("DROP TABLE promo_codes")
    snapshot = draft(cast, html="<p>$!data.get('promo_codes').size()</p>")
    shown = previewing.preview(cast.organisation.pk, snapshot, contact_id=cast.dina.pk)
    assert "promo_codes" in shown.problems[0].message
    assert "does not exist" in shown.problems[0].message


def test_a_link_stays_as_it_is_in_a_preview(cast):
    snapshot = draft(cast, html='<a href="https://shop.example/?a=$firstName">x</a>')
    shown = previewing.preview(cast.organisation.pk, snapshot, contact_id=cast.dina.pk)
    assert shown.html == '<a href="https://shop.example/?a=Dina">x</a>'


def test_all_problems_of_a_message_are_found_at_once(cast):
    message = Message.objects.create(
        organisation=cast.organisation,
        name="x",
        html="<p>#if($a)</p>",
        text="#foreach($x in",
        categories=["nothing"],
    )
    found = {(problem.part, problem.is_fatal) for problem in checking.problems_of(message)}
    assert found == {
        ("categories", True),
        ("subject", True),
        ("html", False),
        ("html", True),
        ("text", True),
    }
