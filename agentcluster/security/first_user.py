"""What a new installation begins with: an administrator without a password and a project."""

from django.contrib.auth.models import User
from django.db import transaction

from agentcluster.security.models import Membership, Project, Role


@transaction.atomic
def ensure_first_user() -> User:
    """Return the administrator, making ``admin`` (superuser, no usable password) when there is none.

    The project "Default" is made with it when there is no project yet. Existing data is left as it is.
    """
    admin = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
    if admin is None:
        admin, _ = User.objects.get_or_create(username="admin")
        admin.is_superuser = admin.is_staff = admin.is_active = True
        admin.set_unusable_password()
        admin.save()
    if not Project.objects.exists():
        project = Project.objects.create(slug="default", name="Default")
        Membership.objects.create(project=project, user=admin, role=Role.OWNER)
    return admin
