from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.urls import path

from portal.urls import *  # noqa: F403 - the handlers too
from portal.urls import urlpatterns as product

urlpatterns = [*product, path("bench/empty/", login_required(lambda request: render(request, "base.html")))]
