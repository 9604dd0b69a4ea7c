"""Apps of partners: registering them, letting them in, sending them away."""
