"""One file per dataset: its columns, its key, and which of our tables' changes it follows."""
