"""What leaves: nine datasets, upserted into the customer's own database."""
