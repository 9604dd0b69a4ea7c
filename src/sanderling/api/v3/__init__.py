"""The methods of our own: what the compatible API lacks.  All of them need full access."""
