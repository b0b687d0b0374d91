"""``manage.py loginlink [user]``: print a one-time login link."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from agentcluster.errors import BadInputError
from agentcluster.security import login_links
from agentcluster.security.first_user import ensure_first_user


class Command(BaseCommand):
    """Prints the path of the link, or the whole address when ``--base`` is given."""

    help = "Print a one-time login link for a user (without a name: the administrator)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the user name, the life in minutes and the address of the site."""
        parser.add_argument("user", nargs="?", default="")
        parser.add_argument("--minutes", type=int, default=15)
        parser.add_argument("--base", default="", help="Address of the site, such as http://localhost:8000")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the link and print it."""
        name = options["user"]
        user = User.objects.filter(username=name).first() if name else ensure_first_user()
        if user is None:
            raise CommandError(f"There is no user called {name}.", returncode=2)
        try:
            path = login_links.create(user, options["minutes"])
        except BadInputError as error:
            raise CommandError(error.message, returncode=2) from error
        self.stdout.write(options["base"].rstrip("/") + path)
