"""The customer's database, for previews with live rows."""

from customer_fixtures import running_shop, shop

__all__ = ["running_shop", "shop"]
