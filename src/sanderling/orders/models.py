"""Orders and their lines."""

from django.db import models

from sanderling.accounts.models import Organisation
from sanderling.postgres.fields import SequenceIdField, Tracked


class OrderStatus(models.TextChoices):
    """The words of the API; exports spell two of them otherwise."""

    INITIALIZED = "INITIALIZED"
    IN_PROGRESS = "IN_PROGRESS"
    DELIVERED = "DELIVERED"
    CANCELLED = "CANCELLED"
    ABANDONED = "ABANDONED_SHOPPING_CART"


class OrderKey(models.Model):
    """Which order an external id names (distributed by value)."""

    pk = models.CompositePrimaryKey("organisation_id", "external_order_id")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    external_order_id = models.CharField(max_length=200)
    order_id = models.BigIntegerField()
    contact_id = models.BigIntegerField()

    def __str__(self) -> str:
        return self.external_order_id


class Order(Tracked):
    """One order of one contact."""

    pk = models.CompositePrimaryKey("contact_id", "id")
    id = SequenceIdField(sequence="orders_order_id_seq")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    contact_id = models.BigIntegerField()
    external_order_id = models.CharField(max_length=200)
    status = models.CharField(max_length=24, choices=OrderStatus.choices)
    ordered_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=models.functions.Now())
    total_cost = models.DecimalField(max_digits=18, decimal_places=4)
    discount = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    shipping = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    currency = models.CharField(max_length=3, blank=True, default="")
    email = models.CharField(max_length=254, blank=True, default="")
    phone = models.CharField(max_length=50, blank=True, default="")
    first_name = models.CharField(max_length=100, blank=True, default="")
    last_name = models.CharField(max_length=100, blank=True, default="")
    delivery_method = models.CharField(max_length=200, blank=True, default="")
    delivery_address = models.CharField(max_length=500, blank=True, default="")
    payment_method = models.CharField(max_length=200, blank=True, default="")
    details = models.JSONField(default=dict)  # members of the request that have no column

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "changed"], name="orders_order_changed"),
            models.Index(fields=["organisation", "ordered_at"], name="orders_order_date"),
        ]

    def __str__(self) -> str:
        return self.external_order_id


class OrderItem(models.Model):
    """One line of an order; lines are replaced with their order."""

    pk = models.CompositePrimaryKey("contact_id", "order_id", "line")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    contact_id = models.BigIntegerField()
    order_id = models.BigIntegerField()
    line = models.IntegerField()
    external_product_id = models.CharField(max_length=200)
    name = models.CharField(max_length=300, blank=True, default="")
    category = models.CharField(max_length=300, blank=True, default="")
    description = models.TextField(blank=True, default="")
    quantity = models.DecimalField(max_digits=18, decimal_places=4)
    cost = models.DecimalField(max_digits=18, decimal_places=4, default=0)
    url = models.TextField(blank=True, default="")
    image_url = models.TextField(blank=True, default="")

    class Meta:
        db_table = "orders_item"

    def __str__(self) -> str:
        return f"{self.quantity} × {self.external_product_id}"
