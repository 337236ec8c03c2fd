"""Numbers about people. Scope: an organization, counted with everything below it; a person counts once."""
