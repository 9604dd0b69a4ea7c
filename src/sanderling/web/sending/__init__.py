"""How mail leaves: the settings of the gateway."""
