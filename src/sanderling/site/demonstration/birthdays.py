"""Act six: who has a birthday today is greeted, with the promo code of the shop's own table."""
