"""A typed client of a running Pixie.

    from pixie_client import Pixie

    with Pixie() as pixie:                             # PIXIE_URL, else http://127.0.0.1:7860
        run = pixie.run("compound-interest", {"principal": 1000}, wait=60)
        print(run.status, run.outputs["final_balance"])
        pixie.export(run.id, "run.zip")
        for event in pixie.events(run.id):
            print(event["seq"], event["kind"])

What the OpenAPI document says is generated, under `pixie_client.generated`; here is by hand what a
generator can't make.
"""

from pixie_client.connection import Pixie, PixieProblem, PixieUnreachable

__all__ = ["Pixie", "PixieProblem", "PixieUnreachable"]
