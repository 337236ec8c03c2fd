"""Measures the product at ×1, ×10 and ×100 of its expected size; ``bin/bench`` runs it. See docs/performance.md."""
