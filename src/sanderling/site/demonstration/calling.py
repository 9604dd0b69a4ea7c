"""Act five: the shop's own programs report orders, events and devices through the API."""

import datetime as dt
import json
from typing import Any

import psycopg
import requests
from psycopg.rows import dict_row

from sanderling.accounts import keys
from sanderling.events.models import Event
from sanderling.site.demonstration.stage import Stage

VIEWED = "productViewed"
BUYERS, VIEWERS, DEVICES = 60, 40, 25
LAST_ORDER = """
SELECT DISTINCT ON (o.email) o.id, o.email, o.total, o.items
  FROM orders o
 WHERE o.email = ANY (%s) AND o.status = 'DELIVERED' AND o.total > 0
 ORDER BY o.email, o.ordered_at DESC, o.id
"""
LINES = """
SELECT order_id, stock_code, description, quantity, unit_price
  FROM order_items WHERE order_id = ANY (%s) AND quantity > 0 ORDER BY id
"""


class Programs:
    """The shop's programs, with an API key of their own."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        _key, self.key = keys.create(
            stage.number, rights="full", description="The shop's programs", by=stage.by
        )

    def call(self, method: str, path: str, body: object = None) -> Any:
        """Call the API over HTTP and return the decoded answer."""
        answer = requests.request(
            method,
            f"{self.stage.address}/api{path}",
            auth=("shop", self.key),
            data=json.dumps(body, default=str),
            headers={"Content-Type": "application/json; charset=UTF-8"},
            timeout=60,
        )
        answer.raise_for_status()
        return answer.json() if answer.text.startswith(("{", "[")) else answer.text

    def order_again(self, addresses: list[str]) -> list[dict[str, Any]]:
        """Report that people who clicked ordered once more what they ordered last.

        Returns the orders as they were sent.
        """
        with psycopg.connect(self.stage.shop.dsn, row_factory=dict_row) as shop:
            last = shop.execute(LAST_ORDER, [addresses[:BUYERS]]).fetchall()
            lines = shop.execute(LINES, [[order["id"] for order in last]]).fetchall()
        # The API takes whole seconds; an order must not seem older than the click before it.
        now = (dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        orders = [
            {
                "externalOrderId": f"AGAIN-{order['id']}",
                "email": order["email"],
                "totalCost": order["total"],
                "currency": "GBP",
                "status": "DELIVERED",
                "date": now,
                "items": [_line(line) for line in lines if line["order_id"] == order["id"]],
            }
            for order in last
        ]
        self.call("POST", "/v1/orders", {"orders": orders})
        return orders

    def view_products(self, addresses: list[str]) -> int:
        """Report that people looked at a product; once, however often this is told."""
        if Event.objects.filter(organisation_id=self.stage.number, type__key=VIEWED).exists():
            return len(addresses[:VIEWERS])
        for number, address in enumerate(addresses[:VIEWERS]):
            self.call(
                "POST",
                "/v3/event",
                {
                    "eventTypeKey": VIEWED,
                    "keyValue": f"view-{number}",
                    "params": {"Email": address, "product": "22423", "price": 12.75},
                },
            )
        return len(addresses[:VIEWERS])

    def install_app(self, addresses: list[str]) -> int:
        """Report that people installed the shop's app."""
        for number, address in enumerate(addresses[:DEVICES]):
            device = {"appId": "1", "deviceModel": "Pixel 8", "os": "ANDROID", "active": True}
            token = {"type": "mobilepush", "value": f"demo-token-{number}", "device": device}
            channels = [{"type": "email", "value": address}, token]
            self.call("POST", "/v1/contact", {"channels": channels})
        return len(addresses[:DEVICES])


def _line(line: dict[str, Any]) -> dict[str, Any]:
    return {
        "externalItemId": line["stock_code"],
        "name": line["description"][:100],
        "quantity": line["quantity"],
        "cost": line["unit_price"],
        "url": f"https://shop.example/p/{line['stock_code']}",
    }
