"""What is left of an organisation's plan."""

from services.gateway.routes.table import API, Answer, Group, Visit
from shared.rpc.quota import GetRemainingClaims, RemainingClaims

claims = Group(f"{API}/remaining-claims", "Trainings", feature="automatic_training")


@claims.route("GET", answer=RemainingClaims)
def show_remaining_claims(visit: Visit) -> Answer:
    """Show what the next training would cost, and whether its model could be hosted."""
    organisation_id = visit.principal.organisation_id
    return Answer(visit.call.json(GetRemainingClaims(organisation_id=organisation_id)))
