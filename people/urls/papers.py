"""Routes of certificates and insurance."""

from django.urls import URLPattern, path

from people.views import certificates, granting, insurance, insured, kinds

urlpatterns: list[URLPattern] = [
    path("certificates/", certificates.CertificateList.as_view(), name="certificate_list"),
    path("certificates/batch/", certificates.certificate_batch, name="certificate_batch"),
    path("certificates/grant/", granting.certificate_grant, name="certificate_grant"),
    path("certificates/<int:pk>/", certificates.certificate_detail, name="certificate_detail"),
    path("certificates/<int:pk>/edit/", certificates.certificate_edit, name="certificate_edit"),
    path("certificates/<int:pk>/move/", certificates.certificate_move, name="certificate_move"),
    path("people/<int:person>/certificates/new/", certificates.certificate_create, name="certificate_create"),
    path("certificate-kinds/", kinds.kind_list, name="kind_list"),
    path("certificate-kinds/new/", kinds.kind_edit, name="kind_create"),
    path("certificate-kinds/<slug:key>/", kinds.kind_edit, name="kind_edit"),
    path("insurance/", insurance.PolicyList.as_view(), name="policy_list"),
    path("insurance/new/", insurance.policy_create, name="policy_create"),
    path("insurance/<int:pk>/", insurance.PolicyPage.as_view(), name="policy_detail"),
    path("insurance/<int:pk>/edit/", insurance.policy_edit, name="policy_edit"),
    path("insurance/<int:pk>/people/", insured.policy_people, name="policy_people"),
    path("insurance/<int:pk>/people/list/", insured.policy_names, name="policy_names"),
    path("insurance/<int:pk>/renew/", insurance.policy_renew, name="policy_renew"),
    path("insurance/<int:pk>/end/", insurance.policy_end, name="policy_end"),
    path("insurance/covers/<int:pk>/end/", insurance.cover_end, name="cover_end"),
]
