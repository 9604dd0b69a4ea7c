"""Bodies to copy from, by method; tests/api/test_openapi.py sends each of them as it stands."""

from typing import Any

PERSON = {"firstName": "Olena", "channels": [{"type": "email", "value": "olena@shop.example"}]}
EVENT = {"eventTypeKey": "AbandonedCart", "keyValue": "C-1001"}
PAIRS = [{"name": "externalCustomerId", "value": "C-1001"}, {"name": "cartId", "value": "K-17"}]
ORDER = {
    "externalOrderId": "O-1", "externalCustomerId": "C-1001", "totalCost": 25, "currency": "USD",
    "status": "DELIVERED", "date": "2025-03-01T09:30:00",
    "items": [{"externalItemId": "P-1", "name": "Cup", "quantity": 2, "cost": 12.5}],
}  # fmt: skip

SAMPLES: dict[str, dict[str, Any]] = {
    "POST /v1/contact": {"externalCustomerId": "C-1001", **PERSON},
    "POST /v1/contacts": {
        "contacts": [PERSON], "dedupeOn": "email", "groupNames": ["Import March"],
        "eventKeyForNewContacts": "newContact",
    },
    "POST /v1/contact/subscribe": {
        "contact": PERSON, "groups": ["Footer form"], "formType": "footer",
    },
    "POST /v1/emails/unsubscribed/add": {"emails": ["olena@shop.example"]},
    "POST /v1/emails/unsubscribed/delete": {"emails": ["olena@shop.example"]},
    "POST /v1/event": {**EVENT, "params": PAIRS},
    "POST /v2/event": {**EVENT, "params": PAIRS},
    "POST /v3/event": {
        "eventTypeKey": "AbandonedCart",
        "params": {"externalCustomerId": "C-1001", "cartItems": [{"name": "Cup", "price": 12.5}]},
    },
    "POST /v2/past_events": {
        "events": [{**EVENT, "params": PAIRS, "occurred": "2024-12-31T18:00"}],
    },
    "DELETE /v1/past_events": {"from": "2024-01-01T00:00", "to": "2024-01-31T23:59"},
    "POST /v1/orders": {"orders": [ORDER]},
    "POST /v1/message/email": {
        "from": '"Demo Shop" <news@shop.example>', "subject": "Hi!", "htmlText": "<p>Hello</p>",
        "emails": ["olena@shop.example"],
    },
    "POST /v1/promocodes": {
        "promocodes": ["SPRING-1"], "expirationDate": "2035-12-31T23:59", "discount": 10,
        "type": "spring",
    },
    "POST /v1/products/config": {
        "feeds": [{"url": "https://shop.example/feed.xml", "language": "en", "default": True}],
    },
    "POST /v3/segments": {
        "name": "Known customers",
        "condition": {"all": [{"field": "external_id", "operator": "specified"}]},
    },
    "POST /v3/lists": {"name": "Newsletter"},
}  # fmt: skip
