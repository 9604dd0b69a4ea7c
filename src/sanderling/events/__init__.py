"""What happened elsewhere, told by key and parameters."""
