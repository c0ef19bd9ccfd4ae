from traque.ledger._facts import Fact
from traque.triage.judge import Judgement


def judged(fact: Fact) -> Judgement:
    raise NotImplementedError
