"""The roll: marks, posters, cards, paper."""

urlpatterns: list = []
