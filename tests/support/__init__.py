"""What tests share: a private PostgreSQL, the daemons, an HTTP client, a bus client."""
