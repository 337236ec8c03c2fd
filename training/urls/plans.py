"""Plans of the year."""

urlpatterns: list = []
