"""Bases, instructors, courses, subjects, settings."""

from django.urls import URLPattern, path

from training.views import bases, courses, imports, instructors, region, templates

urlpatterns: list[URLPattern] = [
    path("training/bases/", bases.BaseList.as_view(), name="base_list"),
    path("training/bases/new/", bases.base_create, name="base_create"),
    path("training/bases/<int:pk>/", bases.base_detail, name="base_detail"),
    path("training/bases/<int:pk>/edit/", bases.base_edit, name="base_edit"),
    path("training/bases/<int:pk>/end/", bases.base_end, name="base_end"),
    path("training/instructors/", instructors.InstructorList.as_view(), name="instructor_list"),
    path("training/instructors/new/", instructors.instructor_create, name="instructor_create"),
    path("training/instructors/import/", imports.InstructorImport.as_view(), name="instructor_import"),
    path("training/instructors/<int:pk>/", instructors.instructor_detail, name="instructor_detail"),
    path("training/instructors/<int:pk>/edit/", instructors.instructor_edit, name="instructor_edit"),
    path("training/instructors/<int:pk>/end/", instructors.instructor_end, name="instructor_end"),
    path("training/instructors/<int:pk>/assessments/new/", instructors.assessment_create, name="assessment_create"),
    path("training/assessments/<int:pk>/", instructors.assessment_edit, name="assessment_edit"),
    path("training/courses/", courses.CourseList.as_view(), name="course_list"),
    path("training/courses/new/", courses.course_create, name="course_create"),
    path("training/courses/<int:pk>/", courses.course_detail, name="course_detail"),
    path("training/courses/<int:pk>/edit/", courses.course_edit, name="course_edit"),
    path("training/courses/<int:pk>/end/", courses.course_end, name="course_end"),
    path("training/courses/<int:pk>/compare/", courses.course_compare, name="course_compare"),
    path("training/courses/<int:pk>/draft/", courses.version_draft, name="version_draft"),
    path("training/syllabi/<int:pk>/", courses.version_detail, name="version_detail"),
    path("training/syllabi/<int:pk>/edit/", courses.version_edit, name="version_edit"),
    path("training/syllabi/<int:pk>/publish/", courses.version_publish, name="version_publish"),
    path("training/templates/", templates.template_list, name="template_list"),
    path("training/templates/<int:pk>/", templates.template_edit, name="template_edit"),
    path("training/subjects/", region.subject_list, name="subject_list"),
    path("training/subjects/new/", region.subject_edit, name="subject_create"),
    path("training/subjects/<slug:key>/", region.subject_edit, name="subject_edit"),
    path("training/settings/", region.setting_list, name="setting_list"),
    path("training/settings/<slug:key>/", region.setting_edit, name="setting_edit"),
]
