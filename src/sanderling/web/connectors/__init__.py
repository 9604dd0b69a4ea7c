"""Pages of connectors: the form of the product document, step 1."""
