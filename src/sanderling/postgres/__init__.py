"""How we speak to PostgreSQL, embedded or not."""
