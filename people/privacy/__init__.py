"""个人信息保护: consents, what is sealed and who read it, the own copy, the keys, who is no longer kept by name."""
