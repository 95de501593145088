"""`post(request) -> receipt`: the one way from a step, hook or command to Slack."""
