"""The proof that Dandelion starts on a bare Debian 12."""
