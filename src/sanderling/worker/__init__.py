"""The loops: wake-ups that drain what the ledgers say is due."""
