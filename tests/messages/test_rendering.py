"""What one person reads."""

import html
from functools import partial

import pytest

from sanderling.contacts.models import Field, FieldGroup
from sanderling.messages.freezing import freeze
from sanderling.messages.models import Content, Link, Message, Translation
from sanderling.messages.rendering import Links, Renderer
from sanderling.velocity import VelocityError

LINKS = Links(
    click="https://s.example/t/c/T",
    open="https://s.example/t/o/T",
    unsubscribe="https://s.example/u/T",
    view="https://s.example/v/T",
    sign=partial(str.format, "signed"),
)
# Step 3 of the connector's document, to the letter.
PROMO_CODES = {
    "promo_codes": [
        {
            "id": "2",
            "email": "kozak@example.com",
            "name": "Dina Kozak",
            "birthday": "2020-09-02T00:00:00Z",
            "promo_code": "AAAA-BBBB-DDDD",
        }
    ]
}


def person(contact, **more):
    return {
        "contact_id": contact.pk,
        "external_id": contact.external_id,
        "email": contact.email,
        "phone": contact.phone,
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "language": contact.language,
        "time_zone": contact.time_zone,
        "country": "",
        "region": "",
        "town": "",
        "street": "",
        "postcode": "",
        "contact_key": "",
        "fields": contact.fields,
    } | more


@pytest.fixture
def write(cast):
    def written(**columns):
        return Message.objects.create(
            organisation=cast.organisation, name="Letter", **{"subject": "Hi"} | columns
        )

    return written


@pytest.fixture
def read(cast, write):
    """Write a message and let somebody read it."""

    def rendered(contact=cast.dina, data=None, language="", **columns):
        content = freeze(write(**columns))
        return Renderer(content.snapshot, language=language, number_of=str).render(
            person(contact), data or {}, LINKS
        )

    return rendered


def test_the_documents_references_give_the_documents_result(read):
    page = read(
        data=PROMO_CODES,
        text="$!data.get('promo_codes').get(0).get('name')\n"
        "$!data.get('promo_codes').get(0).get('promo_code')\n",
    )
    assert page.text == "Dina Kozak\nAAAA-BBBB-DDDD\n"
    assert page.warnings == ()


def test_the_documents_loop_gives_the_documents_result(read):
    page = read(
        data=PROMO_CODES,
        text="#foreach($pc in $!data.get('promo_codes'))\n\n$!pc.get('name')\n\n"
        "$!pc.get('promo_code')\n\n#end\n",
    )
    assert page.text.split() == ["Dina", "Kozak", "AAAA-BBBB-DDDD"]


def test_a_triggered_message_reads_the_same_by_the_number_of_the_source(read):
    page = read(
        data={"1043": PROMO_CODES["promo_codes"]},
        text="$!data.get('1043').get(0).get('promo_code')",
    )
    assert page.text == "AAAA-BBBB-DDDD"


def test_the_new_way_of_writing_says_the_same(read):
    page = read(data=PROMO_CODES, text="$!{promo_codes[0].name}, $!promo_codes[0].promo_code")
    assert page.text == "Dina Kozak, AAAA-BBBB-DDDD"


def test_names_of_the_contact_mean_the_same_in_any_letter_case(read):
    page = read(text="$firstName $!{FIRSTNAME} ${firstname} %FIRSTNAME% %LastName% $contactId")
    assert page.text.startswith("Dina Dina Dina Dina Kozak ")


def test_data_beats_the_contact_where_both_have_a_name(read):
    assert read(data={"firstName": "Data"}, text="$firstName").text == "Data"


def test_merge_tags_find_additional_fields_and_leave_the_rest(cast, read):
    group = FieldGroup.objects.create(organisation=cast.organisation, name="Shoe shop", key="SHOES")
    field = Field.objects.create(
        organisation=cast.organisation, group=group, name="Size", key="SIZE"
    )
    cast.dina.fields = {str(field.pk): "38"}
    page = read(text="%SHOES.SIZE% $!size width:100%; %D0%9F% %UNKNOWN%")
    assert page.text == "38 38 width:100%; %D0%9F% %UNKNOWN%"


def test_what_nobody_knows_renders_as_nothing(read):
    assert read(text="[$nobody$!{nothing}]").text == "[]"


def test_a_missing_row_is_nothing_and_a_counted_warning(read):
    page = read(data={"promo_codes": []}, text="[$!data.get('promo_codes').get(0).get('name')]")
    assert page.text == "[]"
    assert len(page.warnings) == 1


def test_a_strict_message_is_not_rendered_with_a_missing_row(read):
    with pytest.raises(VelocityError) as caught:
        read(
            data={"promo_codes": []},
            text="one\n$!data.get('promo_codes').get(0).get('name')",
            is_strict=True,
        )
    assert caught.value.line == 2


def test_values_are_escaped_in_the_page_and_nowhere_else(cast, read):
    cast.dina.first_name = "<b>D&G</b>"
    page = read(subject="For $firstName", html="<p>$firstName</p>", text="$firstName")
    assert "<p>&lt;b&gt;D&amp;G&lt;/b&gt;</p>" in page.html
    assert (page.subject, page.text) == ("For <b>D&G</b>", "<b>D&G</b>")


def test_a_subject_cannot_smuggle_in_a_header(cast, read):
    cast.dina.first_name = "Dina\r\nBcc: everybody@example.com"
    assert read(subject="Hi $firstName", text="x").subject == "Hi Dina Bcc: everybody@example.com"


def test_directives_may_stand_in_comments(read):
    page = read(
        data={"q": [{"n": "a"}, {"n": "b"}]},
        html="<ul><!--#foreach($x in $!data.get('q'))--><li>$!x.get('n')</li><!--#end-->end</ul>",
    )
    assert "<li>a</li><li>b</li>end" in page.html
    assert page.text.split() == ["-", "a", "-", "b", "end"]


def test_the_text_part_is_made_from_the_page(read):
    page = read(
        html="<html><head><title>T</title><style>p {color: red}</style></head><body>"
        "<h1>Hello,&nbsp;$firstName</h1><p>Your <b>code</b>\n  is here</p>"
        '<a href="https://shop.example/">Shop</a><img alt="Logo" src="x"></body></html>'
    )
    click = next(iter(page.text.split("(")[1].split(")")))
    assert page.text == f"Hello, Dina\n\nYour code is here\nShop ({click})Logo\n"
    assert click.startswith("https://s.example/t/c/T/")


def test_the_preheader_is_hidden_at_the_top_and_not_in_the_text(read):
    page = read(preheader="Only today, %FIRSTNAME%", html="<body class='x'><p>Hi</p></body>")
    assert page.html.index("Only today, Dina") < page.html.index("<p>Hi</p>")
    assert page.text == "Hi\n"


def test_an_opening_is_seen_by_a_picture_at_the_end(read):
    page = read(html="<body><p>Hi</p></body>")
    assert page.html.endswith(
        '<img src="https://s.example/t/o/T" width="1" height="1" alt=""'
        ' style="display:none"></body>'
    )


def test_links_known_beforehand_have_numbers(write):
    message = write(
        html='<a href="https://a.example/?x=1&amp;y=2#z">A</a> <a href="mailto:x@a.example">M</a>'
        " <a class=b href='https://b.example/'>B</a> <a href='#top'>T</a>"
    )
    content = freeze(message)
    urls = dict(Link.objects.values_list("url", "id"))
    assert content.snapshot["links"] == urls
    assert sorted(urls) == ["https://a.example/?x=1&y=2#z", "https://b.example/"]
    page = Renderer(content.snapshot, number_of=str).render({}, {}, LINKS).html
    assert f'<a href="https://s.example/t/c/T/{urls["https://a.example/?x=1&y=2#z"]}">A' in page
    assert f"href='https://s.example/t/c/T/{urls['https://b.example/']}'" in page
    assert 'href="mailto:x@a.example"' in page
    assert "href='#top'" in page


def test_a_link_from_data_is_signed_and_followed_too(read):
    page = read(
        data={"q": [{"u": "https://a.example/?a=1&b=ї"}]},
        html="<a href=\"$!data.get('q').get(0).get('u')\">A</a>",
    )
    href = html.unescape(page.html.split('"')[1])
    assert (
        href == "https://s.example/t/c/T/signed?to=https%3A%2F%2Fa.example%2F%3Fa%3D1%26b%3D%D1%97"
    )


def test_only_web_addresses_from_data_are_redirected(read):
    page = read(data={"u": "tel:+380"}, html='<a href="$u">A</a><a href="$!unsubscribeUrl">U</a>')
    assert '<a href="tel:+380">A</a><a href="https://s.example/u/T">U</a>' in page.html


def test_the_campaign_is_told_to_the_shop(write):
    snapshot = freeze(
        write(
            utm_campaign="Black Friday",
            html='<a href="https://a.example/?utm_source=x#f">A</a>'
            '<a href="https://b.example">B</a>',
        )
    ).snapshot
    assert sorted(snapshot["links"]) == [
        "https://a.example/?utm_source=x&utm_medium=email&utm_campaign=Black+Friday#f",
        "https://b.example?utm_source=sanderling&utm_medium=email&utm_campaign=Black+Friday",
    ]


def test_a_reader_gets_the_language_of_theirs_that_exists(cast, write):
    message = write(subject="Hello", html="<p>Hello</p>", language="en", text="Hello")
    Translation.objects.create(
        organisation=cast.organisation,
        message=message,
        language="uk",
        subject="Вітаємо",
        html="<p>Вітаємо</p>",
    )
    snapshot = freeze(message).snapshot
    read = {
        language: Renderer(snapshot, language=language).render({}, {}, LINKS)
        for language in ("uk-UA", "UK", "fr", "")
    }
    assert {language: page.subject for language, page in read.items()} == {
        "uk-UA": "Вітаємо",
        "UK": "Вітаємо",
        "fr": "Hello",
        "": "Hello",
    }
    assert read["uk-UA"].text == "Вітаємо\n"


def test_tools_know_the_language_and_zone_of_the_message(write):
    snapshot = freeze(write(text="$number.format('#,##0.0', 1234.5)", language="uk")).snapshot
    assert Renderer(snapshot).render({}, {}, LINKS).text == "1\xa0234,5"
    snapshot = freeze(write(text="$mathTool.add(1, 2)", language="no such language")).snapshot
    assert Renderer(snapshot).render({}, {}, LINKS).text == "3"


def test_equal_messages_are_frozen_once_and_a_change_is_another_content(write):
    message = write(text="one")
    first = freeze(message)
    assert freeze(message) == first
    message.text = "two"
    message.save()
    assert freeze(message) != first
    assert Content.objects.get(pk=first.pk).snapshot["text"] == "one"
