"""What every test starts from: reference data and the demo people, nothing else.

``python -m tests.filling`` makes a database with it (``bin/test`` does so once, and each worker copies it).
"""

from django.core.management import call_command

PASSWORD = "Yanshi-0000-test"


def fill() -> None:
    """Adds what is missing."""
    from assessments.reference import load_all as load_assessments  # the models are there only once Django is set up
    from organizations.models import User
    from organizations.reference import load_divisions, load_offices
    from people.reference import load_all as load_people
    from portal.demo import make_cast
    from teams.reference import load_all as load_teams
    from training.reference import load_all as load_training

    if not User.objects.filter(username="region").exists():
        load_divisions()
        load_offices()
        load_people()
        load_teams()
        load_training()
        load_assessments()
        make_cast(PASSWORD)


if __name__ == "__main__":
    import django

    django.setup()
    call_command("migrate", verbosity=0)
    fill()
