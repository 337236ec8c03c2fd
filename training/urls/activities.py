"""Activities: planned, described, handed in, confirmed."""

urlpatterns: list = []
