"""What people did with what we sent them."""
