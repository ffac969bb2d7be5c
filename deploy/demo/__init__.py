"""The demonstration street: made up, plausible, the same for everyone who loads it on the same day."""
