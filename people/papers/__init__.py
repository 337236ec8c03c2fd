"""Certificates and insurance: reported, verified, granted to many, and what a list says of them."""
