"""The page of settings for website tracking."""

from sanderling.accounts.models import AuditEntry
from sanderling.websites.models import Domain, Site


def test_a_domain_is_registered_and_removed(owner, cast):
    empty = owner.get("/settings/website").content.decode()
    assert "Register the domain of the site first." in empty
    answer = owner.post("/settings/website", {"domain": "https://Shop.example/"})
    domain = Domain.objects.get()
    assert (answer["Location"], domain.host) == (f"/settings/website/{domain.pk}", "shop.example")
    page = owner.get("/settings/website").content.decode()
    assert f"/scripts/{Site.objects.get().code}.js" in page
    assert "Nothing has come yet" in owner.get(answer["Location"]).content.decode()
    owner.post(f"/settings/website/{domain.pk}/remove")
    assert Domain.objects.count() == 0
    verbs = AuditEntry.objects.filter(verb__startswith="domain").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == ["domain.add", "domain.remove"]


def test_what_is_no_domain_is_said_at_the_field(owner, cast):
    page = owner.post("/settings/website", {"domain": "not a domain"}).content.decode()
    assert "Give a domain such as shop.example, without a path." in page
    assert Domain.objects.count() == 0


def test_pushes_are_switched_with_a_sound_worker_only(owner, cast):
    owner.post("/settings/website", {"domain": "shop.example"})
    path = f"/settings/website/{Domain.objects.get().pk}/pushes"
    wrong = owner.post(path, {"on": "1", "name": "push.txt", "path": "js", "scope": "/"})
    assert b"must be the name of a .js file" in wrong.content
    assert b"must begin and end with a slash" in wrong.content
    assert not Domain.objects.get().pushes
    owner.post(path, {"on": "1", "name": "push.js", "path": "/js/", "scope": "/"})
    domain = Domain.objects.get()
    assert (domain.pushes, domain.worker_path, domain.worker_name) == (True, "/js/", "push.js")
    owner.post(path, {"on": "0"})
    assert not Domain.objects.get().pushes


def test_new_people_are_switched_off(owner, cast):
    owner.post("/settings/website", {"domain": "shop.example"})
    assert Site.objects.get().creates_contacts
    owner.post("/settings/website/people", {})
    assert not Site.objects.get().creates_contacts


def test_a_marketer_may_not_change_domains(sender, cast):
    assert sender.post("/settings/website", {"domain": "shop.example"}).status_code == 403
    assert Domain.objects.count() == 0
