"""The door for people: pages, forms and the small amount of script they need."""
