"""Pages of data sources: the steps of the product document, step 2."""
