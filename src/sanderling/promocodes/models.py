"""Promo codes: a pool from which each code goes to one contact."""

from django.db import models

from sanderling.accounts.models import Organisation


class Promocode(models.Model):
    """One code; ``type`` names its pool.  Distributed by code."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    code = models.CharField(max_length=200)
    type = models.CharField(max_length=100, blank=True, default="")
    discount = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    expires_at = models.DateTimeField(null=True)
    is_used = models.BooleanField(default=False)
    contact_id = models.BigIntegerField(null=True)
    given_for = models.CharField(max_length=100, blank=True, default="")  # makes a retry harmless
    given_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="promocodes_code"),
            models.UniqueConstraint(
                fields=["organisation", "given_for"],
                condition=~models.Q(given_for=""),
                name="promocodes_given_once",
            ),
        ]

    def __str__(self) -> str:
        return self.code
