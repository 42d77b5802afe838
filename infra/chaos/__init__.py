"""What survives: calls, each with a fault at a moment of its own, and whether every confirmed order arrives once.

`python -m infra.chaos` starts a store, a gateway of two workers, the delivery worker, a model and a POS on this
machine, lets scripted callers ring, breaks things while they speak, and judges what the callers heard and what the POS
got.

* `orders`, `customer`: what callers want and say, and what that order must be at the POS.
* `plan`: who rings when, and what breaks when. Seeded.
* `rig`, `processes`, `model`, `deliveries`: what runs.
* `striking`: breaks things.
* `ringing`: callers on telephones.
* `run`: all of it together. `silence`, `judge`, `leaks`, `limits`, `report`: what is made of it.
"""
