"""A customer's BigQuery, opened with the key file of a service account."""
