"""All tests of Dandelion. `python3 -m tests all|check|asan|fuzz|lint` runs them; see README.md."""
