"""One module per family of formats: each looks at the bytes and says what they are, or refuses."""
