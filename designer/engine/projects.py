"""To which project a workflow belongs."""

from django.db import connections

from designer.models import Workflow


def project_of(workflow_id: str) -> str:
    """Return the id of a workflow's project; of one that was deleted meanwhile, something of its own.

    Waits for the database: call it in a thread.
    """
    try:
        found = Workflow.objects.filter(pk=workflow_id).values_list("project_id", flat=True).first()
        return f"workflow {workflow_id}" if found is None else str(found)
    finally:
        connections.close_all()
