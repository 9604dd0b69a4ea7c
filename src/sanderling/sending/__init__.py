"""The one road out: deliveries, pace, receipts and tracking."""
