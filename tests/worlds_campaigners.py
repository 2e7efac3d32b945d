"""Processes that work one campaign, at the same time or killed: `python worlds_campaigners.py alone|two|kill URL`.

A process of its own, so that it can fork safely. Each worker measures the first flask that waits, and hands out three
more when none does, until four batches are done; who comes second opens the campaign anew and goes on. Printed is JSON:
the settings handed out, the flasks done, and the flask of every record.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from dataclasses import replace

import alembic.command  # noqa: F401 -- imported before the fork, so that kills hit the work and not the import

from superatom.campaign.loop.campaign import Campaign
from superatom.campaign.loop.state import Flask, FlaskStatus
from superatom.campaign.loop.translation import with_settings
from superatom.data.records import Quantity
from superatom.data.stores.opening import open_store
from superatom.data.synthesis_records import Product, SynthesisRecord
from superatom.errors import CampaignError, ConflictError
from worlds_campaign import SHARED, setup, space, yield_percent
from worlds_writers import fork

BATCHES, FLASKS = 4, 3


def measured(flask: Flask) -> SynthesisRecord:
    """What came of a flask."""
    value = yield_percent(flask.settings)
    product = Product(yield_percent=Quantity(value, value, "%", str(value)))
    return replace(with_settings(SHARED, space(), flask.settings), product=product, batch=flask.id)


def work(url: str, author: str) -> None:
    """Work the campaign to its end."""
    with open_store(url, author=author) as store:
        campaign = Campaign.open(store, "au25")
        while True:
            waiting = [flask for flask in campaign.flasks() if flask.status is FlaskStatus.PENDING]
            if not waiting and len(campaign.handed) == BATCHES:
                return
            try:
                if waiting:
                    campaign.take_back([(waiting[0].id, measured(waiting[0]))])
                else:
                    campaign.suggest(FLASKS)
            except ConflictError:
                campaign = Campaign.open(store, "au25")


def kill(url: str) -> None:
    """Kill a worker five times at random moments, then let one come to the end."""
    draw = random.Random(7)  # noqa: S311 -- moments, not secrets
    for _ in range(5):
        child = fork(lambda: work(url, "killed"))
        time.sleep(draw.uniform(0, 0.1))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def two(url: str) -> None:
    """Let two people work at the same time."""
    children = [fork(lambda name=name: work(url, name)) for name in ("ada", "bob")]
    ends = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    if any(ends):
        raise CampaignError("one of two workers failed")


def main(task: str, url: str) -> None:
    with open_store(url) as store:
        Campaign.start(store, "au25", setup())
    {"alone": lambda _: None, "kill": kill, "two": two}[task](url)
    work(url, "last")
    with open_store(url) as store:
        campaign = Campaign.open(store, "au25")
        told = {
            "settings": [flask.settings for flask in campaign.flasks()],
            "flasks": [flask.id for flask in campaign.flasks() if flask.status is FlaskStatus.DONE],
            "records": sorted(stored.record.batch for stored in store.iterate(since=1)),
        }
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
