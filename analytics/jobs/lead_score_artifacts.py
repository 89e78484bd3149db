"""What a version of the lead score stores: the model, and closed leads to compare others with."""

import json

from analytics.datasets.leads import ClosedLeads
from analytics.jobs.lead_score_training import Trained
from analytics.methods.closed_cases import ClosedCases
from crm.models import Lead


def artifact_of(trained: Trained, learned: ClosedLeads, *, seed: int) -> bytes:
    """The bytes of the version; of a lead with several moments the last one is kept."""
    closed = set(Lead.objects.closed().values_list("pk", flat=True))
    kept = ~learned.leads.duplicated(keep="last") & learned.leads.isin(closed)
    frame = learned.frame[kept].set_axis(learned.leads[kept], axis="index")
    encoder = trained.model.model.encoder
    cases = ClosedCases.fit(encoder, frame, learned.outcomes[kept], seed=seed)
    stored = {**trained.model.to_dict(), "cases": cases.to_dict()}
    return json.dumps(stored, separators=(",", ":")).encode()
