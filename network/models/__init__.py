"""Tables, one noun a file."""

from network.models.base import Base
from network.models.debtor import Debtor, DebtorIdentifier, DebtorSpelling, ExchangeRate, MatchReview
from network.models.judgement import Judgement
from network.models.ledger import LedgerPage
from network.models.member import Member
from network.models.news import News, Outbox, Watch
from network.models.register import GroupChange, ParentLink, RegisterEntry, RegisterLoad
from network.models.release import PipelineState, Release, ReleaseEpoch
from network.models.release_log import LogHead, LogTile, ReleaseManifest
from network.models.review import DecisionEffect, MatchDecision, ReviewSheet
from network.models.sealing_key import SealingKey
from network.models.user import User

__all__ = [
    "Base",
    "Debtor",
    "DebtorIdentifier",
    "DebtorSpelling",
    "DecisionEffect",
    "ExchangeRate",
    "GroupChange",
    "Judgement",
    "LedgerPage",
    "LogHead",
    "LogTile",
    "MatchDecision",
    "MatchReview",
    "Member",
    "News",
    "Outbox",
    "ParentLink",
    "PipelineState",
    "RegisterEntry",
    "RegisterLoad",
    "Release",
    "ReleaseEpoch",
    "ReleaseManifest",
    "ReviewSheet",
    "SealingKey",
    "User",
    "Watch",
]
