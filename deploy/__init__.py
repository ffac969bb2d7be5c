"""How Dandelion is set up and run on one machine: `python3 -m deploy <command>`."""
