"""Pages of the data export."""
