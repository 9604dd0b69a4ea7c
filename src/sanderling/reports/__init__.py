"""What is shown: figures of campaigns, and why a person did or did not get a message."""
