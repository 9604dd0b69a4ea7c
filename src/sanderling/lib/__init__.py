"""Plain Python that anyone could use; it knows neither Django nor the product."""
