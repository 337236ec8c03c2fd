"""Who is to come to a drill or training: the list, enrolment, places, cover; and who was there."""
