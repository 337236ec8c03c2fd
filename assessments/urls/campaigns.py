"""The year's campaigns."""

from django.urls import URLPattern, path

from assessments.views import campaign_matrix, campaign_remind, campaign_steps, campaigns, review_moves

urlpatterns: list[URLPattern] = [
    path("assessments/campaigns/", campaigns.CampaignList.as_view(), name="campaign_list"),
    path("assessments/campaigns/new/", campaigns.campaign_create, name="campaign_create"),
    path("assessments/campaigns/<int:pk>/", campaigns.campaign_detail, name="campaign_detail"),
    path("assessments/campaigns/<int:pk>/edit/", campaigns.campaign_edit, name="campaign_edit"),
    path("assessments/campaigns/<int:pk>/move/", campaigns.campaign_move, name="campaign_move"),
    path("assessments/campaigns/<int:pk>/take/", campaign_steps.campaign_take, name="campaign_take"),
    path("assessments/campaigns/<int:pk>/add/", campaign_steps.campaign_add, name="campaign_add"),
    path("assessments/campaigns/<int:pk>/decide/", review_moves.review_batch, name="review_batch"),
    path("assessments/campaigns/<int:pk>/publicise/", campaign_steps.campaign_publicise, name="campaign_publicise"),
    path("assessments/campaigns/<int:pk>/conclude/", campaign_steps.campaign_conclude, name="campaign_conclude"),
    path("assessments/campaigns/<int:pk>/matrix/", campaign_matrix.campaign_matrix, name="campaign_matrix"),
    path("assessments/campaigns/<int:pk>/remind/", campaign_remind.campaign_remind, name="campaign_remind"),
]
