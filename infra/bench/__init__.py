"""What the gateway costs per call, measured from outside: `python -m infra.bench` (Linux).

`gateway serve` runs as it is, on a core of its own; scripted callers and a scripted model run on another one. Rules:
nothing leaves 127.0.0.1, everything is bounded in time, every process started here is ended here, by its id. What is
said on both sides carries a code in its loudness, so that delay and loss are read off the audio itself and the gateway
needs no help for it. Times of all processes are CLOCK_MONOTONIC, which they share.

    __main__      the command          run       one row of the table     rig       processes: pin, start, end
    load          callers: sockets     caller    one caller, pure         dialing   the signed webhook, its TwiML
    model         the model: sockets   answers   its events               hearing   what it hears, pure
    level_code    sound with a code    plan      who speaks when          records   what processes tell each other
    analysis      records to a row     limits    judging rows             report    the table
    churn         many short calls     profile   where the time goes      inside    runs within the gateway's process
"""
