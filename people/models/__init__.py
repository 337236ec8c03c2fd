"""People: who they are, which teams they belong to, what they hold."""

from people.models.certificate import Certificate, CertificateKind
from people.models.consent import Consent, ConsentText
from people.models.insurance import Cover, Policy
from people.models.joining import Application, Invitation
from people.models.keeping import Merge, PeopleSetting
from people.models.membership import Membership
from people.models.person import Disclosure, FormerDocument, Person
from people.models.standing import Award, Capability, HourRecord, Mandate, Rank, RankRecord

__all__ = [
    "Application",
    "Award",
    "Capability",
    "Certificate",
    "CertificateKind",
    "Consent",
    "ConsentText",
    "Cover",
    "Disclosure",
    "FormerDocument",
    "HourRecord",
    "Invitation",
    "Mandate",
    "Membership",
    "Merge",
    "PeopleSetting",
    "Person",
    "Policy",
    "Rank",
    "RankRecord",
]
