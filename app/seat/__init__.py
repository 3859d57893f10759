"""The kiosk: proctor launch, admission, delivery, review, result, crash recovery."""
