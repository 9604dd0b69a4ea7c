"""Orders and their lines, as the shop reports them."""
