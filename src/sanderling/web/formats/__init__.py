"""How dates and times are written, by language: short, and never month before day."""
